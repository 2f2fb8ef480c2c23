"""The command line ``resilience``.

Exit codes: 0 done; 1 some runs failed (the others are kept); 2 the input was wrong, or the results cannot be written
where they were asked for (nothing is written); 130 interrupted (what finished is kept). Results and answers go to
standard output, progress and errors to standard error. Heavy libraries are loaded by the command that needs them,
so that help comes at once.
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from resilience.runs.compare import Comparison
    from resilience.runs.ensemble import RunSet
    from resilience.runs.work import Progress
    from resilience.scenario import Problem, Scenario

SOME_FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130
WIDTH_IN_A_FILE = 120
"""Letters to a line of a table that goes to a file or another program."""

app = typer.Typer(
    name="resilience",
    help="Simulate England's market for adult social care: who fails, who is hard to replace, how much care is lost.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # plain help comes in half the time
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run the command line; a request to end from outside (SIGTERM) counts as Ctrl-C, so finished runs are kept.

    A shell script starts its background jobs deaf to Ctrl-C; this program listens all the same.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    app()


def _shipped(typed: str) -> list[str]:
    """Return scenario files and names that complete what was typed."""
    from resilience.scenario.load import CONFIG_FOLDERS

    files = sorted({file.stem for folder in CONFIG_FOLDERS for file in folder.glob("*.toml")})
    return [name for name in files if name.startswith(typed)]


Config = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG",
        help="A scenario file (TOML), or the name of a shipped scenario.",
        autocompletion=_shipped,
        show_default=False,
    ),
]
Others = Annotated[
    list[str],
    typer.Argument(
        metavar="OTHER...", help="Scenarios to compare with it.", autocompletion=_shipped, show_default=False
    ),
]
Runs = Annotated[int, typer.Option("--runs", "-n", min=1, help="How many runs, each with its own seed.")]
Seed = Annotated[int, typer.Option("--seed", "-s", min=0, help="Seed of the first run; the next has one more.")]
Workers = Annotated[
    int | None,
    typer.Option(
        "--workers", "-w", min=1, help="Processes to run in; left out, as many as finish soonest.", show_default=False
    ),
]
Months = Annotated[
    int | None, typer.Option("--months", help="Months to run, instead of the scenario's.", show_default=False)
]
Set = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="NAME=VALUE",
        help="Change a setting by its dotted name, such as shocks.funding_cut.real_change=-0.1. Repeatable.",
        show_default=False,
    ),
]
Out = Annotated[
    Path | None,
    typer.Option(
        "--out",
        "-o",
        metavar="DIR",
        help="Folder for the results; if left out, a new one.",
        show_default=False,
    ),
]
Overwrite = Annotated[bool, typer.Option("--overwrite", help="Replace earlier results in --out.")]
Json = Annotated[bool, typer.Option("--json", help="Print the headline as JSON and nothing else.")]


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from resilience import __version__

        typer.echo(f"resilience {__version__}")
        raise typer.Exit


@app.command()
def run(
    config: Config,
    runs: Runs = 1,
    seed: Seed = 1,
    workers: Workers = None,
    months: Months = None,
    set_: Set = None,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Run a scenario, once or many times, and say who fails and how much care is lost."""
    with _errors_said():
        chosen = _scenario(config, set_, months)
        from resilience.runs import one, show
        from resilience.runs.answer import answer
        from resilience.runs.ensemble import Keep, Order, RunsInterrupted, run_set

        with _progress(runs, quiet=as_json) as progress:
            order = Order({chosen.name: chosen}, runs, workers, seed, progress, one.care_market)
            keep = Keep(out, overwrite, _command_line(), lambda done: {"answer": answer(done)})
            try:
                finished = run_set(order, keep)
            except RunsInterrupted as stopped:
                finished = stopped.finished
        if as_json:
            _print_json(show.run_data(finished))
        elif len(finished.runs):
            _print(show.headline_table(finished), answer(finished))
        _say_where(finished, as_json)
    _leave(finished)


@app.command()
def compare(
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE", help="The scenario to compare with.", autocompletion=_shipped, show_default=False
        ),
    ],
    others: Others,
    runs: Runs = 20,
    seed: Seed = 1,
    workers: Workers = None,
    months: Months = None,
    set_: Set = None,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Run scenarios on the same seeds and say what differs; --set and --months apply to all of them."""
    with _errors_said():
        chosen = _scenarios([base, *others], set_, months)
        from resilience.runs import one, show
        from resilience.runs.answer import difference_answer
        from resilience.runs.compare import Comparison, compare_order, labelled
        from resilience.runs.ensemble import Keep, Order, RunsInterrupted

        def describe(done: "RunSet") -> dict[str, Any]:
            return {"answer": difference_answer(Comparison(done))}

        with _progress(runs * len(chosen), quiet=as_json) as progress:
            order = Order(labelled(chosen), runs, workers, seed, progress, one.care_market)
            try:
                finished = compare_order(order, Keep(out, overwrite, _command_line(), describe))
            except RunsInterrupted as stopped:
                finished = stopped.finished
        if as_json:
            _print_json(show.comparison_data(finished))
        elif len(finished.run_set.runs):
            _print_comparison(finished)
        _say_where(finished.run_set, as_json)
    _leave(finished.run_set)


@app.command()
def stress(
    config: Config,
    at: Annotated[int, typer.Option("--at", min=1, help="Months to let pass before the test.")] = 12,
    min_hours: Annotated[
        float, typer.Option("--min-hours", min=0, help="Test providers above these weekly hours.")
    ] = 200,
    k: Annotated[int, typer.Option("--k", min=1, help="How many fail together at most; 1: only one by one.")] = 3,
    with_buyers: Annotated[
        bool, typer.Option("--with-buyers", help="Offer the sites for sale first, instead of closing them at once.")
    ] = False,
    runs: Annotated[int, typer.Option("--runs", "-n", min=1, help="Continuations with other luck to average.")] = 1,
    seed: Seed = 1,
    workers: Workers = None,
    set_: Set = None,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Let every provider fail in turn, then several at once, and rank who would be missed most."""
    with _errors_said():
        chosen = _scenario(config, set_, None)
        from resilience.stress.answer import stress_answer, stress_data, tables_of
        from resilience.stress.keep import StressFolder
        from resilience.stress.nminus import StressOrder
        from resilience.stress.nminus import stress as carry_out
        from resilience.stress.show import stress_tables

        with _progress(2, quiet=as_json) as progress:
            order = StressOrder(chosen, at, min_hours, k, seed, runs, workers, with_buyers, progress)
            folder = StressFolder(order, out, overwrite, _command_line())
            try:
                result = carry_out(order)
                tables = tables_of(result)
                path = folder.keep(result, tables)
            finally:
                folder.discard()
        if as_json:
            _print_json(stress_data(result, tables, str(path)))
        else:
            for table in stress_tables(result, tables):
                _print(table, "")
            typer.echo(stress_answer(result, tables))
        if result.failed:
            typer.echo(f"{len(result.failed)} failures could not be played; see failed_runs.parquet.", err=True)
        typer.echo(f"Results: {path}", err=as_json)
    if result.failed:
        raise typer.Exit(SOME_FAILED)


@app.command()
def explain(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A results folder.", show_default=False)],
    provider: Annotated[
        str | None,
        typer.Argument(metavar="[PROVIDER]", help="A provider's id or name, to be told its story.", show_default=False),
    ] = None,
    scenario: Annotated[
        str | None, typer.Option("--scenario", help="The scenario of the story; if left out, the first.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", "-s", min=0, help="The run of the story; if left out, the first.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Say why providers failed in kept results, or tell what happened to one of them."""
    with _errors_said():
        from resilience.explain import show, story, summary
        from resilience.runs.store import load_results

        stored = load_results(results)
        if provider is not None:
            told = story.story_of(stored, provider, scenario=scenario, seed=seed)
            if as_json:
                _print_json(told.data())
            else:
                typer.echo("\n".join(told.lines()))
            return
        found = summary.explanation(stored)
        if as_json:
            _print_json(found.data())
            return
        for table in show.explanation_tables(found):
            _print(table, "")
        typer.echo(found.answer)


@app.command()
def check(config: Config, months: Months = None, set_: Set = None, as_json: Json = False) -> None:
    """Check a scenario, its region and its files, and show what it comes to; nothing is run."""
    with _errors_said():
        chosen = _scenario(config, set_, months)
        from resilience.runs.check import check_scenario

        found = check_scenario(chosen)
        if as_json:
            _print_json(found.data())
        else:
            typer.echo(found.text())


@app.command()
def schema(
    table: Annotated[bool, typer.Option("--table", help="Print every parameter as a table instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --table: the table as JSON.")] = False,
) -> None:
    """Print the JSON schema of scenario files, by which an editor completes and checks them."""
    from resilience.scenario.schema import json_schema, parameter_table

    if not table:
        _print_json(json_schema())
    elif as_json:
        _print_json(parameter_table())
    else:
        from resilience.runs.check import parameter_lines

        typer.echo("\n".join(parameter_lines(parameter_table())))


@app.command("app")
def app_(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG]", help="The scenario to begin with.", autocompletion=_shipped, show_default=False
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "localhost",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the app in a browser."""
    with _errors_said():
        if config is not None:
            _scenario(config, None, None)
        try:
            launch = importlib.import_module("resilience.app").launch
            launch(config, host=host, port=port, open_browser=not no_browser)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("resilience."):
                raise
            typer.echo(
                f"The app needs more packages ({missing.name} is missing). "
                'Install them with: pip install "care-market-resilience[app]"',
                err=True,
            )
            raise typer.Exit(WRONG_INPUT) from None


def _scenario(config: str, assignments: list[str] | None, months: int | None) -> "Scenario":
    """Load a scenario with the command line's values laid over it."""
    return _scenarios([config], assignments, months)[0]


def _scenarios(configs: list[str], assignments: list[str] | None, months: int | None) -> "list[Scenario]":
    """Load scenarios, and tell the mistakes of them all at once."""
    from resilience.scenario import ScenarioError, load_with, parse_assignments

    values = parse_assignments(assignments or [])
    if months is not None:
        values["months"] = months
    found: list[Scenario] = []
    problems: list[Problem] = []
    for config in configs:
        try:
            found.append(load_with(config, values, origin="--set"))
        except ScenarioError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    if problems:
        raise ScenarioError(problems)
    return found


@contextmanager
def _errors_said() -> Iterator[None]:
    """Say what is wrong with the input on standard error, without a traceback, and leave with the right code."""
    try:
        yield
    except KeyboardInterrupt:
        typer.echo("Interrupted.", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except Exception as error:
        if not _is_wrong_input(error):
            raise
        typer.echo(str(error), err=True)
        raise typer.Exit(WRONG_INPUT) from None


def _is_wrong_input(error: Exception) -> bool:
    """Tell whether an error lies in what the user gave."""
    from resilience.scenario import ScenarioError

    if isinstance(error, ScenarioError):
        return True
    from resilience.explain.errors import ExplainError
    from resilience.region.errors import RegionError
    from resilience.runs.folder import OutputError

    return isinstance(error, RegionError | OutputError | ExplainError)


@contextmanager
def _progress(total: int, *, quiet: bool) -> "Iterator[Progress | None]":
    """Give a progress bar on standard error; nothing where nobody watches or there is little to wait for."""
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or total < 2 or not console.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Running"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("runs", total=total)
        yield lambda done, asked: bar.update(task, completed=done, total=asked)


def _print(table: Any, sentence: str) -> None:
    from rich.console import Console

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if watched else WIDTH_IN_A_FILE)
    console.print(table)
    console.print(sentence, highlight=False, markup=False, soft_wrap=not console.is_terminal)


def _print_comparison(comparison: "Comparison") -> None:
    from resilience.runs import show
    from resilience.runs.answer import difference_answer

    tables = []
    for other in comparison.others:
        tables += [show.difference_table(comparison, other), show.benefits_table(comparison, other)]
    *first, last = [table for table in tables if table is not None]
    for table in first:
        _print(table, "")
    _print(last, difference_answer(comparison))


def _print_json(data: Any) -> None:
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def _say_where(finished: "RunSet", as_json: bool) -> None:
    """Say which runs failed, whether the work was interrupted, and where the results are."""
    failed, path = finished.failed, finished.path
    if finished.interrupted:
        kept = "nothing had finished, so nothing is kept" if path is None else "what finished is kept"
        typer.echo(f"Interrupted: {kept}.", err=True)
    for row in failed.head(5).to_dict("records"):
        typer.echo(f"Run with seed {row['seed']} of {row['scenario']} failed: {row['error']}", err=True)
    if len(failed):
        total = len(finished.runs) + len(failed)
        typer.echo(f"{len(failed)} of {total} runs failed; their tracebacks are in failed_runs.parquet.", err=True)
    if path is not None:
        typer.echo(f"Results: {path}", err=as_json)


def _leave(finished: "RunSet") -> None:
    """Leave with the code that fits."""
    if finished.interrupted:
        raise typer.Exit(INTERRUPTED)
    if len(finished.failed):
        raise typer.Exit(SOME_FAILED)


def _command_line() -> list[str]:
    """Return the command line as it was typed, the program by its plain name."""
    return ["resilience", *sys.argv[1:]]
