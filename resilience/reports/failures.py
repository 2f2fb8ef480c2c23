"""Who fails and why: causes, kinds and sizes of providers that fail, and what took their surplus; all a run."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from resilience.agents.story import PARTS
from resilience.explain.summary import LABELS, Explanation
from resilience.reports.figures import plain, pounds, rate
from resilience.reports.read import Material
from resilience.state.codes import CAUSES, KINDS

SIZES = (
    (0.0, "under 250 hours a week"),
    (250.0, "250 to 999"),
    (1_000.0, "1,000 to 4,999"),
    (5_000.0, "5,000 and over"),
)
"""Sizes of providers by their weekly care hours in the region: least hours of each, and its name."""

KIND_NAMES = {
    "chain": "Chains",
    "independent": "Independents",
    "cooperative": "Co-operatives",
    "micro_enterprise": "Micro-enterprises",
    "council_service": "Councils' own services",
}


def causes(found: Explanation) -> list[dict[str, Any]]:
    """Return a row a cause, the commonest first, with failures a run in each scenario."""
    frame = found.by_kind[found.by_kind["kind"] == "provider_failure"]
    wide = _wide(frame, "cause", "events", found.scenarios)
    return [_bars(_first_upper(LABELS.get(str(cause), str(cause))), row, wide) for cause, row in wide.iterrows()]


def kinds(found: Explanation) -> list[dict[str, Any]]:
    """Return a row a kind of provider: failures and closures, and people who lose their place, a run."""
    rows = []
    for kind in KINDS:
        mine = found.by_kind[found.by_kind["provider_kind"] == kind]
        if mine.empty:
            continue
        cells = []
        for scenario in found.scenarios:
            of = mine[mine["scenario"] == scenario]
            failed, closed = (of[of["kind"] == event] for event in ("provider_failure", "site_closure"))
            cells.append([rate(failed["events"].sum()), rate(closed["events"].sum()), plain(closed["people"].sum())])
        rows.append({"label": KIND_NAMES[kind], "cells": cells})
    return rows


def sizes(material: Material) -> list[dict[str, Any]]:
    """Return a row a size of provider: how many there are a run, how many fail, and their share, in each scenario."""
    table = material.table("providers", ["scenario", "hours_per_week", "fate"])
    ends = [low for low, _name in SIZES[1:]]
    table["size"] = np.digitize(table["hours_per_week"].to_numpy(dtype=np.float64), ends)
    rows = []
    for size, (_low, name) in enumerate(SIZES):
        cells = []
        for title in present(material):
            mine = table[(table["scenario"] == title) & (table["size"] == size)]
            count, failed = (
                number / material.finished[title] for number in (len(mine), (mine["fate"] == "failed").sum())
            )
            cells.append([plain(count), rate(failed), f"{failed / count:.1%}" if count else "–"])
        rows.append({"label": _first_upper(name), "cells": cells})
    return rows


def bridge(found: Explanation) -> list[dict[str, Any]]:
    """Return what took the surplus of established providers that failed: a row a part, GBP an hour, by scenario.

    The parts add up to the change from start to end. Empty where no established provider failed.
    """
    told = found.bridge.set_index("scenario").loc[found.scenarios]
    if not told["failures"].any():
        return []
    lines = {"At the start": "surplus_per_hour_start"}
    lines |= {_first_upper(PARTS[cause]): f"cause_{cause}" for cause in CAUSES}
    lines |= {"At the end": "surplus_per_hour"}
    widest = float(np.nanmax(told[list(lines.values())].abs().to_numpy(dtype=np.float64)))
    return [
        _bridge_row(label, told[column].to_list(), widest or 1.0, not column.startswith("cause_"))
        for label, column in lines.items()
    ]


def _bridge_row(label: str, values: Sequence[float], widest: float, total: bool) -> dict[str, Any]:
    cells = [
        {
            "text": pounds(number, signed=not total),
            "width": 50 * abs(number) / widest if np.isfinite(number) else 0.0,
            "side": "loss" if number < 0 else "gain",
        }
        for number in values
    ]
    return {"label": label, "cells": cells, "total": total}


def present(material: Material) -> list[str]:
    """Return the titles of the scenarios of which a run finished."""
    return [title for title in material.titles if material.finished[title]]


def _wide(frame: pd.DataFrame, key: str, value: str, scenarios: Sequence[str]) -> pd.DataFrame:
    wide = frame.pivot_table(index=key, columns="scenario", values=value, aggfunc="sum", fill_value=0.0)
    wide = wide.reindex(columns=list(scenarios), fill_value=0.0)
    return wide.loc[wide.sum(axis=1).sort_values(ascending=False, kind="stable").index]


def _bars(label: str, row: "pd.Series[float]", wide: pd.DataFrame) -> dict[str, Any]:
    most = max(float(wide.to_numpy().max()), 1e-9)
    return {"label": label, "cells": [{"text": rate(number), "width": 100 * number / most} for number in row]}


def _first_upper(text: str) -> str:
    return text[:1].upper() + text[1:]
