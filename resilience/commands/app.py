"""``resilience app``."""

import importlib
from typing import Annotated

import typer

from resilience.commands.options import shipped
from resilience.commands.saying import WRONG_INPUT, errors_said, scenario_from


def open_app(
    config: Annotated[
        str | None,
        typer.Argument(
            metavar="[CONFIG]", help="The scenario to begin with.", autocompletion=shipped, show_default=False
        ),
    ] = None,
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8765,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "localhost",
    replicates: Annotated[
        int, typer.Option("--replicates", min=1, max=200, help="Runs of each scenario; fewer are there sooner.")
    ] = 20,
    workers: Annotated[int, typer.Option("--workers", "-w", min=1, help="Processes that play the runs.")] = 2,
    no_ahead: Annotated[
        bool, typer.Option("--no-ahead", help="Do not play the shipped scenarios before anybody asks for them.")
    ] = False,
    mesa: Annotated[bool, typer.Option("--mesa", help="Open the model in Mesa's own SolaraViz instead.")] = False,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Do not open a browser.")] = False,
) -> None:
    """Open the app in a browser."""
    with errors_said():
        if config is not None:
            scenario_from(config, None, None)
        try:
            launch = importlib.import_module("resilience.app").launch
            launch(
                config,
                host=host,
                port=port,
                open_browser=not no_browser,
                replicates=replicates,
                workers=workers,
                ahead=not no_ahead,
                mesa=mesa,
            )
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("resilience."):
                raise
            typer.echo(
                f"The app needs more packages ({missing.name} is missing). "
                'Install them with: pip install "care-market-resilience[app]"',
                err=True,
            )
            raise typer.Exit(WRONG_INPUT) from None
