"""Every parameter with its declaration and its value, as one flat list."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pydantic.fields import FieldInfo

from resilience.scenario.declare import Component, Role, Section
from resilience.scenario.mistakes import choices_of, declared, section_of
from resilience.scenario.registry import FAMILIES


@dataclass(frozen=True, slots=True)
class ParameterInfo:
    """One parameter, with its value and everything that was declared of it.

    name: dotted, as in `--set`.
    value, default, low, high: in `unit`; low and high are None for anything but numbers and paths.
    type: "number", "whole number", "true or false", "text", "choice", "month" or "path by year".
    choices: the texts allowed, or None.
    """

    name: str
    value: Any
    default: Any
    unit: str
    low: float | None
    high: float | None
    label: str
    source: str
    role: Role
    type: str
    choices: tuple[str, ...] | None = None


def parameters_of(scenario: Section) -> list[ParameterInfo]:
    """Every parameter of a scenario in the order declared, those of its shocks and policies at the end."""
    found: list[ParameterInfo] = []
    for name, field in type(scenario).model_fields.items():
        if section_of(field) is not None:
            found.extend(infos(getattr(scenario, name), name))
    for family in FAMILIES:
        for name, component in getattr(scenario, family).items():
            found.extend(infos(component, f"{family}.{name}"))
    return found


def infos(section: Section, prefix: str) -> Iterator[ParameterInfo]:
    """The parameters of one section or component, named with `prefix` before a dot."""
    for name, field in type(section).model_fields.items():
        extra = declared(field)
        yield ParameterInfo(
            name=f"{prefix}.{name}",
            value=getattr(section, name),
            default=field.get_default(call_default_factory=True, validated_data={}),
            unit=extra.get("unit", ""),
            low=extra.get("low"),
            high=extra.get("high"),
            label=field.description or "",
            source=extra.get("source", ""),
            role=extra.get("role", "fixed"),
            type=_type_of(section, name, field),
            choices=choices_of(field),
        )


def _type_of(section: Section, name: str, field: FieldInfo) -> str:
    if isinstance(section, Component) and name == "start":
        return "month"
    if choices_of(field) is not None:
        return "choice"
    if typing.get_origin(field.annotation) is dict:
        return "path by year"
    words: dict[Any, str] = {bool: "true or false", int: "whole number", float: "number"}
    return words.get(field.annotation, "text")
