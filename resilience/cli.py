"""The command line ``resilience``.

Exit codes: 0 done; 1 some runs failed (the others are kept); 2 the input was wrong, or the results cannot be written
where they were asked for (nothing is written); 130 interrupted (what finished is kept). Results and answers go to
standard output, progress and errors to standard error. Heavy libraries are loaded by the command that needs them,
so that help comes at once. Each command has a module in ``resilience.commands`` and a line in ``COMMANDS``.
"""

import signal
from collections.abc import Callable
from typing import Annotated

import typer

from resilience.commands.app import open_app
from resilience.commands.batch import batch
from resilience.commands.check import check, schema
from resilience.commands.explain import explain
from resilience.commands.importing import importing
from resilience.commands.report import report
from resilience.commands.run import compare, run
from resilience.commands.stress import stress
from resilience.commands.validate import validate

COMMANDS: dict[str, Callable[..., None]] = {
    "run": run,
    "compare": compare,
    "batch": batch,
    "stress": stress,
    "validate": validate,
    "explain": explain,
    "report": report,
    "check": check,
    "schema": schema,
    "app": open_app,
}
"""The commands in the order in which help lists them."""

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


@app.callback(invoke_without_command=True)
def _root(
    version: Annotated[bool, typer.Option("--version", "-V", help="Print the version and leave.")] = False,
) -> None:
    if version:
        from resilience import __version__

        typer.echo(f"resilience {__version__}")
        raise typer.Exit


for _name, _command in COMMANDS.items():
    app.command(_name)(_command)
app.add_typer(importing, name="import")
