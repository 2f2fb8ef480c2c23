"""``resilience check`` and ``resilience schema``: look at scenarios without running them."""

from typing import Annotated

import typer

from resilience.commands.options import Config, Json, Months, Set
from resilience.commands.saying import errors_said, print_json, scenario_from


def check(config: Config, months: Months = None, set_: Set = None, as_json: Json = False) -> None:
    """Check a scenario, its region and its files, and show what it comes to; nothing is run."""
    with errors_said():
        chosen = scenario_from(config, set_, months)
        from resilience.runs.check import check_scenario

        found = check_scenario(chosen)
        if as_json:
            print_json(found.data())
        else:
            typer.echo(found.text())


def schema(
    table: Annotated[bool, typer.Option("--table", help="Print every parameter as a table instead.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="With --table: the table as JSON.")] = False,
) -> None:
    """Print the JSON schema of scenario files, by which an editor completes and checks them."""
    from resilience.scenario.schema import json_schema, parameter_table

    if not table:
        print_json(json_schema())
    elif as_json:
        print_json(parameter_table())
    else:
        from resilience.runs.check import parameter_lines

        typer.echo("\n".join(parameter_lines(parameter_table())))
