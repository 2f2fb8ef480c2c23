"""One queue of runs for all visitors, worked off by processes: everyone's first replicate before anyone's second.

A visitor wishes for replicates; a replicate that several wish for is played once and kept for those who come back.
What nobody wishes for any more leaves the queue, and a worker that plays it stops before the next month. What is
played ahead of demand waits while anybody waits for anything, and gives way to it.

The first replicate of a scenario is played alone, for it is waited for most; the others are handed out in groups that
are played side by side (:mod:`resilience.app.engine.together`). Where a group fails, its runs are played alone.
"""

import contextlib
import heapq
import itertools
import logging
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, Pipe
from multiprocessing.connection import wait as wait_for_any
from multiprocessing.process import BaseProcess
from typing import Any

from resilience.app.engine.replicate import Key, Replicate, digest_of
from resilience.app.engine.together import end_of_group, size_of_group
from resilience.app.engine.worker import Do, Drop, Failed, Hurry, Part, Urgency, work
from resilience.runs.pool import worker_context
from resilience.scenario import Scenario

MOST_BYTES_KEPT = 400_000_000
"""Finished replicates are kept up to about this size; those that somebody looks at are kept besides."""

MOST_IN_HAND = 3
"""Jobs that a worker holds at most: one under way and more urgent ones that came in between."""

STRIKES = 2
"""A run is given up when the worker that played it has died this many times."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Wish:
    """A replicate that a visitor waits for. ``number`` counts replicates from 1 and decides who comes first."""

    scenario: Scenario
    seed: int
    number: int

    @property
    def key(self) -> Key:
        """What decides the replicate; the first of a scenario tells its events."""
        return Key(digest_of(self.scenario), self.seed, self.number == 1)


@dataclass
class _Worker:
    """A process, the pipe to it, the jobs it holds by number, and when it was last given some seeds, as a number."""

    process: BaseProcess
    pipe: "Connection[Any, Any]"
    in_hand: dict[int, Do] = field(default_factory=dict)
    knows: dict[tuple[int, ...], int] = field(default_factory=dict)


class Engine:
    """Plays replicates in ``workers`` processes. Start it once; it ends with this process, or by ``close``."""

    def __init__(self, workers: int = 2, warm: Scenario | None = None) -> None:
        self._lock = threading.RLock()
        self._count, self._warm = workers, warm
        self._workers: list[_Worker] = []
        self._kept: OrderedDict[Key, Replicate] = OrderedDict()
        self._wishes: dict[Hashable, dict[Key, Wish]] = {}
        self._tell: dict[Hashable, Callable[[], None]] = {}
        self._ahead: dict[Key, Wish] = {}
        self._queue: list[tuple[Urgency, Key]] = []
        self._jobs: dict[int, tuple[Key, ...]] = {}
        self._alone: set[Key] = set()
        """Replicates of groups that failed."""
        self._paces: dict[str, float] = {}
        """Seconds of processor time that a month of a run alone takes, by region."""
        self._numbers = itertools.count(1)
        self._strikes: Counter[Key] = Counter()
        self._closed = threading.Event()
        self._wake_reader, self._wake_writer = Pipe(duplex=False)

    def start(self) -> None:
        """Start the workers, which warm up, and the thread that listens to them."""
        with self._lock:
            self._workers = [self._new_worker() for _ in range(self._count)]
        threading.Thread(target=self._listen, name="engine", daemon=True).start()

    def close(self) -> None:
        """End the workers; nothing is played any more."""
        with self._lock:
            self._closed.set()
            for worker in self._workers:
                worker.process.terminate()
        self._wake_writer.send(None)

    def want(self, visitor: Hashable, wishes: Iterable[Wish], tell: Callable[[], None]) -> None:
        """Ask for replicates; this replaces what the visitor asked for before, which then stops.

        ``tell`` is called, from the engine's thread, whenever something has come in that the visitor wishes for.
        """
        with self._lock:
            self._wishes[visitor] = {wish.key: wish for wish in wishes}
            self._tell[visitor] = tell
            for wish in self._wishes[visitor].values():
                self._enter(wish, ahead=False)
            self._drop_unwanted()
            self._hand_out()

    def leave(self, visitor: Hashable) -> None:
        """Forget a visitor and what they asked for."""
        with self._lock:
            self._wishes.pop(visitor, None)
            self._tell.pop(visitor, None)
            self._drop_unwanted()
            self._hand_out()

    def play_ahead(self, wishes: Iterable[Wish]) -> None:
        """Play these whenever nobody waits for anything, in the order given."""
        with self._lock:
            for wish in wishes:
                self._ahead[wish.key] = wish
                self._enter(wish, ahead=True)
            self._hand_out()

    def look(self, wish: Wish) -> Replicate | None:
        """The replicate, with the months that are there; None when nothing of it is. One told of does for another."""
        told = wish.key._replace(told=True)
        with self._lock:
            found = self._kept.get(told) or self._kept.get(wish.key)
            if found is not None:
                self._kept.move_to_end(found.key)
            return found

    @property
    def at_work(self) -> int:
        """Jobs in the workers' hands."""
        with self._lock:
            return sum(len(worker.in_hand) for worker in self._workers)

    @property
    def processes(self) -> list[int]:
        """The workers' process numbers."""
        with self._lock:
            return [worker.process.pid or 0 for worker in self._workers]

    # What follows runs with the lock held.

    def _new_worker(self) -> _Worker:
        here, there = Pipe()
        process = worker_context().Process(  # type: ignore[attr-defined]
            target=work, args=(there, self._warm), name="engine-worker", daemon=True
        )
        process.start()
        there.close()
        return _Worker(process, here)

    def _enter(self, wish: Wish, *, ahead: bool) -> None:
        """Put a wish in the queue, unless its replicate is there; one that is played ahead is ahead no more."""
        found = self.look(wish)
        if found is not None and not found.finished and not ahead:
            self._hurry(found.key, wish.number)
        if found is None or not (found.finished or found.problem):
            urgency = (1, 0, next(self._numbers)) if ahead else (0, wish.number, next(self._numbers))
            heapq.heappush(self._queue, (urgency, wish.key))

    def _hurry(self, key: Key, number: int) -> None:
        """Have a replicate that is played ahead played for somebody who waits for it."""
        for worker in self._workers:
            for job, order in worker.in_hand.items():
                if order.urgency[0] and key in self._jobs[job]:
                    urgency = (0, number, next(self._numbers))
                    worker.in_hand[job] = replace(order, urgency=urgency)
                    with contextlib.suppress(OSError):
                        worker.pipe.send(Hurry(job, urgency))

    def _wish_for(self, key: Key) -> Wish | None:
        """A wish for a replicate that somebody still has."""
        waiting = (wishes[key] for wishes in self._wishes.values() if key in wishes)
        return next(waiting, None) or self._ahead.get(key)

    def _drop_unwanted(self) -> None:
        """Stop the jobs of which nobody wishes for any run."""
        for worker in self._workers:
            for job in [job for job in worker.in_hand if not any(map(self._is_wanted, self._jobs[job]))]:
                self._take_back(worker, job)

    def _is_wanted(self, key: Key) -> bool:
        """Whether somebody wishes for a replicate, or for the same without its events."""
        return self._wish_for(key) is not None or self._wish_for(key._replace(told=False)) is not None

    def _take_back(self, worker: _Worker, job: int) -> tuple[Key, ...]:
        """Stop a job in a worker's hands and forget the months of its runs."""
        keys = self._jobs.pop(job)
        del worker.in_hand[job]
        for key in keys:
            self._kept.pop(key, None)
        with contextlib.suppress(OSError):
            worker.pipe.send(Drop(job))
        return keys

    def _hand_out(self) -> None:
        """Give the most urgent runs, with those that go with them, to workers with nothing in hand.

        First replicates also go to a worker that would play them before what it has.
        """
        if self._closed.is_set():
            return
        while (best := self._most_urgent()) is not None:
            urgency, wish = best
            group = self._group_of(wish)
            seeds = tuple(each.seed for each in group)
            worker = self._worker_for(urgency, seeds)
            if worker is None:
                return
            heapq.heappop(self._queue)  # the others of the group are passed over when their turn comes
            job = next(self._numbers)
            self._jobs[job] = tuple(each.key for each in group)
            self._kept |= {each.key: Replicate(each.key, each.scenario) for each in group}
            order = Do(job, urgency, wish.scenario, seeds, wish.key.told)
            worker.in_hand[job] = order
            worker.knows[seeds] = job
            with contextlib.suppress(OSError):  # a worker that has just died is found by the listener
                worker.pipe.send(order)

    def _most_urgent(self) -> tuple[Urgency, Wish] | None:
        """The first of the queue that is still wished for and not there or under way."""
        while self._queue:
            urgency, key = self._queue[0]
            wish = self._wish_for(key)
            if wish is not None and self.look(wish) is None:
                return urgency, wish
            heapq.heappop(self._queue)
        return None

    def _group_of(self, wish: Wish) -> list[Wish]:
        """The wishes to be played side by side with this one, itself first; a first replicate is played alone."""
        pace = self._paces.get(wish.scenario.region)
        if wish.key.told or wish.key in self._alone or pace is None:
            return [wish]
        holder, wishes = next(
            ((visitor, wishes) for visitor, wishes in self._wishes.items() if wish.key in wishes), (None, self._ahead)
        )
        same = [each for each in wishes.values() if each.key.scenario == wish.key.scenario]
        others_wait = holder is not None and any(self._waits(each) for each in self._wishes if each != holder)
        seconds = pace * wish.scenario.months
        size = size_of_group(len(same), self._count, others_wait=others_wait, seconds_a_run=seconds)
        numbers = range(wish.number, end_of_group(wish.number, size))
        mates = [each for each in same if each.number in numbers and each.key not in self._alone]
        return [wish, *(each for each in mates if each != wish and not each.key.told and self.look(each) is None)]

    def _waits(self, visitor: Hashable) -> bool:
        """Whether a visitor has wishes that have not come true."""
        found = map(self.look, self._wishes[visitor].values())
        return any(each is None or not (each.finished or each.problem) for each in found)

    def _worker_for(self, urgency: Urgency, seeds: tuple[int, ...]) -> _Worker | None:
        """A worker with nothing in hand; for what somebody waits for, also one that would play it first.

        Among the idle it is the one that had these seeds last, for it may have them at a branch.
        """
        idle = [worker for worker in self._workers if not worker.in_hand]
        if idle:
            return max(idle, key=lambda worker: worker.knows.get(seeds, 0))
        ahead, number, _ = urgency
        if ahead:
            return None
        busy = [worker for worker in self._workers if len(worker.in_hand) < MOST_IN_HAND]
        later = [
            worker
            for worker in busy
            if all((order.urgency[0], order.urgency[1]) > (0, number) for order in worker.in_hand.values())
            and (number == 1 or all(order.urgency[0] for order in worker.in_hand.values()))
        ]
        return min(later, key=lambda worker: len(worker.in_hand), default=None)

    # The listening thread.

    def _listen(self) -> None:
        while not self._closed.is_set():
            with self._lock:
                pipes: list[Any] = [worker.pipe for worker in self._workers]
            ready = wait_for_any([*pipes, self._wake_reader])
            if self._closed.is_set():
                return
            told: set[Key] = set()
            for worker in [worker for worker in self._workers if worker.pipe in ready]:
                told.update(self._hear(worker))
            self._tell_visitors(told)

    def _hear(self, worker: _Worker) -> list[Key]:
        """Take one message of a worker; returns what has changed."""
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            return self._replace(worker)
        with self._lock:
            keys = self._jobs.get(message.job)
            if keys is None:  # dropped meanwhile
                return []
            if isinstance(message, Part):
                self._take(keys, message)
            elif len(keys) > 1:  # which of them it is shows when each is played alone
                self._alone.update(self._take_back(worker, message.job))
                self._enter_again(keys)
            else:
                self._kept[keys[0]].problem = message.problem
                self._ahead.pop(keys[0], None)
            if isinstance(message, Failed) or message.finished:
                self._jobs.pop(message.job, None)
                worker.in_hand.pop(message.job, None)
                self._forget_old()
                self._hand_out()
            return list(keys)

    def _take(self, keys: tuple[Key, ...], part: Part) -> None:
        """Add what a worker has sent to the replicates."""
        for key, run in zip(keys, part.runs, strict=True):
            replicate = self._kept[key]
            replicate.councils = part.councils
            replicate.take(run.months)
            replicate.failures, replicate.finished = run.failures, part.finished
            if part.finished:
                self._ahead.pop(key, None)
                self._alone.discard(key)
        if part.finished and len(keys) == 1:
            region = self._kept[keys[0]].scenario.region
            self._paces[region] = min(part.pace, self._paces.get(region, part.pace))

    def _enter_again(self, keys: Iterable[Key]) -> None:
        """Put replicates back into the queue that somebody still wishes for; not for ever, where workers have died."""
        for key in keys:
            wish = self._wish_for(key)
            if wish is not None and self._strikes[key] >= STRIKES:
                problem = f"The process that played seed {key.seed} has ended {STRIKES} times."
                self._kept[key] = Replicate(key, wish.scenario, problem=problem)
            elif wish is not None:
                self._enter(wish, ahead=not any(key in wishes for wishes in self._wishes.values()))

    def _replace(self, worker: _Worker) -> list[Key]:
        """Start a worker in place of one that died; its runs are tried again, but not for ever."""
        with self._lock:
            if self._closed.is_set():
                return []
            _log.warning("A worker process has ended; another is started.")
            jobs = [self._take_back(worker, job) for job in list(worker.in_hand)]
            lost = [key for keys in jobs for key in keys]
            self._alone.update(key for keys in jobs if len(keys) > 1 for key in keys)
            self._workers[self._workers.index(worker)] = self._new_worker()
            self._strikes.update(lost)
            self._enter_again(lost)
            self._hand_out()
            return lost

    def _tell_visitors(self, changed: set[Key]) -> None:
        changed |= {key._replace(told=False) for key in changed}
        with self._lock:
            tell = [self._tell[visitor] for visitor, wishes in self._wishes.items() if not changed.isdisjoint(wishes)]
        for call in tell:
            call()

    def _forget_old(self) -> None:
        """Let go of the replicates that nobody has looked at for longest, down to the size kept."""
        wanted = set(itertools.chain(*self._wishes.values(), *self._jobs.values()))
        total = sum(replicate.size for replicate in self._kept.values())
        for key in [key for key in self._kept if key not in wanted]:
            if total <= MOST_BYTES_KEPT:
                return
            total -= self._kept.pop(key).size
