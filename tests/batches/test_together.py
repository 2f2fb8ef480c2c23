"""Batches whose runs are played side by side: a file a run all the same, and no run but the one at fault is lost."""

import os
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from resilience.batches import runstore
from resilience.batches.batch import BatchOrder, batch
from resilience.batches.errors import BatchStoppedError
from resilience.batches.estimate import estimate
from resilience.batches.plan import plan_of
from resilience.runs import ensemble, groups, one
from resilience.runs.ensemble import RunsInterrupted
from resilience.runs.store import load_results
from resilience.scenario import load
from tests.batches import fakes
from tests.batches.small import FACTORS, experiment, run_files
from tests.batches.test_processes import (  # noqa: F401
    assert_only_the_poisoned_fail,
    begin,
    children,
    quick_workers,
)
from tests.cli.test_processes import wait_until
from tests.runs.fakes import FailsOnSeed3, FakeMarket
from tests.runs.fakes_together import groups_noted, play_together
from tests.runs.test_pool import gone

TOGETHER = "from tests.runs.fakes_together import play_together\nplay_together()\n"
GATHERED = ("runs", "failed_runs", "design", "months", "councils", "councils_by", "providers", "events")


@pytest.fixture(autouse=True)
def together(monkeypatch):
    """Fake markets that are played side by side."""
    monkeypatch.setattr(one, "SIDE_BY_SIDE", [])
    play_together()


def test_tables_and_keys_do_not_depend_on_the_groups(tmp_path, monkeypatch):
    """Two design points on ten seeds in groups of ten, of three or four on two workers, and of one."""
    file = experiment(tmp_path, seeds=10, note=tmp_path)
    for most, workers in ((10, 1), (4, 2), (1, 1)):
        monkeypatch.setattr(groups, "MOST_SEEDS", most)
        done = batch(file, tmp_path / str(most), workers, model_factory=FailsOnSeed3)
        assert (done.done, done.failed, done.left) == (18, 2, 0)
        if most == 10:
            assert groups_noted(tmp_path) == [tuple(range(1, 11))] * 2
    for name in GATHERED:
        ten, four, single = (pq.read_table(tmp_path / most / f"{name}.parquet") for most in ("10", "4", "1"))
        assert ten.equals(single), name
        assert four.equals(single), name
    assert set(run_files(tmp_path / "10")) == set(run_files(tmp_path / "4")) == set(run_files(tmp_path / "1"))


def test_results_are_those_of_run(tmp_path):
    done = batch(experiment(tmp_path, "", seeds=[5, 6, 9]), tmp_path / "out", 1, model_factory=FakeMarket)
    ensemble.run(load(tmp_path / "squeeze.toml"), 5, 1, 5, out=tmp_path / "run", model_factory=FakeMarket)
    theirs = load_results(tmp_path / "run").runs
    theirs = theirs[theirs["seed"].isin([5, 6, 9])].reset_index(drop=True)
    assert done.results().runs.equals(theirs)


def test_only_what_is_left_is_done_together(tmp_path):
    file = experiment(tmp_path, seeds=6, note=tmp_path)
    batch(file, tmp_path / "out", 1, shard=(1, 4), model_factory=FakeMarket)
    assert groups_noted(tmp_path) == [(1, 3, 5)]
    before = run_files(tmp_path / "out")
    done = batch(file, tmp_path / "out", 1, model_factory=FakeMarket)
    assert (done.found, done.done) == (3, 9)
    assert groups_noted(tmp_path) == [(1, 2, 3, 4, 5, 6), (1, 3, 5), (2, 4, 6)]
    assert before.items() <= run_files(tmp_path / "out").items()


def test_progress_counts_every_run(tmp_path):
    said: list[tuple[int, int]] = []
    file = experiment(tmp_path)
    batch(file, tmp_path / "out", 1, progress=lambda done, all_: said.append((done, all_)), model_factory=FakeMarket)
    assert said == [(done, 6) for done in range(7)]


def test_an_estimate_times_a_group(tmp_path):
    plan = plan_of(experiment(tmp_path, seeds=4))
    found = estimate(plan, BatchOrder(workers=1, model_factory=fakes.Unhurried), tmp_path / "out")
    assert found.basis == "the first 12 months of 4 runs side by side"
    assert found.seconds_per_run == pytest.approx(0.2, rel=0.5)
    assert found.seconds == pytest.approx(8 * found.seconds_per_run)
    kept = batch(plan.file.layer.origin.file, tmp_path / "out", 1, model_factory=FakeMarket)
    sizes = [file.stat().st_size for file in (kept.path / "batch" / "runs").glob("??/*.arrow")]
    assert found.bytes_kept == pytest.approx(sum(sizes), rel=0.2)


def test_the_estimated_time_is_that_of_the_busiest_worker(tmp_path, monkeypatch):
    """Three points on two seeds are three groups: one of two workers does two of them, four runs."""
    monkeypatch.setattr(groups, "SHARED_COST", 10.0)  # groups as large as can be
    text = FACTORS.replace("[0.0, -0.1]", "[0.1, 0.0, -0.1]")
    plan = plan_of(experiment(tmp_path, text, seeds=2))
    found = estimate(plan, BatchOrder(workers=2, model_factory=FakeMarket), tmp_path / "out")
    assert found.seconds - 2.0 == pytest.approx(4 * found.seconds_per_run)


def test_a_disk_that_fills_up_keeps_the_runs_of_a_group_that_were_written(tmp_path, monkeypatch):
    file, original, kept = experiment(tmp_path, "", seeds=6), runstore.RunStore.keep, []

    def until_full(*arguments):
        if len(kept) == 2:
            raise OSError(28, "No space left on device")
        kept.append(original(*arguments))
        return kept[-1]

    with monkeypatch.context() as patched:
        patched.setattr(runstore.RunStore, "keep", until_full)
        with pytest.raises(BatchStoppedError, match="No space left on device") as caught:
            batch(file, tmp_path / "out", 1, model_factory=FakeMarket)
    assert (caught.value.finished.done, caught.value.finished.left) == (2, 4)
    again = batch(file, tmp_path / "out", 1, model_factory=FakeMarket)
    assert (again.found, again.done, again.gathered) == (2, 4, True)


def test_an_interrupt_counts_the_runs_of_a_group_that_were_kept(tmp_path, monkeypatch):
    original, kept = runstore.RunStore.keep, []

    def pressed(*arguments):
        kept.append(original(*arguments))
        if len(kept) == 2:
            signal.raise_signal(signal.SIGINT)
        return kept[-1]

    monkeypatch.setattr(runstore.RunStore, "keep", pressed)
    with pytest.raises(RunsInterrupted, match="4 of 6 runs left"):
        batch(experiment(tmp_path, "", seeds=6), tmp_path / "out", 1, model_factory=FakeMarket)
    assert len(run_files(tmp_path / "out")) == 2


def test_a_worker_killed_once_costs_nothing(tmp_path):
    done = batch(experiment(tmp_path, note=tmp_path), tmp_path / "out", 2, model_factory=fakes.KillsItsWorkerOnce)
    assert (tmp_path / "killed").exists()
    assert (done.done, done.failed) == (6, 0)
    assert len(done.results().runs) == 6


def test_poisoned_runs_are_recorded_and_take_nobody_with_them(tmp_path):
    assert_only_the_poisoned_fail(
        batch(experiment(tmp_path, seeds=5), tmp_path / "out", 2, model_factory=fakes.Poisoned)
    )


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux for the memory in use")
def test_a_group_out_of_memory_is_done_run_by_run(tmp_path):
    done = batch(experiment(tmp_path), tmp_path / "out", 2, model_factory=fakes.Greedy)
    assert (done.done, done.failed) == (4, 2)
    assert set(done.results().failed_runs["error"]) == {"MemoryError"}


@pytest.mark.skipif(os.name == "nt", reason="signals are those of Linux and macOS")
def test_a_batch_killed_outright_loses_its_groups_under_way_only(tmp_path):
    file = experiment(tmp_path, seeds=8)
    process = begin(tmp_path, "Unhurried", "--workers", "2", first=TOGETHER)
    wait_until(lambda: run_files(tmp_path / "out"))
    workers = children(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert all(gone(worker) for worker in workers)
    finished = run_files(tmp_path / "out")
    assert 1 <= len(finished) <= 16
    assert not (tmp_path / "out/manifest.json").exists()
    done = batch(file, tmp_path / "out", 1, model_factory=FakeMarket)
    assert (done.found, done.done, done.failed) == (len(finished), 16 - len(finished), 0)
    assert finished.items() <= run_files(tmp_path / "out").items()
    runs = done.results().runs
    assert runs["care_hours_lost"].tolist() == pytest.approx([100 * s + c for s in range(1, 9) for c in (0, 100)])
