"""Settings laid one over another (a file over the one it extends, --set over both), each with its origin."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from resilience.scenario.declare import Component, Section
from resilience.scenario.errors import Problem, ScenarioError, shown
from resilience.scenario.lines import KeyPath
from resilience.scenario.registry import FAMILIES


class Origin(NamedTuple):
    """Where a setting was given: a file and a line, or "--set" and no line."""

    file: str
    line: int | None = None


@dataclass(frozen=True)
class Layer:
    """Settings as nested tables, the origin of each by its path, and the origin of the layer as a whole."""

    values: dict[str, Any]
    origins: dict[KeyPath, Origin]
    origin: Origin

    def place(self, path: KeyPath) -> Origin:
        """Where the setting at `path` was given, or the nearest table around it, or the layer as a whole."""
        while path:
            if path in self.origins:
                return self.origins[path]
            path = path[:-1]
        return self.origin


def layer_of(values: Mapping[str, Any], origin: Origin) -> Layer:
    """A layer from dotted names and their values, all of one origin.

    The kind of a shock or policy may stand before or after its other settings.

    Raises ScenarioError for names with nothing before, after or between their dots.
    """
    bad = [str(name) for name in values if not all(str(name).split("."))]
    if bad:
        raise ScenarioError([Problem(origin.file, None, shown(name), None, "is not a name") for name in bad])
    tree: dict[str, Any] = {}
    origins: dict[KeyPath, Origin] = {}
    # A kind that came after other settings would put a component of another kind in their place.
    for name, value in sorted(values.items(), key=lambda item: not str(item[0]).endswith(".kind")):
        path = tuple(str(name).split("."))
        for depth in range(1, len(path) + 1):
            origins[path[:depth]] = origin
        tree = _combined(tree, _nested(path, plain(value)), (), origins)
    return Layer(tree, origins, origin)


def lay_over(base: Layer, top: Layer) -> Layer:
    """`top` over `base`: tables are merged key by key, anything else is replaced.

    A shock or policy of the same name but another kind replaces the one below it altogether; `false` takes it
    away and `true` leaves it as it is below.
    """
    origins = dict(base.origins)
    values = _combined(base.values, top.values, (), origins)
    return Layer(values, origins | top.origins, top.origin)


def plain(value: Any) -> Any:
    """The value as tables, numbers, true, false and text, keyed by text; what is None is left out."""
    if isinstance(value, Section):
        table = {name: plain(getattr(value, name)) for name in type(value).model_fields}
        if isinstance(value, Component):
            table = {"kind": value.kind} | table
        return {name: part for name, part in table.items() if part is not None}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return value.item() if getattr(value, "shape", None) == () else value  # a NumPy scalar becomes a number


def _nested(path: KeyPath, value: Any) -> dict[str, Any]:
    for name in reversed(path):
        value = {name: value}
    return dict(value)


def _combined(below: Any, above: Any, path: KeyPath, origins: dict[KeyPath, Origin]) -> Any:
    is_component = len(path) == 2 and path[0] in FAMILIES
    if is_component and above is True and isinstance(below, dict):
        return below
    both_tables = isinstance(below, dict) and isinstance(above, dict)
    if not both_tables or (is_component and _other_kind(below, above, path[-1])):
        for known in [known for known in origins if known[: len(path)] == path and known != path]:
            del origins[known]
        return above
    result = dict(below)
    for name, value in above.items():
        result[name] = _combined(below[name], value, (*path, name), origins) if name in below else value
    return result


def _other_kind(below: dict[str, Any], above: dict[str, Any], name: str) -> bool:
    return "kind" in above and above["kind"] != below.get("kind", name)
