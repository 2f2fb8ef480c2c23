"""A worker process: plays what it is handed, the most urgent run first, and looks for messages between months.

It may hold several jobs, each a run alone or a group of runs side by side: a more urgent one goes before the job under
way, which then goes on where it stopped. A job that is dropped stops before its next month. The process ends with its
parent, however that ends.
"""

import contextlib
import importlib
import logging
import math
import os
import signal
import threading
import time
from dataclasses import dataclass, replace
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_handles
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resilience.app.engine.branches import Branches
    from resilience.app.engine.play import Playing, Sent
    from resilience.app.engine.replicate import Place
    from resilience.scenario import Scenario

SECONDS_BETWEEN_PARTS = 0.2
"""How often a run that somebody waits for sends the months it has."""

type Urgency = tuple[int, int, int]
"""What comes first: not ahead of demand (0 or 1), replicate number, order of arrival."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Do:
    """Play a run, or several of one scenario side by side.

    ``told`` asks for a run's events too, and for its months as they come; it goes with one seed only.
    """

    job: int
    urgency: Urgency
    scenario: "Scenario"
    seeds: tuple[int, ...]
    told: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Stop a job and forget it."""

    job: int


@dataclass(frozen=True, slots=True)
class Hurry:
    """Take a job for as urgent as this from now on."""

    job: int
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Part:
    """What has been played: of each run, in the order of the seeds."""

    job: int
    councils: "tuple[Place, ...]"
    runs: "tuple[Sent, ...]"
    finished: bool
    pace: float = 0.0
    """Seconds of processor time that a month of all the runs took on average; 0 until they have finished."""


@dataclass(frozen=True, slots=True)
class Failed:
    """A job that cannot go on, and why, in words for the visitor."""

    job: int
    problem: str


type Message = Do | Drop | Hurry | None
"""What a worker is told; None when there is nothing more to come."""


@dataclass
class _Run:
    """A job in hand."""

    order: Do
    runs: "Playing | None" = None
    sent: float = -math.inf
    """When months were last sent; the first go at once."""
    played: int = 0
    """Months played here."""
    seconds: float = 0.0
    """Processor time that they took."""


def work(pipe: "Connection[Any, Any]", warm: "Scenario | None") -> None:
    """Be a worker until the parent ends or closes the pipe; ``warm`` is a scenario whose region is built first."""
    prepare()
    from resilience.app.engine.branches import Branches

    if warm is not None:
        _warm_up(warm)
    messages: SimpleQueue[Message] = SimpleQueue()
    threading.Thread(target=_listen, args=(pipe, messages), name="listener", daemon=True).start()
    in_hand: dict[int, _Run] = {}
    branches = Branches()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            _hear(messages, in_hand)
            run = min(in_hand.values(), key=lambda run: run.order.urgency)
            reply = _month(run, branches)
            if reply is not None:
                pipe.send(reply)
            if isinstance(reply, Failed) or (isinstance(reply, Part) and reply.finished):
                del in_hand[run.order.job]


def prepare() -> None:
    """Prepare the process: one numeric thread, no Ctrl-C of its own, and it ends when its parent does."""
    importlib.import_module("resilience.runs.one_thread")
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent-watch", daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait_for_handles([parent.sentinel])
        os._exit(1)


def _warm_up(scenario: "Scenario") -> None:
    """Load the model and build the region, so that the first visitor need not wait for that; mistakes show later."""
    from resilience.app.engine.play import begin

    with contextlib.suppress(Exception):
        begin(scenario, (0,), told=False).step()


def _listen(pipe: "Connection[Any, Any]", messages: "SimpleQueue[Message]") -> None:
    """Take messages as they come, so that the parent never waits to get one rid; None says that there are no more."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            messages.put(pipe.recv())
    messages.put(None)


def _hear(messages: "SimpleQueue[Message]", in_hand: dict[int, _Run]) -> None:
    """Heed the messages that are there; with nothing to do, wait for one. Raises EOFError when the parent has gone."""
    while not in_hand or not messages.empty():
        message = messages.get()
        if message is None:
            raise EOFError
        if isinstance(message, Do):
            in_hand[message.job] = _Run(message)
        elif isinstance(message, Drop):
            in_hand.pop(message.job, None)
        elif message.job in in_hand:
            run = in_hand[message.job]
            run.order = replace(run.order, urgency=message.urgency)


def _month(run: _Run, branches: "Branches") -> Part | Failed | None:
    """Play a month and return what is to be sent, if anything yet."""
    try:
        return _played(run, branches)
    except Exception as error:  # said to the visitor and logged; the others' runs go on
        return Failed(run.order.job, _in_words(run, error))


def _played(run: _Run, branches: "Branches") -> Part | None:
    order = run.order
    if run.runs is None:
        run.runs = branches.begin(order.scenario, order.seeds, told=order.told)
    runs = run.runs
    branches.pass_by(runs)
    began = time.thread_time()
    runs.step()
    run.seconds += time.thread_time() - began
    run.played += 1
    finished = not runs.running
    now = time.monotonic()
    if not finished and not (order.told and now - run.sent >= SECONDS_BETWEEN_PARTS):
        return None
    run.sent = now
    return Part(order.job, runs.places, runs.to_send(), finished, run.seconds / run.played if finished else 0.0)


def _in_words(run: _Run, error: Exception) -> str:
    from resilience.region.errors import RegionError
    from resilience.scenario import ScenarioError

    if isinstance(error, ScenarioError | RegionError):
        return str(error)
    seeds = ", ".join(map(str, run.order.seeds))
    _log.exception("The run of %s with seed %s stopped.", run.order.scenario.name, seeds)
    return f"The model stopped with seed {seeds}: {type(error).__name__}: {error}"
