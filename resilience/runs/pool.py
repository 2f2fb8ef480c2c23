"""Run many independent tasks on this machine and lose none of the finished work.

A task that raises becomes a recorded failure and the others go on. A worker process that dies (killed, out of memory,
a crash in compiled code) breaks a process pool and all it holds: the tasks that may have killed it are then rerun one
at a time, and a task whose worker dies twice is recorded as failed. Workers end when their parent does, even if the
parent is killed outright. Nothing here knows what a task computes, so the results cannot depend on the number of
workers.
"""

import functools
import importlib
import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import (
    ALL_COMPLETED,
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import wait as wait_for_handles
from multiprocessing.context import BaseContext, SpawnContext, SpawnProcess
from types import ModuleType
from typing import Any

from resilience.runs import interrupts

WINDOW_PER_WORKER = 4
"""Tasks handed to the pool at a time, per worker: enough to keep it busy, few enough to keep memory flat."""

STRIKES = 2
"""A task is given up when the worker that ran it has died this many times."""

MOST_WORKERS = 61
"""Windows can wait for no more processes than this in one pool."""

START_UP_SECONDS = 2.0
"""What starting a pool costs before its first result; 1.4 to 2.5 s on two cores, mostly the model's imports."""

PRELOAD = ("resilience.runs.one_thread", "resilience.runs.one", "resilience.runs.tables", "resilience.side_by_side")
"""Modules loaded once and shared by every worker, where the system can fork (Linux, macOS)."""

MEMORY_SETTING = ("GLIBC_TUNABLES", "glibc.malloc.hugetlb=1")
"""An environment variable that Linux's C library reads once, when a process starts: ask the system for large pages.

A group's columns take tens of megabytes, and every month runs through all of them; with pages of 2 MB instead of 4 kB
the processor looks up fewer addresses. Other systems, and Linux where large pages are off, pass over it.
"""


@dataclass(frozen=True, slots=True)
class Done[R]:
    """A finished task: its place among the tasks and what it returned."""

    index: int
    value: R


@dataclass(frozen=True, slots=True)
class Failed:
    """A task that raised or whose worker died: the exception in one line, and its traceback."""

    index: int
    error: str
    traceback: str


type Outcome[R] = Done[R] | Failed


@dataclass(frozen=True)
class Elsewhere:
    """An executor that is not this module's own, such as a cluster's, and how many workers it has at the moment.

    It replaces its own workers when they die. What it reports as lost or cancelled is lost for good.
    """

    executor: Executor
    workers: Callable[[], int]


class ExecutorLostError(Exception):
    """The executor was lost with tasks still to do; what had finished by then has been handed over."""


def outcomes[T, R](
    tasks: Sequence[T],
    work: Callable[[T], R],
    *,
    workers: int | None = None,
    elsewhere: Elsewhere | None = None,
    window: int = WINDOW_PER_WORKER,
) -> Generator[Outcome[R]]:
    """Yield the outcome of ``work(task)`` for every task, in the order in which they finish.

    ``workers`` = 1 does the work in this process. A larger number starts that many processes; ``work`` and the tasks
    must then pickle. None decides by time: the first task runs here, and a pool is started for the others when
    that is quicker. ``elsewhere`` takes an executor instead. A task is looked up when its turn comes; ``window`` of
    them for each worker are handed over at a time. Closing the iterator, or an interrupt, stops the workers at once.
    Raises ExecutorLostError when ``elsewhere`` goes away.
    """
    if workers is not None and workers < 1:
        raise ValueError(f"workers = {workers}: must be at least 1, or None to choose by itself")
    everything = range(len(tasks))
    if elsewhere is not None:
        yield from _elsewhere(tasks, work, elsewhere, window)
        return
    if workers is not None:
        yield from _here(everything, tasks, work, workers, window)
        return
    started = time.perf_counter()
    yield from _in_line(everything[:1], tasks, work)
    count = worth_starting(len(everything[1:]), time.perf_counter() - started, processors())
    yield from _here(everything[1:], tasks, work, count, window)


def processors() -> int:
    """Return the number of processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def worth_starting(tasks: int, seconds_per_task: float, available: int) -> int:
    """Return how many workers finish ``tasks`` soonest, counting what a pool costs to start; 1 means no pool."""
    workers = min(tasks, available)
    if workers < 2:
        return 1
    alone = tasks * seconds_per_task
    together = START_UP_SECONDS + alone / workers
    return workers if together < alone else 1


def attempt[T, R](work: Callable[[T], R], numbered: tuple[int, T]) -> Outcome[R]:
    """Do one task and return its outcome; the same in this process and in a worker."""
    index, task = numbered
    try:
        return Done(index, work(task))
    except Exception as error:
        return _failed(index, error)


def _failed(index: int, error: BaseException) -> Failed:
    """Return the record of an exception."""
    summary = traceback.format_exception_only(error)[-1].strip()
    return Failed(index, summary, "".join(traceback.format_exception(error)))


def _here[T, R](
    indices: Iterable[int], tasks: Sequence[T], work: Callable[[T], R], workers: int, window: int
) -> Iterator[Outcome[R]]:
    """Do the tasks on this machine, in this process if one is enough."""
    if workers == 1:
        return _in_line(indices, tasks, work)
    return _pooled(indices, tasks, work, workers, window)


def _in_line[T, R](indices: Iterable[int], tasks: Sequence[T], work: Callable[[T], R]) -> Iterator[Outcome[R]]:
    """Do the tasks one after the other in this process."""
    for index in indices:
        yield attempt(work, (index, tasks[index]))


def _pooled[T, R](
    indices: Iterable[int], tasks: Sequence[T], work: Callable[[T], R], workers: int, window: int
) -> Iterator[Outcome[R]]:
    """Do the tasks in ``workers`` processes; after a worker dies, find out alone which task killed it."""
    waiting = deque(indices)
    while waiting:
        suspects: list[int] = []
        with _processes(workers) as executor:
            yield from _until_broken(waiting, tasks, work, executor, lambda: window * workers, suspects)
        strikes = Counter(suspects)
        alone = deque(suspects)
        while alone:
            guilty: list[int] = []
            with _processes(1) as executor:
                # One task at a time, so that there is only one suspect.
                yield from _until_broken(alone, tasks, work, executor, lambda: 1, guilty)
            for index in guilty:
                strikes[index] += 1
                if strikes[index] < STRIKES:
                    alone.append(index)
                    continue
                error = f"WorkerDied: the worker process died {strikes[index]} times while it ran this task"
                yield Failed(index, error, f"{error}\n")


def _elsewhere[T, R](tasks: Sequence[T], work: Callable[[T], R], place: Elsewhere, window: int) -> Iterator[Outcome[R]]:
    """Do the tasks on an executor that looks after its own workers."""
    waiting, lost = deque(range(len(tasks))), list[int]()
    yield from _until_broken(waiting, tasks, work, place.executor, lambda: window * place.workers(), lost)
    if lost or waiting:
        raise ExecutorLostError(f"the executor was lost with {len(lost) + len(waiting)} tasks still to do")


def _until_broken[T, R](
    waiting: deque[int],
    tasks: Sequence[T],
    work: Callable[[T], R],
    executor: Executor,
    window: Callable[[], int],
    suspects: list[int],
) -> Iterator[Outcome[R]]:
    """Work off ``waiting`` until it is empty or a worker dies; then put the tasks that were in hand in ``suspects``."""
    one = functools.partial(attempt, work)
    in_hand: dict[Future[Outcome[R]], int] = {}
    while waiting or in_hand:
        broken = not _fill(executor, waiting, tasks, one, window(), in_hand)
        finished, _ = wait(in_hand, return_when=ALL_COMPLETED if broken else FIRST_COMPLETED)
        for future in finished:
            if future.cancelled() or isinstance(future.exception(), BrokenExecutor):
                broken = True
                continue
            index, error = in_hand.pop(future), future.exception()
            yield future.result() if error is None else _failed(index, error)
        if broken:
            break
    suspects.extend(in_hand.values())


def _fill[T, R](
    executor: Executor,
    waiting: deque[int],
    tasks: Sequence[T],
    one: Callable[[tuple[int, T]], Outcome[R]],
    window: int,
    in_hand: dict[Future[Outcome[R]], int],
) -> bool:
    """Hand tasks over, at most a window of them and not far past the oldest; False if the executor is broken."""
    while waiting and len(in_hand) < window:
        oldest = min(in_hand.values(), default=waiting[0])
        if waiting[0] - oldest >= 2 * window and in_hand:
            return True
        try:
            with interrupts.held(), interrupts.blocked():
                future = executor.submit(one, (waiting[0], tasks[waiting[0]]))
        except BrokenExecutor:
            return False
        in_hand[future] = waiting.popleft()
    return True


@contextmanager
def _processes(workers: int) -> Iterator[ProcessPoolExecutor]:
    """Give a process pool; on leaving, let the workers end, or kill them if the work was cut short."""
    executor = ProcessPoolExecutor(min(workers, MOST_WORKERS), mp_context=worker_context(), initializer=_begin_worker)
    try:
        yield executor
    except BaseException:
        for process in list((executor._processes or {}).values()):
            process.kill()
        raise
    finally:
        executor.shutdown(wait=True, cancel_futures=True)


_START_LOCK = threading.Lock()


@contextmanager
def _as_for_workers() -> Iterator[None]:
    """Show an empty main module and the setting for large pages of memory while a process is started.

    Python otherwise imports the user's main script in every new process, which fails, or repeats the user's work,
    when the script has no ``if __name__ == "__main__"`` line. Workers need only this package. The setting is for the
    server from which workers are forked; one of the user's own stands.
    """
    name, value = MEMORY_SETTING
    with _START_LOCK:
        main, own = sys.modules["__main__"], name in os.environ
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ.setdefault(name, value)
        try:
            yield
        finally:
            sys.modules["__main__"] = main
            if not own:
                del os.environ[name]


if sys.platform == "win32":

    class Worker(SpawnProcess):
        """A process started afresh, without the user's main script."""

        @staticmethod
        def _Popen(process_obj: Any) -> Any:  # noqa: N802 (multiprocessing's name)
            with _as_for_workers():
                return SpawnProcess._Popen(process_obj)

    class WorkerContext(SpawnContext):
        """Starts workers afresh."""

        Process = Worker

else:
    from multiprocessing.context import ForkServerContext, ForkServerProcess

    class Worker(ForkServerProcess):
        """A process forked from a server that has the model loaded, without the user's main script."""

        @staticmethod
        def _Popen(process_obj: Any) -> Any:  # noqa: N802 (multiprocessing's name)
            with _as_for_workers():
                return ForkServerProcess._Popen(process_obj)

    class WorkerContext(ForkServerContext):
        """Starts workers from the fork server."""

        Process = Worker


def worker_context() -> BaseContext:
    """Return how workers are started."""
    context = WorkerContext()
    if sys.platform != "win32":
        context.set_forkserver_preload(list(PRELOAD))
    return context


def _begin_worker() -> None:
    """Prepare a new worker: one numeric thread, no Ctrl-C of its own, and it ends when its parent does."""
    importlib.import_module("resilience.runs.one_thread")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the parent process to end, for whatever reason, and end this one."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait_for_handles([parent.sentinel])
        os._exit(1)
