"""What happened in the month shown, who is difficult to replace, and one council's market."""

from typing import Any

from resilience.app.ensemble import Ensemble, paired, spread_of
from resilience.app.pictures.numbers import range_written, verdict
from resilience.app.pictures.setting import month_name
from resilience.app.view import View
from resilience.app.words import change_written, unit_written, written
from resilience.measures.catalogue import HEADLINE, MEASURES, Measure
from resilience.runs.answer import listed

MOST_SHOWN = 12
"""Happenings listed; the page says how many more there are."""


def happenings(view: View, council: int) -> dict[str, Any]:
    """The month's failures, closures and hand-backs in the first run: a sentence, and those that touch most people."""
    first = view.here.first if view.here is not None else None
    title = f"What happened in {month_name(view.scenario, view.shown)}"
    if first is None or first.done < view.shown or not first.happenings:
        return {"title": title, "sentence": "This month has not been played yet.", "rows": [], "more": 0, "seed": ""}
    told = first.happenings[view.shown - 1]
    if council >= 0:
        told = tuple(event for event in told if event.council == first.councils[council].name)
    failed, closed, displaced = (
        round(float(first.measure(name, view.shown, council)[-1]))
        for name in ("provider_failures", "site_closures", "people_displaced")
    )
    parts = [
        _counted(failed, "provider goes under", "providers go under"),
        _counted(closed, "home or branch closes", "homes and branches close"),
        _counted(displaced, "person loses their provider", "people lose their provider"),
    ]
    rows = [
        {
            "provider": event.provider,
            "council": event.council,
            "what": event.what,
            "people": event.people,
            "why": event.why,
            "story": event.story,
        }
        for event in told[:MOST_SHOWN]
    ]
    return {
        "title": title,
        "sentence": listed(parts).capitalize() + ".",
        "rows": rows,
        "more": max(len(told) - MOST_SHOWN, 0),
        "seed": f"One run of {view.replicates}: the one with seed {first.key.seed}.",
    }


def _counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def hard_to_replace(view: View) -> dict[str, Any]:
    """The providers with the largest replacement gaps at the end of the month shown, and the largest by hours."""
    first = view.here.first if view.here is not None else None
    month = month_name(view.scenario, view.shown)
    if first is None or len(first.exposed) < view.shown:
        return {"month": month, "rows": []}
    return {
        "month": month,
        "definition": MEASURES["replacement_gap"].definition,
        "rows": [
            {
                "row": one.row,
                "name": one.name,
                "kind": one.kind.replace("_", " "),
                "council": one.council,
                "people": f"{one.people:,}",
                "hours": f"{one.hours:,.0f}",
                "gap": f"{one.gap:,.0f}" if one.gap >= 0.5 else "none",
                "statutory": one.statutory,
                "can_fail": one.can_fail,
            }
            for one in first.exposed[view.shown - 1]
        ],
    }


def market_of(view: View, council: int) -> dict[str, Any]:
    """Every measure of one council over the months shown, beside what is compared with; nothing for the region."""
    first = view.here.first if view.here is not None else None
    if council < 0 or not view.ready or view.here is None or view.there is None or first is None:
        return {"name": "", "rows": []}
    here, there = paired(view.here, view.there)
    names = [name for name in MEASURES if name not in HEADLINE]
    if not here.count:
        return {"name": first.councils[council].name, "rows": []}
    rows = [
        _row(MEASURES[name], *values)
        for name, values in zip(names, _columns(here, there, names, view.shown, council), strict=True)
    ]
    return {"name": first.councils[council].name, "rows": rows}


def _columns(here: Ensemble, there: Ensemble, names: list[str], months: int, council: int) -> list[tuple[Any, Any]]:
    one, other = here.totals(names, months, council), there.totals(names, months, council)
    return [(one[:, place], other[:, place]) for place in range(len(names))]


def _row(measure: Measure, here: Any, there: Any) -> dict[str, str]:
    value, change = spread_of(here), spread_of(here - there)
    return {
        "label": measure.label,
        "help": measure.definition,
        "unit": unit_written(measure),
        "value": written(measure, value.mean, short=True),
        "range": range_written(measure, value.low, value.high),
        "base": written(measure, float(there.mean()), short=True),
        "change": change_written(measure, change.mean),
        "verdict": verdict(measure, change),
    }
