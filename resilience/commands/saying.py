"""What every command does alike: read scenarios, show progress, print, say what is wrong, leave with the right code."""

import json
import os
import sys
import time
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

SECONDS_OF_RATE = 300.0
"""The rate shown is that of the last so many seconds."""

SECONDS_BETWEEN_LINES = 60.0
"""Where progress is told in lines, one comes this often at most."""


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
def progress_bar(total: int, *, quiet: bool, lines: bool = False) -> "Iterator[Progress | None]":
    """Give a progress bar on standard error with rate and time left.

    Nothing where nobody watches or there is little to wait for; with ``lines``, a line a minute where standard error
    is no terminal, as in the log of a job.
    """
    from rich.console import Console

    console = Console(stderr=True)
    if quiet or total < 2 or not console.is_terminal:
        yield _a_line_a_minute() if lines and not quiet else None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("Running"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True, speed_estimate_period=SECONDS_OF_RATE) as bar:
        task = bar.add_task("runs", total=total, rate="")

        def update(done: int, asked: int) -> None:
            bar.update(task, completed=done, total=asked, rate=rate_text(bar.tasks[0].speed))

        yield update


def rate_text(per_second: float | None) -> str:
    """Return a rate in words, by the second or, when slow, by the minute or hour; empty when it is not known yet."""
    if not per_second:
        return ""
    for seconds, unit in ((1, "second"), (60, "minute")):
        if per_second * seconds >= 1:
            return f"{per_second * seconds:.3g} a {unit}"
    return f"{per_second * 3600:.3g} an hour"


def duration_text(seconds: float) -> str:
    """Return a duration in words: "40 s", "3 min", "2 h 5 min"."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def _a_line_a_minute() -> "Progress":
    """Return a progress that says where it is on standard error once a minute."""
    started = said = time.monotonic()
    before: int | None = None

    def say(done: int, asked: int) -> None:
        nonlocal before, said
        now = time.monotonic()
        before = done if before is None else before
        if now - said < SECONDS_BETWEEN_LINES or done == before:
            return
        said, rate = now, (done - before) / (now - started)
        left = duration_text((asked - done) / rate)
        typer.echo(f"{done:,} of {asked:,} runs, {rate_text(rate)}, about {left} left", err=True)

    return say


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
