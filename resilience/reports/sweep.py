"""A batch with a design: how each outcome moves with each factor, over the design points' means across seeds."""

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from numpy.typing import NDArray

from resilience.measures.catalogue import Measure
from resilience.reports.context import written
from resilience.reports.drawing import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Scale, axis_text, element, svg
from resilience.reports.figures import change, plain, seeds_said, ticks, unit_of, value
from resilience.reports.headline import FOREST
from resilience.reports.read import Material
from resilience.runs.answer import listed, span
from resilience.runs.statistics import measure_of, ordered_measures

Floats = NDArray[np.float64]

OUTCOMES = (*reversed(FOREST), "replacement_gap")
"""Outcomes shown, as far as the batch kept them: hours first."""

MOST_LEVELS = 12
"""A factor with more values than this is taken in bands of equally many points."""
BANDS = 5
MOST_FACTORS, MOST_DOTS, MOST_POINTS = 6, 150, 300
OF_DESIGN = ("scenario", "point", "base", "hash")


@dataclass(frozen=True)
class Factor:
    """One factor: its name, label, unit, the text of each level or band, and the level of each design point."""

    name: str
    label: str
    unit: str
    levels: list[str]
    level: NDArray[np.int64]
    at: Floats
    """Where each point stands along the axis: its value, or the number of its level."""
    numeric: bool


@dataclass(frozen=True)
class Sweep:
    """Design points with the means of their outcomes over the seeds."""

    points: pd.DataFrame
    factors: list[Factor]
    outcomes: list[Measure]
    seeds: int

    def said(self, outcome: Measure, number: float) -> str:
        """Return a value of an outcome, rounded to tell points apart that differ by a tenth of their range."""
        numbers = self.points[outcome.name]
        return value(outcome, number, 0.0, float(numbers.max() - numbers.min()) / 10.0)

    @property
    def moving(self) -> list[Measure]:
        """Return the outcomes that differ between points."""
        return [outcome for outcome in self.outcomes if self.points[outcome.name].nunique() > 1]


def read_sweep(material: Material) -> Sweep:
    """Return the design points of which a run finished, their factors and their outcomes."""
    runs = material.runs
    kept = [name for name in OUTCOMES if name in runs] or ordered_measures(
        set(runs.columns) - {"run_id", "scenario", "seed"}
    )[:4]
    means = runs.groupby("scenario")[kept].mean()
    design = material.table("design")
    points = design.merge(means, left_on="scenario", right_index=True, how="inner").reset_index(drop=True)
    meanings = material.units("design")
    names = [name for name in design.columns if name not in OF_DESIGN and points[name].nunique(dropna=False) > 1]
    if points["base"].nunique() > 1:
        names.insert(0, "base")
    factors = [_factor(name, points[name], meanings.get(name, {})) for name in names]
    return Sweep(points, factors, [measure_of(name) for name in kept], int(runs["seed"].nunique()))


def _factor(name: str, values: "pd.Series[Any]", meaning: Mapping[str, str]) -> Factor:
    label = "The scenario that is varied" if name == "base" else meaning.get("meaning") or name
    unit = meaning.get("unit", "")
    numeric = (
        pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values) and bool(values.notna().all())
    )
    given = sorted(values.unique()) if numeric else list(dict.fromkeys(values.astype(str)))
    if len(given) <= MOST_LEVELS or not numeric:
        place = {one: number for number, one in enumerate(given)}
        level = np.array([place[one if numeric else str(one)] for one in values], dtype=np.int64)
        texts = [written(_plain(one), unit) if numeric else str(one) for one in given]
    else:
        numbers = values.to_numpy(dtype=np.float64)
        ends = np.quantile(numbers, np.linspace(0, 1, BANDS + 1))
        level = np.clip(np.searchsorted(ends, numbers, side="right") - 1, 0, BANDS - 1).astype(np.int64)
        texts = [
            f"{written(float(f'{a:.2g}'), unit).partition(' ')[0]} to {written(float(f'{b:.2g}'), unit)}"
            for a, b in itertools.pairwise(ends.tolist())
        ]
    at = values.to_numpy(dtype=np.float64) if numeric else level.astype(np.float64)
    return Factor(name, label.rstrip("."), unit, texts, level, at, numeric)


def _plain(number: Any) -> Any:
    return number.item() if hasattr(number, "item") else number


def explained(outcome: Floats, level: NDArray[np.int64]) -> float:
    """Return the share of the squared differences between points that lies between a factor's levels, 0 to 1."""
    total = float(((outcome - outcome.mean()) ** 2).sum())
    if not total > 0:
        return 0.0
    counts = np.bincount(level)
    means = np.bincount(level, weights=outcome) / np.maximum(counts, 1)
    return float((counts * (means - outcome.mean()) ** 2).sum() / total)


def level_means(outcome: Floats, factor: Factor) -> Floats:
    """Return the outcome's mean at each level."""
    counts = np.bincount(factor.level, minlength=len(factor.levels))
    return np.asarray(np.bincount(factor.level, weights=outcome, minlength=len(factor.levels)) / np.maximum(counts, 1))


def effects(sweep: Sweep, outcome: Measure) -> list[dict[str, Any]]:
    """Return a row a factor: the outcome at its first and last level, and its share; the largest share first."""
    numbers = sweep.points[outcome.name].to_numpy(dtype=np.float64)
    rows = []
    for factor in sweep.factors:
        means = level_means(numbers, factor)
        share = explained(numbers, factor.level)
        rows.append(
            {
                "name": factor.name,
                "label": factor.label,
                "ends": [
                    (sweep.said(outcome, means[0]), factor.levels[0]),
                    (sweep.said(outcome, means[-1]), factor.levels[-1]),
                ],
                "cells": [
                    f"{sweep.said(outcome, means[0])} ({factor.levels[0]})",
                    f"{sweep.said(outcome, means[-1])} ({factor.levels[-1]})",
                    change(outcome, means[-1] - means[0], 0.0, means[-1] - means[0]),
                ],
                "text": f"{share:.0%}",
                "width": 100 * share,
            }
        )
    return sorted(rows, key=lambda row: -row["width"])


def answer(sweep: Sweep, months: int) -> list[str]:
    """Return two sentences: how far the outcomes range, and which factor goes with most of that."""
    each = "one seed" if sweep.seeds == 1 else f"{sweep.seeds} seeds each"
    parts = []
    for outcome in sweep.outcomes[:2]:
        numbers = sweep.points[outcome.name]
        unit = f" {unit_of(outcome)}" if unit_of(outcome) else ""
        low, high = sweep.said(outcome, numbers.min()), sweep.said(outcome, numbers.max())
        label = outcome.label[0].lower() + outcome.label[1:]
        parts.append(
            f"{label} {'are' if low != high else 'stay at'} {f'between {low} and {high}' if low != high else low}{unit}"
        )
    first = f"Over {span(months)} and {plain(len(sweep.points))} design points ({each}), {listed(parts)}."
    if not sweep.factors or not sweep.moving:
        return [first]
    outcome = sweep.moving[0]
    top = effects(sweep, outcome)[0]
    label = outcome.label[0].lower() + outcome.label[1:]
    return [
        first,
        f"Of {plain(len(sweep.factors))} factors, “{top['label']}” goes with most of the differences in {label} "
        f"({top['text']} of them): {top['cells'][0]} against {top['cells'][1]}.",
    ]


def ranges(sweep: Sweep) -> list[dict[str, Any]]:
    """Return a row an outcome: its mean over the points, and the lowest and highest point with their factors."""
    rows = []
    for outcome in sweep.outcomes:
        numbers = sweep.points[outcome.name].to_numpy(dtype=np.float64)
        ends = [int(numbers.argmin()), int(numbers.argmax())]
        rows.append(
            {
                "name": outcome.name,
                "label": outcome.label,
                "help": outcome.definition,
                "unit": unit_of(outcome),
                "mean": sweep.said(outcome, float(numbers.mean())),
                "ends": [(sweep.said(outcome, numbers[at]), _said(sweep, at)) for at in ends],
            }
        )
    return rows


def _said(sweep: Sweep, at: int) -> str:
    """Return the factors of one point in a line."""
    return "; ".join(
        f"{_short(factor.name)} {_level_text(sweep, factor, at)}" for factor in sweep.factors[:MOST_FACTORS]
    )


def _short(name: str) -> str:
    return name.rsplit(".", 1)[-1].replace("_", " ")


def _level_text(sweep: Sweep, factor: Factor, at: int) -> str:
    given = _plain(sweep.points[factor.name].iloc[at])
    return written(float(f"{given:.4g}"), factor.unit) if factor.numeric else str(given)


def grids(sweep: Sweep) -> list[dict[str, Any]]:
    """Return a shaded table of each outcome over two factors; empty for any other number, or for many levels."""
    banded = any(np.unique(factor.at).size > len(factor.levels) for factor in sweep.factors)
    if len(sweep.factors) != 2 or banded or any(len(factor.levels) > MOST_LEVELS for factor in sweep.factors):
        return []
    rows, columns = sweep.factors
    if len(sweep.points) < len(rows.levels) * len(columns.levels):
        return []
    found = []
    for outcome in sweep.moving:
        numbers = sweep.points[outcome.name].to_numpy(dtype=np.float64)
        cell = rows.level * len(columns.levels) + columns.level
        size = len(rows.levels) * len(columns.levels)
        means = np.bincount(cell, weights=numbers, minlength=size) / np.maximum(np.bincount(cell, minlength=size), 1)
        low, high = means.min(), means.max()
        shade = np.minimum((6 * (means - low) / max(high - low, 1e-12)).astype(int), 5)
        table = [
            [
                (sweep.said(outcome, means[r * len(columns.levels) + c]), f"q{shade[r * len(columns.levels) + c]}")
                for c in range(len(columns.levels))
            ]
            for r in range(len(rows.levels))
        ]
        found.append(
            {
                "outcome": outcome,
                "unit": unit_of(outcome),
                "rows": rows,
                "columns": columns,
                "heads": [level.partition(" ")[0] if columns.numeric else level for level in columns.levels],
                "table": table,
            }
        )
    return found


def charts(sweep: Sweep) -> list[dict[str, Any]]:
    """Return, for each outcome, a drawing for each of its weightiest factors with the numbers behind it."""
    found = []
    for outcome in sweep.moving:
        order = [row["name"] for row in effects(sweep, outcome)][:MOST_FACTORS]
        factors = {factor.name: factor for factor in sweep.factors}
        drawings = [_chart(sweep, outcome, factors[name]) for name in order]
        found.append({"outcome": outcome, "unit": unit_of(outcome), "drawings": drawings})
    return found


def _chart(sweep: Sweep, outcome: Measure, factor: Factor) -> dict[str, Any]:
    numbers = sweep.points[outcome.name].to_numpy(dtype=np.float64)
    means = level_means(numbers, factor)
    spans = [numbers[factor.level == level] for level in range(len(factor.levels))]
    rows = [
        [
            text,
            plain(len(inside)),
            sweep.said(outcome, mean),
            f"{sweep.said(outcome, inside.min())} to {sweep.said(outcome, inside.max())}",
        ]
        for text, mean, inside in zip(factor.levels, means, spans, strict=True)
        if len(inside)
    ]
    ends = [f"{sweep.said(outcome, means[at])} at {factor.levels[at]}" for at in (0, -1)]
    said = ", ".join(ends)
    return {
        "factor": factor,
        "drawing": _drawn(outcome, factor, numbers, means, f"{outcome.label} by {factor.label}. Mean: {said}."),
        "sentence": f"Mean: {said}.",
        "heads": [_short(factor.name).capitalize(), "Points", "Mean", "Lowest to highest"],
        "rows": rows,
    }


def _drawn(outcome: Measure, factor: Factor, numbers: Floats, means: Floats, label: str) -> Markup:
    """Return the points as dots and the means of the levels as a line."""
    low = min(float(numbers.min()), 0.0) if float(numbers.min()) < 0.35 * float(numbers.max()) else float(numbers.min())
    marks = ticks(low, float(numbers.max()), 4)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    spread = float(np.ptp(factor.at)) or 1.0
    x = Scale(float(factor.at.min()) - 0.04 * spread, float(factor.at.max()) + 0.04 * spread, LEFT, WIDTH - RIGHT)
    parts = []
    for mark in marks:
        line = {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": y(mark), "y2": y(mark), "class": "zero" if mark == 0 else "grid"}
        parts.append(element("line", line))
        text = axis_text(outcome, mark, marks[1] - marks[0], max(abs(marks[0]), abs(marks[-1])))
        parts.append(element("text", {"x": LEFT - 6, "y": y(mark) + 4, "class": "tick end"}, text))
    parts += _axis(factor, x)
    shown = range(0, len(numbers), -(-len(numbers) // MOST_DOTS))
    parts += [
        element(
            "circle", {"cx": x(float(factor.at[at])), "cy": y(float(numbers[at])), "r": 2.5, "class": "dot s1 faint"}
        )
        for at in shown
    ]
    there = [level for level in range(len(factor.levels)) if (factor.level == level).any()]
    middle = [float(factor.at[factor.level == level].mean()) for level in there]
    path = " ".join(f"{x(place):.1f},{y(float(means[level])):.1f}" for place, level in zip(middle, there, strict=True))
    parts.append(element("polyline", {"points": path, "class": "line s2 plain"}))
    return svg(WIDTH, HEIGHT, label, parts)


def _axis(factor: Factor, x: Scale) -> list[Markup]:
    if factor.numeric:
        places = [mark for mark in ticks(float(factor.at.min()), float(factor.at.max()), 5) if x.low <= mark <= x.high]
        texts = [written(mark, factor.unit).partition(" ")[0] for mark in places]
    else:
        places, texts = [float(at) for at in range(len(factor.levels))], [text[:14] for text in factor.levels]
    return [
        element("text", {"x": x(place), "y": HEIGHT - 9, "class": "tick middle"}, text)
        for place, text in zip(places, texts, strict=True)
    ]


def point_table(sweep: Sweep) -> tuple[list[str], list[list[str]]]:
    """Return the design points with their factors and outcomes, the first ``MOST_POINTS`` of them."""
    heads = [
        "Point",
        *(_short(factor.name).capitalize() for factor in sweep.factors),
        *(one.label for one in sweep.outcomes),
    ]
    rows = []
    for at in range(min(len(sweep.points), MOST_POINTS)):
        cells = [_level_text(sweep, factor, at) for factor in sweep.factors]
        outcomes = [sweep.said(one, float(sweep.points[one.name].iloc[at])) for one in sweep.outcomes]
        rows.append([str(sweep.points["scenario"].iloc[at]), *cells, *outcomes])
    return heads, rows


def facts(material: Material, sweep: Sweep, where: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return what stands under the title."""
    design = str(material.manifest["experiment"]["design"].get("kind", "")).replace("_", " ")
    said = [("Design", f"{plain(len(sweep.points))} points, {design}"), ("Runs", plain(len(material.runs)))]
    return [*where, *said, ("Seeds", seeds_said(material.manifest["seeds"]))]
