"""``resilience explain``."""

from pathlib import Path
from typing import Annotated

import typer

from resilience.commands.options import Json
from resilience.commands.saying import errors_said, print_json, print_table


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
    with errors_said():
        from resilience.explain import show, story, summary
        from resilience.runs.store import load_results

        stored = load_results(results)
        if provider is not None:
            told = story.story_of(stored, provider, scenario=scenario, seed=seed)
            if as_json:
                print_json(told.data())
            else:
                typer.echo("\n".join(told.lines()))
            return
        found = summary.explanation(stored)
        if as_json:
            print_json(found.data())
            return
        for table in show.explanation_tables(found):
            print_table(table, "")
        typer.echo(found.answer)
