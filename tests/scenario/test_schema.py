import json
import tomllib
from typing import Any

import jsonschema
import pytest

from resilience.policies import POLICIES
from resilience.scenario import json_schema, parameter_table
from resilience.shocks import SHOCKS
from tests.scenario.test_mistakes import REFUSED
from tests.scenario.tiny import RUN_TOML, TinyScenario, tiny

SCHEMA: dict[str, Any] = json.loads(json.dumps(json_schema(TinyScenario)))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

BEYOND_A_SCHEMA = {"start after the end", "start before the run", "nan"}
"""What only the program can check: two settings against one another; and JSON has no NaN."""


REFUSED_TEXTS = [pytest.param(case.values[0], id=case.id) for case in REFUSED if case.id not in BEYOND_A_SCHEMA]


def accepts(text: str) -> bool:
    return bool(VALIDATOR.is_valid(tomllib.loads(RUN_TOML + text)))


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[tiny]\nleaving_rate = 1\npay_floor = {2016 = 7.2}\ngrouping = 'chain'",
        "[shocks.wage_rise]\nfloor_increase = 1\nstart = '2017-04'",
        "[shocks.second]\nkind = 'wage_rise'\nfloor_increase = 1",
        "[shocks]\nwage_rise = true\nsecond = false",
        "extends = 'base.toml'",
    ],
)
def test_good_files_pass(text: str) -> None:
    assert accepts(text)


def test_a_file_that_extends_needs_nothing_else() -> None:
    assert VALIDATOR.is_valid({"extends": "base.toml"})


def test_a_resolved_scenario_passes() -> None:
    scenario = tiny(shocks={"second": {"kind": "wage_rise"}, "funding_cut": {}}, policies={"catalyst": {}})
    VALIDATOR.validate(scenario.resolved())


@pytest.mark.parametrize("text", REFUSED_TEXTS)
def test_what_the_program_refuses_the_schema_refuses(text: str) -> None:
    assert not accepts(text)


def test_every_parameter_carries_what_was_declared() -> None:
    rate = SCHEMA["properties"]["tiny"]["properties"]["leaving_rate"]
    assert rate == {
        "type": "number",
        "title": "Leaving rate",
        "description": "Share of staff who leave in a year.",
        "default": 0.3,
        "minimum": 0.05,
        "maximum": 1.0,
        "unit": "per year",
        "source": "E00-001",
        "role": "uncertainty",
    }
    path = SCHEMA["properties"]["tiny"]["properties"]["pay_floor"]
    assert path["additionalProperties"] == {"type": "number", "minimum": 3.0, "maximum": 40.0}
    assert path["propertyNames"] == {"pattern": "^[0-9]{4}$"}
    assert path["default"] == {"2015": 6.7, "2016": 7.2}
    months = SCHEMA["properties"]["months"]
    assert (months["minimum"], months["maximum"], months["unit"]) == (1, 600, "months")


@pytest.mark.parametrize(("family", "kinds"), [("shocks", SHOCKS), ("policies", POLICIES)])
def test_every_kind_is_offered(family: str, kinds: dict[str, Any]) -> None:
    offered = SCHEMA["properties"][family]
    assert set(offered["properties"]) == set(kinds)
    others = {choice["properties"]["kind"]["const"] for choice in offered["additionalProperties"]["anyOf"][1:]}
    assert others == set(kinds)
    for kind, schema in offered["properties"].items():
        table = schema["anyOf"][1]
        assert set(table["properties"]) == {"kind", *kinds[kind].model_fields}
        assert table["additionalProperties"] is False
        assert all("title" in part and "description" in part for part in table["properties"].values())


class TestParameterTable:
    def test_it_has_a_row_for_each_parameter_and_each_kind(self) -> None:
        rows = {row["name"]: row for row in parameter_table(TinyScenario)}
        assert rows["tiny.leaving_rate"] == {
            "name": "tiny.leaving_rate",
            "default": 0.3,
            "unit": "per year",
            "low": 0.05,
            "high": 1.0,
            "label": "Share of staff who leave in a year.",
            "source": "E00-001",
            "role": "uncertainty",
            "type": "number",
            "choices": None,
        }
        assert rows["shocks.funding_cut.real_change"]["low"] == -0.6
        assert rows["policies.catalyst.cost_per_council"]["default"] == 135_000.0
        assert rows["tiny.grouping"]["choices"] == ("chain", "independent")

    def test_names_are_unique(self) -> None:
        found = [row["name"] for row in parameter_table()]
        assert len(found) == len(set(found))
