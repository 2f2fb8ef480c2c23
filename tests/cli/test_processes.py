"""The command line as a process: what it prints, how fast, and what is left when it is stopped."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resilience.runs.store import load_results
from tests.runs.test_pool import gone

ROOT = Path(__file__).parents[2]
WITH_FAKE_MODEL = """
from resilience.runs import one, pool
from {module} import {factory}
one.care_market = {factory}
pool.PRELOAD = ("resilience.runs.one_thread", "resilience.runs.tables")
from resilience.cli import main
main()
"""


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    file = tmp_path / "squeeze.toml"
    file.write_text(
        f'region = "west-midlands"\nstart = "2025-04"\nmonths = 12\ndescription = "{tmp_path.as_posix()}"\n'
    )
    return file


def start(
    folder: Path, factory: str, *arguments: str, module: str = "tests.runs.fakes", first: str = ""
) -> subprocess.Popen[str]:
    """Start the command line with a model of the tests in place of the real one, after what is to be done ``first``."""
    command = [sys.executable, "-c", first + WITH_FAKE_MODEL.format(module=module, factory=factory), *arguments]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipe = subprocess.PIPE
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)  # as a shell script starts its background jobs
    try:
        return subprocess.Popen(command, cwd=folder, env=environment, stdout=pipe, stderr=pipe, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


def wait_until(condition, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@pytest.mark.parametrize(("workers", "number"), [("2", signal.SIGINT), ("1", signal.SIGTERM)])
def test_a_stopped_command_keeps_what_finished_and_leaves_with_130(tmp_path, scenario, workers, number):
    arguments = ["run", str(scenario), "--runs", "50", "--workers", workers, "--out", "out", "--json"]
    process = start(tmp_path, "Slow", *arguments)
    # Seeds 1 to 4 take a moment each, seed 5 and later for ever.
    wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == int(workers))
    time.sleep(0.3)
    process.send_signal(number)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130, stderr
    assert "Traceback" not in stderr
    assert "Interrupted: what finished is kept." in stderr
    assert len(json.loads(stdout)["measures"]) > 5
    assert len(load_results(tmp_path / "out").runs) == 4
    assert {path.name for path in tmp_path.iterdir() if path.suffix != ".pid"} == {"out", "squeeze.toml"}


def test_ctrl_c_while_workers_start_is_quiet_and_writes_nothing(tmp_path, scenario):
    process = start(tmp_path, "Noted", "run", str(scenario), "--runs", "8", "--workers", "2", "--out", "deep/out")
    wait_until(lambda: list(tmp_path.glob("deep/.out.*.partial")))
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    stdout, stderr = process.communicate(timeout=20)
    assert process.returncode == 130
    assert stdout == ""
    assert stderr == "Interrupted: nothing had finished, so nothing is kept.\n"
    assert not (tmp_path / "deep").exists()


def test_a_killed_command_leaves_no_worker_and_no_half_written_results(tmp_path, scenario):
    process = start(tmp_path, "Noted", "run", str(scenario), "--runs", "8", "--workers", "2", "--out", "out")
    wait_until(lambda: len(list(tmp_path.glob("*.pid"))) == 2)
    workers = [int(file.stem) for file in tmp_path.glob("*.pid")]
    process.kill()
    process.communicate(timeout=20)
    assert all(gone(worker) for worker in workers)
    assert not (tmp_path / "out").exists()
    # The hidden folder it was writing is swept by the next command that writes beside it.
    assert len(list(tmp_path.glob(".out.*.partial"))) == 1
    after = start(tmp_path, "FakeMarket", "run", str(scenario), "--out", "out")
    assert after.wait(timeout=30) == 0
    after.communicate()
    assert not list(tmp_path.glob(".out.*.partial"))
    assert (tmp_path / "out" / "manifest.json").exists()


def test_help_loads_nothing_heavy():
    code = (
        "import sys, resilience.cli\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(resilience.cli.app, ['--help']).exit_code == 0\n"
        "print([name for name in ('mesa', 'numpy', 'pandas', 'pyarrow', 'scipy', 'pydantic') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_wrong_scenario_is_told_without_loading_the_model():
    code = (
        "import sys, resilience.cli\n"
        "from typer.testing import CliRunner\n"
        "assert CliRunner().invoke(resilience.cli.app, ['run', 'nowhere.toml']).exit_code == 2\n"
        "print([name for name in ('mesa', 'pandas', 'pyarrow', 'scipy') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_python_m_resilience_is_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "resilience", "--version"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("resilience ")
