"""Batches as real processes that are killed, poisoned, starved and interrupted."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from resilience.batches.batch import batch
from resilience.runs.store import load_results
from tests.batches import fakes
from tests.batches.small import experiment, run_files
from tests.cli.test_processes import start, wait_until
from tests.runs.test_pool import gone

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of Linux and macOS")


@pytest.fixture(autouse=True)
def quick_workers(monkeypatch):
    """Workers that load the runner and not the model."""
    monkeypatch.setattr("resilience.runs.pool.PRELOAD", ("resilience.runs.one_thread", "resilience.batches.job"))


def begin(folder: Path, factory: str, *arguments: str, first: str = "") -> subprocess.Popen[str]:
    """Start ``resilience batch`` with a model of these tests, after what is to be done ``first``."""
    line = ("batch", "cuts.toml", "--out", "out", *arguments)
    return start(folder, factory, *line, module="tests.batches.fakes", first=first)


def children(pid: int) -> set[int]:
    """The processes below a process."""
    found: set[int] = set()
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            child = int(status.parent.name)
            found |= {child} | children(child)
    return found


def test_a_batch_killed_outright_loses_nothing_and_redoes_nothing(tmp_path):
    experiment(tmp_path, seeds=8)
    process = begin(tmp_path, "Unhurried", "--workers", "2")
    wait_until(lambda: len(run_files(tmp_path / "out")) >= 3)
    workers = children(process.pid)
    process.kill()
    process.communicate(timeout=20)
    assert len(workers) >= 2
    assert all(gone(worker) for worker in workers)
    finished = run_files(tmp_path / "out")
    assert 3 <= len(finished) < 16
    assert not (tmp_path / "out/manifest.json").exists()

    again = begin(tmp_path, "Unhurried", "--workers", "2")
    stdout, stderr = again.communicate(timeout=60)
    assert again.returncode == 0, stderr
    assert f"16 runs: {len(finished)} found finished, {16 - len(finished)} done now, 0 failed." in stdout
    assert finished.items() <= run_files(tmp_path / "out").items()
    assert list((tmp_path / "out/batch/tmp").iterdir()) == []
    runs = load_results(tmp_path / "out").runs
    assert runs["care_hours_lost"].tolist() == pytest.approx([100 * s + c for s in range(1, 9) for c in (0, 100)])


def test_ctrl_c_keeps_what_finished_and_leaves_with_130(tmp_path):
    experiment(tmp_path, seeds=30)
    process = begin(tmp_path, "Unhurried", "--workers", "1")
    wait_until(lambda: len(run_files(tmp_path / "out")) >= 2)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=20)
    kept = len(run_files(tmp_path / "out"))
    assert process.returncode == 130, stderr
    assert f"Interrupted. {kept} of 60 runs are kept; the same command goes on from there." in stderr
    assert "Traceback" not in stderr
    assert not (tmp_path / "out/manifest.json").exists()


def test_a_worker_killed_once_costs_nothing(tmp_path):
    file = experiment(tmp_path, note=tmp_path)
    done = batch(file, tmp_path / "out", 2, model_factory=fakes.KillsItsWorkerOnce)
    assert (tmp_path / "killed").exists()
    assert (done.done, done.failed) == (6, 0)
    assert len(done.results().runs) == 6


def test_poisoned_runs_are_recorded_and_take_nobody_with_them(tmp_path):
    assert_only_the_poisoned_fail(
        batch(experiment(tmp_path, seeds=5), tmp_path / "out", 2, model_factory=fakes.Poisoned)
    )


def assert_only_the_poisoned_fail(done):
    """Of five seeds of two points one raises and one kills its worker; everybody else's runs are there."""
    assert (done.done, done.failed, done.left) == (6, 4, 0)
    failed = done.results().failed_runs
    assert failed["seed"].tolist() == [2, 2, 3, 3]
    assert (
        failed["error"].tolist()
        == ["FloatingPointError: cash is nan at month 7"] * 2
        + ["WorkerDied: the worker process died 2 times while it ran this task"] * 2
    )
    assert set(done.results().runs["seed"]) == {1, 4, 5}


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="asks Linux for the memory in use")
def test_a_worker_out_of_memory_fails_its_own_run_only(tmp_path):
    done = batch(experiment(tmp_path), tmp_path / "out", 2, model_factory=fakes.Greedy)
    assert (done.done, done.failed) == (4, 2)
    failed = done.results().failed_runs
    assert failed["seed"].tolist() == [2, 2]
    assert set(failed["error"]) == {"MemoryError"}
    assert failed["traceback"].str.contains("bytearray").all()


def test_two_batches_on_one_folder_do_not_get_in_each_others_way(tmp_path):
    experiment(tmp_path, seeds=6)
    both = [begin(tmp_path, "Unhurried", "--workers", "1", "--json") for _ in range(2)]
    for process in both:
        _, stderr = process.communicate(timeout=60)
        assert process.returncode == 0, stderr
    assert len(run_files(tmp_path / "out")) == 12
    assert len(load_results(tmp_path / "out").runs) == 12


def test_files_that_may_grow_no_further_stop_the_batch_cleanly(tmp_path):
    """The system itself refuses to write, as it does when a quota is used up or the disk is full."""
    experiment(tmp_path)
    limited = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (1_200_000, 1_200_000))\n"
    process = start(
        tmp_path,
        "Big",
        "batch",
        "cuts.toml",
        "--out",
        "out",
        "--workers",
        "1",
        module="tests.batches.fakes",
        first=limited,
    )
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert "Stopped: out: a run cannot be written: File too large." in stderr
    assert "0 of 6 runs are kept; the same command goes on from there." in stderr
    assert "Traceback" not in stderr
    assert list((tmp_path / "out/batch/tmp").iterdir()) == []
