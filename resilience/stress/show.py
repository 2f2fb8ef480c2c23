"""A stress test on the screen: the worst providers, those below the legal line, sets and councils."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from rich.table import Table

from resilience.runs.show import number
from resilience.stress.answer import after, weeks
from resilience.stress.nminus import StressResult

WORST = 10
"""Rows of each table on the screen; the rest stands in the results folder."""

type Cells = Callable[[dict[str, Any]], list[str]]


def stress_tables(result: StressResult, tables: dict[str, pd.DataFrame]) -> list[Table]:
    """Return the tables to print; empty ones are left out."""
    providers, sets = tables["stress_providers"], tables["stress_sets"]
    if providers.empty:
        return []
    order = result.order
    who = f"{len(providers):,} providers fail in turn" if len(providers) > 1 else "1 provider fails"
    title = f"{order.scenario.name} {after(order.at)}: {who}"
    hard = providers[providers["below_the_line"]].sort_values("room_used", ascending=False)
    below = "Hard to replace, yet below the legal line"
    shown = [
        _table(title, PROVIDER_HEADINGS, providers, _provider),
        _table(below, HARD_HEADINGS, hard, _hard),
        _table("Several at once", SET_HEADINGS, _sets_shown(sets), _set),
        _table("Councils", COUNCIL_HEADINGS, tables["stress_councils"], _council),
    ]
    return [table for table in shown if table.row_count]


def _sets_shown(sets: pd.DataFrame) -> pd.DataFrame:
    """Return the greedy sets and the five worst pairs."""
    if sets.empty:
        return sets
    return pd.concat([sets[sets["method"] == "greedy"], sets[sets["method"] == "pair"].head(5)])


def _table(title: str, headings: tuple[str, ...], frame: pd.DataFrame, cells: Cells) -> Table:
    caption = "Hit: councils; 7, 28, 90 days: re-placed" if headings is PROVIDER_HEADINGS else None
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    for heading in headings:
        text = heading in TEXT
        table.add_column(heading, justify="left" if text else "right", no_wrap=text, overflow="ellipsis")
    for row in frame.head(WORST).to_dict("records"):
        table.add_row(*cells({str(name): value for name, value in row.items()}))
    return table


TEXT = ("Provider", "Council", "Who", "Where", "How", "Worst provider", "Needs")
PROVIDER_HEADINGS = (
    "Provider",
    "Hours a week",
    "People",
    "Lost, 3 months",
    "7 days",
    "28 days",
    "90 days",
    "Weeks",
    "Hit",
    "By law",
    "Room used",
)


def _provider(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['provider']} {row['provider_name']}",
        number(row["hours_interrupted"], 0),
        number(row["people_affected"], 0),
        number(row["hours_lost"], 0),
        *(f"{row[f'replaced_{days}_days']:.0%}" for days in (7, 28, 90)),
        weeks(row["weeks_to_recover"], row["months_followed"]),
        str(row["councils_hit"]),
        "yes" if row["statutory"] else "no",
        f"{row['room_used']:.0%}",
    ]


HARD_HEADINGS = ("Provider", "Where", "Hours a week", "Room used", "Gap", "Places to mend", "Needs")


def _hard(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['provider']} {row['provider_name']}",
        f"{row['gap_care_type'].replace('_', ' ')}, {row['gap_council']}",
        number(row["hours_interrupted"], 0),
        f"{row['room_used']:.0%}",
        number(row["replacement_gap"], 0),
        number(row["places_to_mend"], 0),
        row["mend_by"] or "-",
    ]


SET_HEADINGS = ("How", "Who", "Hours a week", "Lost, 3 months", "More than singly", "28 days", "90 days")


def _set(row: dict[str, Any]) -> list[str]:
    return [
        f"{row['method']} {row['size']}",
        row["members"],
        number(row["hours_interrupted"], 0),
        number(row["hours_lost"], 0),
        number(row["hours_lost_jointly"], 0, signed=True),
        f"{row['replaced_28_days']:.0%}",
        f"{row['replaced_90_days']:.0%}",
    ]


COUNCIL_HEADINGS = ("Council", "Worst provider", "Lost, 3 months", "Of need", "Gap", "Places to mend", "Needs")


def _council(row: dict[str, Any]) -> list[str]:
    return [
        row["council"],
        f"{row['worst_provider']} {row['worst_provider_name']}",
        number(row["hours_lost"], 0),
        f"{row['share_of_need']:.2%}",
        number(row["replacement_gap"], 0),
        number(row["places_to_mend"], 0),
        row["mend_by"] or "-",
    ]
