"""One parameter at a time: the values tried, the arithmetic, and going on where it stopped."""

import json

import pandas as pd
import pytest

from resilience.analysis import tornado as program
from resilience.analysis.tornado import MEASURES, Plan, tornado
from resilience.scenario import load
from tests.analysis.fakes import TunableMarket

TOWNS = "tests/model/four-towns.csv"
TURNOVER = "labour.turnover_per_year"


@pytest.fixture(scope="module")
def base():
    return load("west-midlands-2016", region=TOWNS, months=1)


def plan(base, *only, seeds=(1, 2), reach=0.25):
    return Plan(base, seeds, reach, only, TunableMarket)


def test_values_lie_part_of_the_way_to_the_ends(base):
    # turnover 0.29, range 0.05 to 0.8: 0.29 - 0.06 and 0.29 + 0.1275.
    assert plan(base, TURNOVER).moved() == [(TURNOVER, "low", 0.23), (TURNOVER, "high", 0.4175)]
    assert plan(base, TURNOVER, reach=1.0).moved() == [(TURNOVER, "low", 0.05), (TURNOVER, "high", 0.8)]


def test_whole_numbers_stay_whole_and_move_by_one_at_least(base):
    # patience 12, range 1 to 60: 9.25 and 24; a hundredth of the way still moves it.
    name = "distress.patience_homes"
    assert plan(base, name).moved() == [(name, "low", 9), (name, "high", 24)]
    assert plan(base, name, reach=0.01).moved() == [(name, "low", 11), (name, "high", 13)]


def test_uncertainties_and_levers_are_moved_and_what_is_fixed_is_not(base):
    names = {name for name, *_ in plan(base).moved()}
    roles = {info.name: info.role for info in base.parameters()}
    assert {roles[name] for name in names} == {"uncertainty", "lever"}
    assert len(names) > 150
    assert ("providers.largest_four_share", "low", 0.0) not in plan(base).moved()  # it stands at its low end


def test_effects_are_paired_and_relative_to_the_base(base, tmp_path):
    found = tornado(plan(base, TURNOVER, "distress.patience_homes"), tmp_path, workers=1)
    assert found["parameter"].tolist() == [TURNOVER, "distress.patience_homes"]
    row = found.iloc[0]
    # Base: levels 29.01 and 29.02. Low: -6, high: +12.75, whatever the seed.
    assert row["care_hours_lost_low"] == pytest.approx(-6.0 / 29.015, abs=1e-5)
    assert row["care_hours_lost_high"] == pytest.approx(12.75 / 29.015, abs=1e-5)
    assert row["swing"] == pytest.approx(12.75 / 29.015, abs=1e-5)
    assert row["swings"] in MEASURES
    assert found.loc[1, "swing"] == 0.0


def test_it_goes_on_where_it_stopped(base, tmp_path):
    tornado(plan(base, TURNOVER, seeds=(1,)), tmp_path, workers=1)
    runs = tmp_path / "runs.csv"
    assert len(pd.read_csv(runs)) == 3
    lines = runs.read_text().splitlines(keepends=True)
    runs.write_text("".join(lines[:2]))
    tornado(plan(base, TURNOVER, seeds=(1, 2)), tmp_path, workers=1)
    kept = pd.read_csv(runs)
    assert len(kept) == 6
    assert not kept.duplicated(["hash", "seed"]).any()
    assert json.loads((tmp_path / "about.json").read_text())["runs"] == 6


def test_a_run_that_fails_is_noted_and_left_out(base, tmp_path):
    found = tornado(plan(base, TURNOVER, reach=1.0), tmp_path, workers=1)  # 0.8 breaks this market
    assert found.loc[0, "high"] != found.loc[0, "high"]
    assert found.loc[0, "care_hours_lost_low"] == pytest.approx(-24.0 / 29.015, abs=1e-5)
    assert "everybody left" in (tmp_path / "runs.csv").read_text()


def test_the_command_writes_a_table_with_its_provenance(tmp_path, capsys):
    table = tmp_path / "sensitivity.csv"
    short = ["--months", "1", "--seeds", "1", "--workers", "1", "--folder", str(tmp_path / "runs")]
    assert program.main([*short, "--only", TURNOVER, "--write", str(table)]) == 0
    assert pd.read_csv(table)["parameter"].tolist() == [TURNOVER]
    about = json.loads(table.with_suffix(".json").read_text())
    assert (about["months"], about["seeds"], about["reach"]) == (1, [1], 0.25)
    assert program.main([*short, "--only", "labour.turnovr"]) == 2
    assert "turnover" in capsys.readouterr().err
