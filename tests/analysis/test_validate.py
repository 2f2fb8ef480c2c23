"""A validation end to end: arithmetic on a known market, then the real one, reduced."""

import json
import math

import pandas as pd
import pytest
from typer.testing import CliRunner

from resilience.analysis import show
from resilience.analysis.facts import Fact
from resilience.analysis.scenarios import SCENARIOS, SOMERSET_AT_START, build, somerset, spending
from resilience.analysis.target import Part, Range, Target
from resilience.analysis.targets import TARGETS
from resilience.analysis.validate import fact_row, labels_of, validate
from resilience.cli import app
from resilience.market.sites import is_micro
from resilience.model import CareMarket
from resilience.scenario import ScenarioError, load
from tests.analysis.fakes import KnownMarket, target

TOWNS = "tests/model/four-towns.csv"


@pytest.fixture(scope="module")
def base():
    return load("west-midlands-2016", region=TOWNS, months=12)


def known(base, targets, facts=(), runs=3, seed=1):
    return validate(base, runs, seed=seed, workers=1, targets=targets, facts=facts, model_factory=KnownMarket)


def test_mean_and_interval_are_those_of_the_seeds(base):
    (row,) = known(base, [target()]).parts.to_dict("records")
    assert (row["mean"], row["runs"], row["status"]) == (5.0, 3, "WARN")
    half = 2.9199856 / math.sqrt(3)  # Student's t at 95% with 2 degrees of freedom; the standard deviation is 1
    assert (row["mean_low"], row["mean_high"]) == pytest.approx((5.0 - half, 5.0 + half))
    assert (row["run_low"], row["run_high"]) == pytest.approx((4.1, 5.9))


def test_score_and_distance_add_up(base):
    found = known(base, [target("met", 5.0, 2.0), target("missed", 20.0, 3.0), target("in doubt", 6.5, 1.0)])
    assert found.statuses == {"met": "PASS", "missed": "FAIL", "in doubt": "WARN"}
    assert (found.passed, found.score) == (1, pytest.approx(1 / 3))
    assert found.distance == pytest.approx(0.0 + 25.0 + 2.25)
    assert "1 of 3 targets pass" in show.sentence(found)
    assert "Fail: missed." in show.sentence(found)


def test_a_target_with_a_part_that_fails_does_not_pass(base):
    both = Target("both", (*target("a", 5.0, 2.0).parts, *target("b", 50.0, 2.0).parts))
    assert known(base, [both]).statuses == {"both": "FAIL"}


def test_a_scale_brings_a_statistic_to_the_targets_unit(base):
    (row,) = known(base, [target("per cent", Range(450.0, 550.0), 0.0, scale=100)]).parts.to_dict("records")
    assert row["mean"] == 500.0


def test_runs_without_the_statistic_are_left_out_and_none_at_all_is_not_measured(base):
    even = Target("even", (Part("even", "even", 1.0, 0.5, "", "assumption", "as told"),))
    assert known(base, [even]).parts[["runs", "status"]].to_numpy().tolist() == [[1, "PASS"]]
    assert known(base, [even], runs=1).parts[["runs", "status"]].to_numpy().tolist() == [[0, "NOT MEASURED"]]


def test_a_failed_run_is_recorded_and_the_others_count(base):
    found = known(base, [target(published=16.0, tolerance=2.0)], runs=3, seed=12)
    assert found.runs.failed["seed"].tolist() == [13]
    assert found.parts["mean"].tolist() == [(15.0 + 17.0) / 2]


def test_a_fact_is_paired_by_seed(base):
    rise = Fact("rise", ("baseline", "wage"), lambda seed: seed["wage"]["level"] - seed["baseline"]["level"], "", "")
    half = Fact("half", ("baseline",), lambda seed: 4.5 - seed["baseline"]["level"], "", "")
    never = Fact("never", ("baseline",), lambda seed: -1.0, "", "")
    found = known(load("west-midlands-2016", region=TOWNS), [], [rise, half, never])
    rows = found.facts.set_index("fact")
    assert rows.loc["rise", ["holds", "seeds", "mean", "status"]].tolist() == [3, 3, 10.0, "PASS"]
    assert rows.loc["half", ["holds", "seeds", "mean", "status"]].tolist() == [1, 3, -0.5, "FAIL"]
    assert rows.loc["never", "status"] == "FAIL"
    assert found.statuses == {}
    assert math.isnan(found.score)
    assert fact_row(Fact("unseen", ("cut",), lambda seed: 1.0, "", ""), found.runs.runs)["status"] == "NOT MEASURED"


def test_only_the_scenarios_that_are_needed_run():
    assert labels_of([target()], []) == ["baseline"]
    assert set(labels_of(TARGETS, [])) >= {"baseline", "somerset", "spending"}
    assert not set(labels_of(TARGETS, [])) & {"cut", "wage", "wage and fees"}
    assert set(SCENARIOS) >= {"baseline", "somerset", "spending", "cut", "wage", "wage and fees"}


def test_a_scenario_with_shocks_of_its_own_is_refused(base):
    shocked = base.with_values({"shocks.wage_rise.floor_increase": 1.0})
    with pytest.raises(ScenarioError, match=r"shocks\.wage_rise.*cannot be validated"):
        build(shocked, ["baseline"])


def test_shortened_scenarios_leave_out_what_begins_later():
    whole = load("west-midlands-2016", region=TOWNS)
    short = set(build(whole, list(SCENARIOS), 12))
    assert short >= {"baseline", "somerset"}
    assert not short & {"spending", "cut", "wage", "wage and fees"}
    assert {one.months for one in build(whole, list(SCENARIOS), 24).values()} == {24}


def test_somerset_begins_with_fifty_enterprises(base):
    state = CareMarket(somerset(base), rng=1).state
    assert state.council_names == ["Somerset"]
    assert int((state.sites.alive & is_micro(state)).sum()) == pytest.approx(SOMERSET_AT_START, abs=2)


def test_the_spending_scenario_moves_real_money_as_it_moved(base):
    from resilience.market import calendar

    market = CareMarket(spending(base), rng=1)
    index = []
    for year in range(8):
        market.state.month = 12 * year
        calendar.step(market.state)
        index.append(round(100 * market.state.conditions.real_funding, 1))
    assert index == [100.0, 98.0, 96.0, 94.0, 92.0, 90.0, 91.0, 92.0]


@pytest.fixture(scope="module")
def reduced(base, tmp_path_factory):
    """A real validation of a small market for a year, by the command."""
    out = tmp_path_factory.mktemp("validation") / "results"
    chosen = ["--set", f"region={TOWNS}", "--runs", "2", "--months", "12", "--workers", "1", "--out", str(out)]
    done = CliRunner().invoke(app, ["validate", *chosen, "--json"])
    return done, out


def test_a_reduced_validation_leaves_a_well_formed_table(reduced):
    done, out = reduced
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout)
    assert told["targets"] == len(TARGETS)
    assert len(told["statuses"]) == len(TARGETS)
    for row in told["parts"]:
        assert row["status"] in {"PASS", "WARN", "FAIL", "NOT MEASURED"}
        assert (row["mean"] is None) == (row["status"] == "NOT MEASURED")
        assert row["allowed_low"] < row["allowed_high"]
    csv, parquet = pd.read_csv(out / "targets.csv"), pd.read_parquet(out / "targets.parquet")
    assert csv["part"].tolist() == parquet["part"].tolist() == [row["part"] for row in told["parts"]]
    assert len(pd.read_csv(out / "facts.csv")) == len(told["facts"])
    assert json.loads((out / "manifest.json").read_text())["validation"]["score"] == told["score"]
    assert set(pd.read_parquet(out / "runs.parquet")["scenario"]) >= {"baseline", "somerset"}


def test_what_needs_more_months_is_said_not_to_be_measured(reduced):
    done, _ = reduced
    unknown = {row["part"] for row in json.loads(done.stdout)["parts"] if row["status"] == "NOT MEASURED"}
    assert {"enterprises after two years", "change over seven years"} <= unknown
    assert "turnover" not in unknown


def test_a_wrong_model_fails_its_target(base):
    wrong = base.with_values({"labour.turnover_per_year": 0.6, "need.occupancy_start": 0.70})
    chosen = [one for one in TARGETS if one.name in {"Staff leave, posts stay empty", "Occupancy"}]
    found = validate(wrong, 1, workers=1, targets=chosen, facts=())
    assert found.statuses == {"Occupancy": "FAIL", "Staff leave, posts stay empty": "FAIL"}


def test_strict_leaves_with_one_and_wrong_input_with_two(tmp_path):
    runner = CliRunner()
    short = ["--set", f"region={TOWNS}", "--runs", "1", "--months", "1", "--workers", "1", "--out", str(tmp_path / "o")]
    done = runner.invoke(app, ["validate", *short, "--strict"])
    assert done.exit_code == 1
    assert "Councils that report failures" in done.stdout
    assert "of 13 targets pass" in done.stdout or f"of {len(TARGETS)} targets pass" in done.stdout
    refused = runner.invoke(app, ["validate", "funding-cut", "--runs", "1", "--out", str(tmp_path / "p")])
    assert refused.exit_code == 2
    assert "cannot be validated" in refused.stderr
    assert not (tmp_path / "p").exists()
