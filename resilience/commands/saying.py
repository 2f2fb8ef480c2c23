"""What every command does alike: read scenarios, show progress, print, say what is wrong, leave with the right code."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from resilience.runs.ensemble import RunSet
    from resilience.runs.work import Progress
    from resilience.scenario import Problem, Scenario

SOME_FAILED, WRONG_INPUT, INTERRUPTED = 1, 2, 130
WIDTH_IN_A_FILE = 120
"""Letters to a line of a table that goes to a file or another program."""


def scenario_from(config: str, assignments: list[str] | None, months: int | None) -> "Scenario":
    """Load a scenario with the command line's values laid over it."""
    return scenarios_from([config], assignments, months)[0]


def scenarios_from(configs: list[str], assignments: list[str] | None, months: int | None) -> "list[Scenario]":
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
def errors_said() -> Iterator[None]:
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
def progress_bar(total: int, *, quiet: bool) -> "Iterator[Progress | None]":
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


def print_table(table: Any, sentence: str) -> None:
    """Print a table and a sentence below it, as wide as the screen or a file wants them."""
    from rich.console import Console

    watched = sys.stdout.isatty() or "COLUMNS" in os.environ
    console = Console(width=None if watched else WIDTH_IN_A_FILE)
    console.print(table)
    console.print(sentence, highlight=False, markup=False, soft_wrap=not console.is_terminal)


def print_json(data: Any) -> None:
    """Print plain data as strict JSON."""
    typer.echo(json.dumps(data, indent=2, ensure_ascii=False, allow_nan=False))


def say_where(finished: "RunSet", as_json: bool) -> None:
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


def leave(finished: "RunSet") -> None:
    """Leave with the code that fits."""
    if finished.interrupted:
        raise typer.Exit(INTERRUPTED)
    if len(finished.failed):
        raise typer.Exit(SOME_FAILED)


def command_line() -> list[str]:
    """Return the command line as it was typed, the program by its plain name."""
    return ["resilience", *sys.argv[1:]]
