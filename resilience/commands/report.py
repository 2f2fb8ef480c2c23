"""``resilience report``."""

from pathlib import Path
from typing import Annotated

import typer

from resilience.commands.saying import errors_said


def report(
    results: Annotated[Path, typer.Argument(metavar="RESULTS", help="A results folder.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="The file; if left out, report.html in RESULTS.", show_default=False
        ),
    ] = None,
    sensitivity: Annotated[
        Path | None,
        typer.Option(
            "--sensitivity",
            metavar="FILE",
            help="A table of what each assumption moves, such as docs/sensitivity.csv.",
            show_default=False,
        ),
    ] = None,
    overwrite: Annotated[
        bool,
        typer.Option("--overwrite", help="Replace a file that is no report; an earlier report is replaced anyway."),
    ] = False,
) -> None:
    """Write a report of kept results: one page that opens from disk, prints, and needs no network."""
    with errors_said():
        from resilience.reports.write import report as write

        typer.echo(f"Report: {write(results, out, overwrite=overwrite, sensitivity=sensitivity)}")
