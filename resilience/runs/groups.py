"""Which runs are played side by side, and what becomes of those of a group in which one fails.

Several runs of one scenario take less time in one set of columns than one after the other, and give the same results
to the last bit. So runs are handed out in groups, each of seeds of one scenario. A group is a way to do runs and
nothing more: every run has an outcome of its own, and a group that cannot be finished is done again run by run, so
that only the run at fault fails.
"""

import itertools
import time
from collections import Counter
from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import overload

from resilience.region.errors import RegionError
from resilience.runs import pool
from resilience.runs.one import ModelFactory, markets_factory_of
from resilience.runs.pool import WINDOW_PER_WORKER, Done, Elsewhere, Failed, Outcome, attempt

MOST_SEEDS = 10
"""Runs in a group at most: more save little, while progress comes and an interrupt costs a group at a time."""

MOST_COUNCILS = 160
"""Councils in a group at most, all runs together: with more the columns are long enough for each run by itself, and
memory counts. England's 152 run alone."""

SHARED_COST = 0.8
"""What a group costs beside its runs, in what one more run costs it: ten runs together take some six times what one
takes alone, as a group of one (a + b = 1, a + 10 b = 6, a / b = 0.8). Only how runs are handed out depends on it."""

GROUPS_PER_WORKER = 2
"""Groups handed over at a time, per worker: enough to keep it busy, few enough to keep memory flat."""

type Group = tuple[int, ...]
"""The places of runs that are done together."""


@dataclass(frozen=True)
class GroupWork[T, R]:
    """Does a group of tasks: together where there are several, and one by one if that cannot be or fails."""

    alone: Callable[[T], R]
    together: Callable[[Sequence[T]], Sequence[R]] | None

    def __call__(self, group: Sequence[tuple[int, T]]) -> list[Outcome[R]]:
        """Return the outcome of each task of a group, given with their places."""
        values = self._several([task for _, task in group])
        if values is None:
            return [attempt(self.alone, numbered) for numbered in group]
        return [Done(place, value) for (place, _), value in zip(group, values, strict=True)]

    def _several(self, tasks: Sequence[T]) -> Sequence[R] | None:
        """Return what several tasks give together, or None if one of them, nobody knows which, spoils it."""
        if self.together is None or len(tasks) < 2:
            return None
        try:
            return self.together(tasks)
        except Exception:
            return None


@dataclass(frozen=True)
class Kin[K: Hashable]:
    """Which tasks may be grouped: ``of`` has for every task what it has in common with others, ``most`` how many."""

    of: Sequence[K]
    most: Mapping[K, int]

    def arranged(self, places: Iterable[int], workers: int) -> list[Group]:
        """Return the places as groups, in the order of their first; as large as keeps all workers busy to the end."""
        members: dict[K, list[int]] = {}
        for place in places:
            members.setdefault(self.of[place], []).append(place)
        if not members:
            return []
        sizes = Counter((len(its), self.most[kind]) for kind, its in members.items())
        size = min(range(MOST_SEEDS, 0, -1), key=lambda size: _time(sizes, size, workers))
        groups = [group for kind, its in members.items() for group in _split(its, min(size, self.most[kind]))]
        return sorted(groups)

    def share(self, places: Sequence[int]) -> float:
        """Return what a run costs in its group on one worker, of what it costs alone."""
        groups = len(self.arranged(places, 1))
        return (len(places) + groups * SHARED_COST) / (len(places) * (1 + SHARED_COST)) if places else 1.0


def most_together(region: str, model_factory: ModelFactory) -> int:
    """Return how many runs of a scenario of a region may be played side by side; 1 where they run alone."""
    if markets_factory_of(model_factory) is None:
        return 1
    return min(MOST_SEEDS, max(MOST_COUNCILS // _councils(region), 1))


def outcomes_by_group[T, R, K: Hashable](
    tasks: Sequence[T],
    work: GroupWork[T, R],
    kin: Kin[K],
    *,
    workers: int | None = None,
    elsewhere: Elsewhere | None = None,
) -> Generator[list[Outcome[R]]]:
    """Yield the outcomes of all tasks, those of one group at a time; arguments and errors as of ``pool.outcomes``.

    With ``workers`` None the first task is done alone, and its time decides.
    """
    places = range(len(tasks))
    if elsewhere is not None:
        count = elsewhere.workers()
    elif workers is not None:
        count = workers
    else:
        started = time.perf_counter()
        yield from _of_groups([(place,) for place in places[:1]], tasks, work, 1, None)
        places = places[1:]
        seconds = (time.perf_counter() - started) * kin.share(places)
        count = pool.worth_starting(len(places), seconds, pool.processors())
    yield from _of_groups(kin.arranged(places, count), tasks, work, count, elsewhere)


def _of_groups[T, R](
    groups: Sequence[Group], tasks: Sequence[T], work: GroupWork[T, R], workers: int, elsewhere: Elsewhere | None
) -> Generator[list[Outcome[R]]]:
    """Yield the outcomes of groups; those of a group that was lost as a whole are tried once more, each alone."""
    several = any(len(group) > 1 for group in groups)
    coming = pool.outcomes(
        _Numbered(groups, tasks),
        work,
        workers=None if elsewhere else workers,
        elsewhere=elsewhere,
        window=GROUPS_PER_WORKER if several else WINDOW_PER_WORKER,
    )
    with closing(coming):
        for outcome in coming:
            group = groups[outcome.index]
            if isinstance(outcome, Done):
                yield outcome.value
            elif len(group) == 1:
                yield [Failed(group[0], outcome.error, outcome.traceback)]
            else:
                yield from _of_groups([(place,) for place in group], tasks, work, workers, elsewhere)


@dataclass(frozen=True)
class _Numbered[T](Sequence[Sequence[tuple[int, T]]]):
    """The tasks of each group with their places, looked up when the group's turn comes."""

    groups: Sequence[Group]
    tasks: Sequence[T]

    def __len__(self) -> int:
        return len(self.groups)

    @overload
    def __getitem__(self, index: int) -> list[tuple[int, T]]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[tuple[int, T]]]: ...

    def __getitem__(self, index: int | slice) -> list[tuple[int, T]] | list[list[tuple[int, T]]]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return [(place, self.tasks[place]) for place in self.groups[index]]


def _time(sizes: Mapping[tuple[int, int], int], size: int, workers: int) -> float:
    """Return how long groups of at most ``size`` take, in runs; ``sizes`` counts scenarios by their runs and most."""
    parts = {its: -(-its[0] // min(size, its[1])) for its in sizes}
    groups = sum(parts[its] * scenarios for its, scenarios in sizes.items())
    runs = sum(its[0] * scenarios for its, scenarios in sizes.items())
    in_turn = -(-groups // max(workers, 1))
    largest = max(-(-its[0] // parts[its]) for its in sizes)
    return max(float(largest), in_turn * runs / groups) + in_turn * SHARED_COST


def _split(places: Sequence[int], most: int) -> list[Group]:
    """Return places in as few groups of at most ``most`` as can be, all about the same size."""
    count = -(-len(places) // most)
    ends = [number * len(places) // count for number in range(count + 1)]
    return [tuple(places[first:end]) for first, end in itertools.pairwise(ends)]


def _councils(region: str) -> int:
    """Return how many councils a region has; of one that cannot be read, more than may be grouped."""
    from resilience.region.councils import region_codes
    from resilience.region.own_councils import read_councils

    try:
        return len(read_councils(region)) if region.endswith(".csv") else len(region_codes(region))
    except RegionError:
        return MOST_COUNCILS
