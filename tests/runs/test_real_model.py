"""Runs, folders and commands with the care market itself."""

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

import resilience
from resilience.cli import app
from resilience.market import entry
from resilience.measures.catalogue import COLUMNS, HEADLINE
from resilience.runs import groups
from resilience.runs.store import StoredResults, load_results
from resilience.scenario import Scenario
from resilience.side_by_side import SideBySide

CONFIG = Path(__file__).parents[2] / "configs" / "west-midlands-2016.toml"
MODEL_TABLES = ["months", "councils", "councils_by", "providers", "events"]
ACCOUNT = ["need_hours", "hours_delivered", "care_hours_lost", "unmet_hours"]


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return resilience.load(CONFIG, months=4)


@pytest.fixture(scope="module")
def stored(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> StoredResults:
    out = tmp_path_factory.mktemp("results") / "out"
    resilience.run(scenario, runs=3, workers=1, out=out)
    return load_results(out)


def test_a_results_folder_has_every_table_with_its_keys(stored):
    for name in MODEL_TABLES:
        frame = stored.table(name)
        assert list(frame.columns[:3]) == ["run_id", "scenario", "seed"]
        assert set(frame["seed"]) == {1, 2, 3}
        assert set(frame["run_id"]) == set(stored.runs["run_id"])
    assert len(stored.months) == 3 * 4
    assert len(stored.councils) == 3 * 4 * 14
    assert stored.failed_runs.empty


def test_the_headline_is_there_by_name(stored):
    assert set(HEADLINE) <= set(stored.runs.columns)
    assert stored.runs[list(HEADLINE)].notna().all(axis=None)


@pytest.mark.parametrize("table", ["months", "councils", "councils_by"])
def test_hours_add_up_when_they_are_read_back(stored, table):
    frame = stored.table(table)
    assert all(frame[name].dtype == "float64" for name in ACCOUNT)
    gap = frame["need_hours"] - frame["hours_delivered"] - frame["care_hours_lost"] - frame["unmet_hours"]
    assert gap.abs().max() <= 1e-9 * frame["need_hours"].abs().max()


def test_months_of_councils_add_up_to_the_region_and_to_the_run(stored):
    by_month = stored.councils.groupby(["run_id", "month"])[ACCOUNT].sum().reset_index()
    merged = stored.months.merge(by_month, on=["run_id", "month"], suffixes=("", "_councils"))
    by_run = stored.months.groupby("run_id")[ACCOUNT].sum().reset_index().merge(stored.runs, on="run_id")
    for name in ACCOUNT:
        assert merged[name].to_list() == pytest.approx(merged[f"{name}_councils"].to_list())
        assert by_run[f"{name}_x"].to_list() == pytest.approx(by_run[f"{name}_y"].to_list())


def test_every_column_says_its_meaning(stored):
    undeclared = {
        (name, column) for name in MODEL_TABLES for column in stored.table(name).columns if column not in COLUMNS
    }
    assert undeclared == set()
    for name in [*MODEL_TABLES, "runs", "failed_runs"]:
        assert all(entry["meaning"] for entry in stored.units(name).values())


def test_months_are_dates(stored):
    for name in ("months", "councils", "councils_by", "events"):
        assert pq.read_schema(stored.path / f"{name}.parquet").field("month").type == pa.date32()
    assert stored.months["month"].min() == pd.Timestamp("2016-04-01")


def test_the_number_of_workers_changes_nothing(scenario, stored, tmp_path):
    resilience.run(scenario, runs=3, workers=2, out=tmp_path / "out")
    for name in [*MODEL_TABLES, "runs"]:
        assert (stored.path / f"{name}.parquet").read_bytes() == (tmp_path / "out" / f"{name}.parquet").read_bytes()


def test_runs_played_side_by_side_are_those_played_alone(scenario, tmp_path, monkeypatch):
    """Bit for bit, for groups of ten, of three or four, and of one."""
    played: list[tuple[int, ...]] = []

    class Noted(SideBySide):
        def __init__(self, chosen: Scenario, seeds: list[int]) -> None:
            played.append(tuple(seeds))
            super().__init__(chosen, seeds)

    monkeypatch.setattr("resilience.side_by_side.SideBySide", Noted)
    short = scenario.with_values({"months": 3})
    for most in (10, 3, 1):
        monkeypatch.setattr(groups, "MOST_SEEDS", most)
        resilience.run(short, 10, 1, out=tmp_path / str(most))
    assert played == [tuple(range(1, 11)), (1, 2), (3, 4, 5), (6, 7), (8, 9, 10)]
    for name in [*MODEL_TABLES, "runs", "failed_runs"]:
        ten, three, one = ((tmp_path / most / f"{name}.parquet").read_bytes() for most in ("10", "3", "1"))
        assert ten == one, name
        assert three == one, name


def test_a_seed_that_fails_fails_alone_although_it_was_played_beside_others(scenario, stored, monkeypatch):
    played: list[tuple[int, ...]] = []
    original = entry.step

    def poisoned(state):
        seeds = state.seeds or (state.seed,)
        played.append(seeds)
        if 2 in seeds:
            raise FloatingPointError("cash is nan")
        original(state)

    monkeypatch.setattr(entry, "step", poisoned)
    runs = resilience.run(scenario, 3, 1)
    assert played[0] == (1, 2, 3)
    assert runs.failed["seed"].tolist() == [2]
    assert runs.failed["error"].tolist() == ["FloatingPointError: cash is nan"]
    assert "side_by_side" not in runs.failed["traceback"][0]
    others = stored.runs[stored.runs["seed"] != 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(runs.runs, others)


def test_a_kept_scenario_repeats_its_runs(stored):
    again = resilience.run(stored.path / "scenario.toml", runs=1, seed=2)
    then = stored.runs[stored.runs["seed"] == 2].reset_index(drop=True)
    pd.testing.assert_frame_equal(again.runs, then)


def test_simulate_is_the_run_of_that_seed(scenario, stored):
    found = resilience.simulate(scenario, {}, seed=3)
    then = stored.runs.set_index("seed").loc[3]
    assert all(found[name] == then[name] for name in HEADLINE)


def test_a_scenario_against_itself_does_not_differ(scenario):
    found = resilience.compare([scenario, scenario], runs=1)
    assert (found.differences()["difference"] == 0).all()


def test_the_commands_work_with_the_care_market(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = CliRunner()
    done = runner.invoke(app, ["run", str(CONFIG), "--months", "2", "--json", "--out", "out"])
    assert done.exit_code == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(HEADLINE) <= set(found["measures"])
    assert found["failed_runs"] == 0
    checked = runner.invoke(app, ["check", str(CONFIG)])
    assert checked.exit_code == 0, checked.stderr
    assert "west-midlands: 14 councils, " in checked.stdout


@pytest.mark.parametrize(
    ("setting", "message"),
    [
        ("region=nowhere.csv", "nowhere.csv"),
        ("labour.turnover=0.2", "--set: labour.turnover: unknown setting"),
    ],
)
def test_wrong_input_is_told_before_anything_is_written(tmp_path, monkeypatch, setting, message):
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["run", str(CONFIG), "--set", setting])
    assert done.exit_code == 2
    assert message in done.stderr
    assert not list(tmp_path.iterdir())
