"""An explanation on the screen: causes by kind of provider, council, year and scenario, the bridge, and contagion."""

from typing import Any

from rich.table import Table

from resilience.agents.story import PARTS, pounds
from resilience.explain.summary import CHANNELS, ENDINGS, LABELS, Explanation
from resilience.runs.show import number
from resilience.state.codes import CAUSES

_EVENTS = {"provider_failure": "failures", "site_closure": "closures", "contract_hand_back": "hand-backs"}


def explanation_tables(found: Explanation) -> list[Table]:
    """Return the tables to print; empty ones are left out."""
    several = len(found.scenarios) > 1
    tables = [
        _kinds(found, several),
        _ends("By council", "council", found.by_council.to_dict("records"), several),
        _ends("By year", "year", found.by_year.to_dict("records"), several),
        _bridge(found),
        _contagion(found),
        _differences(found),
    ]
    return [table for table in tables if table.row_count]


def _new(title: str, words: list[str], figures: list[str], several: bool) -> Table:
    table = Table(title=title, title_justify="left")
    for heading in [*(["Scenario"] if several else []), *words]:
        table.add_column(heading)
    for heading in figures:
        table.add_column(heading, justify="right", no_wrap=True)
    return table


def _lead(row: dict[Any, Any], several: bool) -> list[str]:
    return [str(row["scenario"])] if several else []


def _kinds(found: Explanation, several: bool) -> Table:
    """Return failures by kind of provider and cause."""
    figures = ["Failures", "Hours a week"]
    table = _new("Provider failures by kind and cause, a run", ["Kind", "Cause"], figures, several)
    frame = found.by_kind[found.by_kind["kind"] == "provider_failure"]
    for row in frame.to_dict("records"):
        kind = str(row["provider_kind"]).replace("_", " ")
        cells = [kind, LABELS.get(row["cause"], row["cause"]), number(row["events"], 1), number(row["hours"], 0)]
        table.add_row(*_lead(row, several), *cells)
    return table


def _ends(title: str, key: str, rows: list[dict[Any, Any]], several: bool) -> Table:
    """Return failures, closures and hand-backs by council or year with their commonest cause."""
    figures = [_EVENTS[name].capitalize() for name in ENDINGS]
    table = _new(f"{title}, a run", [key.capitalize(), "Commonest cause"], figures, several)
    for row in rows:
        cells = [str(row[key]), LABELS.get(row["main_cause"], row["main_cause"])]
        table.add_row(*_lead(row, several), *cells, *(number(row[name], 1) for name in ENDINGS))
    return table


def _bridge(found: Explanation) -> Table:
    """Return the mean bridge of failures; the parts sum to the change."""
    table = _new("What changed the surplus an hour of those that failed", ["Part"], list(found.scenarios), False)
    rows = {str(row["scenario"]): row for row in found.bridge.to_dict("records") if row["failures"]}
    if not rows:
        return table
    lines = {"At the start": "surplus_per_hour_start"}
    lines |= {PARTS[cause].capitalize(): f"cause_{cause}" for cause in CAUSES}
    for label, column in (lines | {"At the end": "surplus_per_hour"}).items():
        signed = column.startswith("cause_")
        cells = [pounds(rows[name][column], signed=signed) if name in rows else "-" for name in found.scenarios]
        table.add_row(label, *cells)
    return table


def _contagion(found: Explanation) -> Table:
    """Return how much follows from others' endings."""
    table = _new("What follows from other providers' endings, a run", ["Of"], list(found.scenarios), False)
    rows = {str(row["scenario"]): row for row in found.contagion.to_dict("records")}
    lines = {"Failures, closures and hand-backs": ("events", 1)}
    lines |= {f"- {label}": (channel, 1) for channel, label in CHANNELS.items()}
    lines |= {
        "Care hours lost": ("care_hours_lost", 0),
        "- first round": ("care_hours_lost_first_round", 0),
        "- second round": ("care_hours_lost_second_round", 0),
    }
    for label, (column, decimals) in lines.items():
        table.add_row(label, *(number(rows[name][column], decimals) for name in found.scenarios))
    return table


def _differences(found: Explanation) -> Table:
    """Return failures by cause in the other scenarios less the first."""
    first = found.scenarios[0]
    table = _new("Failures by cause, a run", ["Scenario", "Cause"], [first, "Other", "Difference"], False)
    for row in found.differences.to_dict("records"):
        figures = [number(row["base"], 1), number(row["events"], 1), number(row["difference"], 1, signed=True)]
        table.add_row(str(row["scenario"]), LABELS.get(row["cause"], row["cause"]), *figures)
    return table
