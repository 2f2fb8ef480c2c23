"""Assumptions that matter most, where there is a sensitivity analysis of one parameter at a time.

The table is that of ``python -m resilience.analysis.tornado``: a row a parameter with its ``low`` and ``high``, for
every measure the change at each end as a share of the base's mean, the largest of them (``swing``) and its measure
(``swings``).
"""

import math
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.reports.context import written
from resilience.reports.figures import percent_change, plain
from resilience.reports.read import Material
from resilience.runs.folder import OutputError
from resilience.runs.statistics import measure_of
from resilience.scenario.schema import parameter_table

FILE_NAME = "sensitivity.csv"
"""The table's name in a results folder that keeps one."""

NEEDED = ("parameter", "low", "high", "swing", "swings")
MOST_SHOWN = 12


def stored_sensitivity(material: Material, file: Path | None = None) -> dict[str, Any] | None:
    """Return the analysis as rows, the largest swing first: of a file, or of the results folder; None without one.

    Raises OutputError for a file that is no such table.
    """
    path = material.path / FILE_NAME if file is None else file
    if file is None and not path.is_file():
        return None
    table = _read(path).dropna(subset=["swing"]).sort_values("swing", ascending=False, kind="stable")
    known = {row["name"]: row for row in parameter_table()}
    top = float(table["swing"].max()) if len(table) else 1.0
    rows = [
        _row({str(name): value for name, value in row.items()}, known, top)
        for row in table.head(MOST_SHOWN).to_dict("records")
    ]
    return {
        "sentence": f"An analysis moved {plain(len(table))} parameters one at a time, all else and all luck the same. "
        "Each is shown with the measure that it moves most, as a share of that measure's mean.",
        "caption": "What each assumption moves most",
        "heads": ["Moved from and to", "Measure", "At its low end", "At its high end"],
        "rows": rows,
    }


def _read(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise OutputError(f"{path}: cannot be read as a table: {error}") from error
    missing = [name for name in NEEDED if name not in table]
    if missing:
        raise OutputError(f"{path}: is no sensitivity analysis; it has no column {', '.join(missing)}.")
    return table


def _row(row: dict[str, Any], known: dict[str, dict[str, Any]], top: float) -> dict[str, Any]:
    name, measure = str(row["parameter"]), str(row["swings"])
    declared = known.get(name, {"label": name, "unit": ""})
    ends = [float(row.get(f"{measure}_{side}", math.nan)) for side in ("low", "high")]
    low, high = (written(float(row[side]), declared["unit"]).partition(" ")[0] for side in ("low", "high"))
    cells = [f"{low} to {high}", measure_of(measure).label, *(percent_change(end) for end in ends)]
    return {
        "name": name,
        "label": declared["label"],
        "cells": cells,
        "text": percent_change(float(row["swing"])).lstrip("+"),
        "width": 100 * float(row["swing"]) / top,
    }
