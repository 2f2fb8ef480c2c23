"""Turn what validation refuses into problems a user can put right: the place, the mistake, what would do."""

from __future__ import annotations

import typing
from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from resilience.scenario.declare import Component, Section
from resilience.scenario.errors import Problem, nearest, number
from resilience.scenario.layers import Layer
from resilience.scenario.lines import KeyPath
from resilience.scenario.registry import FAMILIES, SINGULAR, kinds

_MESSAGES = {
    "bool_type": "must be true or false",
    "dict_type": "must be a table",
    "finite_number": "must be a finite number",
    "float_type": "must be a number",
    "int_type": "must be a whole number",
    "missing": "is missing; give it here or in a file this one extends",
    "model_attributes_type": "must be a table",
    "model_type": "must be a table",
    "string_type": "must be text in quotes",
}
_NUMBERS = {"float_type", "int_type", "greater_than_equal", "less_than_equal", "finite_number"}
_SHARES = {"fraction", "share"}


def problems_in(error: ValidationError, scenario_class: type[Section], layer: Layer) -> list[Problem]:
    """Every mistake of a validation as a problem."""
    return [_problem(dict(mistake), scenario_class, layer) for mistake in error.errors(include_url=False)]


def allowed_values(field: FieldInfo) -> str | None:
    """The values a field allows, in words: "0.05 to 1 per year", or "'low', 'high'"; None for free text."""
    extra = declared(field)
    choices = choices_of(field)
    if choices:
        return ", ".join(f"'{choice}'" for choice in choices)
    if extra.get("low") is None:
        return None
    unit = str(extra["unit"])
    span = f"{number(extra['low'])} to {number(extra['high'])}"
    return f"{span} as a {unit}" if unit in _SHARES else f"{span} {unit}".rstrip()


def declared(field: FieldInfo) -> dict[str, Any]:
    """What `parameter` noted of a field beside its default and label: unit, low, high, source, role."""
    return field.json_schema_extra if isinstance(field.json_schema_extra, dict) else {}


def choices_of(field: FieldInfo) -> tuple[str, ...] | None:
    """The texts a field may have, when it is declared as a Literal."""
    is_literal = typing.get_origin(field.annotation) is typing.Literal
    return tuple(map(str, typing.get_args(field.annotation))) if is_literal else None


def section_of(field: FieldInfo) -> type[Section] | None:
    """The section a field holds, or None when it holds a value."""
    kind = field.annotation
    return kind if isinstance(kind, type) and issubclass(kind, Section) else None


def _problem(mistake: dict[str, Any], scenario_class: type[Section], layer: Layer) -> Problem:
    path: KeyPath = tuple(str(part) for part in mistake["loc"])
    if mistake["type"] == "extra_forbidden":
        return _unknown_setting(path, mistake["input"], scenario_class, layer)
    if mistake["type"] == "unknown_kind":
        return _unknown_kind(path, mistake["ctx"], layer)
    value = None if mistake["type"] == "missing" else mistake["input"]
    field = field_at(path, scenario_class, layer.values)
    context: dict[str, Any] = mistake.get("ctx") or {}
    allowed, suggestion, label = context.get("allowed"), None, None
    if "candidates" in context:
        suggestion = nearest(str(value), context["candidates"])
        allowed = None if suggestion else ", ".join(f"'{name}'" for name in context["candidates"])
    elif field is not None and section_of(field) is None:
        label = field.description
        allowed = allowed or allowed_values(field)
        suggestion = _better_value(mistake["type"], value, field)
    place = layer.place(path) if mistake["type"] != "missing" else layer.origin
    return Problem(place.file, place.line, ".".join(path), value, _message(mistake, value), allowed, suggestion, label)


def _message(mistake: dict[str, Any], value: Any) -> str:
    kind, context = mistake["type"], mistake.get("ctx") or {}
    if kind == "greater_than_equal":
        return f"must be at least {number(context['ge'])}"
    if kind == "less_than_equal":
        return f"must be at most {number(context['le'])}"
    if kind == "literal_error":
        return "is not one of the choices"
    message = _MESSAGES.get(kind, str(mistake["msg"]))
    if kind in {"float_type", "int_type"}:
        if isinstance(value, bool):
            return f"{message}, not true or false"
        if isinstance(value, str):
            return f"{message}, without quotes"
    return message


def _better_value(kind: str, value: Any, field: FieldInfo) -> str | None:
    """The nearest choice; or the number meant by "0.2", by "8%" or, where a share is asked for, by 8."""
    choices = choices_of(field)
    if choices:
        return nearest(str(value), choices)
    extra = declared(field)
    if kind not in _NUMBERS or extra.get("low") is None or isinstance(value, bool):
        return None
    try:
        meant = float(str(value).rstrip(" %"))
    except ValueError:
        return None
    is_percentage = str(value).endswith("%") or (not isinstance(value, str) and extra["unit"] in _SHARES)
    meant = meant / 100 if is_percentage else meant
    if kind == "int_type" and not meant.is_integer():
        return None
    return number(meant) if extra["low"] <= meant <= extra["high"] else None


def _unknown_setting(path: KeyPath, value: Any, scenario_class: type[Section], layer: Layer) -> Problem:
    place, leaf = layer.place(path), path[-1]
    parent = _section_at(path[:-1], scenario_class, layer.values)
    siblings = [*parent.model_fields, *(("extends",) if len(path) == 1 else ()), *_kind_name(parent)]
    if path == ("extends",):
        return Problem(place.file, place.line, "extends", value, "can only be given in a scenario file")
    message = "unknown table" if isinstance(value, Mapping) else "unknown setting"
    elsewhere = _settings_elsewhere(scenario_class)
    suggestion = nearest(leaf, siblings)
    if suggestion is None or suggestion.lower() != leaf.lower():
        if len(path) > 1 and leaf in scenario_class.model_fields:
            message += f"; '{leaf}' belongs at the top of the file, before the first [table]"
            suggestion = None
        elif leaf in elsewhere:
            suggestion = elsewhere[leaf]
        elif suggestion is None:
            near = nearest(leaf, elsewhere)
            suggestion = elsewhere[near] if near else None
    return Problem(place.file, place.line, ".".join(path), None, message, suggestion=suggestion)


def _unknown_kind(path: KeyPath, context: dict[str, Any], layer: Layer) -> Problem:
    family, name = path[0], path[1]
    word = next(singular for plural, singular in SINGULAR.items() if plural == family)
    given = "kind" in layer.values[family][name] if isinstance(layer.values[family][name], dict) else False
    known = [str(kind) for kind in context["candidates"]]
    suggestion = nearest(str(context["kind"]), known)
    allowed = None if suggestion else ", ".join(f"'{kind}'" for kind in known)
    key = (*path, "kind") if given else path
    place = layer.place(key)
    message = f"unknown kind of {word}" if given else f"unknown {word}"
    value = context["kind"] if given else None
    if not isinstance(context["kind"], str):
        return Problem(place.file, place.line, ".".join(key), value, _MESSAGES["string_type"])
    return Problem(place.file, place.line, ".".join(key), value, message, allowed, suggestion)


def _section_at(path: KeyPath, scenario_class: type[Section], values: Mapping[str, Any]) -> type[Section]:
    """The class that declares what may stand in the table at `path`."""
    if not path:
        return scenario_class
    if path[0] in FAMILIES:
        return _component_class(path, values)
    found = section_of(scenario_class.model_fields[path[0]]) if path[0] in scenario_class.model_fields else None
    return found or scenario_class


def _component_class(path: KeyPath, values: Mapping[str, Any]) -> type[Section]:
    family = next(family for family in FAMILIES if family == path[0])
    table = values.get(family, {}).get(path[1]) if len(path) > 1 else None
    kind = table.get("kind", path[1]) if isinstance(table, Mapping) else path[1:2]
    return kinds(family).get(str(kind), Component)


def field_at(path: KeyPath, scenario_class: type[Section], values: Mapping[str, Any]) -> FieldInfo | None:
    """The declared field at `path`, or the one that holds the year at `path`; None when there is none."""
    if not path:
        return None
    if path[0] in FAMILIES:
        return _component_class(path, values).model_fields.get(path[2]) if len(path) > 2 else None
    field = scenario_class.model_fields.get(path[0])
    section = section_of(field) if field is not None else None
    if section is None or len(path) == 1:
        return field
    return section.model_fields.get(path[1])


def _settings_elsewhere(scenario_class: type[Section]) -> dict[str, str]:
    """The dotted name of every parameter by its own name; one that stands in several places has the first."""
    names: dict[str, str] = {}
    for name, field in scenario_class.model_fields.items():
        section = section_of(field)
        for inner in section.model_fields if section else ():
            names.setdefault(inner, f"{name}.{inner}")
    for family in FAMILIES:
        for kind, component in kinds(family).items():
            for inner in component.model_fields:
                if inner not in Component.model_fields:
                    names.setdefault(inner, f"{family}.{kind}.{inner}")
    return names


def _kind_name(section: type[Section]) -> tuple[str, ...]:
    return ("kind",) if issubclass(section, Component) else ()
