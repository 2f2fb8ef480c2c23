"""Assumptions that matter most, where the results folder keeps a sensitivity analysis.

The table ``sensitivity`` has a row for each parameter and measure: ``parameter`` (a dotted name), ``measure``, and
either ``low`` and ``high`` (the measure's mean at the parameter's low and high end) or ``index`` (of importance).
"""

from typing import Any

import pandas as pd

from resilience.reports.figures import change, plain, value
from resilience.reports.headline import FOREST
from resilience.reports.read import Material
from resilience.runs.statistics import measure_of
from resilience.scenario.schema import parameter_table

TABLE = "sensitivity"
MOST_SHOWN = 12


def stored_sensitivity(material: Material) -> dict[str, Any] | None:
    """Return the stored analysis of the weightiest measure as rows, largest first; None where there is none."""
    if TABLE not in material.names:
        return None
    table = material.table(TABLE)
    ends = {"low", "high"} <= set(table.columns)
    if not {"parameter", "measure"} <= set(table.columns) or not (ends or "index" in table.columns):
        return None
    measures = list(dict.fromkeys(table["measure"]))
    if not measures:
        return None
    name = next((measure for measure in reversed(FOREST) if measure in measures), measures[0])
    mine = table[table["measure"] == name]
    size = (mine["high"] - mine["low"]).abs() if ends else mine["index"].abs()
    mine = mine.assign(size=size).sort_values("size", ascending=False, kind="stable").head(MOST_SHOWN)
    labels = {row["name"]: row["label"] for row in parameter_table()}
    top = max(float(mine["size"].max()), 1e-12)
    label = measure_of(name).label
    return {
        "sentence": f"The stored analysis varied {plain(table['parameter'].nunique())} parameters over their ranges.",
        "caption": f"{label}: what each parameter moves",
        "heads": ["At its low end", "At its high end", "Difference"] if ends else ["Index"],
        "rows": [_row(row, name, labels, top, ends=ends) for _, row in mine.iterrows()],
    }


def _row(row: "pd.Series[Any]", measure: str, labels: dict[str, str], top: float, *, ends: bool) -> dict[str, Any]:
    parameter = str(row["parameter"])
    if ends:
        cells = [value(measure, row["low"]), value(measure, row["high"]), change(measure, row["high"] - row["low"])]
    else:
        cells = [plain(float(row["index"]), 3)]
    return {
        "name": parameter,
        "label": labels.get(parameter, parameter),
        "cells": cells,
        "text": "",
        "width": 100 * float(row["size"]) / top,
    }
