"""The levers of the page: the two shocks, with labels, units and ranges taken from their declarations."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from resilience.scenario import Scenario
from resilience.scenario.describe import ParameterInfo
from resilience.scenario.months import month_number, month_text

MAIN = {"funding_cut": "real_change", "wage_rise": "floor_increase"}
"""The kinds of shock that have levers, and the setting of each that its slider moves; at 0 the shock is off."""

MOST_POSITIONS = 120
"""A slider has at most this many positions."""

_APRIL = 3
"""What months of April leave when their number (see resilience.scenario.months) is divided by 12."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One of the values that a setting can take, and how it is written."""

    value: Any
    text: str


@dataclass(frozen=True, slots=True)
class Slider:
    """The setting that a shock's slider moves."""

    name: str
    """Dotted name in the scenario."""
    label: str
    unit: str
    low: float
    high: float
    step: float
    source: str


@dataclass(frozen=True, slots=True)
class Menu:
    """A further setting of a shock, chosen from a list."""

    name: str
    label: str
    """What comes before the chosen value: "Starts in", "Builds up over"."""
    help: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Lever:
    """One shock: its slider and its menus."""

    shock: str
    """The shock's name in the scenario."""
    title: str
    slider: Slider
    menus: tuple[Menu, ...]


class Levers:
    """The levers of one scenario, and the scenarios that they lead to."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._shocks = {kind: _name_of(scenario, kind) for kind in MAIN}
        self._all_on = scenario.with_values(
            {f"shocks.{name}": True for name in self._shocks.values() if name not in scenario.shocks}
        )
        known = {info.name: info for info in self._all_on.parameters()}
        self.levers = tuple(self._lever(kind, name, known) for kind, name in self._shocks.items())
        self.start: dict[str, Any] = self._start_values()
        """Where the levers stand in the scenario as given, by dotted name; 0 for a shock that is not in it."""

    @property
    def baseline(self) -> Scenario:
        """The scenario without the two shocks."""
        return self.scenario.with_values({f"shocks.{name}": False for name in self._shocks.values()})

    def scenario_for(self, values: Mapping[str, Any]) -> Scenario:
        """The scenario with the levers at these values. Raises ScenarioError for values that cannot be."""
        off = {lever.shock for lever in self.levers if values[lever.slider.name] == 0}
        chosen = {name: value for name, value in values.items() if name.split(".")[1] not in off}
        for name in off:
            chosen[f"shocks.{name}"] = False
        return self.scenario.with_values(chosen, origin="lever")

    def accepted(self, name: str, value: Any) -> Any:
        """The value that a lever takes when it is moved there. Raises KeyError for what is no lever or no choice."""
        for lever in self.levers:
            if lever.slider.name == name:
                return _on_step(float(value), lever.slider)
            for menu in lever.menus:
                for choice in menu.choices:
                    if (menu.name, str(choice.value)) == (name, str(value)):
                        return choice.value
        raise KeyError(name)

    def _lever(self, kind: str, name: str, known: Mapping[str, ParameterInfo]) -> Lever:
        own = {key: info for key, info in known.items() if key.startswith(f"shocks.{name}.")}
        main = own.pop(f"shocks.{name}.{MAIN[kind]}")
        menus = tuple(menu for info in own.values() if (menu := self._menu(info)) is not None)
        return Lever(name, name.replace("_", " ").capitalize(), _slider(main), menus)

    def _menu(self, info: ParameterInfo) -> Menu | None:
        """The menu for when a shock starts, or for a whole number; nothing for other settings, which stay as given."""
        if info.type == "month":
            return Menu(info.name, "Starts in", info.label, self._start_choices(info.value))
        if info.type == "whole number" and info.low is not None and info.high is not None:
            numbers = range(int(info.low), int(info.high) + 1)
            choices = tuple(Choice(number, _counted(number, info.unit)) for number in numbers)
            return Menu(info.name, "Builds up over", info.label, choices)
        return None

    def _start_choices(self, given: str | None) -> tuple[Choice, ...]:
        """The first month, every April of the run, and the month given in the scenario."""
        first = month_number(self.scenario.start)
        numbers = {first} | {month_number(given)} if given else {first}
        aprils = (number for number in range(first, first + self.scenario.months) if number % 12 == _APRIL)
        dates = ((number, self.scenario.month_date(number - first)) for number in sorted(numbers.union(aprils)))
        return tuple(Choice(month_text(number), f"{date:%B %Y}") for number, date in dates)

    def _start_values(self) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for lever in self.levers:
            for name in (lever.slider.name, *(menu.name for menu in lever.menus)):
                values[name] = self._all_on.get(name)
            for menu in lever.menus:
                if values[menu.name] is None:  # a start that was not given is the first month
                    values[menu.name] = menu.choices[0].value
            if lever.shock not in self.scenario.shocks:
                values[lever.slider.name] = 0.0
        return values


def _name_of(scenario: Scenario, kind: str) -> str:
    """The name of the scenario's first shock of a kind; the kind itself where there is none."""
    return next((name for name, shock in scenario.shocks.items() if shock.kind == kind), kind)


def _slider(info: ParameterInfo) -> Slider:
    if info.low is None or info.high is None:
        raise ValueError(f"{info.name} has no range, so it cannot have a slider")
    step = nice_step(info.low, info.high)
    return Slider(info.name, info.label, info.unit, info.low, info.high, step, info.source)


def nice_step(low: float, high: float) -> float:
    """A round step (1, 2 or 5 times a power of ten) that takes a slider over its range in 120 positions at most."""
    least = (high - low) / MOST_POSITIONS
    power = 10.0 ** math.floor(math.log10(least))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
    return float(f"{step:.6g}")


def _on_step(value: float, slider: Slider) -> float:
    """The slider's position nearest to a value, free of the dust of binary fractions."""
    within = min(max(value, slider.low), slider.high)
    return float(f"{round(within / slider.step) * slider.step:.10g}") + 0.0


def _counted(number: int, unit: str) -> str:
    return f"{number} {unit.removesuffix('s') if number == 1 else unit}"
