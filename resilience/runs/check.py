"""Look a scenario over without running it: what it comes to, and every parameter as text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from resilience.runs import one
from resilience.scenario import ParameterInfo, Scenario
from resilience.scenario.errors import number, shown
from resilience.scenario.months import month_text


@dataclass(frozen=True)
class Checked:
    """A scenario that can be run: the scenario, and how many councils, homes and branches its market has."""

    scenario: Scenario
    councils: int
    homes: int
    branches: int

    def data(self) -> dict[str, Any]:
        """Return the essentials as plain data."""
        return {
            "ok": True,
            "scenario": self.scenario.name,
            "hash": self.scenario.hash,
            "region": self.scenario.region,
            "councils": self.councils,
            "care_homes": self.homes,
            "home_care_branches": self.branches,
            "start": self.scenario.start,
            "end": self._end,
            "months": self.scenario.months,
            "shocks": [_component_text(self.scenario, "shocks", name) for name in self.scenario.shocks],
            "policies": [_component_text(self.scenario, "policies", name) for name in self.scenario.policies],
            "changed": {info.name: info.value for info in self._changed},
        }

    def text(self) -> str:
        """Return the essentials as lines to read."""
        found = self.data()
        months = f"{found['months']} {'month' if found['months'] == 1 else 'months'}"
        lines = [
            f"OK: {found['scenario']} can be run.",
            _line("Region", f"{found['region']}: {self.councils:,} councils, {self.homes:,} care homes and "
                  f"{self.branches:,} home-care branches"),
            _line("Period", f"{found['start']} to {found['end']} ({months})"),
            *_lines("Shocks", found["shocks"]),
            *_lines("Policies", found["policies"]),
            *_lines("Changed", [_changed_text(info) for info in self._changed]),
            _line("Hash", found["hash"]),
        ]  # fmt: skip
        return "\n".join(lines)

    @property
    def _end(self) -> str:
        last = self.scenario.month_date(self.scenario.months - 1)
        return month_text(last.year * 12 + last.month - 1)

    @property
    def _changed(self) -> list[ParameterInfo]:
        """Return the parameters, those of shocks and policies apart, that differ from their default."""
        return [
            info
            for info in self.scenario.parameters()
            if info.value != info.default and not info.name.startswith(("shocks.", "policies."))
        ]


def check_scenario(scenario: Scenario) -> Checked:
    """Build a scenario's market and count it. Raises ScenarioError or RegionError when it cannot be built."""
    market: Any = one.care_market(scenario, 1)
    sites = market.frame("sites")
    homes = int((sites["setting"] == "care_home").sum())
    return Checked(scenario, len(market.frame("councils")), homes, len(sites) - homes)


def parameter_lines(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the table of parameters as lines: name, default, unit, range, label and source."""
    return [
        f"{row['name']} = {_value(row['default'])}{_unit(row['unit'])}{_range(row)}\n"
        f"    {row['label']} [{row['source']}]"
        for row in rows
    ]


def _component_text(scenario: Scenario, family: str, name: str) -> str:
    """Return a shock or policy as one line: its name, kind, start and parameters."""
    component = getattr(scenario, family)[name]
    kind = "" if component.kind == name else f" ({component.kind})"
    prefix = f"{family}.{name}."
    infos = [info for info in scenario.parameters() if info.name.startswith(prefix)]
    values = [
        f"{info.name.removeprefix(prefix)} = {_value(info.value)}{_unit(info.unit)}"
        for info in infos
        if info.name != f"{prefix}start"
    ]
    return f"{name}{kind} from {component.start or scenario.start}" + (f": {', '.join(values)}" if values else "")


def _changed_text(info: ParameterInfo) -> str:
    return f"{info.name} = {_value(info.value)}{_unit(info.unit)} (default {_value(info.default)})"


def _line(heading: str, text: str) -> str:
    return f"  {heading:<9}{text}"


def _lines(heading: str, texts: Sequence[str]) -> list[str]:
    headings = [heading, *[""] * (len(texts) - 1)]
    return [_line(head, text) for head, text in zip(headings, texts or ["none"], strict=True)]


def _value(value: Any) -> str:
    return number(value) if isinstance(value, float) else shown(value)


def _unit(unit: str) -> str:
    return f" {unit}" if unit else ""


def _range(row: Mapping[str, Any]) -> str:
    if row["choices"]:
        return f" (one of {', '.join(row['choices'])})"
    return "" if row["low"] is None else f" ({number(row['low'])} to {number(row['high'])})"
