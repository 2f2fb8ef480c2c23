import copy
import datetime
import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from resilience.scenario import Scenario, ScenarioError, load_with, to_toml
from resilience.shocks.wage_rise import WageRise
from tests.scenario.tiny import RUN, TinyScenario, tiny, write

ROOT = Path(__file__).parents[2]

months = st.integers(0, 119).map(lambda index: f"{2016 + (index + 3) // 12}-{(index + 3) % 12 + 1:02d}")
rises = st.fixed_dictionaries(
    {"kind": st.just("wage_rise"), "floor_increase": st.floats(0, 6), "years": st.integers(1, 10)},
    optional={"start": months},
)
cuts = st.fixed_dictionaries(
    {"kind": st.just("funding_cut"), "real_change": st.floats(-0.6, 0.2)}, optional={"start": months}
)
names = st.text("abcdefghijklmnopqrstuvwxyzABC0123456789_-", min_size=1, max_size=8)
scenarios = st.builds(
    lambda **values: tiny(**values),
    name=st.text(max_size=20),
    description=st.text(max_size=20),
    tiny=st.fixed_dictionaries(
        {},
        optional={
            "leaving_rate": st.floats(0.05, 1.0),
            "bed_count": st.integers(1, 200),
            "is_open": st.booleans(),
            "grouping": st.sampled_from(["chain", "independent"]),
            "motto": st.text(max_size=20),
            "pay_floor": st.dictionaries(st.integers(1990, 2100), st.floats(3, 40), max_size=4),
        },
    ),
    shocks=st.dictionaries(names, rises | cuts, max_size=3),
    policies=st.dictionaries(names, st.just({"kind": "catalyst"}), max_size=2),
)


class TestRoundTrips:
    @given(scenarios)
    @settings(max_examples=40, deadline=None)
    def test_resolved_tables_give_the_same_scenario_through_python_json_and_toml(self, scenario: TinyScenario) -> None:
        table = scenario.resolved()
        assert TinyScenario.from_dict(table) == scenario
        again = TinyScenario.from_dict(json.loads(json.dumps(table, allow_nan=False)))
        assert again == scenario
        assert again.hash == scenario.hash

    def test_toml(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        folder = tmp_path_factory.mktemp("toml")

        @given(scenarios)
        @settings(max_examples=40, deadline=None)
        def check(scenario: TinyScenario) -> None:
            again = load_with(write(folder, "again.toml", to_toml(scenario)), scenario_class=TinyScenario)
            assert again == scenario
            assert again.hash == scenario.hash

        check()

    @given(scenarios)
    @settings(max_examples=25, deadline=None)
    def test_pickles_and_copies_are_equal(self, scenario: TinyScenario) -> None:
        for twin in (pickle.loads(pickle.dumps(scenario)), copy.deepcopy(scenario), copy.copy(scenario)):
            assert twin == scenario
            assert twin.hash == scenario.hash
            assert hash(twin) == hash(scenario)

    @given(scenarios, scenarios)
    @settings(max_examples=25, deadline=None)
    def test_the_hash_tells_settings_apart_and_nothing_else(self, one: TinyScenario, other: TinyScenario) -> None:
        same = {**one.resolved(), "name": "", "description": ""} == {**other.resolved(), "name": "", "description": ""}
        assert (one.hash == other.hash) == same


class TestFrozen:
    def test_no_setting_can_be_changed(self) -> None:
        scenario = tiny(shocks={"wage_rise": {}})
        with pytest.raises(ValidationError, match="frozen"):
            scenario.months = 3
        with pytest.raises(ValidationError, match="frozen"):
            scenario.tiny.bed_count = 3
        with pytest.raises(TypeError, match="with_values"):
            scenario.shocks["another"] = WageRise()
        with pytest.raises(ValidationError, match="frozen"):
            scenario.shocks["wage_rise"].years = 3  # type: ignore[attr-defined]

    def test_scenarios_can_be_keys(self) -> None:
        counts = {tiny(): 1, tiny(months=3): 2}
        assert counts[tiny()] == 1
        assert counts[tiny(months=3)] == 2


class TestHash:
    def test_it_is_sha_256_in_hex(self) -> None:
        assert len(tiny().hash) == 64
        assert set(tiny().hash) <= set("0123456789abcdef")

    @pytest.mark.parametrize(
        "values",
        [
            {"name": "another"},
            {"description": "another"},
            {"tiny": {"leaving_rate": 0.3}},
            {"tiny": {"pay_floor": {"2016": 7.2}}},
            {"shocks": {}},
            {"region": "West Midlands"},
        ],
    )
    def test_names_and_defaults_written_out_do_not_count(self, values: dict[str, Any]) -> None:
        assert tiny(**values).hash == tiny().hash

    @pytest.mark.parametrize(
        "values",
        [
            {"months": 121},
            {"start": "2016-05"},
            {"region": "england"},
            {"tiny": {"leaving_rate": 0.30000000000000004}},
            {"tiny": {"pay_floor": {"2017": 7.2}}},
            {"tiny": {"motto": " "}},
            {"shocks": {"wage_rise": {}}},
            {"policies": {"catalyst": {}}},
        ],
    )
    def test_everything_else_does(self, values: dict[str, Any]) -> None:
        assert tiny(**values).hash != tiny().hash

    def test_the_order_of_shocks_and_of_settings_does_not_count(self) -> None:
        first = tiny(shocks={"a": {"kind": "wage_rise", "years": 2}, "b": {"kind": "funding_cut"}})
        second = tiny(shocks={"b": {"kind": "funding_cut"}, "a": {"years": 2, "kind": "wage_rise"}})
        assert first.hash == second.hash
        assert list(first.shocks) == list(second.shocks) == ["a", "b"]

    def test_whole_numbers_and_minus_zero_are_the_same_numbers(self) -> None:
        assert tiny(tiny={"leaving_rate": 1}).hash == tiny(tiny={"leaving_rate": 1.0}).hash
        assert tiny(tiny={"discount": -0.0}).hash == tiny(tiny={"discount": 0}).hash

    def test_a_file_counts_by_its_text_and_not_by_its_place(self, tmp_path: Path) -> None:
        one = write(tmp_path, "one/sites.csv", "site\n1\n")
        moved = write(tmp_path, "two/other.csv", "site\n1\n")
        edited = write(tmp_path, "three/sites.csv", "site\n2\n")
        windows = tmp_path / "windows.csv"
        windows.write_bytes(b"site\r\n1\r\n")
        hashes = [tiny(tiny={"sites_file": str(file)}).hash for file in (one, moved, windows, edited)]
        assert hashes[0] == hashes[1] == hashes[2] != hashes[3]
        assert tiny(region=str(one)).hash == tiny(region=str(moved)).hash != tiny(region=str(edited)).hash

    @pytest.mark.parametrize("seed", ["0", "1", "4242"])
    def test_it_is_the_same_in_every_process(self, seed: str) -> None:
        code = (
            "from tests.scenario.tiny import tiny\n"
            "s = tiny(shocks={'b': {'kind': 'wage_rise'}, 'a': {'kind': 'funding_cut'}},"
            " tiny={'pay_floor': {2030: 9.1}})\n"
            "print(s.hash, hash(s))"
        )
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        here = tiny(shocks={"a": {"kind": "funding_cut"}, "b": {"kind": "wage_rise"}}, tiny={"pay_floor": {2030: 9.1}})
        assert done.stdout.split() == [here.hash, str(hash(here))]


class TestDates:
    def test_months_have_dates(self) -> None:
        scenario = tiny()
        assert scenario.month_date(0) == datetime.date(2016, 4, 1)
        assert scenario.month_date(8) == datetime.date(2016, 12, 1)
        assert scenario.month_date(9) == datetime.date(2017, 1, 1)
        assert scenario.month_date(119) == datetime.date(2026, 3, 1)

    @pytest.mark.parametrize(
        ("start", "year"), [("2016-04", 2016), ("2016-03", 2015), ("2017-01", 2016), ("2016-12", 2016)]
    )
    def test_the_first_year_is_the_financial_year(self, start: str, year: int) -> None:
        assert tiny(start=start).first_year == year

    def test_the_financial_year_turns_in_april(self) -> None:
        scenario = tiny(start="2016-11")
        assert [scenario.financial_year(month) for month in (0, 4, 5, 16, 17)] == [2016, 2016, 2017, 2017, 2018]


class TestGet:
    def test_dotted_names_reach_everything(self) -> None:
        scenario = tiny(shocks={"cut": {"kind": "funding_cut", "real_change": -0.2}})
        assert scenario.get("months") == 120
        assert scenario.get("tiny.leaving_rate") == 0.3
        assert scenario.get("tiny.pay_floor.2016") == 7.2
        assert scenario.get("shocks.cut.real_change") == -0.2
        assert scenario.get("shocks.cut.kind") == "funding_cut"
        assert scenario.get("tiny") is scenario.tiny

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("tiny.leving_rate", "tiny.leving_rate: unknown setting. Did you mean 'leaving_rate'?"),
            ("tinny.leaving_rate", "tinny: unknown setting. Did you mean 'tiny'?"),
            ("shocks.cot.years", "shocks.cot: unknown setting. Did you mean 'cut'?"),
            ("tiny.pay_floor.2030", "tiny.pay_floor.2030: unknown setting."),
            ("months.x", "months.x: unknown setting."),
            ("", "unknown setting."),
            ("tiny.model_fields", "tiny.model_fields: unknown setting."),
        ],
    )
    def test_unknown_names_get_the_nearest(self, name: str, said: str) -> None:
        with pytest.raises(ScenarioError) as caught:
            tiny(shocks={"cut": {"kind": "funding_cut"}}).get(name)
        assert str(caught.value).startswith(said)


class TestParameters:
    def test_each_has_its_declaration_and_value(self) -> None:
        found = {info.name: info for info in tiny(tiny={"leaving_rate": 0.2}).parameters()}
        rate = found["tiny.leaving_rate"]
        assert (rate.value, rate.default, rate.unit, rate.low, rate.high) == (0.2, 0.3, "per year", 0.05, 1.0)
        assert (rate.label, rate.source, rate.role) == ("Share of staff who leave in a year.", "E00-001", "uncertainty")
        assert found["tiny.discount"].role == "lever"
        assert found["tiny.grouping"].choices == ("chain", "independent")
        assert found["tiny.pay_floor"].value == {2015: 6.7, 2016: 7.2}

    def test_types_are_named(self) -> None:
        found = {info.name: info.type for info in tiny(shocks={"wage_rise": {}}).parameters()}
        assert {name.removeprefix("tiny."): kind for name, kind in found.items() if name.startswith("tiny.")} == {
            "leaving_rate": "number",
            "discount": "number",
            "bed_count": "whole number",
            "is_open": "true or false",
            "grouping": "choice",
            "motto": "text",
            "sites_file": "text",
            "pay_floor": "path by year",
        }
        assert found["shocks.wage_rise.start"] == "month"

    def test_shocks_and_policies_present_are_listed_by_their_names(self) -> None:
        scenario = tiny(shocks={"again": {"kind": "wage_rise", "floor_increase": 2}}, policies={"catalyst": {}})
        found = {info.name: info for info in scenario.parameters()}
        assert (found["shocks.again.floor_increase"].value, found["shocks.again.floor_increase"].default) == (2.0, 1.0)
        assert found["policies.catalyst.cost_per_council"].source == "E08-005"
        assert not any(name.startswith("shocks.wage_rise") for name in found)

    def test_every_name_can_be_got_and_set(self) -> None:
        scenario = tiny(shocks={"wage_rise": {"start": "2018-01"}}, policies={"catalyst": {"start": "2017-01"}})
        for info in scenario.parameters():
            assert scenario.get(info.name) == info.value
        everything = {info.name: info.value for info in scenario.parameters()}
        assert tiny().with_values(everything) == scenario


class TestConstruction:
    def test_the_constructor_takes_components_and_tables(self) -> None:
        scenario = Scenario(**RUN, shocks={"wage_rise": WageRise(years=2)}, policies={"catalyst": {"years": 3}})
        assert scenario.shocks["wage_rise"] == WageRise(years=2)
        assert scenario.policies["catalyst"].model_dump()["years"] == 3
        assert scenario.model_dump()["shocks"]["wage_rise"]["years"] == 2

    def test_the_constructor_raises_pydantics_error(self) -> None:
        with pytest.raises(ValidationError, match="months"):
            Scenario(**{**RUN, "months": 0})

    def test_resolved_starts_with_the_run_and_can_be_changed_without_harm(self) -> None:
        scenario = tiny()
        table = scenario.resolved()
        assert list(table)[:6] == [
            "name",
            "description",
            "region",
            "start",
            "months",
            next(iter(Scenario.model_fields)),
        ]
        table["tiny"]["pay_floor"]["2016"] = 0.0
        assert scenario.tiny.pay_floor[2016] == 7.2

    def test_from_dict_names_its_origin(self) -> None:
        with pytest.raises(ScenarioError, match=r"^manifest\.json: months = 0: must be at least 1"):
            TinyScenario.from_dict({**RUN, "months": 0}, origin="manifest.json")

    @pytest.mark.parametrize("settings", [[], None, 3, "text"])
    def test_from_dict_needs_tables(self, settings: Any) -> None:
        with pytest.raises(ScenarioError, match=r"^scenario: .*must be a table"):
            TinyScenario.from_dict(settings)

    def test_a_path_will_do_for_a_text(self, tmp_path: Path) -> None:
        councils = write(tmp_path, "councils.csv", "council\n")
        assert tiny().with_values({"region": councils}).region == str(councils)
