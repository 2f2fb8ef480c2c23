"""What must hold of every parameter the model declares, whichever they are."""

import re
from typing import Any

import pytest

from resilience.policies import POLICIES
from resilience.region.tables import region_names
from resilience.scenario import Component, Scenario, Section, parameter_table
from resilience.scenario.scenario import REGION_NAMES
from resilience.shocks import SHOCKS
from tests.scenario.tiny import RUN

ROWS = parameter_table()
SCENARIO = Scenario.from_dict({**RUN, "shocks": dict.fromkeys(SHOCKS, True), "policies": dict.fromkeys(POLICIES, True)})


def sections() -> list[type[Section]]:
    found = [type(value) for name in Scenario.model_fields if isinstance(value := getattr(SCENARIO, name), Section)]
    return [*found, *SHOCKS.values(), *POLICIES.values()]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_each_is_fully_declared(row: dict[str, Any]) -> None:
    assert row["label"].strip()
    assert row["label"].endswith("."), "a label is a sentence"
    assert row["source"].strip()
    assert row["role"] in {"lever", "uncertainty", "fixed"}
    assert re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", row["name"])
    numeric = row["type"] in {"number", "whole number", "path by year"}
    assert (row["low"] is not None) == numeric
    if numeric:
        values = row["default"].values() if isinstance(row["default"], dict) else [row["default"]]
        assert all(row["low"] <= value <= row["high"] for value in values)


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["type"] in {"number", "whole number"}], ids=lambda row: row["name"]
)
def test_both_ends_of_each_range_are_accepted(row: dict[str, Any]) -> None:
    for edge in (row["low"], row["high"]):
        assert SCENARIO.with_values({row["name"]: edge}).get(row["name"]) == edge


@pytest.mark.parametrize("section", sections(), ids=lambda section: section.__name__)
def test_each_section_explains_itself(section: type[Section]) -> None:
    assert section.__doc__
    for name, field in section.model_fields.items():
        assert field.json_schema_extra, f"{section.__name__}.{name} is not declared by parameter()"


@pytest.mark.parametrize(("family", "base"), [(SHOCKS, "Shock"), (POLICIES, "Policy")])
def test_each_kind_is_registered_under_its_own_name(family: dict[str, type[Component]], base: str) -> None:
    for kind, component in family.items():
        assert component.kind == kind
        assert base in {parent.__name__ for parent in component.__mro__}
        assert component() == component()


def test_defaults_round_trip() -> None:
    assert Scenario.from_dict(SCENARIO.resolved()) == SCENARIO


def test_the_regions_are_those_of_the_council_tables() -> None:
    assert set(REGION_NAMES) == {"england", *(name.lower().replace(" ", "-") for name in region_names())}
