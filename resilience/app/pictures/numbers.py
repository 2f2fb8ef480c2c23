"""The answer in two sentences, the headline numbers against what is compared with, and what policies cost and save."""

import math
from functools import lru_cache
from typing import Any

from resilience.app.engine.replicate import digest_of
from resilience.app.ensemble import WEIGHED, Ensemble, Spread, as_comparison, paired, spread_of
from resilience.app.levers import BASELINE, in_words
from resilience.app.pictures.setting import month_name, stamp
from resilience.app.view import View
from resilience.app.words import change_written, unit_written, written
from resilience.measures.catalogue import HEADLINE, MEASURES, Measure
from resilience.runs.answer import answer, difference_answer

HERE = "this scenario"


def answers(view: View) -> dict[str, Any]:
    """What happens, and what differs, each in a sentence; while nothing is there, that."""
    if not view.ready or view.here is None or view.there is None:
        return {"first": "The first run is under way.", "second": "", "until": "", "stale": True}
    first, second = _sentences(view.here, view.there, _label(view), view.shown)
    return {
        "first": first,
        "second": second,
        "until": "" if view.shown == view.length else f"Up to {month_name(view.scenario, view.shown)}",
        "stale": not view.is_current,
    }


@lru_cache(maxsize=16)
def _sentences(here: Ensemble, there: Ensemble, label: str, months: int) -> tuple[str, str]:
    """What happens, and what differs; kept, for most pictures of a visit speak of the same runs."""
    comparison = as_comparison({label: there, HERE: here}, months)
    same = digest_of(here.scenario) == digest_of(there.scenario)
    return answer(comparison.run_set, HERE), "" if same else difference_answer(comparison)


def _label(view: View) -> str:
    return f"the {BASELINE}" if not view.against else f"{view.against} ({in_words(view.other)})"


def numbers(view: View, council: int) -> dict[str, Any]:
    """The headline measures over the months shown, in the region or in one council."""
    place = "" if council < 0 or view.here is None or view.here.first is None else _place(view.here, council)
    return {
        "stamp": stamp(view),
        "stale": not view.is_current,
        "against": f"against {view.other_short}",
        "place": place,
        "numbers": []
        if not view.ready or view.here is None or view.there is None
        else list(_numbers(view.here, view.there, view.shown, council)),
    }


def _place(ensemble: Ensemble, council: int) -> str:
    first = ensemble.first
    return first.councils[council].name if first is not None and council < len(first.councils) else ""


@lru_cache(maxsize=16)
def _numbers(every: Ensemble, other: Ensemble, months: int, council: int) -> tuple[dict[str, Any], ...]:
    """Each headline measure over all runs, and its change over those with a common seed; kept as the sentences are."""
    here, there = paired(every, other)
    all_here = every.totals(HEADLINE, months, council)
    first, second = there.totals(HEADLINE, months, council), here.totals(HEADLINE, months, council)
    return tuple(
        _number(
            MEASURES[name],
            spread_of(all_here[:, place]),
            spread_of(second[:, place] - first[:, place]) if here.count else None,
            spread_of(first[:, place]).mean if here.count else math.nan,
        )
        for place, name in enumerate(HEADLINE)
    )


def _number(measure: Measure, value: Spread, change: Spread | None, base: float) -> dict[str, Any]:
    return {
        "name": measure.name,
        "label": measure.label,
        "help": measure.definition,
        "unit": unit_written(measure),
        "exact": value.mean,
        "value": written(measure, value.mean),
        "range": range_written(measure, value.low, value.high),
        "base": "" if change is None else written(measure, base, short=True),
        "exact_change": None if change is None else change.mean,
        "change": "" if change is None else change_written(measure, change.mean),
        "interval": "" if change is None else _interval(measure, change),
        "verdict": "same" if change is None else verdict(measure, change),
    }


def range_written(measure: Measure, low: float, high: float) -> str:
    """Where 90% of the runs lie: "1,380 to 1,470"; nothing for one run or when all agree."""
    if not math.isfinite(low + high):
        return ""
    first, last = written(measure, low, short=True), written(measure, high, short=True)
    return "" if first == last else f"{first} to {last}"


def _interval(measure: Measure, change: Spread) -> str:
    if not math.isfinite(change.mean_low + change.mean_high):
        return ""
    first, last = change_written(measure, change.mean_low), change_written(measure, change.mean_high)
    return "" if first == last else f"{_bare(first)} to {_bare(last)}"


def _bare(text: str) -> str:
    return "0" if text == "no change" else text.removesuffix(" points")


def verdict(measure: Measure, change: Spread) -> str:
    """Whether a change is "worse", "better" or "neutral"; "same" where its interval leaves that open."""
    if change_written(measure, change.mean) == "no change":
        return "same"
    if math.isfinite(change.mean_low) and change.mean_low <= 0.0 <= change.mean_high:
        return "same"
    if measure.higher_is == "neutral":
        return "neutral"
    return measure.higher_is if change.mean > 0 else {"worse": "better", "better": "worse"}[measure.higher_is]


def worth(view: View) -> dict[str, Any]:
    """What the policies of the scenario cost and save beside what it is compared with."""
    text = (
        "The scenario has no policy that what it is compared with has not: put one on to see what it costs and saves."
    )
    if not view.ready or view.here is None or view.there is None:
        return {"rows": [], "text": "The first run is under way."}
    here, there = paired(view.here, view.there)
    if not here.count:
        return {"rows": [], "text": "No common run is there yet."}
    label = _label(view)
    found = as_comparison({label: there, HERE: here}, view.shown, WEIGHED).benefits(HERE)
    rows = [
        {
            "measure": row["measure"],
            "label": row["label"],
            "value": _amount(row["difference"], row["unit"]),
            "interval": _amounts(row["low"], row["high"], row["unit"]),
            "exact": row["difference"] if math.isfinite(row["difference"]) else None,
        }
        for row in found.to_dict("records")
    ]
    return {"rows": rows, "text": f"Beside {label}, over the months shown." if rows else text}


def _amount(value: float, unit: str) -> str:
    if not math.isfinite(value):
        return "none saved" if math.isnan(value) else "no limit"
    measure = Measure("", "", unit, "", decimals=2 if unit.endswith("/hour") and abs(value) < 1000 else 0)
    text = written(measure, value)
    return text if unit.startswith("GBP") else f"{text} {unit}"


def _amounts(low: float, high: float, unit: str) -> str:
    if math.isnan(low) or math.isnan(high):
        return ""
    return f"{_amount(low, unit)} to {_amount(high, unit)}"


def side_by_side(view: View) -> dict[str, Any]:
    """The headline measures of the scenario and of everything pinned, each against the baseline or the pin chosen."""
    if not view.ready or view.here is None or view.there is None:
        return {"columns": [], "rows": []}
    columns = [("A", view.title or in_words(view.here.scenario), view.here)]
    columns += [(pin.letter, pin.title, view.pinned[pin.letter]) for pin in view.pins if pin.letter in view.pinned]
    columns = [column for column in columns if column[2].count]
    cells = [_cells(each, view.there, view.shown) for _, _, each in columns]
    rows = [
        {
            "label": MEASURES[name].label,
            "unit": unit_written(MEASURES[name]),
            "cells": [column[place] for column in cells],
        }
        for place, name in enumerate(HEADLINE)
    ]
    heads = [{"letter": letter, "title": title} for letter, title, _ in columns]
    return {"columns": heads, "rows": rows, "against": view.other_short}


def _cells(here: Ensemble, there: Ensemble, months: int) -> list[dict[str, str]]:
    """One scenario's column: the headline measures and their differences; nothing differs from itself."""
    values = here.totals(HEADLINE, months).mean(axis=0).tolist()
    one, other = paired(here, there)
    same = not one.count or digest_of(here.scenario) == digest_of(there.scenario)
    changes = None if same else one.totals(HEADLINE, months) - other.totals(HEADLINE, months)
    return [
        _cell(MEASURES[name], value, None if changes is None else spread_of(changes[:, place]))
        for place, (name, value) in enumerate(zip(HEADLINE, values, strict=True))
    ]


def _cell(measure: Measure, value: float, change: Spread | None) -> dict[str, str]:
    return {
        "value": written(measure, value, short=True),
        "change": "" if change is None else change_written(measure, change.mean),
        "verdict": "same" if change is None else verdict(measure, change),
    }
