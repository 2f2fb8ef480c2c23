"""``resilience stress``."""

from typing import Annotated

import typer

from resilience.commands.options import Config, Json, Out, Overwrite, Seed, Set, Workers
from resilience.commands.saying import (
    SOME_FAILED,
    command_line,
    errors_said,
    print_json,
    print_table,
    progress_bar,
    scenario_from,
)


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
    with errors_said():
        chosen = scenario_from(config, set_, None)
        from resilience.stress.answer import stress_answer, stress_data, tables_of
        from resilience.stress.keep import StressFolder
        from resilience.stress.nminus import StressOrder
        from resilience.stress.nminus import stress as carry_out
        from resilience.stress.show import stress_tables

        with progress_bar(2, quiet=as_json) as progress:
            order = StressOrder(chosen, at, min_hours, k, seed, runs, workers, with_buyers, progress)
            folder = StressFolder(order, out, overwrite, command_line())
            try:
                result = carry_out(order)
                tables = tables_of(result)
                path = folder.keep(result, tables)
            finally:
                folder.discard()
        if as_json:
            print_json(stress_data(result, tables, str(path)))
        else:
            for table in stress_tables(result, tables):
                print_table(table, "")
            typer.echo(stress_answer(result, tables))
        if result.failed:
            typer.echo(f"{len(result.failed)} failures could not be played; see failed_runs.parquet.", err=True)
        typer.echo(f"Results: {path}", err=as_json)
    if result.failed:
        raise typer.Exit(SOME_FAILED)
