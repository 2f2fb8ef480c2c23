"""The levers of the page: every shock and policy, with titles, labels, units and ranges from their declarations."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from resilience.app.words import MINUS, style_of
from resilience.scenario import Problem, Scenario, ScenarioError
from resilience.scenario.declare import Component
from resilience.scenario.describe import ParameterInfo, infos
from resilience.scenario.months import month_number, month_text
from resilience.scenario.registry import FAMILIES, Family, kinds

MOST_POSITIONS = 120
"""A slider has at most this many positions."""

_APRIL = 3
"""What months of April leave when their number (see resilience.scenario.months) is divided by 12."""

BASELINE = "baseline"

LAST_SETTINGS = ("start", "who_pays")
"""Settings of every component; they come after those that are its own."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a setting can take, and how it is written."""

    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of a lever: a slider where it has a step, a menu where it has choices, else a line of text."""

    name: str
    """Dotted name in the scenario."""
    title: str
    help: str
    unit: str
    source: str
    value: Any
    low: float = 0.0
    high: float = 0.0
    step: float = 0.0
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True)
class Lever:
    """One shock or policy: whether it is on, and its settings, those of its own first."""

    family: Family
    name: str
    """Its name in the scenario."""
    kind: str
    title: str
    group: str
    help: str
    on: bool
    settings: tuple[Setting, ...]


def levers_of(scenario: Scenario) -> tuple[Lever, ...]:
    """Every shock and policy there is, those of the scenario with their values, the others off with their defaults."""
    return tuple(lever for family in FAMILIES for lever in _family(scenario, family))


def baseline_of(scenario: Scenario) -> Scenario:
    """The scenario without any shock or policy."""
    off = {f"{family}.{name}": False for family in FAMILIES for name in getattr(scenario, family)}
    return scenario.with_values({**off, "name": BASELINE, "description": ""})


def in_words(scenario: Scenario) -> str:
    """What a scenario has in it, by its levers' titles and first settings: "Funding cut −20%, Epidemic 12 months"."""
    on = [_in_words(lever) for family in FAMILIES for lever in _family(scenario, family, only_on=True)]
    return ", ".join(on) or BASELINE.capitalize()


def _in_words(lever: Lever) -> str:
    first = lever.settings[0]
    return f"{lever.title} {said(first)}" if first.step else lever.title


def said(setting: Setting) -> str:
    """A slider's value as it is written, in its unit: "−20%", "£1.00", "3 providers"."""
    value, style = setting.value, style_of(setting.unit)
    sign = MINUS if value < 0 else ""
    if style == "share":
        return f"{sign}{abs(100 * value):.10g}%"
    if style == "money":
        return f"{sign}£{abs(value):,.{2 if setting.high < 100 else 0}f}"
    return f"{sign}{abs(value):.10g} {setting.unit}".strip()


def switched(scenario: Scenario, family: str, name: str, *, on: bool) -> Scenario:
    """The scenario with a shock or policy put on (with its defaults) or taken off. Raises ScenarioError."""
    return scenario.with_values({f"{family}.{name}": on}, origin="lever")


def moved(scenario: Scenario, name: str, value: Any) -> Scenario:
    """The scenario with a lever's setting at a value, a slider's at its nearest position. Raises ScenarioError."""
    setting = next((one for lever in levers_of(scenario) for one in lever.settings if one.name == name), None)
    if setting is None:
        raise ScenarioError([Problem("lever", None, name, None, "is no lever of this page")])
    return scenario.with_values({name: _accepted(setting, value)}, origin="lever")


def _accepted(setting: Setting, value: Any) -> Any:
    for choice in setting.choices:
        if str(choice.value) == str(value):
            return choice.value
    if not setting.step:
        return value
    try:
        return on_step(float(value), setting)
    except (TypeError, ValueError):
        return value  # not a number: the scenario says so


def _family(scenario: Scenario, family: Family, *, only_on: bool = False) -> Iterator[Lever]:
    """The levers of one family in the order of the kinds; several of one kind stand together, numbered.

    ``only_on`` leaves out those that the scenario has not.
    """
    present: dict[str, Component] = getattr(scenario, family)
    for kind, declared in kinds(family).items():
        mine = [name for name, component in present.items() if component.kind == kind]
        for place, name in enumerate(mine or ([] if only_on else [kind]), start=1):
            component = present.get(name) or declared()
            yield Lever(
                family=family,
                name=name,
                kind=kind,
                title=declared.title if place == 1 else f"{declared.title} ({place})",
                group=declared.group,
                help=_summary(declared),
                on=bool(mine),
                settings=tuple(_settings(scenario, component, f"{family}.{name}")),
            )


def _summary(declared: type[Component]) -> str:
    """The first sentence or two of a component's description."""
    return " ".join((declared.__doc__ or "").split("\n\n")[0].split())


def _settings(scenario: Scenario, component: Component, prefix: str) -> Iterator[Setting]:
    """What somebody can decide, the component's own settings first; what nobody knows well stays as it is."""
    known = [info for info in infos(component, prefix) if info.role == "lever"]
    last = [info for info in known if _short(info) in LAST_SETTINGS]
    for info in [*(info for info in known if info not in last), *last]:
        yield _setting(scenario, info)


def _short(info: ParameterInfo) -> str:
    return info.name.rsplit(".", 1)[-1]


def _setting(scenario: Scenario, info: ParameterInfo) -> Setting:
    title = _short(info).replace("_", " ").capitalize()
    common = (info.name, title, info.label, info.unit, info.source)
    if info.type == "month":
        choices = _start_choices(scenario, info.value)
        return Setting(*common, value=info.value or choices[0].value, choices=choices)
    if info.choices:
        choices = tuple(Choice(value, value.replace("_", " ").capitalize()) for value in info.choices)
        return Setting(*common, value=info.value, choices=choices)
    if info.low is None or info.high is None:
        return Setting(*common, value=info.value)
    step = max(1.0, nice_step(info.low, info.high)) if info.type == "whole number" else nice_step(info.low, info.high)
    return Setting(*common, value=info.value, low=info.low, high=info.high, step=step)


def _start_choices(scenario: Scenario, given: str | None) -> tuple[Choice, ...]:
    """The first month, every April of the run, and the month given in the scenario."""
    first = month_number(scenario.start)
    numbers = {first} | {month_number(given)} if given else {first}
    aprils = (number for number in range(first, first + scenario.months) if number % 12 == _APRIL)
    dates = ((number, scenario.month_date(number - first)) for number in sorted(numbers.union(aprils)))
    return tuple(Choice(month_text(number), f"{date:%B %Y}") for number, date in dates)


def nice_step(low: float, high: float) -> float:
    """A round step (1, 2 or 5 times a power of ten) that takes a slider over its range in 120 positions at most."""
    least = (high - low) / MOST_POSITIONS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    return float(f"{step:.6g}")


def on_step(value: float, setting: Setting) -> float | int:
    """The slider's position nearest to a value, free of the dust of binary fractions; whole where the setting is."""
    within = min(max(value, setting.low), setting.high)
    position = float(f"{setting.low + round((within - setting.low) / setting.step) * setting.step:.10g}") + 0.0
    within = min(max(position, setting.low), setting.high)
    return round(within) if isinstance(setting.value, int) else within
