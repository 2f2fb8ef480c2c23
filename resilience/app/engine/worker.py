"""A worker process: plays what it is handed, the most urgent run first, and looks for messages between months.

It may hold several runs: a more urgent one goes before the run under way, which then goes on where it stopped. A run
that is dropped stops before its next month. The process ends with its parent, however that ends.
"""

import contextlib
import importlib
import logging
import math
import os
import signal
import threading
import time
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from multiprocessing.connection import wait as wait_for_handles
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resilience.app.engine.branches import Branches
    from resilience.app.engine.play import Played
    from resilience.app.engine.replicate import Months, Place
    from resilience.scenario import Scenario

SECONDS_BETWEEN_PARTS = 0.1
"""How often a run that somebody waits for sends the months it has."""

type Urgency = tuple[int, int, int]
"""What comes first: not ahead of demand (0 or 1), replicate number, order of arrival."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Do:
    """Play a run. ``told`` asks for its events too, and for its months as they come."""

    job: int
    urgency: Urgency
    scenario: "Scenario"
    seed: int
    told: bool


@dataclass(frozen=True, slots=True)
class Drop:
    """Stop a run and forget it."""

    job: int


@dataclass(frozen=True, slots=True)
class Part:
    """Months of a run; with the last come the failures."""

    job: int
    councils: "tuple[Place, ...]"
    months: "Months"
    finished: bool
    failures: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Failed:
    """A run that cannot go on, and why, in words for the visitor."""

    job: int
    problem: str


@dataclass
class _Run:
    """A run in hand."""

    order: Do
    market: "Played | None" = None
    sent: float = -math.inf
    """When months were last sent; the first go at once."""


def work(pipe: "Connection[Any, Any]", warm: "Scenario | None") -> None:
    """Be a worker until the parent ends or closes the pipe; ``warm`` is a scenario whose region is built first."""
    begin()
    from resilience.app.engine.branches import Branches

    if warm is not None:
        _warm_up(warm)
    messages: SimpleQueue[Do | Drop | None] = SimpleQueue()
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


def begin() -> None:
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
    from resilience.app.engine.play import Played

    with contextlib.suppress(Exception):
        Played(scenario, 0, told=False).step()


def _listen(pipe: "Connection[Any, Any]", messages: "SimpleQueue[Do | Drop | None]") -> None:
    """Take messages as they come, so that the parent never waits to get one rid; None says that there are no more."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            messages.put(pipe.recv())
    messages.put(None)


def _hear(messages: "SimpleQueue[Do | Drop | None]", in_hand: dict[int, _Run]) -> None:
    """Heed the messages that are there; with nothing to do, wait for one. Raises EOFError when the parent has gone."""
    while not in_hand or not messages.empty():
        message = messages.get()
        if message is None:
            raise EOFError
        if isinstance(message, Do):
            in_hand[message.job] = _Run(message)
        else:
            in_hand.pop(message.job, None)


def _month(run: _Run, branches: "Branches") -> Part | Failed | None:
    """Play a month and return what is to be sent, if anything yet."""
    try:
        return _played(run, branches)
    except Exception as error:  # said to the visitor and logged; the others' runs go on
        return Failed(run.order.job, _in_words(run, error))


def _played(run: _Run, branches: "Branches") -> Part | None:
    order = run.order
    if run.market is None:
        run.market = branches.begin(order.scenario, order.seed, told=order.told)
    branches.pass_by(run.market)
    run.market.step()
    finished = not run.market.running
    now = time.monotonic()
    if not finished and not (order.told and now - run.sent >= SECONDS_BETWEEN_PARTS):
        return None
    run.sent = now
    failures = run.market.failures() if finished else ()
    return Part(order.job, run.market.places, run.market.pack(), finished, failures)


def _in_words(run: _Run, error: Exception) -> str:
    from resilience.region.errors import RegionError
    from resilience.scenario import ScenarioError

    if isinstance(error, ScenarioError | RegionError):
        return str(error)
    _log.exception("The run of %s with seed %d stopped.", run.order.scenario.name, run.order.seed)
    return f"The model stopped with seed {run.order.seed}: {type(error).__name__}: {error}"
