"""A batch on a real Dask scheduler with two workers on this machine, one of which is killed."""

import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from resilience.runs.store import load_results
from tests.batches.small import experiment, run_files
from tests.batches.test_processes import begin
from tests.cli.test_processes import ROOT, start, wait_until

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("distributed") is None, reason="dask and distributed are not installed (extra 'cluster')"
)

TOGETHER = """
from resilience.runs import groups
from tests.runs.fakes_together import play_together
groups.MOST_SEEDS = 3
play_together()
"""
"""What has runs of the tests played side by side, three at a time."""


@contextmanager
def dask(folder: Path, command: str, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
    """A Dask scheduler or worker as a process of its own; its output goes to a file."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    line = [sys.executable, "-m", f"distributed.cli.dask_{command}", "--scheduler-file", "scheduler.json", *arguments]
    with (folder / f"{command}-{len(list(folder.glob(f'{command}-*')))}.log").open("wb") as log:
        process = subprocess.Popen(line, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=20)


@pytest.fixture
def scheduler(tmp_path) -> Iterator[str]:
    with dask(tmp_path, "scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"):
        wait_until(lambda: (tmp_path / "scheduler.json").exists(), 60)
        yield json.loads((tmp_path / "scheduler.json").read_text())["address"]


def worker(folder: Path):
    """A worker without a nanny, so that what is killed stays dead."""
    return dask(folder, "worker", "--host", "127.0.0.1", "--nthreads", "1", "--no-nanny", "--no-dashboard")


def test_a_cluster_finishes_every_run_although_a_worker_is_killed(tmp_path, scheduler):
    experiment(tmp_path, seeds=8)
    with worker(tmp_path) as first, worker(tmp_path):
        process = begin(tmp_path, "Unhurried", "--cluster", scheduler, first=TOGETHER)
        wait_until(lambda: len(run_files(tmp_path / "out")) >= 3, 60)
        first.kill()
        before = run_files(tmp_path / "out")
        stdout, stderr = process.communicate(timeout=90)
    assert process.returncode == 0, stderr
    assert "16 runs: 0 found finished, 16 done now, 0 failed." in stdout
    assert before.items() <= run_files(tmp_path / "out").items()
    runs = load_results(tmp_path / "out").runs
    assert runs["care_hours_lost"].tolist() == pytest.approx([100 * s + c for s in range(1, 9) for c in (0, 100)])


def test_a_scheduler_that_goes_away_stops_the_batch_and_keeps_what_is_done(tmp_path):
    experiment(tmp_path, seeds=30)
    scheduler_options = ("--host", "127.0.0.1", "--port", "0", "--no-dashboard")
    with dask(tmp_path, "scheduler", *scheduler_options) as scheduler, worker(tmp_path):
        wait_until(lambda: (tmp_path / "scheduler.json").exists(), 60)
        address = json.loads((tmp_path / "scheduler.json").read_text())["address"]
        process = begin(tmp_path, "Unhurried", "--cluster", address)
        wait_until(lambda: len(run_files(tmp_path / "out")) >= 2, 60)
        scheduler.kill()
        _, stderr = process.communicate(timeout=120)
    assert process.returncode == 1, stderr
    assert f"Stopped: The cluster at {address} went away" in stderr
    kept = len(run_files(tmp_path / "out"))
    again = begin(tmp_path, "FakeMarket", "--workers", "1")
    stdout, stderr = again.communicate(timeout=60)
    assert again.returncode == 0, stderr
    assert f"60 runs: {kept} found finished" in stdout


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "must be the address of a Dask scheduler, such as tcp://127.0.0.1:8786."),
        ("tcp://127.0.0.1:1", "no Dask scheduler answers there: "),
    ],
)
def test_a_cluster_that_is_not_there_is_told_before_anything_is_written(tmp_path, address, said):
    experiment(tmp_path)
    hurry = "import resilience.batches.cluster as cluster\ncluster.SECONDS_TO_ANSWER = 1\n"
    process = start(tmp_path, "FakeMarket", "batch", "cuts.toml", "--out", "out", "--cluster", address, first=hurry)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 2
    assert stderr.startswith(f"--cluster {address}: {said}")
    assert not (tmp_path / "out").exists()
