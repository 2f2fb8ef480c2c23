"""Sensitivity: factors and their ranges, designs, indices of functions whose answer is known, and going on."""

import json
import sys

import numpy as np
import pandas as pd
import pytest

from resilience.analysis import sensitivity as program
from resilience.analysis.sensitivity import SensitivityError, analyse, design, indices
from resilience.analysis.uncertain import Factor, Game, MissingPackageError, factors_of, package, values_of
from resilience.scenario import ScenarioError, load
from tests.analysis.fakes import TunableMarket

TOWNS = "tests/model/four-towns.csv"
TURNOVER = "labour.turnover_per_year"
PATIENCE = "distress.patience_homes"
TWO = [Factor("a", 0.0, 1.0), Factor("b", 0.0, 1.0)]


@pytest.fixture(scope="module")
def base():
    return load("west-midlands-2016", region=TOWNS, months=1)


def game(base, folder, seeds=(1, 2)):
    return Game(base, seeds, folder, ("care_hours_lost",), 1, None, TunableMarket)


def test_a_factor_goes_part_of_the_way_to_its_declared_ends(base):
    # Turnover 0.29 of 0.05 to 0.8: 0.29 - 0.06 and 0.29 + 0.1275. Patience 12 of 1 to 60: 9.25 and 24.
    turnover, patience = factors_of(base, [TURNOVER, PATIENCE], 0.25)
    assert (turnover.low, turnover.high, turnover.whole) == (pytest.approx(0.23), pytest.approx(0.4175), False)
    assert (patience.low, patience.high, patience.whole) == (9, 24, True)
    assert patience.value(10.6) == 11
    assert turnover.value(0.9) == turnover.high


def test_a_factor_may_carry_its_own_ends(base):
    assert factors_of(base, [f"{TURNOVER}=0.2:0.4"]) == [Factor(TURNOVER, 0.2, 0.4)]


def test_every_mistake_in_the_factors_is_told_at_once(base):
    with pytest.raises(ScenarioError) as told:
        factors_of(base, ["labour.turnover_per_yea", "region", f"{TURNOVER}=0.4", f"{TURNOVER}=0.4:0.9"])
    text = str(told.value)
    assert "Did you mean 'labour.turnover_per_year'?" in text
    assert "region" in text
    assert "needs two numbers such as 0.2:0.4" in text
    assert "Allowed: 0.05 to 0.8" in text


@pytest.mark.parametrize(("method", "points", "rows"), [("morris", 3, 9), ("sobol", 4, 16), ("pawn", 7, 7)])
def test_a_design_has_the_points_its_method_needs_and_keeps_to_the_ranges(method, points, rows):
    found = design(method, [Factor("a", 2.0, 3.0), Factor("b", -1.0, 0.0)], points)
    assert found.shape == (rows, 2)
    assert found[:, 0].min() >= 2.0
    assert found[:, 0].max() <= 3.0
    assert found[:, 1].max() <= 0.0


@pytest.mark.parametrize(("method", "points"), [("morris", 1), ("sobol", 6)])
def test_an_impossible_number_of_points_is_refused(method, points):
    with pytest.raises(SensitivityError, match="points"):
        design(method, TWO, points)


def test_morris_finds_the_slopes_of_a_plane():
    points = design("morris", TWO, 6)
    found = indices("morris", TWO, points, 3.0 * points[:, 0] - 1.0 * points[:, 1]).set_index("factor")
    assert found.index.tolist() == ["a", "b"]
    assert found["mu_star"].tolist() == pytest.approx([3.0, 1.0])
    assert found["mu"].tolist() == pytest.approx([3.0, -1.0])
    assert found["sigma"].tolist() == pytest.approx([0.0, 0.0], abs=1e-9)


def test_sobol_shares_out_the_variance_of_a_plane():
    # Variances 9/12 and 1/12: nine tenths and one tenth.
    points = design("sobol", TWO, 512)
    found = indices("sobol", TWO, points, 3.0 * points[:, 0] - 1.0 * points[:, 1]).set_index("factor")
    assert found["first"].tolist() == pytest.approx([0.9, 0.1], abs=0.02)
    assert found["total"].tolist() == pytest.approx([0.9, 0.1], abs=0.02)


def test_pawn_puts_the_only_factor_that_counts_first():
    points = design("pawn", TWO, 200)
    found = indices("pawn", TWO, points, points[:, 1] ** 2)
    assert found["factor"].tolist() == ["b", "a"]
    assert found["median"].iloc[0] > 2.0 * found["median"].iloc[1]


def test_a_point_without_a_result_costs_its_trajectory_only():
    points = design("morris", TWO, 4)
    results = 3.0 * points[:, 0]
    results[4] = np.nan
    assert indices("morris", TWO, points, results).loc[0, "mu_star"] == pytest.approx(3.0)
    with pytest.raises(SensitivityError, match="have a result"):
        indices("morris", TWO, points, np.where(np.arange(12) < 9, np.nan, results))


def test_the_model_is_played_on_common_seeds_and_the_slope_is_found(base, tmp_path):
    # The market's level is 100 x turnover + seed / 100, and hours lost ten times that at every seed.
    factors = factors_of(base, [f"{TURNOVER}=0.2:0.4", PATIENCE])
    found = analyse(game(base, tmp_path / "one"), factors, "morris", 3)
    assert found.failed == 0
    first = found.indices.iloc[0]
    level = found.points["care_hours_lost"] / found.points[TURNOVER]
    assert first["factor"] == TURNOVER
    assert first["mu_star"] == pytest.approx((level * 0.2).mean(), rel=0.01)
    assert found.indices.iloc[1]["mu_star"] == pytest.approx(0.0, abs=1e-9)


def test_a_call_goes_on_where_it_was_stopped_and_keeps_failed_runs_apart(base, tmp_path):
    points = values_of([Factor(TURNOVER, 0.2, 0.8)], np.array([[0.3], [0.7], [0.5]]))
    first = game(base, tmp_path).means(points[:1])
    files = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.arrow")}
    again = game(base, tmp_path).means(points)  # a turnover over 0.6 breaks this market
    assert len(files) == 2
    assert all(file.stat().st_mtime_ns == then for file, then in files.items())
    assert again["care_hours_lost"].isna().tolist() == [False, True, False]
    assert again.loc[0, "care_hours_lost"] == first.loc[0, "care_hours_lost"]


def test_a_missing_package_is_named_with_the_command_that_brings_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "SALib.sample.morris", None)
    with pytest.raises(MissingPackageError, match=r"SALib.*care-market-resilience\[analysis\]"):
        package("SALib.sample.morris")


def test_the_command_runs_the_real_model(base, tmp_path, capsys):
    table = tmp_path / "table.csv"
    more = ["--base", "west-midlands-2016", "--months", "1", "--seeds", "1", "--points", "2", "--workers", "1"]
    given = [*more, "--factors", TURNOVER, "--folder", str(tmp_path), "--measure", "unmet_hours", "--write", str(table)]
    assert program.main(given) == 0
    assert "morris on unmet_hours: 4 points x 1 seeds, 0 failed" in capsys.readouterr().out
    assert pd.read_csv(table)["factor"].tolist() == [TURNOVER]
    manifest = json.loads((tmp_path / "west-midlands-2016-morris" / "runs" / "manifest.json").read_text())
    assert manifest["seeds"] == [1]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (["--measure", "unmet_hour"], "Did you mean 'unmet_hours'?"),
        (["--seeds", "0"], "--seeds must be at least 1"),
        (["--method", "sobol", "--points", "6"], "a power of two"),
        (["--factors", "nothing"], "unknown setting"),
    ],
)
def test_a_wrong_request_ends_with_a_clear_message(given, told, tmp_path, capsys):
    assert program.main([*given, "--folder", str(tmp_path / "none")]) == 2
    assert told in capsys.readouterr().err
    assert not (tmp_path / "none").exists()
