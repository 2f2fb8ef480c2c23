"""The charts: a fan of the scenario against a fan of what it is compared with, a sentence each, and the map."""

import itertools
import json
import math
from functools import lru_cache
from typing import Any

import numpy as np

from resilience.app.engine.replicate import Floats, Replicate
from resilience.app.ensemble import Ensemble, fan_of
from resilience.app.pictures.setting import month_name
from resilience.app.view import View
from resilience.app.words import change_written, decimals_of, style_of, unit_written, written
from resilience.measures.catalogue import MEASURES, Measure

FIRST_CHARTS = ("unmet_hours", "care_hours_lost", "site_closures", "fee_home_care")
"""Measures in the charts at first: what people miss, who stops, and the fee that explains most of it."""

FIRST_ON_MAP = "unmet_hours"

SHADES = 5
"""Classes of colour on the map."""

AMOUNTS = ("hours", "GBP")
"""Units of what flows every month; other measures that add up over time count events and are shown added up."""


def measure_choices() -> list[dict[str, str]]:
    """Every measure, for menus."""
    return [{"value": measure.name, "text": measure.label} for measure in MEASURES.values()]


def adds_up(measure: Measure) -> bool:
    """Whether a measure is shown added up since the start: events, which are few in a month."""
    return measure.over_time == "sum" and measure.unit not in AMOUNTS


def title_of(measure: Measure) -> str:
    """A measure as a chart's title."""
    if adds_up(measure):
        return f"{measure.label}, since the start"
    return f"{measure.label}, each month" if measure.over_time == "sum" else measure.label


def axis_of(measure: Measure) -> str:
    """What stands at a chart's axis: the unit, and the time that it is for."""
    unit = unit_written(measure)
    if adds_up(measure):
        return f"{unit} since the start"
    return f"{unit} a month".strip() if measure.over_time == "sum" else unit


def series(measure: Measure, values: Floats) -> Floats:
    """A measure's months along the last axis as they are shown."""
    return values.cumsum(axis=-1) if adds_up(measure) else values


def charts(view: View, chosen: tuple[str, ...], council: int) -> str:
    """The charts of the measures chosen, as JSON, with all months; the page draws those up to the month shown."""
    start = view.scenario
    drawn = {
        "months": [f"{start.month_date(month):%b %Y}" for month in range(view.length)],
        "against": view.other_title,
        "beside": view.other_short,
        "stale": not view.is_current,
        "complete": view.complete,
        "charts": [_chart(view, MEASURES[name], council) for name in chosen],
    }
    return json.dumps(drawn, separators=(",", ":"), allow_nan=False)


def _chart(view: View, measure: Measure, council: int) -> dict[str, Any]:
    pinned = [
        {"letter": pin.letter, "mean": _numbers(_fan(view.pinned[pin.letter], measure, view.length, council)[0])}
        for pin in view.pins
        if pin.letter in view.pinned and view.pinned[pin.letter].count and pin.letter != view.against
    ]
    return {
        "measure": measure.name,
        "title": title_of(measure),
        "help": measure.definition,
        "axis": axis_of(measure),
        "style": style_of(measure.unit),
        "decimals": decimals_of(measure),
        "here": _band(view.here, measure, view.length, council),
        "there": _band(view.there, measure, view.length, council),
        "coming": _coming(view.coming, measure, council),
        "pins": pinned,
    }


@lru_cache(maxsize=16)
def _band(ensemble: Ensemble | None, measure: Measure, months: int, council: int) -> dict[str, Any] | None:
    """A fan; kept, for most pictures of a visit show a band that the one before has shown too."""
    if ensemble is None or not ensemble.count:
        return None
    mean, low, high = _fan(ensemble, measure, months, council)
    return {"mean": _numbers(mean), "low": _numbers(low), "high": _numbers(high), "runs": ensemble.count}


def _fan(ensemble: Ensemble, measure: Measure, months: int, council: int) -> tuple[Floats, Floats, Floats]:
    return fan_of(series(measure, ensemble.by_month(measure.name, months, council)))


def _coming(run: Replicate | None, measure: Measure, council: int) -> list[float]:
    if run is None or not run.done:
        return []
    return _numbers(series(measure, run.measure(measure.name, run.done, council)))


def _numbers(values: Floats) -> list[float]:
    return [float(f"{value:.5g}") for value in values.tolist()]


def sentences(view: View, chosen: tuple[str, ...], council: int) -> list[str]:
    """What each chart shows in the month shown, in a sentence."""
    if not view.ready or view.here is None or view.there is None:
        return ["The first run is under way." for _ in chosen]
    return [_sentence(view, view.here, view.there, MEASURES[name], council) for name in chosen]


def _sentence(view: View, here: Ensemble, there: Ensemble, measure: Measure, council: int) -> str:
    now, other = (
        float(series(measure, each.by_month(measure.name, view.shown, council)).mean(axis=0)[-1])
        for each in (here, there)
    )
    unit = unit_written(measure)
    first, second = written(measure, now, short=True), written(measure, other, short=True)
    when = f"{'By' if adds_up(measure) else 'In'} {month_name(view.scenario, view.shown)}"
    same = first == second
    beside = f"the same as in {view.other_short}" if same else f"{view.other_short} {second}"
    return (
        f"{when}: {first} {unit}".strip() + f", {beside}."
        if same
        else f"{when}: {first} {unit}".strip() + f"; {beside}."
    )


def tiles(view: View, name: str, *, change: bool) -> dict[str, Any]:
    """The map: every council with the measure in the month shown, or its change, and a colour class from 0 up.

    Classes are the same for all months, so that colours mean the same while months play. A change has its classes on
    both sides of none.
    """
    measure = MEASURES[name]
    if not view.ready or view.here is None or view.there is None or view.here.first is None:
        return {"tiles": [], "title": measure.label, "legend": [], "change": change}
    values = series(measure, view.here.over_councils(name, view.length).T).T
    if change:
        values = values - series(measure, view.there.over_councils(name, view.length).T).T
    bounds = _bounds(values, change=change)
    now = values[min(view.shown, len(values)) - 1]
    return {
        "title": title_of(measure),
        "unit": unit_written(measure),
        "change": change,
        "legend": _legend(measure, bounds, change=change),
        "tiles": [
            {
                "council": number,
                "name": place.name,
                "x": place.x,
                "y": place.y,
                "shade": int(np.searchsorted(bounds, value, side="right")),
                "text": change_written(measure, value) if change else written(measure, value, short=True),
            }
            for number, (place, value) in enumerate(zip(view.here.first.councils, now.tolist(), strict=True))
        ],
    }


def _bounds(values: Floats, *, change: bool) -> Floats:
    """The inner bounds of the colour classes, at even steps over all months and councils."""
    if change:
        most = float(np.abs(values).max()) or 1.0
        return _rounded(most * np.array([-0.6, -0.2, 0.2, 0.6]))
    low, high = float(values.min()), float(values.max())
    if math.isclose(low, high):
        high = low + 1.0
    return _rounded(np.linspace(low, high, SHADES + 1)[1:-1])


def _rounded(bounds: Floats) -> Floats:
    """Bounds of classes as one writes them: to two figures of the distance between them."""
    step = float(np.diff(bounds).min())
    unit = 10.0 ** (math.floor(math.log10(step)) - 1)
    return np.array([float(f"{round(bound / unit) * unit:.12g}") for bound in bounds.tolist()])


def _legend(measure: Measure, bounds: Floats, *, change: bool) -> list[str]:
    def text(value: float) -> str:
        return change_written(measure, value) if change else written(measure, value, short=True)

    inner = [f"{text(low)} to {text(high)}" for low, high in itertools.pairwise(bounds.tolist())]
    return [f"under {text(bounds[0])}", *inner, f"{text(bounds[-1])} or more"]
