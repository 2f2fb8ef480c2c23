"""A stress test: who would be missed most, which councils would be hit, and what several failures at once would do."""

from collections.abc import Callable
from typing import Any

import pandas as pd

from resilience.reports.figures import plain
from resilience.reports.places import Map, level_map, points, tiles_of
from resilience.reports.read import Material
from resilience.runs.answer import span
from resilience.stress.answer import weeks

MOST_SHOWN = 15

type Row = dict[str, Any]
type Column = tuple[str, Callable[[Row], str]]
"""A heading, and the text of a row below it."""


def _count(name: str) -> Callable[[Row], str]:
    return lambda row: plain(float(row[name]))


def _share(name: str) -> Callable[[Row], str]:
    return lambda row: points(float(row[name]), decimals=0)


def _said(name: str) -> Callable[[Row], str]:
    return lambda row: str(row[name]) or "–"


def _yes(name: str) -> Callable[[Row], str]:
    return lambda row: "yes" if row[name] else "no"


PROVIDERS: tuple[Column, ...] = (
    ("Provider", _said("provider_name")),
    ("Home council", _said("council")),
    ("Hours a week", _count("hours_interrupted")),
    ("People", _count("people_affected")),
    ("Hours lost in 3 months", _count("hours_lost")),
    ("Re-placed in 28 days", _share("replaced_28_days")),
    ("Weeks to recover", lambda row: weeks(float(row["weeks_to_recover"]), int(row["months_followed"]))),
    ("Councils hit", _count("councils_hit")),
    ("In the legal scheme", _yes("statutory")),
)
COUNCILS: tuple[Column, ...] = (
    ("Council", _said("council")),
    ("Provider missed most", _said("worst_provider_name")),
    ("Hours lost in 3 months", _count("hours_lost")),
    ("Share of need", lambda row: points(float(row["share_of_need"]))),
    ("Providers whose failure is felt", _count("providers_that_hit")),
    ("Replacement gap, hours a week", _count("replacement_gap")),
    ("Places that would close it", _count("places_to_mend")),
)
SETS: tuple[Column, ...] = (
    ("Who", _said("member_names")),
    ("Hours a week", _count("hours_interrupted")),
    ("Hours lost in 3 months", _count("hours_lost")),
    ("More than one by one", _count("hours_lost_jointly")),
    ("Re-placed in 28 days", _share("replaced_28_days")),
)


def tables(material: Material) -> list[dict[str, Any]]:
    """Return the three tables, the worst first; those without rows are left out."""
    below = "Hard to replace, yet below the legal line"
    providers = material.table("stress_providers")
    found = [
        _table("Providers that would be missed most", PROVIDERS, providers),
        _table(below, PROVIDERS, providers[providers["below_the_line"]]),
        _table("Councils", COUNCILS, material.table("stress_councils")),
    ]
    if "stress_sets" in material.names:
        found.append(_table("Several at once", SETS, material.table("stress_sets")))
    return [table for table in found if table["rows"]]


def _table(title: str, columns: tuple[Column, ...], frame: pd.DataFrame) -> dict[str, Any]:
    records = [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]
    rows = [[text(row) for _, text in columns] for row in records]
    return {"title": title, "heads": [head for head, _ in columns], "rows": rows, "shown": MOST_SHOWN}


def maps(material: Material) -> list[Map]:
    """Return the map of what the worst single failure would cost each council."""
    tiles = tiles_of(material)
    if not tiles:
        return []
    table = material.table("stress_councils", ["council", "share_of_need"])
    shares = dict(zip(table["council"].astype(str), table["share_of_need"].astype(float), strict=True))
    return [level_map("Hours lost in three months if the provider missed most fails, share of need", tiles, shares)]


def question(material: Material) -> str:
    """Return what the test asks."""
    stress = material.manifest["stress"]
    hours = plain(float(stress["min_hours"]))
    return (
        f"If each provider with more than {hours} hours of care a week failed in turn after "
        f"{span(int(stress['at']))}, whose failure would cost most care, and who could step in?"
    )
