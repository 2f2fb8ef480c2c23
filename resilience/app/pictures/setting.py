"""Where and when the run takes place, the levers, and the months."""

from typing import Any

from resilience.app.engine.replicate import digest_of
from resilience.app.ensemble import Ensemble
from resilience.app.levers import Lever, Setting, in_words
from resilience.app.presets import presets
from resilience.app.view import LETTERS, View
from resilience.app.words import style_of
from resilience.scenario import Scenario
from resilience.scenario.registry import FAMILIES

FAMILY_TITLES = {"shocks": "What happens", "policies": "What can be done"}


def month_name(scenario: Scenario, month: int) -> str:
    """A month of a run, counted from 1, as "March 2018"."""
    return f"{scenario.month_date(month - 1):%B %Y}"


def region_name(region: str) -> str:
    """A region as one writes it; of a file of councils its name."""
    if region.endswith(".csv"):
        return region.replace("\\", "/").rsplit("/", 1)[-1]
    small = {"of", "and", "the"}
    return " ".join(word if word in small else word.capitalize() for word in region.split("-"))


def setting(view: View) -> dict[str, Any]:
    """The title of the scenario, the region and the period, and what can be undone."""
    scenario = view.scenario
    return {
        "title": view.title or in_words(scenario),
        "name": view.title,
        "region": region_name(scenario.region),
        "period": f"{month_name(scenario, 1)} to {month_name(scenario, scenario.months)}",
        "seed": view.seed,
        "replicates": view.replicates,
        "steps_back": len(view.past),
        "changed": view.scenario != view.begun,
    }


def time(view: View) -> dict[str, Any]:
    """The month shown, the years to jump to, and how far the runs have come."""
    scenario = view.scenario
    years = [
        {"month": month + 1, "text": f"{scenario.month_date(month):%Y}"}
        for month in range(scenario.months)
        if scenario.month_date(month).month == 1
    ]
    return {
        "shown": view.shown,
        "length": view.length,
        "mode": view.mode,
        "text": month_name(scenario, view.shown),
        "months": [month_name(scenario, month) for month in range(1, view.length + 1)],
        "years": years,
        "stamp": stamp(view),
        "progress": progress(view),
        "ready": view.is_current and view.ready,
        "complete": view.complete,
    }


def stamp(view: View) -> str:
    """What tells one picture from another: scenario, comparison, seed, runs there and months shown."""
    runs = view.here.count if view.here is not None and view.is_current else 0
    others = view.there.count if view.there is not None else 0
    return "-".join(
        str(part)
        for part in (_digest(view.scenario), _digest(view.other), view.seed, view.replicates, runs, others, view.shown)
    )


def progress(view: View) -> str:
    """How many runs there are, in words."""
    if view.problem:
        return "Stopped"
    if not view.is_current or view.here is None or not view.here.count:
        return f"First run: month {view.coming_months} of {view.length}"
    if not view.complete:
        return f"{_pairs(view.here, view.there)} of {view.replicates} runs"
    return f"{view.here.count} run{'s' if view.here.count > 1 else ''}"


def _pairs(here: Ensemble, there: Ensemble | None) -> int:
    return min(here.count, there.count if there is not None else 0)


def _digest(scenario: Scenario) -> str:
    return digest_of(scenario)[:12]


def lever_groups(levers: tuple[Lever, ...]) -> list[dict[str, Any]]:
    """The levers by family and group, in the order declared."""
    return [
        {"title": FAMILY_TITLES[family], "family": family, "groups": _groups(levers, family)} for family in FAMILIES
    ]


def _groups(levers: tuple[Lever, ...], family: str) -> list[dict[str, Any]]:
    mine = [lever for lever in levers if lever.family == family]
    titles = dict.fromkeys(lever.group for lever in mine)
    return [{"title": title, "levers": [_lever(one) for one in mine if one.group == title]} for title in titles]


def _lever(lever: Lever) -> dict[str, Any]:
    return {
        "family": lever.family,
        "name": lever.name,
        "title": lever.title,
        "help": lever.help,
        "on": lever.on,
        "settings": [_setting(one) for one in lever.settings],
    }


def _setting(one: Setting) -> dict[str, Any]:
    return {
        "name": one.name,
        "title": one.title,
        "help": one.help,
        "unit": one.unit,
        "style": style_of(one.unit),
        "source": one.source,
        "value": one.value,
        "low": one.low,
        "high": one.high,
        "step": one.step,
        "choices": [{"value": choice.value, "text": choice.text} for choice in one.choices],
    }


SORTS = {"squeeze": "Squeezes", "remedy": "A squeeze and a remedy", "baseline": "Nothing happens"}


def preset_groups() -> list[dict[str, Any]]:
    """The shipped scenarios as a menu of stories."""
    return [
        {
            "title": title,
            "presets": [
                {"name": one.name, "title": one.title, "text": one.text}
                for one in presets().values()
                if one.sort == sort
            ],
        }
        for sort, title in SORTS.items()
    ]


def pins(view: View) -> list[dict[str, Any]]:
    """The scenarios put aside, and whether one more can be."""
    return [{"letter": pin.letter, "title": pin.title, "shown": pin.letter == view.against} for pin in view.pins]


def can_pin(view: View) -> bool:
    """Whether there is a letter left, and something to put aside."""
    return len(view.pins) < len(LETTERS)
