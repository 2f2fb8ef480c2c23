"""The JSON schema by which editors complete and check a scenario file, and the table of all parameters."""

from __future__ import annotations

from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from resilience.scenario.declare import Section
from resilience.scenario.describe import infos
from resilience.scenario.mistakes import section_of
from resilience.scenario.months import MONTH_PATTERN
from resilience.scenario.registry import FAMILIES, NAME_PATTERN, SINGULAR, Family, kinds
from resilience.scenario.scenario import REGION_NAMES, Scenario

DRAFT = GenerateJsonSchema.schema_dialect
_EXTENDS = {
    "type": "string",
    "title": "Extends",
    "description": "A scenario file whose settings hold where this one is silent; the path counts from here.",
}


def json_schema(scenario_class: type[Scenario] = Scenario) -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of a scenario file, with shocks and policies by kind.

    Point an editor at it with a first line `#:schema scenario.schema.json`. Every parameter has its title,
    description, unit, default, minimum and maximum.
    """
    fields = scenario_class.model_fields
    sections = {name: section for name, field in fields.items() if (section := section_of(field))}
    run_settings = [name for name in fields if name not in sections and name not in FAMILIES]
    whole = scenario_class.model_json_schema(mode="validation")
    properties = {name: _property(whole["properties"][name]) for name in run_settings}
    properties["region"] |= {"anyOf": [{"enum": list(REGION_NAMES)}, {"pattern": r"\.csv$"}]}
    properties["start"] |= {"pattern": MONTH_PATTERN}
    properties["extends"] = _EXTENDS
    properties |= {name: _section_schema(section) for name, section in sections.items()}
    properties |= {family: _family_schema(family) for family in FAMILIES}
    return {
        "$schema": DRAFT,
        "title": "Care market scenario",
        "description": "Settings left out are those of the file named by extends, or else the defaults.",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }


def parameter_table(scenario_class: type[Scenario] = Scenario) -> list[dict[str, Any]]:
    """Every parameter there is, shocks and policies of every kind included, as rows for the documentation.

    Each row has name, default, unit, low, high, label, source, role, type and choices.
    """
    rows: list[dict[str, Any]] = []
    for name, field in scenario_class.model_fields.items():
        section = section_of(field)
        if section is not None:
            rows.extend(_rows(section, name))
    for family in FAMILIES:
        for kind, component in kinds(family).items():
            rows.extend(_rows(component, f"{family}.{kind}"))
    return rows


def _rows(section: type[Section], prefix: str) -> list[dict[str, Any]]:
    columns = ("name", "default", "unit", "low", "high", "label", "source", "role", "type", "choices")
    return [{column: getattr(info, column) for column in columns} for info in infos(section(), prefix)]


def _section_schema(section: type[Section]) -> dict[str, Any]:
    schema = section.model_json_schema(mode="validation")
    schema.pop("required", None)
    schema["properties"] = {name: _property(field) for name, field in schema.get("properties", {}).items()}
    return schema


def _property(field: dict[str, Any]) -> dict[str, Any]:
    """A field's schema without `low` and `high`, which `minimum` and `maximum` say again."""
    return {name: part for name, part in field.items() if name not in {"low", "high"}}


def _family_schema(family: Family) -> dict[str, Any]:
    """A table of components: one named as its kind needs no `kind`, any other must give one."""
    by_kind = {kind: _component_schema(family, kind) for kind in kinds(family)}
    named = {kind: {"anyOf": [{"type": "boolean"}, schema]} for kind, schema in by_kind.items()}
    return {
        "type": "object",
        "title": family.capitalize(),
        "description": f"Each table is one {SINGULAR[family]}; its name is its kind unless it gives one.",
        "propertyNames": {"pattern": NAME_PATTERN},
        "properties": named,
        "additionalProperties": {
            "anyOf": [{"const": False}, *({**schema, "required": ["kind"]} for schema in by_kind.values())]
        },
    }


def _component_schema(family: Family, kind: str) -> dict[str, Any]:
    schema = _section_schema(kinds(family)[kind])
    start = schema["properties"]["start"]
    schema["properties"]["start"] = {
        "type": "string",
        "pattern": MONTH_PATTERN,
        **{name: start[name] for name in ("title", "description", "unit", "source", "role")},
    }
    described = f"The kind of {SINGULAR[family]}; the table's name when not given."
    schema["properties"] = {"kind": {"const": kind, "title": "Kind", "description": described}} | schema["properties"]
    return schema
