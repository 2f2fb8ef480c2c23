"""The headline: each measure with its interval; of a comparison the differences, on common seeds."""

import math
from typing import Any

import pandas as pd

from resilience.measures.catalogue import HEADLINE, TAIL
from resilience.reports.figures import change, interval, percent_change, unit_of, value
from resilience.reports.read import Material
from resilience.runs.answer import COMPARED, ENOUGH_FOR_A_SHARE
from resilience.runs.statistics import measure_of

SHOWN = (*HEADLINE, TAIL.name)

FOREST = tuple(COMPARED)
"""Measures whose differences are drawn with their intervals."""


def cards(material: Material, title: str) -> list[dict[str, Any]]:
    """Return the headline of one scenario: mean, range of the runs and a point for each run."""
    summary = material.run_set.summary(title)
    runs = material.run_set.of(title)
    return [_card(row, runs) for row in summary.to_dict("records") if row["measure"] in SHOWN]


def _card(row: dict[Any, Any], runs: pd.DataFrame) -> dict[str, Any]:
    measure = measure_of(row["measure"])
    low, high = row["low"], row["high"]
    known = math.isfinite(low) and low != high
    return {
        "name": measure.name,
        "label": measure.label,
        "help": measure.definition,
        "unit": unit_of(measure),
        "value": value(measure, row["mean"], low, high),
        "exact": row["mean"],
        "range": interval(measure, low, high) if known else "",
        "of": range_name(len(runs)) if measure is not TAIL else f"{row['n']} runs",
        "strip": _strip(runs[measure.name].to_list(), low, high, row["mean"])
        if measure.name in runs and known
        else None,
    }


def range_name(runs: int) -> str:
    """Return what the range of so many runs is called."""
    return "90% of runs" if runs >= ENOUGH_FOR_A_SHARE else f"{runs} runs"


def _strip(values: list[float], low: float, high: float, mean: float) -> dict[str, Any] | None:
    """Return the places, in percent of the width, of every run, the range and the mean."""
    numbers = [number for number in values if math.isfinite(number)]
    start, end = min(numbers), max(numbers)
    if not end > start:
        return None

    def place(number: float) -> float:
        return 3 + 94 * (number - start) / (end - start)

    points = sorted({round(place(number), 1) for number in numbers})
    return {"points": points[:200], "left": place(low), "width": place(high) - place(low), "mean": place(mean)}


def matrix(material: Material) -> dict[str, Any]:
    """Return a comparison's headline: a row a measure, the base's level and each other's difference."""
    comparison = material.comparison
    others = [title for title in comparison.others if material.finished[title]]
    tables = {other: _by_measure(comparison.differences(other)) for other in others}
    base = _by_measure(material.run_set.summary(comparison.base))
    rows = []
    for name in SHOWN:
        if name not in base:
            continue
        measure = measure_of(name)
        rows.append(
            {
                "name": name,
                "label": measure.label,
                "help": measure.definition,
                "unit": unit_of(measure),
                "base": value(measure, base[name]["mean"], base[name]["low"], base[name]["high"]),
                "base_range": interval(measure, base[name]["low"], base[name]["high"]),
                "cells": [_cell(tables[other][name]) for other in others],
            }
        )
    return {"base": comparison.base, "others": others, "rows": rows, "pairs": {o: _pairs(tables[o]) for o in others}}


def _cell(row: dict[Any, Any]) -> dict[str, Any]:
    measure = measure_of(row["measure"])
    low, high = row["low"], row["high"]
    return {
        "change": change(measure, row["difference"], low, high),
        "exact": row["difference"],
        "interval": interval(measure, low, high, signed=True).replace("%", ""),
        "relative": percent_change(row["relative_change"]),
        "worse": f"{row['worse_share']:.0%}" if math.isfinite(row["worse_share"]) else "",
        "verdict": verdict(row),
    }


def verdict(row: dict[Any, Any]) -> str:
    """Return "worse" or "better" where the interval leaves out nothing, "unclear" where it does not, else "plain"."""
    direction = measure_of(row["measure"]).higher_is
    if not (row["low"] > 0 or row["high"] < 0):
        return "unclear"
    if direction == "neutral":
        return "plain"
    return direction if row["difference"] > 0 else {"worse": "better", "better": "worse"}[direction]


def forest(material: Material) -> list[dict[str, Any]]:
    """Return, for the measures that a comparison speaks of, each scenario's difference with its interval as places.

    Places are in percent of the width; ``zero`` is where no difference lies.
    """
    comparison = material.comparison
    others = [title for title in comparison.others if material.finished[title]]
    panels = []
    tables = {other: _by_measure(comparison.differences(other)) for other in others}
    for name in FOREST:
        rows = [(other, tables[other][name]) for other in others if name in tables[other]]
        ends = [0.0, *(row[end] for _, row in rows for end in ("difference", "low", "high") if math.isfinite(row[end]))]
        low, high = min(ends), max(ends)
        if not high > low:
            continue
        panels.append(_panel(name, rows, low, high))
    return panels


def _panel(name: str, rows: list[tuple[str, dict[Any, Any]]], low: float, high: float) -> dict[str, Any]:
    measure = measure_of(name)

    def place(number: float) -> float:
        return 4 + 92 * (number - low) / (high - low)

    lines = []
    for other, row in rows:
        known = math.isfinite(row["low"])
        lines.append(
            {
                "scenario": other,
                "at": place(row["difference"]),
                "left": place(row["low"]) if known else place(row["difference"]),
                "width": place(row["high"]) - place(row["low"]) if known else 0.0,
                "text": change(measure, row["difference"], row["low"], row["high"]),
                "interval": interval(measure, row["low"], row["high"], signed=True),
                "verdict": verdict(row),
            }
        )
    return {"label": measure.label, "unit": unit_of(measure), "zero": place(0.0), "lines": lines}


def _by_measure(frame: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    return {row["measure"]: row for row in frame.to_dict("records")}


def _pairs(rows: dict[str, dict[Any, Any]]) -> int:
    return int(max((row["n"] for row in rows.values()), default=0))
