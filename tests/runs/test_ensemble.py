import gc
import json
import os
import signal
import threading
from collections import Counter
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from resilience.region.errors import RegionError
from resilience.runs import ensemble
from resilience.runs.ensemble import RunsInterrupted, run
from resilience.runs.folder import OutputError
from resilience.runs.one import run_identity, run_one
from resilience.runs.simulate import simulate
from resilience.runs.store import load_results
from resilience.scenario import ScenarioError, load
from tests.runs import fakes

TABLES = ["months", "councils", "councils_by", "providers", "events"]


def test_one_run_gives_headline_tables_and_an_identity():
    chosen = fakes.scenario()
    result = run_one(chosen, 4, model_factory=fakes.FakeMarket)
    assert result.headline["site_closures"] == 4.0
    assert result.headline["care_hours_lost"] == 400.0
    assert set(result.tables) == set(TABLES)
    assert (result.scenario, result.seed) == ("squeeze", 4)
    assert result.run_id == run_identity("squeeze", chosen.hash, 4)
    assert result.seconds > 0


def test_an_identity_tells_runs_apart_and_lasts():
    hashes = {run_identity(label, text, seed) for label in "ab" for text in "cd" for seed in (1, 2)}
    assert len(hashes) == 8
    assert all(len(identity) == 12 for identity in hashes)
    assert run_identity("a", "c", 1) == run_identity("a", "c", 1)


def test_simulate_is_one_run_with_parameters_changed():
    chosen = fakes.scenario()
    found = simulate(
        chosen, {"shocks.funding_cut.real_change": np.float64(-0.1)}, seed=2, model_factory=fakes.FakeMarket
    )
    assert found["care_hours_lost"] == 300.0
    assert simulate(chosen, seed=2, model_factory=fakes.FakeMarket)["care_hours_lost"] == 200.0
    assert all(type(value) is float for value in found.values())


def test_simulate_refuses_a_misspelt_name():
    with pytest.raises(ScenarioError, match="Did you mean"):
        simulate(fakes.scenario(), {"shocks.funding_cutt.real_change": -0.1}, model_factory=fakes.FakeMarket)


def test_a_set_of_runs_has_one_row_a_run_with_seeds_that_follow_one_another():
    runs = run(fakes.scenario(), runs=4, seed=10, model_factory=fakes.FakeMarket)
    assert runs.seeds == [10, 11, 12, 13]
    assert list(runs.runs["seed"]) == [10, 11, 12, 13]
    assert list(runs.runs["site_closures"]) == [10.0, 11.0, 12.0, 13.0]
    assert runs.runs["run_id"].is_unique
    assert list(runs.runs.columns[:5]) == ["run_id", "scenario", "seed", "provider_failures", "site_closures"]
    assert runs.failed.empty
    assert runs.path is None


def test_the_summary_is_of_the_runs():
    frame = run(fakes.scenario(), runs=4, model_factory=fakes.FakeMarket).summary().set_index("measure")
    assert frame.loc["site_closures", "mean"] == 2.5
    assert frame.loc["tail_hours_lost", "mean"] == 400.0
    assert frame.loc["tail_hours_lost", "n"] == 1


def test_tables_hold_all_runs_joined_by_their_keys():
    runs = run(fakes.scenario(), runs=3, model_factory=fakes.FakeMarket)
    assert runs.tables == TABLES
    months = runs.table("months")
    assert len(months) == 3 * 12
    assert set(months["run_id"]) == set(runs.runs["run_id"])
    account = months["need_hours"] - months["hours_delivered"] - months["care_hours_lost"] - months["unmet_hours"]
    assert account.abs().max() < 1e-9
    with pytest.raises(KeyError):
        runs.table("weeks")


def test_causes_of_failure_are_counted_over_the_runs():
    # Seeds 1 to 4 have 0, 1, 1 and 2 failures.
    runs = run(fakes.scenario(), runs=4, model_factory=fakes.FakeMarket)
    assert runs.causes == {"squeeze": Counter(fee=4)}


def test_the_results_do_not_depend_on_the_number_of_workers(tmp_path):
    sets = [
        run(fakes.scenario(), runs=7, workers=workers, out=tmp_path / str(workers), model_factory=fakes.FailsOnSeed3)
        for workers in (1, 2)
    ]
    pd.testing.assert_frame_equal(sets[0].runs, sets[1].runs)
    pd.testing.assert_frame_equal(sets[0].failed, sets[1].failed)
    for name in [*TABLES, "runs", "failed_runs"]:
        one, two = ((tmp_path / workers / f"{name}.parquet").read_bytes() for workers in ("1", "2"))
        assert one == two, name


@pytest.mark.parametrize("workers", [1, 2])
def test_a_failed_run_is_a_row_with_its_traceback_and_the_others_go_on(workers):
    runs = run(fakes.scenario(), runs=5, workers=workers, model_factory=fakes.FailsOnSeed3)
    assert list(runs.runs["seed"]) == [1, 2, 4, 5]
    (row,) = runs.failed.to_dict("records")
    assert (row["seed"], row["scenario"]) == (3, "squeeze")
    assert row["error"] == "FloatingPointError: cash is nan at month 7"
    assert "in step" in row["traceback"]


def test_a_killed_worker_costs_only_the_run_that_kills_it():
    runs = run(fakes.scenario(), runs=5, workers=2, model_factory=fakes.DiesOnSeed2)
    assert list(runs.runs["seed"]) == [1, 3, 4, 5]
    assert runs.failed["error"].str.startswith("WorkerDied").tolist() == [True]


def test_nothing_finished_is_still_a_set(tmp_path):
    runs = run(fakes.scenario(), runs=2, out=tmp_path / "out", model_factory=fakes.AlwaysFails)
    assert len(runs.failed) == 2
    assert runs.summary().empty
    stored = load_results(tmp_path / "out")
    assert len(stored.failed_runs) == 2
    assert stored.runs.empty


def test_progress_is_told_after_each_run():
    told: list[tuple[int, int]] = []
    run(
        fakes.scenario(),
        runs=3,
        progress=lambda done, total: told.append((done, total)),
        model_factory=fakes.FailsOnSeed3,
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def test_many_runs_without_a_folder_go_through_a_temporary_one(monkeypatch, tmp_path):
    monkeypatch.setattr(ensemble, "RUNS_IN_MEMORY", 2)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    runs = run(fakes.scenario(), runs=3, model_factory=fakes.FakeMarket)
    assert len(list(tmp_path.iterdir())) == 1
    assert len(runs.table("councils")) == 3 * 24
    del runs
    gc.collect()
    assert not list(tmp_path.iterdir())


def test_tables_are_the_same_with_and_without_a_folder(tmp_path):
    kept = run(fakes.scenario(), runs=3, out=tmp_path / "out", model_factory=fakes.FakeMarket)
    light = run(fakes.scenario(), runs=3, model_factory=fakes.FakeMarket)
    for name in TABLES:
        pd.testing.assert_frame_equal(kept.table(name), light.table(name))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"runs": 0}, "runs = 0: must be at least 1"),
        ({"workers": 0}, "workers = 0: must be at least 1"),
        ({"seed": -1}, "seed = -1: must be at least 0"),
        ({"seed": 2**63 - 1}, "seed = 9223372036854775807"),
    ],
)
def test_impossible_numbers_are_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        run(fakes.scenario(), model_factory=fakes.FakeMarket, **arguments)


@pytest.mark.parametrize("workers", [1, 2])
def test_wrong_input_is_told_before_anything_is_written(tmp_path, workers):
    wrong = fakes.scenario().model_copy(update={"description": "no such council"})
    with pytest.raises(RegionError, match="Did you mean 'Dudley'"):
        run(wrong, runs=2, workers=workers, out=tmp_path / "deep" / "out", model_factory=fakes.FakeMarket)
    assert not list(tmp_path.iterdir())


def test_a_scenario_may_be_given_by_its_file(tmp_path):
    file = tmp_path / "mine.toml"
    file.write_text('region = "west-midlands"\nstart = "2025-04"\nmonths = 3\n')
    runs = run(file, model_factory=fakes.FakeMarket)
    assert runs.label == "mine"
    assert len(runs.table("months")) == 3


def press_ctrl_c_after(number: int):
    """A progress function that presses Ctrl-C when a number of runs are done."""

    def pressed(done: int, _total: int) -> None:
        if done == number:
            os.kill(os.getpid(), signal.SIGINT)

    return pressed


@pytest.mark.parametrize("workers", [1, 2])
def test_an_interrupt_keeps_what_finished(tmp_path, workers):
    with pytest.raises(RunsInterrupted, match="interrupted after 4 of 20 runs") as stopped:
        run(
            fakes.scenario(),
            runs=20,
            workers=workers,
            out=tmp_path / "out",
            progress=press_ctrl_c_after(4),
            model_factory=fakes.Slow,
        )
    finished = stopped.value.finished
    assert finished.interrupted
    assert list(finished.runs["seed"])[:3] == [1, 2, 3]
    assert len(finished.runs) == 4
    stored = load_results(tmp_path / "out")
    assert stored.manifest["interrupted"] is True
    assert (stored.manifest["runs_asked"], stored.manifest["runs_done"]) == (20, 4)
    assert stored.months["run_id"].nunique() == 4
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_an_interrupt_before_anything_finished_leaves_nothing(tmp_path):
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(RunsInterrupted) as stopped:
        run(fakes.scenario(), runs=2, seed=5, workers=1, out=tmp_path / "a" / "out", model_factory=fakes.Slow)
    assert stopped.value.finished.path is None
    assert not list(tmp_path.iterdir())


def test_a_full_disk_on_the_way_leaves_nothing_half_written(tmp_path, monkeypatch):
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("resilience.runs.store.FolderTables.add", full)
    with pytest.raises(OutputError, match="No space left on device"):
        run(fakes.scenario(), runs=2, out=tmp_path / "a" / "out", model_factory=fakes.FakeMarket)
    assert not list(tmp_path.iterdir())


def test_an_error_of_ours_on_the_way_leaves_nothing_half_written(tmp_path):
    def broken(_done: int, _total: int) -> None:
        raise RuntimeError("the progress bar fell over")

    with pytest.raises(RuntimeError):
        run(fakes.scenario(), out=tmp_path / "out", progress=broken, model_factory=fakes.FakeMarket)
    assert not list(tmp_path.iterdir())


def test_the_manifest_tells_how_to_do_it_again(tmp_path):
    chosen = fakes.scenario(shocks__funding_cut__real_change=-0.1)
    run(chosen, runs=3, seed=5, out=tmp_path / "out", model_factory=fakes.FailsOnSeed3)
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert manifest["scenario"] == json.loads(json.dumps(chosen.resolved()))
    assert manifest["hash"] == chosen.hash
    assert manifest["seeds"] == [5, 6, 7]
    assert {"resilience", "python", "numpy", "pandas", "mesa"} <= set(manifest["versions"])
    assert manifest["platform"]["system"]
    assert manifest["timings"]["seconds"] > 0
    assert manifest["timings"]["seconds_per_run"] > 0
    assert manifest["reproduce"] == "resilience run scenario.toml --runs 3 --seed 5"
    assert manifest["tables"]["months"] == 3 * 12
    assert load(tmp_path / "out" / "scenario.toml") == chosen


def test_a_results_folder_reads_back(tmp_path):
    chosen = fakes.scenario()
    runs = run(chosen, runs=3, out=tmp_path / "out", model_factory=fakes.FailsOnSeed3)
    stored = load_results(Path(tmp_path / "out"))
    assert stored.names == sorted([*TABLES, "runs", "failed_runs"])
    pd.testing.assert_frame_equal(stored.runs, runs.runs)
    pd.testing.assert_frame_equal(stored.failed_runs, runs.failed)
    assert stored.scenarios == {"squeeze": chosen}
    assert stored.units("runs")["care_hours_lost"]["unit"] == "hours"
    assert set(stored.councils["council"]) == {"Dudley", "Walsall"}
    assert len(stored.events) == runs.causes["squeeze"].total()
    assert {"councils_by", "providers"} <= set(stored.names)
    assert len(stored.councils_by) == len(stored.councils)
    assert stored.providers["fate"].isin(["trading", "failed"]).all()
    with pytest.raises(KeyError, match="has no table 'weeks'; it has councils, "):
        stored.table("weeks")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (None, "is not a results folder"),
        ("{", "cannot be read"),
        ('{"format": "other"}', "is not the manifest of a results folder"),
        ("[]", "is not the manifest of a results folder"),
        (
            '{"format": "resilience results", "format_version": 99, "versions": {"resilience": "9.0"}}',
            "was written by a newer version",
        ),
    ],
)
def test_a_folder_that_is_no_results_folder_is_refused(tmp_path, text, message):
    if text is not None:
        (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(OutputError, match=message):
        load_results(tmp_path)
