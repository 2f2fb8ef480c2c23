"""``resilience validate``."""

from typing import Annotated

import typer

from resilience.commands.options import Json, Out, Overwrite, Seed, Set, Workers, shipped
from resilience.commands.saying import (
    SOME_FAILED,
    command_line,
    errors_said,
    print_json,
    print_table,
    progress_bar,
    say_where,
    scenario_from,
)


def validate(
    config: Annotated[
        str,
        typer.Argument(
            metavar="[CONFIG]", help="The scenario to hold against the facts, without shocks.", autocompletion=shipped
        ),
    ] = "west-midlands-2016",
    runs: Annotated[int, typer.Option("--runs", "-n", min=1, help="Seeds; every scenario needed runs with each.")] = 30,
    seed: Seed = 1,
    workers: Workers = None,
    months: Annotated[
        int | None,
        typer.Option("--months", min=1, help="Run no longer than this; some targets are then not measured."),
    ] = None,
    set_: Set = None,
    out: Out = None,
    overwrite: Overwrite = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Leave with exit code 1 unless every target passes.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Hold the model against published facts: each target passes, is in doubt or fails; all are shown."""
    with errors_said():
        chosen = scenario_from(config, set_, None)
        from resilience.analysis import show
        from resilience.analysis.keep import ValidationFolder
        from resilience.analysis.validate import validate as carry_out

        folder = ValidationFolder(chosen, runs, out, overwrite)
        try:
            with progress_bar(2, quiet=as_json) as progress:
                found = carry_out(chosen, runs, seed=seed, workers=workers, months=months, progress=progress)
            path = folder.keep(found, command_line())
        finally:
            folder.discard()
        found.runs.path = path
        if as_json:
            print_json(show.data(found, str(path)))
        else:
            print_table(show.target_table(found), "")
            print_table(show.fact_table(found), "")
            typer.echo(show.sentence(found))
        say_where(found.runs, as_json)
    if len(found.runs.failed) or (strict and found.score < 1.0):
        raise typer.Exit(SOME_FAILED)
