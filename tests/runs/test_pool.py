import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from resilience.runs import pool
from resilience.runs.pool import Done, Failed, outcomes, worth_starting
from tests.runs import pool_tasks

ROOT = Path(__file__).parents[2]


def values(found: list) -> dict[int, int]:
    return {outcome.index: outcome.value for outcome in found if isinstance(outcome, Done)}


def failures(found: list) -> dict[int, Failed]:
    return {outcome.index: outcome for outcome in found if isinstance(outcome, Failed)}


@pytest.mark.parametrize("workers", [1, 2])
def test_every_task_is_done_whatever_the_number_of_workers(workers):
    found = list(outcomes(range(20), pool_tasks.square, workers=workers))
    assert values(found) == {number: number**2 for number in range(20)}
    assert len(found) == 20


@pytest.mark.parametrize("workers", [1, 2])
def test_a_task_that_raises_is_recorded_and_the_others_go_on(workers):
    found = list(outcomes(range(6), pool_tasks.square_or_raise, workers=workers))
    assert sorted(values(found)) == [0, 1, 2, 4, 5]
    (failed,) = failures(found).values()
    assert failed.index == 3
    assert failed.error == "ValueError: cash is nan at month 7"
    assert failed.traceback.startswith("Traceback")
    assert "square_or_raise" in failed.traceback


def test_a_failure_reads_the_same_in_a_worker_as_here():
    here = failures(list(outcomes([3], pool_tasks.square_or_raise, workers=1)))[0]
    there = failures(list(outcomes([3, 3], pool_tasks.square_or_raise, workers=2)))[0]
    assert here == there


def test_a_task_that_always_kills_its_worker_is_given_up_and_nobody_else_suffers():
    found = list(outcomes(range(12), pool_tasks.square_or_die, workers=2))
    assert sorted(values(found)) == [number for number in range(12) if number != 5]
    assert len(found) == 12
    assert failures(found)[5].error == "WorkerDied: the worker process died 2 times while it ran this task"


def test_a_task_whose_worker_is_killed_once_is_done_again(tmp_path):
    tasks = [(str(tmp_path), number) for number in range(6)]
    found = list(outcomes(tasks, pool_tasks.die_once, workers=2))
    assert (tmp_path / "died").exists()
    assert values(found) == {number: number**2 for number in range(6)}


def test_a_result_that_cannot_travel_is_a_failure_of_its_task_only():
    found = list(outcomes(range(2), pool_tasks.unpicklable, workers=2))
    assert set(failures(found)) == {0, 1}


def test_workers_are_other_processes_with_one_numeric_thread():
    ids = set(values(list(outcomes(range(8), pool_tasks.process_id, workers=2))).values())
    assert os.getpid() not in ids
    assert 1 <= len(ids) <= 2
    settings = values(list(outcomes(range(2), pool_tasks.thread_setting, workers=2)))
    assert set(settings.values()) == {"1"}


def test_the_work_of_one_worker_is_done_here_without_touching_the_threads():
    before = os.environ.get("OMP_NUM_THREADS")
    found = values(list(outcomes(range(2), pool_tasks.process_id, workers=1)))
    assert set(found.values()) == {os.getpid()}
    assert os.environ.get("OMP_NUM_THREADS") == before


def test_quick_tasks_are_done_here_when_nobody_says_how():
    found = values(list(outcomes(range(3), pool_tasks.process_id)))
    assert set(found.values()) == {os.getpid()}


def test_a_pool_is_started_when_it_is_quicker(monkeypatch):
    monkeypatch.setattr(pool, "START_UP_SECONDS", 0.0)
    monkeypatch.setattr(pool, "processors", lambda: 2)
    found = values(list(outcomes(range(5), pool_tasks.process_id)))
    assert found[0] == os.getpid()
    assert os.getpid() not in {found[number] for number in range(1, 5)}


@pytest.mark.parametrize(
    ("tasks", "seconds", "available", "workers"),
    [
        (0, 1.0, 8, 1),
        (1, 60.0, 8, 1),
        (9, 0.3, 2, 1),
        (100, 0.3, 2, 2),
        (3, 60.0, 8, 3),
        (1000, 0.3, 1, 1),
    ],
)
def test_the_number_of_workers_weighs_the_start_of_a_pool(tasks, seconds, available, workers):
    assert worth_starting(tasks, seconds, available) == workers


def test_the_window_keeps_memory_flat(monkeypatch):
    handed: list[int] = []
    original = pool._fill

    def watched(*arguments):
        intact = original(*arguments)
        handed.append(len(arguments[-1]))
        return intact

    monkeypatch.setattr(pool, "_fill", watched)
    assert len(list(outcomes(range(60), pool_tasks.slow_square, workers=2))) == 60
    assert max(handed) <= 8


def test_no_workers_is_refused():
    with pytest.raises(ValueError, match="workers = 0: must be at least 1"):
        list(outcomes([1], pool_tasks.square, workers=0))


def test_closing_early_stops_the_workers(tmp_path):
    coming = outcomes([str(tmp_path)] * 2, pool_tasks.first_quick_then_wait, workers=2)
    next(coming)
    (pid,) = [int(file.stem) for file in tmp_path.glob("*.pid")] or [0]
    coming.close()
    assert pid
    assert gone(pid)


def test_a_script_without_a_main_guard_may_use_workers(tmp_path):
    script = tmp_path / "study.py"
    script.write_text(
        "from resilience.runs.pool import outcomes\n"
        "from tests.runs.pool_tasks import square\n"
        "print(sorted(done.value for done in outcomes(range(3), square, workers=2)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, env=environment, timeout=60, check=False
    )
    assert done.stdout == "[0, 1, 4]\n", done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="workers are started afresh there and have no such setting")
@pytest.mark.parametrize("own", ["", "glibc.malloc.tcache_count=8"])
def test_workers_ask_for_large_pages_unless_the_user_has_said_otherwise(own):
    code = (
        "import os\n"
        "from resilience.runs.pool import outcomes\n"
        "from tests.runs.pool_tasks import memory_setting\n"
        "print(*{done.value for done in outcomes(range(2), memory_setting, workers=2)})\n"
        "print(os.environ.get('GLIBC_TUNABLES'))\n"
    )
    environment = {name: value for name, value in os.environ.items() if name != "GLIBC_TUNABLES"}
    if own:
        environment["GLIBC_TUNABLES"] = own
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=ROOT, timeout=60, check=False
    )
    assert done.stdout.split() == [own or "glibc.malloc.hugetlb=1", own or "None"], done.stderr


def test_workers_end_when_their_parent_is_killed(tmp_path):
    code = (
        "from resilience.runs.pool import outcomes\n"
        "from tests.runs.pool_tasks import write_pid_and_wait\n"
        f"list(outcomes([{str(tmp_path)!r}] * 2, write_pid_and_wait, workers=2))\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    pids: list[int] = []
    deadline = time.monotonic() + 30
    while len(pids) < 2 and time.monotonic() < deadline:
        pids = [int(file.stem) for file in tmp_path.glob("*.pid")]
        time.sleep(0.05)
    parent.kill()
    parent.wait()
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


def gone(pid: int) -> bool:
    """Tell whether a process ends within ten seconds."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
            if "State:\tZ" in Path(f"/proc/{pid}/status").read_text():
                return True
        except (ProcessLookupError, FileNotFoundError):
            return True
        time.sleep(0.05)
    return False
