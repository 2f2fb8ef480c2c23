"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer


def shipped(typed: str) -> list[str]:
    """Return scenario files and names that complete what was typed."""
    from resilience.scenario.load import CONFIG_FOLDERS

    files = sorted({file.stem for folder in CONFIG_FOLDERS for file in folder.glob("*.toml")})
    return [name for name in files if name.startswith(typed)]


Config = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG",
        help="A scenario file (TOML), or the name of a shipped scenario.",
        autocompletion=shipped,
        show_default=False,
    ),
]
Others = Annotated[
    list[str],
    typer.Argument(
        metavar="OTHER...", help="Scenarios to compare with it.", autocompletion=shipped, show_default=False
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
