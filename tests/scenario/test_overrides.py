import datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from resilience.scenario import ScenarioError, parse_assignment, parse_assignments
from resilience.shocks.wage_rise import WageRise
from tests.scenario.tiny import tiny


def said(**values: Any) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        tiny().with_values(values, origin="--set")
    return str(caught.value).splitlines()


class TestParseAssignment:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("a.b=0.2", 0.2),
            ("a.b=-0.1", -0.1),
            ("a.b=1e-3", 0.001),
            ("a.b=12", 12),
            ("a.b = 12 ", 12),
            ("a.b=1_000", 1000),
            ("a.b=true", True),
            ("a.b=false", False),
            ("a.b=[1, 2]", [1, 2]),
            ("a.b={2016 = 7.2}", {"2016": 7.2}),
            ('a.b="12"', "12"),
            ("a.b='x'", "x"),
            ("a.b=2016-04", "2016-04"),
            ("a.b=2016-04-01", datetime.date(2016, 4, 1)),
            ("a.b=west-midlands", "west-midlands"),
            ("a.b=largest", "largest"),
            ("a.b=8%", "8%"),
            ("a.b=x = y", "x = y"),
            ("a.b=1\nc=2", "1\nc=2"),
            ("a.b=007", "007"),
            ("a.b=", ""),
            ("a.b=# no comment", "# no comment"),
            ("a.b=True", "True"),
        ],
    )
    def test_values_are_toml_or_else_text(self, text: str, value: object) -> None:
        name, parsed = parse_assignment(text)
        assert name == "a.b"
        assert parsed == value
        assert type(parsed) is type(value)

    @pytest.mark.parametrize("text", ["a.b", "", "=3", " = 3", "a..b=3", ".a=3", "a.=3"])
    def test_what_is_no_assignment_is_refused(self, text: str) -> None:
        with pytest.raises(ScenarioError) as caught:
            parse_assignment(text)
        shown = f"{text}: " if text else ""
        assert str(caught.value) == (
            f"--set: {shown}must be written NAME=VALUE, for instance labour.turnover_per_year=0.2."
        )

    def test_several_make_a_mapping_and_the_last_wins(self) -> None:
        assert parse_assignments(["a=1", "b=x", "a=2"]) == {"a": 2, "b": "x"}
        assert parse_assignments([]) == {}

    def test_every_unreadable_one_is_named(self) -> None:
        with pytest.raises(ScenarioError) as caught:
            parse_assignments(["a", "b=1", "=2"], origin="--sweep")
        assert [(problem.file, problem.key) for problem in caught.value.problems] == [
            ("--sweep", "a"),
            ("--sweep", "=2"),
        ]

    @given(st.floats(allow_nan=False, allow_infinity=False))
    def test_a_float_is_read_as_it_is_printed(self, value: float) -> None:
        assert parse_assignment(f"x={value!r}") == ("x", value)


class TestWithValues:
    def test_another_scenario_has_the_values(self) -> None:
        before = tiny(shocks={"wage_rise": {"floor_increase": 1.0}})
        after = before.with_values({"tiny.leaving_rate": 0.2, "months": 12, "shocks.wage_rise.floor_increase": 2})
        assert (after.tiny.leaving_rate, after.months) == (0.2, 12)
        assert after.shocks["wage_rise"] == WageRise(floor_increase=2.0)
        assert (before.tiny.leaving_rate, before.months) == (0.3, 120)
        assert before.shocks["wage_rise"] == WageRise(floor_increase=1.0)
        assert type(after) is type(before)

    def test_nothing_changed_is_the_same_scenario(self) -> None:
        scenario = tiny(shocks={"wage_rise": {"start": "2017-04"}}, name="x", description="y")
        assert scenario.with_values({}) == scenario

    def test_a_shock_that_is_not_there_is_made(self) -> None:
        after = tiny().with_values({"shocks.wage_rise.floor_increase": 1})
        assert after.shocks == {"wage_rise": WageRise(floor_increase=1.0)}

    def test_a_second_shock_of_a_kind_is_made_by_naming_the_kind(self) -> None:
        after = tiny(shocks={"wage_rise": {}}).with_values(
            {"shocks.again.kind": "wage_rise", "shocks.again.start": "2020-04", "shocks.again.floor_increase": 2}
        )
        assert after.shocks["again"] == WageRise(start="2020-04", floor_increase=2.0)
        assert list(after.shocks) == ["again", "wage_rise"]

    def test_components_are_switched_on_and_off(self) -> None:
        on = tiny().with_values({"policies.catalyst": True})
        assert on.policies["catalyst"].start is None
        assert on.with_values({"policies.catalyst": False}).policies == {}
        assert tiny().with_values({"policies.catalyst": False}).policies == {}

    def test_a_component_or_a_table_will_do_as_a_value(self) -> None:
        shock = WageRise(floor_increase=3.0)
        assert tiny().with_values({"shocks.wage_rise": shock}).shocks["wage_rise"] == shock
        assert tiny().with_values({"tiny": {"bed_count": 3}}).tiny.bed_count == 3

    def test_one_year_of_a_path(self) -> None:
        expected = {2015: 6.7, 2016: 9.0}
        assert tiny().with_values({"tiny.pay_floor.2016": 9}).tiny.pay_floor == expected
        assert tiny().with_values({"tiny.pay_floor": {2016: 9}}).tiny.pay_floor == expected

    def test_numpy_numbers_are_numbers(self) -> None:
        after = tiny().with_values({"tiny.leaving_rate": np.float64(0.2), "tiny.bed_count": np.int64(7)})
        assert after == tiny(tiny={"leaving_rate": 0.2, "bed_count": 7})
        assert after.hash == tiny(tiny={"leaving_rate": 0.2, "bed_count": 7}).hash

    def test_mistakes_name_the_origin(self) -> None:
        assert said(**{"tiny.bed_cont": 3, "tinny.x": 1, "shocks.wage_ris.years": 2, "tiny.leaving_rate": 4.5}) == [
            "--set: shocks.wage_ris: unknown shock. Did you mean 'wage_rise'?",
            "--set: tinny: unknown table. Did you mean 'tiny'?",
            "--set: tiny.bed_cont: unknown setting. Did you mean 'bed_count'?",
            "--set: tiny.leaving_rate = 4.5: must be at most 1. Allowed: 0.05 to 1 per year."
            " (Share of staff who leave in a year.)",
        ]

    def test_the_origin_is_the_keyword_when_not_given(self) -> None:
        with pytest.raises(ScenarioError, match=r"^keyword: tiny\.bed_cont: unknown setting"):
            tiny().with_values({"tiny.bed_cont": 3})

    def test_a_parameters_own_name_alone_gets_its_full_name(self) -> None:
        assert said(leaving_rate=0.2) == ["--set: leaving_rate: unknown setting. Did you mean 'tiny.leaving_rate'?"]

    @pytest.mark.parametrize("name", ["tiny.leaving_rate.x", "months.x"])
    def test_nothing_lies_below_a_number(self, name: str) -> None:
        [line] = said(**{name: 1})
        assert line.startswith(f"--set: {name.removesuffix('.x')} = {{x = 1}}: must be a")

    def test_a_shorter_run_may_leave_a_shock_outside(self) -> None:
        scenario = tiny(shocks={"wage_rise": {"start": "2020-04"}})
        with pytest.raises(ScenarioError) as caught:
            scenario.with_values({"months": 12})
        assert str(caught.value).startswith(
            'keyword: shocks.wage_rise.start = "2020-04": lies outside the run. Allowed: 2016-04 to 2017-03.'
        )

    def test_extends_belongs_in_a_file(self) -> None:
        assert said(extends="base.toml") == ['--set: extends = "base.toml": can only be given in a scenario file.']

    def test_names_that_are_none(self) -> None:
        bad = {"": 1, ".": 1, "tiny.": 1, "tiny..motto": 1}
        assert said(**bad) == [f'--set: "{name}": is not a name.' for name in bad]
        assert said(**{"3": 1}) == ["--set: 3: unknown setting."]


def test_a_kind_may_come_after_the_settings_it_gives_meaning_to() -> None:
    settings: dict[str, Any] = {"shocks.second.floor_increase": 0.5, "shocks.second.years": 3}
    kind = {"shocks.second.kind": "wage_rise"}
    after, before = tiny().with_values(settings | kind), tiny().with_values(kind | settings)
    assert after.get("shocks.second.floor_increase") == 0.5
    assert after.get("shocks.second.years") == 3
    assert after == before
    assert after.with_values({"shocks.second.years": 4, **kind}).get("shocks.second.floor_increase") == 0.5
