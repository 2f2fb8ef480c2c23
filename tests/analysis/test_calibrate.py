"""Calibration: it finds what is there to be found, goes on where it stopped, and says where its values come from."""

import builtins
import json

import pytest

pytest.importorskip("optuna", reason="calibration is an extra: pip install 'care-market-resilience[analysis]'")

from resilience.analysis import calibrate as program
from resilience.analysis.calibrate import CalibrationError, Study, as_config, calibrate, distance_of
from resilience.analysis.observed import observed_market
from resilience.analysis.priors import PRIORS, Prior
from resilience.analysis.targets import TARGETS
from resilience.scenario import load
from tests.analysis.fakes import TunableMarket, target

TOWNS = "tests/model/four-towns.csv"
TURNOVER = (Prior("labour.turnover_per_year", 0.2, 0.5, "a reason"),)


@pytest.fixture(scope="module")
def base():
    return load("west-midlands-2016", region=TOWNS, months=1)


def study(base, seeds=(1, 2), published=35.0, priors=TURNOVER):
    return Study(base, seeds, None, priors, (target("level", published, 5.0),), TunableMarket)


def test_the_first_trial_has_the_values_in_use_and_its_distance_is_right(base, tmp_path):
    found = calibrate(study(base), tmp_path, 1, workers=1)
    # Turnover 0.29 gives levels 29.01 and 29.02: (29.015 - 35) / 5 = -1.197 from the middle.
    assert found.loc[0, "labour.turnover_per_year"] == 0.29
    assert found.loc[0, "distance"] == pytest.approx(1.197**2)


def test_it_comes_near_what_is_there_to_be_found(base, tmp_path):
    found = calibrate(study(base), tmp_path, 30, batch=4, workers=1)
    assert found.loc[0, "labour.turnover_per_year"] == pytest.approx(0.35, abs=0.01)
    assert found["distance"].is_monotonic_increasing
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["trials"] == 30
    assert summary["distance"] < summary["distance_before"] == pytest.approx(1.197**2)
    assert summary["study"]["seeds"] == [1, 2]
    assert summary["seconds"] > 0.0


def test_a_study_goes_on_and_another_one_is_refused(base, tmp_path):
    calibrate(study(base), tmp_path, 2, batch=2, workers=1)
    again = calibrate(study(base), tmp_path, 3, batch=2, workers=1)
    assert sorted(again["trial"]) == [0, 1, 2, 3, 4]
    assert len(set(again["labour.turnover_per_year"])) == 5
    assert json.loads((tmp_path / "summary.json").read_text())["trials_of_this_call"] == 3
    with pytest.raises(CalibrationError, match="another study, with other seeds"):
        calibrate(study(base, seeds=(1,)), tmp_path, 1, workers=1)


def test_a_trial_whose_run_fails_does_not_end_the_search(base, tmp_path):
    breaking = (Prior("labour.turnover_per_year", 0.29, 0.8, "a reason"),)
    found = calibrate(study(base, priors=breaking), tmp_path, 12, batch=3, workers=1)
    summary = json.loads((tmp_path / "summary.json").read_text())
    assert summary["failed"] > 0
    assert summary["failed"] + len(found) == 12
    assert found["labour.turnover_per_year"].max() <= 0.6


def test_a_value_that_the_scenario_refuses_is_a_failed_trial(base):
    low, none = study(base).distances([{"labour.turnover_per_year": 0.3}, {"labour.turnover_per_year": 9.0}], 1)
    assert distance_of(low) == pytest.approx(((30.015 - 35.0) / 5.0) ** 2)
    assert none is None


def test_the_written_configuration_loads_and_holds_what_was_tried(base, tmp_path):
    whole = load("west-midlands-2016")
    mine = Study(
        whole.with_values({"region": TOWNS, "months": 1}), (1,), None, PRIORS, study(base).targets, TunableMarket
    )
    found = calibrate(mine, tmp_path, 3, workers=1)
    summary = json.loads((tmp_path / "summary.json").read_text())
    text = as_config(summary, "base.toml", "calibrated-test")
    (tmp_path / "base.toml").write_text('name = "base"\nregion = "west-midlands"\nstart = "2016-04"\nmonths = 60\n')
    (tmp_path / "calibrated-test.toml").write_text(text)
    loaded = load(tmp_path / "calibrated-test.toml")
    assert {prior.name: loaded.get(prior.name) for prior in PRIORS} == {
        prior.name: found.loc[0, prior.name] for prior in PRIORS
    }
    assert "3 trials" in text
    assert "seeds 1 to 1" in text
    assert max(len(line) for line in text.splitlines()) <= 140


def test_the_command_writes_and_goes_on(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(program, "TARGETS", ())
    short = ["--trials", "1", "--seeds", "1", "--months", "1", "--workers", "1", "--folder", str(tmp_path / "study")]
    assert program.main(short) == 0
    assert program.main([*short, "--write", str(tmp_path / "written.toml")]) == 0
    assert 'extends = "west-midlands-2016.toml"' in (tmp_path / "written.toml").read_text()
    assert program.main([*short[:3], "2", *short[4:]]) == 2
    assert "another study" in capsys.readouterr().err


def test_without_optuna_it_says_what_to_install(tmp_path, monkeypatch, capsys):
    plain = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "optuna":
            raise ModuleNotFoundError("No module named 'optuna'", name="optuna")
        return plain(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    monkeypatch.setattr(program.importlib, "import_module", without)
    assert program.main(["--trials", "1", "--folder", str(tmp_path / "study")]) == 2
    assert 'pip install "care-market-resilience[analysis]"' in capsys.readouterr().err
    assert not (tmp_path / "study").exists()


def test_priors_are_few_and_lie_inside_what_is_allowed():
    scenario = load("west-midlands-2016")
    declared = {info.name: info for info in scenario.parameters()}
    assert 6 <= len(PRIORS) <= 10
    for prior in PRIORS:
        info = declared[prior.name]
        assert info.low <= prior.low < prior.high <= info.high
        assert info.role == "uncertainty"
        assert prior.whole == (info.type == "whole number")
        assert prior.reason


def test_what_cannot_be_met_or_needs_no_run_is_not_calibrated_against(base):
    names = {one.name for one in Study(base, (1,)).aims}
    assert names == {one.name for one in TARGETS} - {"Councils that report failures", "Concentration in England"}
    assert Study(base, (1,)).model_factory is observed_market
