"""A scenario as the query of a link, and back: the shipped baseline it is nearest to, and every setting that differs.

The link holds all that decides a run, so it gives the same numbers on any computer with the same version. It cannot
bring files along, so a scenario that names files of its own is saved as a file instead.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode

from resilience.app.presets import bases
from resilience.scenario import Problem, Scenario, ScenarioError, parse_assignment
from resilience.scenario.errors import nearest
from resilience.scenario.registry import FAMILIES, kinds

ORIGIN = "link"
NO_FILES = "names a file, which neither a link nor a loaded scenario can bring along"
HIGHEST_SEED = 999_999
MOST_REPLICATES = 200

FROM, SEED, REPLICATES, PIN = "from", "seed", "replicates", "pin"
"""Keys of the query that are no settings of the scenario."""


@dataclass(frozen=True, slots=True)
class Linked:
    """What a link leads to."""

    scenario: Scenario
    seed: int
    replicates: int
    pins: tuple[Scenario, ...] = ()


def query_of(linked: Linked) -> str:
    """The query that leads there. Raises ScenarioError for a scenario that names files of its own."""
    parts = [*_pairs(linked.scenario), (SEED, str(linked.seed)), (REPLICATES, str(linked.replicates))]
    return urlencode([*parts, *((PIN, urlencode(_pairs(pin))) for pin in linked.pins)])


def from_query(query: str, start: Linked) -> Linked:
    """What a query leads to; what it leaves out is as at the start. Raises ScenarioError for what cannot be."""
    pairs = parse_qsl(query.removeprefix("?"), keep_blank_values=True)
    single = {name: value for name, value in pairs if name != PIN}
    problems: list[Problem] = []
    seed = _whole(single.pop(SEED, str(start.seed)), SEED, 0, HIGHEST_SEED, problems)
    replicates = _whole(single.pop(REPLICATES, str(start.replicates)), REPLICATES, 1, MOST_REPLICATES, problems)
    if problems:
        raise ScenarioError(problems)
    scenario = _scenario(single, start.scenario) if single else start.scenario
    pins = [_scenario(dict(parse_qsl(value)), start.scenario) for name, value in pairs if name == PIN]
    return Linked(scenario, seed, replicates, tuple(pins))


def differing(scenario: Scenario) -> tuple[str, dict[str, Any]]:
    """The shipped baseline from which a scenario differs least, and the settings that differ, by dotted name."""
    after = flat(scenario.resolved())
    found = {name: _difference(before, after, scenario) for name, before in _flat_bases().items()}
    if not found:
        raise ScenarioError([Problem(ORIGIN, None, "", None, "no shipped scenario was found to begin from")])
    name = min(found, key=lambda known: (len(found[known]), known))
    return name, found[name]


def file_settings(values: Mapping[str, Any]) -> list[str]:
    """The settings, of those by dotted name, that name files of this computer, another scenario included.

    What comes from a visitor must not make the server read its computer's files.
    """
    return [
        name
        for name, value in values.items()
        if isinstance(value, str)
        and value
        and (
            name == "extends" or name.endswith("_file") or (name == "region" and value.strip().lower().endswith(".csv"))
        )
    ]


def _refuse_files(values: Mapping[str, Any]) -> None:
    names = file_settings(values)
    if names:
        raise ScenarioError([Problem(ORIGIN, None, name, None, NO_FILES) for name in names])


def _pairs(scenario: Scenario) -> list[tuple[str, str]]:
    _refuse_files(flat(scenario.resolved()))
    base, values = differing(scenario)
    return [(FROM, base), *((name, written(value)) for name, value in values.items())]


def _scenario(values: Mapping[str, str], start: Scenario) -> Scenario:
    """The scenario of a query's settings."""
    given = dict(values)
    base = given.pop(FROM, None)
    known = bases()
    if base is not None and base not in known:
        near = nearest(base, known)
        allowed = ", ".join(known)
        raise ScenarioError([Problem(ORIGIN, None, FROM, base, "is no shipped baseline", allowed, near)])
    begin = start if base is None else known[base]
    read = dict(parse_assignment(f"{name}={value}", origin=ORIGIN) for name, value in given.items())
    _refuse_files(read)
    return begin.with_values(read, origin=ORIGIN)


def _whole(text: str, name: str, low: int, high: int, problems: list[Problem]) -> int:
    if text.isascii() and text.isdecimal() and low <= int(text) <= high:
        return int(text)
    problems.append(Problem(ORIGIN, None, name, text, "must be a whole number", f"{low} to {high:,}"))
    return low


def written(value: Any) -> str:
    """A setting's value as ``parse_assignment`` reads it back: text bare where that is unmistakable, else quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value if parse_assignment(f"x={value}") == ("x", value) and value.strip() == value else json.dumps(value)
    return repr(value)


@cache
def _flat_bases() -> dict[str, dict[str, Any]]:
    """Every setting of the shipped baselines, by dotted name."""
    return {name: flat(base.resolved()) for name, base in bases().items()}


def _difference(before: Mapping[str, Any], after: Mapping[str, Any], scenario: Scenario) -> dict[str, Any]:
    """The settings by which a scenario differs from a base, by dotted name; components with what is not default."""
    own = tuple(f"{family}." for family in FAMILIES)
    changed = {
        name: value
        for name, value in after.items()
        if not name.startswith((*own, "description")) and before.get(name) != value
    }
    for family in FAMILIES:
        for name, component in getattr(scenario, family).items():
            prefix = f"{family}.{name}"
            changed.update(_component(prefix, component, kinds(family)[component.kind]()))
    return changed


def _component(prefix: str, component: Any, default: Any) -> dict[str, Any]:
    """A shock's or policy's settings that are not its kind's defaults; plain true where it has none."""
    values: dict[str, Any] = {}
    if prefix.split(".")[1] != component.kind:
        values[f"{prefix}.kind"] = component.kind
    for name in type(component).model_fields:
        value = getattr(component, name)
        if value != getattr(default, name):
            values[f"{prefix}.{name}"] = value
    return values or {prefix: True}


def flat(table: Mapping[str, Any], within: str = "") -> dict[str, Any]:
    """Nested tables by dotted name."""
    found: dict[str, Any] = {}
    for name, value in table.items():
        if isinstance(value, Mapping):
            found.update(flat(value, f"{within}{name}."))
        else:
            found[f"{within}{name}"] = value
    return found
