"""Charts over the months: each scenario's mean over its runs, with the range of nine runs in ten.

A chart is plain data in the same shape as the app's (name, title, unit, style, decimals, lines with their values and a
sentence), with ``low`` and ``high`` beside the values of a line where there are runs enough for a range.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.app.words import decimals_of, style_of, unit_written
from resilience.measures.catalogue import MEASURES, Measure
from resilience.reports.figures import value
from resilience.reports.read import Material, keys_and
from resilience.runs.answer import listed
from resilience.runs.statistics import HIGH, LOW, interval_of_mean

Floats = NDArray[np.float64]

MISSING_PARTS = ("care_hours_lost", "unmet_hours")
"""Hours of need that were not delivered; the first is what people lose who had care."""


@dataclass(frozen=True, slots=True)
class Course:
    """What one chart over the months shows: the sum of some measures, from month to month or since the start."""

    name: str
    title: str
    measures: tuple[str, ...]
    so_far: bool = False

    @property
    def measure(self) -> Measure:
        """Return the declaration that gives unit and decimals."""
        return MEASURES[self.measures[0]]


COURSES = (
    Course("missing", "Hours of need lost or unmet each month", MISSING_PARTS),
    Course("lost", "Care hours lost each month", ("care_hours_lost",)),
    Course("closures", "Homes and branches closed since the start", ("site_closures",), so_far=True),
    Course("failures", "Providers failed since the start", ("provider_failures",), so_far=True),
    Course("fee", "Council fee for an hour of home care", ("fee_home_care",)),
    Course("vacancies", "Vacant posts", ("vacancy_rate",)),
)


def charts(material: Material) -> list[dict[str, Any]]:
    """Return the charts over the months of every scenario."""
    columns = {name for course in COURSES for name in course.measures}
    months = material.table("months", keys_and("month", *sorted(columns)))
    dates = sorted(months["month"].unique())
    return [_chart(course, months, pd.DatetimeIndex(dates), material) for course in COURSES]


def _chart(course: Course, months: pd.DataFrame, dates: pd.DatetimeIndex, material: Material) -> dict[str, Any]:
    titles = [title for title in material.titles if material.finished[title]]
    lines = [
        _line(title, _by_run(months[months["scenario"] == title], course, dates), "base" if place == 0 else "here")
        for place, title in enumerate(titles)
    ]
    measure = course.measure
    return {
        "name": course.name,
        "title": course.title,
        "unit": _unit(course),
        "style": style_of(measure.unit),
        "decimals": decimals_of(measure),
        "measure": measure.name,
        "dates": list(dates),
        "lines": lines,
        "sentence": _sentence(course, lines, dates),
    }


def _unit(course: Course) -> str:
    unit = unit_written(course.measure)
    per_month = course.measure.over_time == "sum" and not course.so_far
    return f"{unit} a month" if per_month else unit


def _by_run(months: pd.DataFrame, course: Course, dates: pd.DatetimeIndex) -> Floats:
    """Return the values by run (rows) and month (columns)."""
    total = months.assign(value=months[list(course.measures)].sum(axis=1))
    wide = total.pivot_table(index="run_id", columns="month", values="value").reindex(columns=dates)
    values = wide.to_numpy(dtype=np.float64)
    return np.asarray(values.cumsum(axis=1) if course.so_far else values)


def _line(name: str, runs: Floats, kind: str) -> dict[str, Any]:
    line: dict[str, Any] = {"name": name, "kind": kind, "values": runs.mean(axis=0).tolist()}
    line["known"] = interval_of_mean(runs[:, -1])
    if len(runs) > 1:
        low, high = np.quantile(runs, [LOW, HIGH], axis=0)
        line |= {"low": low.tolist(), "high": high.tolist()}
    return line


def _sentence(course: Course, lines: Sequence[dict[str, Any]], dates: pd.DatetimeIndex) -> str:
    """Return what the chart shows at its end, for those who read rather than look."""
    said = [
        f"{value(course.measure, line['values'][-1], *line['known'])}{f' in {line["name"]}' if len(lines) > 1 else ''}"
        for line in lines
    ]
    unit = _unit(course)
    by = f"By the end of {dates[-1]:%B %Y}" if course.so_far else f"In {dates[-1]:%B %Y}"
    return f"{by}: {listed(said)}{f' ({unit})' if unit else ''}."


def rows_of(chart: dict[str, Any], most: int = 40) -> tuple[list[str], list[list[str]]]:
    """Return the table behind a chart: headings, and rows of months; of long courses every second or third month."""
    measure = MEASURES[chart["measure"]]
    heads = ["Month"]
    for line in chart["lines"]:
        heads += [line["name"], f"{line['name']}: 90% of runs"] if "low" in line else [line["name"]]
    count = len(chart["dates"])
    step = -(-count // most)
    rows = []
    for at in range((count - 1) % step, count, step):
        cells = [f"{chart['dates'][at]:%b %Y}"]
        for line in chart["lines"]:
            cells.append(_cell(measure, line["values"][at]))
            if "low" in line:
                cells.append(f"{_cell(measure, line['low'][at])} to {_cell(measure, line['high'][at])}")
        rows.append(cells)
    return heads, rows


def _cell(measure: Measure, number: float) -> str:
    """Return a number of a table behind a chart: exact to a whole where there is room, for rounding is for the text."""
    if style_of(measure.unit) == "number" and not measure.decimals:
        return f"{number:,.0f}" if abs(number) >= 9.95 else f"{number:,.1f}"
    return value(measure, number)
