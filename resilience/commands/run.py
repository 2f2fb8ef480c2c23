"""``resilience run`` and ``resilience compare``."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, Any

import typer

from resilience.commands.options import Config, Json, Months, Others, Out, Overwrite, Runs, Seed, Set, Workers, shipped
from resilience.commands.saying import (
    command_line,
    errors_said,
    leave,
    print_json,
    print_table,
    progress_bar,
    say_where,
    scenario_from,
    scenarios_from,
)

if TYPE_CHECKING:
    from resilience.runs.compare import Comparison
    from resilience.runs.ensemble import RunSet


def run(
    config: Config,
    runs: Runs = 1,
    seed: Seed = 1,
    workers: Workers = None,
    months: Months = None,
    set_: Set = None,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Run a scenario, once or many times, and say who fails and how much care is lost."""
    with errors_said():
        chosen = scenario_from(config, set_, months)
        from resilience.runs import one, show
        from resilience.runs.answer import answer
        from resilience.runs.ensemble import Keep, Order, RunsInterrupted, run_set

        with progress_bar(runs, quiet=as_json) as progress:
            order = Order({chosen.name: chosen}, runs, workers, seed, progress, one.care_market)
            keep = Keep(out, overwrite, command_line(), lambda done: {"answer": answer(done)})
            try:
                finished = run_set(order, keep)
            except RunsInterrupted as stopped:
                finished = stopped.finished
        if as_json:
            print_json(show.run_data(finished))
        elif len(finished.runs):
            print_table(show.headline_table(finished), answer(finished))
        say_where(finished, as_json)
    leave(finished)


def compare(
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE", help="The scenario to compare with.", autocompletion=shipped, show_default=False
        ),
    ],
    others: Others,
    runs: Runs = 20,
    seed: Seed = 1,
    workers: Workers = None,
    months: Months = None,
    set_: Set = None,
    precision: Annotated[
        float,
        typer.Option(
            "--precision", min=0.001, max=0.999, help="Say how many more seeds bring a difference to this share of it."
        ),
    ] = 0.1,
    out: Out = None,
    overwrite: Overwrite = False,
    as_json: Json = False,
) -> None:
    """Run scenarios on the same seeds and say what differs; --set and --months apply to all of them."""
    with errors_said():
        chosen = scenarios_from([base, *others], set_, months)
        from resilience.runs import one, show
        from resilience.runs.answer import difference_answer
        from resilience.runs.compare import Comparison, compare_order, labelled
        from resilience.runs.ensemble import Keep, Order, RunsInterrupted

        def describe(done: "RunSet") -> dict[str, Any]:
            return {"answer": difference_answer(Comparison(done))}

        with progress_bar(runs * len(chosen), quiet=as_json) as progress:
            order = Order(labelled(chosen), runs, workers, seed, progress, one.care_market)
            try:
                finished = compare_order(order, Keep(out, overwrite, command_line(), describe))
            except RunsInterrupted as stopped:
                finished = stopped.finished
        finished = replace(finished, precision=precision)
        if as_json:
            print_json(show.comparison_data(finished))
        elif len(finished.run_set.runs):
            _print_comparison(finished)
        say_where(finished.run_set, as_json)
    leave(finished.run_set)


def _print_comparison(comparison: "Comparison") -> None:
    from resilience.runs import show
    from resilience.runs.answer import difference_answer

    tables = []
    for other in comparison.others:
        tables += [show.difference_table(comparison, other), show.benefits_table(comparison, other)]
    *first, last = [table for table in tables if table is not None]
    for table in first:
        print_table(table, "")
    print_table(last, difference_answer(comparison))
