import json

import pandas as pd
import pytest

from resilience.runs.compare import compare, labelled
from resilience.runs.ensemble import RunsInterrupted
from resilience.runs.store import load_results
from tests.runs import fakes
from tests.runs.test_ensemble import press_ctrl_c_after


def pair() -> list:
    return [fakes.scenario("base"), fakes.scenario("cut", shocks__funding_cut__real_change=-0.1)]


def test_scenarios_run_on_the_same_seeds():
    found = compare(pair(), runs=3, seed=4, model_factory=fakes.FakeMarket)
    assert found.labels == ["base", "cut"]
    assert list(found.run_set.of("base")["seed"]) == list(found.run_set.of("cut")["seed"]) == [4, 5, 6]


def test_the_difference_is_that_of_each_seed_however_much_the_seeds_differ():
    # The cut of 0.1 adds 100 hours to every seed, while the seeds themselves range from 100 to 600.
    frame = compare(pair(), runs=6, model_factory=fakes.FakeMarket).differences().set_index("measure")
    lost = frame.loc["care_hours_lost"]
    assert (lost["difference"], lost["low"], lost["high"]) == (100.0, 100.0, 100.0)
    assert lost["base_mean"] == 350.0
    assert lost["relative_change"] == pytest.approx(100 / 350)
    assert lost["worse_share"] == 1.0
    assert frame.loc["site_closures", "difference"] == 0.0
    assert frame.loc["tail_hours_lost", "difference"] == 100.0


def test_every_other_scenario_is_compared_with_the_first():
    deep = fakes.scenario("deep", shocks__funding_cut__real_change=-0.3)
    found = compare([*pair(), deep], runs=2, model_factory=fakes.FakeMarket)
    frame = found.differences()
    lost = frame[frame["measure"] == "care_hours_lost"].set_index("scenario")["difference"]
    assert lost.to_dict() == {"cut": 100.0, "deep": 300.0}
    only = found.differences("deep")
    assert set(only["scenario"]) == {"deep"}
    assert found.summary().set_index("measure").loc["care_hours_lost", "mean"] == 150.0
    assert found.summary("deep").set_index("measure").loc["care_hours_lost", "mean"] == 450.0


def test_a_seed_that_fails_is_left_out_of_both():
    found = compare(pair(), runs=4, model_factory=fakes.FailsOnSeed3)
    assert len(found.run_set.failed) == 2
    assert set(found.differences()["n"]) == {3}


def test_workers_change_nothing():
    one, two = (compare(pair(), runs=4, workers=workers, model_factory=fakes.FakeMarket) for workers in (1, 2))
    pd.testing.assert_frame_equal(one.differences(), two.differences())


def test_scenarios_of_one_name_are_told_apart():
    base = fakes.scenario("base")
    assert list(labelled([base, base, fakes.scenario("other"), base])) == [
        "base",
        "base (2)",
        "other",
        "base (3)",
    ]


def test_a_scenario_compared_with_itself_does_not_differ():
    base = fakes.scenario("base")
    found = compare([base, base], runs=3, model_factory=fakes.FakeMarket)
    assert (found.differences()["difference"] == 0).all()
    assert found.run_set.runs["run_id"].is_unique


def test_one_scenario_is_no_comparison():
    with pytest.raises(ValueError, match="at least two scenarios"):
        compare([fakes.scenario()], model_factory=fakes.FakeMarket)


def test_a_comparison_has_one_results_folder(tmp_path):
    chosen = pair()
    found = compare(chosen, runs=2, out=tmp_path / "out", model_factory=fakes.FakeMarket)
    assert found.path == tmp_path / "out"
    stored = load_results(tmp_path / "out")
    assert set(stored.runs["scenario"]) == {"base", "cut"}
    assert set(stored.months["scenario"]) == {"base", "cut"}
    assert stored.scenarios == {"base": chosen[0], "cut": chosen[1]}
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["reproduce"] == "resilience compare scenario-1.toml scenario-2.toml --runs 2 --seed 1"
    assert (tmp_path / "out" / "scenario-2.toml").exists()


def test_an_interrupted_comparison_keeps_whole_pairs(tmp_path):
    with pytest.raises(RunsInterrupted, match="interrupted after 4 of 40 runs") as stopped:
        compare(
            pair(),
            runs=20,
            workers=1,
            out=tmp_path / "out",
            progress=press_ctrl_c_after(4),
            model_factory=fakes.FakeMarket,
        )
    found = stopped.value.finished
    assert set(found.differences()["n"]) == {2}
    assert found.path == tmp_path / "out"
