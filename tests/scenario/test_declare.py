import copy
import pickle

import pytest
from pydantic import ValidationError

from resilience.policies.catalyst import Catalyst
from resilience.scenario import Section, parameter, value_in_year
from resilience.scenario.declare import Component
from resilience.shocks.wage_rise import WageRise
from tests.scenario.tiny import Tiny, tiny

COMMON = {"unit": "per year", "label": "A rate.", "source": "assumption"}


def mistakes(**values: object) -> list[tuple[str, tuple[int | str, ...]]]:
    with pytest.raises(ValidationError) as caught:
        Tiny.model_validate(values)
    return [(mistake["type"], mistake["loc"]) for mistake in caught.value.errors()]


class TestDeclaration:
    def test_defaults_hold_when_nothing_is_given(self) -> None:
        section = Tiny()
        assert section.leaving_rate == 0.3
        assert section.bed_count == 40
        assert section.is_open is True
        assert section.grouping == "chain"
        assert section.pay_floor == {2015: 6.7, 2016: 7.2}

    @pytest.mark.parametrize(
        ("bounds", "part"),
        [
            ({}, "finite lowest and highest"),
            ({"low": 0.0}, "finite lowest and highest"),
            ({"low": 0.0, "high": float("inf")}, "finite lowest and highest"),
            ({"low": 1.0, "high": 0.0}, "in that order"),
            ({"low": 0.4, "high": 1.0}, r"default 0\.3 lies outside 0\.4 to 1\.0"),
        ],
    )
    def test_a_number_needs_a_range_around_its_default(self, bounds: dict[str, float], part: str) -> None:
        with pytest.raises(ValueError, match=part):
            parameter(0.3, **bounds, **COMMON)

    def test_every_year_of_a_path_must_lie_in_the_range(self) -> None:
        with pytest.raises(ValueError, match=r"default 9\.0 lies outside 0\.0 to 8\.0"):
            parameter({2015: 1.0, 2016: 9.0}, low=0.0, high=8.0, **COMMON)

    @pytest.mark.parametrize("default", [True, "text", None])
    def test_only_numbers_have_a_range(self, default: object) -> None:
        with pytest.raises(ValueError, match="only a number"):
            parameter(default, low=0, high=1, **COMMON)

    @pytest.mark.parametrize("empty", ["label", "source"])
    def test_label_and_source_cannot_be_empty(self, empty: str) -> None:
        with pytest.raises(ValueError, match="needs a label and a source"):
            parameter(0.3, low=0, high=1, **{**COMMON, empty: " "})

    def test_a_section_can_be_neither_changed_nor_extended(self) -> None:
        section = Tiny()
        with pytest.raises(ValidationError, match="frozen"):
            section.leaving_rate = 0.5
        assert mistakes(leving_rate=0.5) == [("extra_forbidden", ("leving_rate",))]


class TestNumbers:
    def test_a_whole_number_does_for_a_float(self) -> None:
        rate = Tiny.model_validate({"leaving_rate": 1}).leaving_rate
        assert rate == 1.0
        assert isinstance(rate, float)

    @pytest.mark.parametrize("edge", [0.05, 1.0])
    def test_both_ends_of_the_range_are_allowed(self, edge: float) -> None:
        assert Tiny.model_validate({"leaving_rate": edge}).leaving_rate == edge

    @pytest.mark.parametrize(
        ("value", "kind"),
        [
            (True, "float_type"),
            ("0.3", "float_type"),
            ("8%", "float_type"),
            ([0.3], "float_type"),
            ({}, "float_type"),
            (None, "float_type"),
            (float("nan"), "finite_number"),
            (float("inf"), "finite_number"),
            (float("-inf"), "finite_number"),
            (0.0499, "greater_than_equal"),
            (-3, "greater_than_equal"),
            (1.0001, "less_than_equal"),
        ],
    )
    def test_anything_else_is_not_a_rate(self, value: object, kind: str) -> None:
        assert mistakes(leaving_rate=value) == [(kind, ("leaving_rate",))]

    @pytest.mark.parametrize("value", [True, "40", 40.5, 40.0])
    def test_only_a_whole_number_is_a_count(self, value: object) -> None:
        assert mistakes(bed_count=value) == [("int_type", ("bed_count",))]

    @pytest.mark.parametrize("value", [1, 0, "true", "yes"])
    def test_only_true_and_false_are_truth_values(self, value: object) -> None:
        assert mistakes(is_open=value) == [("bool_type", ("is_open",))]

    @pytest.mark.parametrize("value", [1, True, "Chain"])
    def test_only_a_choice_is_a_choice(self, value: object) -> None:
        assert mistakes(grouping=value) == [("literal_error", ("grouping",))]


class TestPathByYear:
    def test_given_years_are_laid_over_the_default_and_sorted(self) -> None:
        path = Tiny.model_validate({"pay_floor": {"2020": 8.72, "2015": 6.5, "2014": 6}}).pay_floor
        assert list(path.items()) == [(2014, 6.0), (2015, 6.5), (2016, 7.2), (2020, 8.72)]

    def test_whole_numbers_as_keys_do_as_well(self) -> None:
        assert Tiny(pay_floor={2016: 7.5}).pay_floor == {2015: 6.7, 2016: 7.5}

    def test_the_default_is_not_changed_by_use(self) -> None:
        Tiny.model_validate({"pay_floor": {"2015": 9.0}})
        assert Tiny().pay_floor == {2015: 6.7, 2016: 7.2}

    def test_a_path_cannot_be_changed(self) -> None:
        path = Tiny().pay_floor
        with pytest.raises(TypeError, match="with_values"):
            path[2015] = 1.0
        with pytest.raises(TypeError, match="with_values"):
            path.update({2015: 1.0})
        with pytest.raises(TypeError, match="with_values"):
            del path[2015]
        with pytest.raises(TypeError, match="with_values"):
            path |= {2015: 1.0}
        with pytest.raises(TypeError, match="with_values"):
            path.clear()

    @pytest.mark.parametrize("year", ["16/17", "year", "", "-2016", "1066", "20160", "2016.5", "²016"])
    def test_a_key_must_be_a_year(self, year: str) -> None:
        assert mistakes(pay_floor={year: 7.0}) == [("bad_year", ("pay_floor", year))]

    def test_every_bad_year_and_then_every_bad_value_is_reported(self) -> None:
        assert mistakes(pay_floor={"a": 7.0, "b": 8.0}) == [
            ("bad_year", ("pay_floor", "a")),
            ("bad_year", ("pay_floor", "b")),
        ]
        assert mistakes(pay_floor={"2016": 1.0, "2017": 99.0, "2018": 8.0}) == [
            ("greater_than_equal", ("pay_floor", 2016)),
            ("less_than_equal", ("pay_floor", 2017)),
        ]

    @pytest.mark.parametrize(
        ("value", "kind"), [("7", "float_type"), (True, "float_type"), (float("nan"), "finite_number")]
    )
    def test_a_value_must_be_a_number(self, value: object, kind: str) -> None:
        assert mistakes(pay_floor={"2016": value}) == [(kind, ("pay_floor", 2016))]

    @pytest.mark.parametrize("value", [7.2, "7.2", [7.2], None])
    def test_a_path_must_be_a_table(self, value: object) -> None:
        assert mistakes(pay_floor=value) == [("dict_type", ("pay_floor",))]

    def test_the_value_in_a_year_is_the_latest_given_one(self) -> None:
        path = {2016: 7.2, 2018: 7.83}
        assert [value_in_year(path, year) for year in (2010, 2016, 2017, 2018, 2040)] == [7.2, 7.2, 7.2, 7.83, 7.83]
        with pytest.raises(ValueError, match="at least one year"):
            value_in_year({}, 2016)


class TestComponent:
    def test_months_are_counted_from_its_own_start(self) -> None:
        scenario = tiny(shocks={"wage_rise": {"start": "2017-01"}})
        shock = scenario.shocks["wage_rise"]
        assert shock.start_index(scenario) == 9
        assert [shock.months_since_start(month, scenario) for month in (0, 8, 9, 21)] == [-9, -1, 0, 12]

    def test_without_a_start_it_begins_with_the_run(self) -> None:
        scenario = tiny(policies={"catalyst": {}})
        assert scenario.policies["catalyst"].start is None
        assert scenario.policies["catalyst"].months_since_start(0, scenario) == 0

    @pytest.mark.parametrize(
        "start", ["2016-4", "2016-13", "2016-00", "April 2016", "2016-04-01", "2016-04\n", "", 201604]
    )
    def test_a_start_must_be_a_month(self, start: object) -> None:
        with pytest.raises(ValidationError, match=r"must be a month written 'YYYY-MM', such as '2025-04'"):
            WageRise.model_validate({"start": start})

    def test_a_start_must_lie_in_years_there_are_data_for(self) -> None:
        with pytest.raises(ValidationError, match="must lie between 1990-01 and 2100-12"):
            WageRise.model_validate({"start": "1948-07"})

    def test_kind_is_a_name_and_not_a_setting(self) -> None:
        assert WageRise.kind == "wage_rise"
        assert Catalyst.kind == "catalyst"
        assert "kind" not in Component.model_fields


class TestValueObjects:
    @pytest.mark.parametrize("twin", [lambda s: pickle.loads(pickle.dumps(s)), copy.copy, copy.deepcopy])
    def test_copies_are_equal_and_just_as_frozen(self, twin: object) -> None:
        section = Tiny.model_validate({"pay_floor": {"2016": 7.4}, "leaving_rate": 0.2})
        other = twin(section)  # type: ignore[operator]
        assert other == section
        assert hash(other) == hash(section)
        with pytest.raises(TypeError):
            other.pay_floor[2016] = 0.0

    def test_sections_with_other_values_differ(self) -> None:
        class Other(Section):
            leaving_rate: float = parameter(0.3, low=0, high=1, **COMMON)

        assert Tiny(leaving_rate=0.2) != Tiny()
        assert Other() != Tiny()
