"""Tasks for the pool's tests; they live in a module because workers import them by name."""

import os
import signal
import time
from pathlib import Path


def square(number: int) -> int:
    return number * number


def square_or_raise(number: int) -> int:
    if number == 3:
        raise ValueError("cash is nan at month 7")
    return number * number


def square_or_die(number: int) -> int:
    """Kill the worker that gets number 5, every time."""
    if number == 5:
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def die_once(folder_and_number: tuple[str, int]) -> int:
    """Kill the first worker that gets number 2; a marker file remembers that it happened."""
    folder, number = folder_and_number
    marker = Path(folder) / "died"
    if number == 2 and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number * number


def process_id(_task: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def thread_setting(_task: int) -> str:
    return os.environ.get("OMP_NUM_THREADS", "")


def memory_setting(_task: int) -> str:
    return os.environ.get("GLIBC_TUNABLES", "")


def unpicklable(_task: int) -> object:
    return lambda: None


def slow_square(number: int) -> int:
    time.sleep(0.2 if number == 0 else 0.0)
    return number * number


def write_pid_and_wait(folder: str) -> int:
    (Path(folder) / f"{os.getpid()}.pid").touch()
    time.sleep(60)
    return 0


def first_quick_then_wait(folder: str) -> int:
    """The first task to come returns at once, the second waits."""
    try:
        (Path(folder) / "first").touch(exist_ok=False)
    except FileExistsError:
        (Path(folder) / f"{os.getpid()}.pid").touch()
        time.sleep(60)
    else:
        while not list(Path(folder).glob("*.pid")):
            time.sleep(0.01)
    return 0
