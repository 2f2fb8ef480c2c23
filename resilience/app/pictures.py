"""What the page shows of a view: the headline numbers, the charts with a sentence each, and the month's happenings.

Everything here is plain data for the page's components; labels, units and decimals are those of the measures.
"""

import json
from typing import Any

import numpy as np

from resilience.app.levers import Levers
from resilience.app.played import Floats, PlayedRun
from resilience.app.visit import View
from resilience.app.words import change_written, decimals_of, style_of, unit_written, written
from resilience.measures.catalogue import HEADLINE, MEASURES, Measure
from resilience.measures.results import headline
from resilience.runs.answer import UNMET_REASONS, about, listed, percent

WITHOUT = "without the two shocks"

MOST_HAPPENINGS_SHOWN = 8

FIRST_CHOICE = "fee_home_care"
"""The measure in the third chart at first: what the cut does to fees explains most of the rest."""

HOURS_MISSING = ("care_hours_lost", "unmet_no_place_hours", "unmet_no_staff_hours", "unmet_rationed_hours")
"""Hours of need that were not delivered, by reason; they add up to lost and unmet hours."""

SHORT_NAMES = {
    "care_hours_lost": "Lost: the provider stopped",
    "unmet_no_place_hours": "Unmet: no place",
    "unmet_no_staff_hours": "Unmet: no staff",
    "unmet_rationed_hours": "Unmet: rationed",
}


def month_name(run: PlayedRun, month: int) -> str:
    """A month of a run, counted from 1, as "March 2018"."""
    return f"{run.scenario.month_date(month - 1):%B %Y}"


def stamp(view: View) -> str:
    """What tells one picture from another: scenario, seed and months shown."""
    return f"{view.run.key[0][:12]}-{view.run.seed}-{view.shown}"


def numbers(view: View) -> list[dict[str, Any]]:
    """The headline measures over the months shown, beside the baseline's over the same months."""
    here, there = headline(view.run.values(view.shown)), headline(view.base.values(view.shown))
    return [_number(MEASURES[name], here[name], there[name], view.shown) for name in HEADLINE]


def _number(measure: Measure, value: float, base: float, months: int) -> dict[str, Any]:
    change = change_written(measure, value - base)
    return {
        "name": measure.name,
        "label": measure.label,
        "help": measure.definition,
        "unit": unit_written(measure),
        "exact": value,
        "value": written(measure, value) if months else "",
        "base": written(measure, base, short=True) if months else "",
        "change": change if months else "",
        "verdict": _verdict(measure, value - base) if change != "no change" else "same",
    }


def _verdict(measure: Measure, change: float) -> str:
    if measure.higher_is == "neutral":
        return "neutral"
    return measure.higher_is if change > 0 else {"worse": "better", "better": "worse"}[measure.higher_is]


def charts(view: View, chosen: str) -> str:
    """The three charts as JSON: hours missing by reason, closures and failures so far, and a measure of choice."""
    start = view.run.scenario
    return json.dumps(
        {
            "stamp": f"{stamp(view)}-{view.ahead}-{chosen}",
            "months": [f"{start.month_date(month):%b %Y}" for month in range(view.run.length)],
            "charts": [_hours_chart(view), _closures_chart(view), _chosen_chart(view, MEASURES[chosen])],
        },
        separators=(",", ":"),
        allow_nan=False,
    )


def _hours_chart(view: View) -> dict[str, Any]:
    parts = [_line(SHORT_NAMES[name], view.run.measure(name, view.shown), "part") for name in HOURS_MISSING]
    total = _line(f"All, {WITHOUT}", _missing(view.base, view.ahead), "base")
    return {
        "name": "hours",
        "title": "Hours of care lost or unmet each month",
        "unit": "hours a month",
        "style": "number",
        "decimals": 0,
        "lines": [*parts, total],
        "sentence": _hours_sentence(view),
    }


def _closures_chart(view: View) -> dict[str, Any]:
    names = {"site_closures": "Homes and branches closed", "provider_failures": "Providers failed"}
    here = [_line(text, view.run.measure(name, view.shown).cumsum(), "here") for name, text in names.items()]
    there = [
        _line(f"{text}, {WITHOUT}", view.base.measure(name, view.ahead).cumsum(), "base")
        for name, text in names.items()
    ]
    return {
        "name": "closures",
        "title": "Closures and failures since the start",
        "unit": "so far",
        "style": "number",
        "decimals": 0,
        "lines": [*here, *there],
        "sentence": _closures_sentence(view),
    }


def _chosen_chart(view: View, measure: Measure) -> dict[str, Any]:
    here = _line("With the shocks", view.run.measure(measure.name, view.shown), "here")
    there = _line(WITHOUT.capitalize(), view.base.measure(measure.name, view.ahead), "base")
    return {
        "name": "chosen",
        "title": measure.label,
        "help": measure.definition,
        "unit": unit_written(measure),
        "style": style_of(measure.unit),
        "decimals": decimals_of(measure),
        "lines": [here, there],
        "sentence": _chosen_sentence(view, measure),
        "measure": measure.name,
    }


def _line(name: str, values: Floats, kind: str) -> dict[str, Any]:
    """One line: "here" (the scenario), "part" (of the scenario's total) or "base" (the baseline)."""
    return {"name": name, "kind": kind, "values": [float(f"{value:.6g}") for value in values]}


def _missing(run: PlayedRun, months: int) -> Floats:
    return np.asarray(sum(run.measure(name, months) for name in HOURS_MISSING))


def _latest(run: PlayedRun, name: str, shown: int) -> float:
    return float(run.measure(name, shown)[-1])


def _hours_sentence(view: View) -> str:
    if not view.shown:
        return f"The dashed line is what happens {WITHOUT}. Press Run to the end, or Step, to see what they change."
    here, there = float(_missing(view.run, view.shown)[-1]), float(_missing(view.base, view.shown)[-1])
    share = here / max(_latest(view.run, "need_hours", view.shown), 1e-9)
    when = f"In {month_name(view.run, view.shown)}"
    text = f"{when}, {about(here)} hours of need are lost or not met, {percent(share)} of all need"
    return f"{text}; {WITHOUT} it is {about(there)}. {_main_reason(view)}".strip()


def _main_reason(view: View) -> str:
    """Why most of the unmet hours of the month shown are unmet; empty when none are."""
    parts = {name: _latest(view.run, name, view.shown) for name in UNMET_REASONS}
    if not any(parts.values()):
        return ""
    return f"Most unmet need is so {UNMET_REASONS[max(parts, key=lambda name: parts[name])]}."


def _closures_sentence(view: View) -> str:
    if not view.shown:
        return "Each line counts up from the first month."
    counts = [
        [f"{run.measure(name, view.shown).sum():,.0f}" for name in ("site_closures", "provider_failures")]
        for run in (view.run, view.base)
    ]
    (closed, failed), (closed_there, failed_there) = counts
    text = (
        f"By {month_name(view.run, view.shown)}, {closed} homes and branches have closed and {failed} providers failed"
    )
    return f"{text}; {WITHOUT}, {closed_there} and {failed_there}."


def _chosen_sentence(view: View, measure: Measure) -> str:
    if not view.shown:
        return measure.definition
    unit = unit_written(measure)
    here, there = (written(measure, _latest(run, measure.name, view.shown)) for run in (view.run, view.base))
    text = f"In {month_name(view.run, view.shown)}: {here} {unit}".strip()
    return f"{text}, the same as {WITHOUT}." if here == there else f"{text}; {WITHOUT} {there}."


def month_happenings(view: View) -> dict[str, Any]:
    """What happened to providers in the month shown: a sentence, and the events that touch most people."""
    if not view.shown:
        return {"title": "What happens each month", "sentence": "Nothing has happened yet.", "rows": [], "more": 0}
    told = view.run.happenings(view.shown)
    return {
        "title": f"What happened in {month_name(view.run, view.shown)}",
        "sentence": _month_sentence(view),
        "rows": [
            {
                "provider": event.provider,
                "council": event.council,
                "what": event.what,
                "people": event.people,
                "why": event.why,
            }
            for event in told[:MOST_HAPPENINGS_SHOWN]
        ],
        "more": max(len(told) - MOST_HAPPENINGS_SHOWN, 0),
    }


def _month_sentence(view: View) -> str:
    failed, closed, displaced = (
        round(_latest(view.run, name, view.shown))
        for name in ("provider_failures", "site_closures", "people_displaced")
    )
    parts = [
        _counted(failed, "provider goes under", "providers go under"),
        _counted(closed, "home or branch closes", "homes and branches close"),
        _counted(displaced, "person loses their provider", "people lose their provider"),
    ]
    return listed(parts).capitalize() + "."


def _counted(count: int, one: str, many: str) -> str:
    return f"1 {one}" if count == 1 else f"{count:,} {many}" if count else f"no {many}"


def measure_choices() -> list[dict[str, str]]:
    """Every measure, for the menu of the third chart."""
    return [{"value": measure.name, "text": measure.label} for measure in MEASURES.values()]


def lever_data(levers: Levers, view: View) -> list[dict[str, Any]]:
    """The levers with where they stand."""
    return [
        {
            "shock": lever.shock,
            "title": lever.title,
            "slider": {
                "name": lever.slider.name,
                "label": lever.slider.label,
                "low": lever.slider.low,
                "high": lever.slider.high,
                "step": lever.slider.step,
                "source": lever.slider.source,
                "unit": lever.slider.unit,
                "style": style_of(lever.slider.unit),
                "value": view.values[lever.slider.name],
            },
            "menus": [
                {
                    "name": menu.name,
                    "label": menu.label,
                    "help": menu.help,
                    "choices": [{"value": choice.value, "text": choice.text} for choice in menu.choices],
                    "value": view.values[menu.name],
                }
                for menu in lever.menus
            ],
        }
        for lever in levers.levers
    ]


def progress(view: View) -> dict[str, Any]:
    """Where the run stands, for the buttons and the line below them."""
    length = view.run.length
    when = (
        f"month {view.shown} of {length}, {month_name(view.run, view.shown)}"
        if view.shown
        else "before the first month"
    )
    said = "Working: " if view.going or view.mode == "stepping" else "Finished: " if view.shown == length else ""
    return {
        "shown": view.shown,
        "length": length,
        "mode": view.mode,
        "going": view.going,
        "text": (said + when) if said else when[0].upper() + when[1:],
        "stamp": stamp(view),
    }


def setting(view: View) -> dict[str, Any]:
    """Where and when the run takes place."""
    scenario = view.run.scenario
    return {
        "region": _region_name(scenario.region),
        "period": f"{month_name(view.run, 1)} to {month_name(view.run, view.run.length)}",
        "seed": view.seed,
    }


def _region_name(region: str) -> str:
    """A region as one writes it; of a file of councils its name."""
    if region.endswith(".csv"):
        return region.replace("\\", "/").rsplit("/", 1)[-1]
    small = {"of", "and", "the"}
    return " ".join(word if word in small else word.capitalize() for word in region.split("-"))
