"""The stress test: every provider in turn, the worst of them for longer, pairs of them, and the k worst together.

The method for several at once is a greedy search, stated in docs/stress.md. Pairs are all pairs of the worst single
failures, and the worst single failure with those that would leave the largest gaps beside it. The worst pair grows one
by one: each next member is the candidate whose failure beside those chosen loses most hours, played out. Candidates are
the worst of the single failures and those that would leave the largest gaps beside the chosen ones.
"""

import functools
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from resilience.model import CareMarket
from resilience.runs.pool import Failed, outcomes
from resilience.scenario import Scenario
from resilience.state.columns import Ints
from resilience.stress.play import Course, Effect, Stop, play, reference
from resilience.stress.snapshot import market_at, providers_to_test, save
from resilience.stress.standing import Room, Standing, standing

FOLLOWED = 3
"""Months for which every failure is followed: 91 days."""
FOLLOWED_LONG = 12
"""Months for which the worst are followed."""
LONG_LIST = 20
"""How many are followed for longer."""
PAIRED = 10
"""Pairs are formed of so many of the worst."""
CANDIDATES_BY_LOSS, CANDIDATES_BY_GAP = 10, 6
"""Candidates for each further place in the greedy set."""

type Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class StressOrder:
    """What to test: the scenario's market after ``at`` months under seed ``seed``.

    Providers with more than ``min_hours`` a week fail one by one, then in pairs and greedily up to ``k`` at once
    (``k`` = 1: singly only). ``lucks`` continuations with different luck are averaged. ``with_buyers`` lets the sites
    be offered for sale first.
    """

    scenario: Scenario
    at: int = 12
    min_hours: float = 200.0
    k: int = 3
    seed: int = 1
    lucks: int = 1
    workers: int | None = None
    with_buyers: bool = False
    progress: Progress | None = None

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        for name, least in (("at", 1), ("k", 1), ("lucks", 1)):
            if getattr(self, name) < least:
                raise ValueError(f"{name} = {getattr(self, name)}: must be at least {least}")
        if self.min_hours < 0:
            raise ValueError(f"min_hours = {self.min_hours}: must be at least 0")

    @property
    def seeds(self) -> list[int]:
        """Return the seeds of the continuations."""
        return list(range(self.seed, self.seed + self.lucks))


@dataclass(frozen=True)
class SetResult:
    """Several providers that fail together, and how the set was found ('pair' or 'greedy')."""

    method: str
    effects: list[Effect]

    @property
    def lost(self) -> float:
        """Return the hours lost in the months followed, mean over continuations."""
        return lost(self.effects)


@dataclass
class StressResult:
    """Everything found out; ``singles`` and ``long`` by provider row, worst first."""

    order: StressOrder
    market: CareMarket
    standing: Standing
    room: Room
    tested: Ints
    usual: dict[int, Course]
    singles: dict[int, list[Effect]] = field(default_factory=dict)
    long: dict[int, list[Effect]] = field(default_factory=dict)
    sets: list[SetResult] = field(default_factory=list)
    failed: list[tuple[Stop, Failed]] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def ranking(self) -> list[int]:
        """Return the providers by the hours that their failure loses, most first."""
        return list(self.singles)


def lost(effects: Sequence[Effect]) -> float:
    """Return the care hours lost in the first three months, mean over continuations."""
    return float(np.mean([effect.lost[:FOLLOWED].sum() for effect in effects]))


def stress(order: StressOrder) -> StressResult:
    """Carry out a stress test. A failure that cannot be played is recorded and the others go on."""
    started = time.perf_counter()
    market = market_at(order.scenario, order.seed, order.at)
    folder = Path(tempfile.mkdtemp(prefix="resilience-stress-"))
    try:
        path = folder / "market"
        save(market, path)
        usual = {seed: reference(path, seed, FOLLOWED_LONG) for seed in order.seeds}
        state = market.state
        result = StressResult(
            order, market, standing(state), Room(state), providers_to_test(state, order.min_hours), usual
        )
        _Player(result, path).play_all()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    result.seconds = time.perf_counter() - started
    return result


class _Player:
    """Plays the stages one after the other and fills the result."""

    def __init__(self, result: StressResult, path: Path) -> None:
        self.result, self.order = result, result.order
        self.work = functools.partial(play, path=path, references=result.usual)
        self.done = 0

    def play_all(self) -> None:
        """Play single failures, longer ones, pairs and the greedy set."""
        result = self.result
        singles = self._effects([(row,) for row in result.tested.tolist()], FOLLOWED)
        ranked = sorted(singles, key=lambda key: (-lost(singles[key]), key))
        result.singles = {key[0]: singles[key] for key in ranked}
        worst = result.ranking
        long = self._effects([(row,) for row in worst[:LONG_LIST]], FOLLOWED_LONG)
        result.long = {key[0]: effects for key, effects in long.items()}
        if self.order.k >= 2 and len(worst) >= 2:
            self._pairs_and_sets(worst)

    def _pairs_and_sets(self, worst: list[int]) -> None:
        """Play all pairs of the worst, and grow the greedy set to k."""
        result = self.result
        pairs = {tuple(sorted(pair)) for pair in itertools.combinations(worst[:PAIRED], 2)}
        beside = {tuple(sorted((worst[0], row))) for row in self._candidates(worst[:1])}
        played = self._effects(sorted(pairs | beside), FOLLOWED)
        result.sets = [SetResult("pair", played[pair]) for pair in _worst_first(played)]
        while played:
            chosen = _worst_first(played)[0]
            result.sets.append(SetResult("greedy", played[chosen]))
            if len(chosen) >= min(self.order.k, len(worst)):
                return
            played = self._effects([(*chosen, row) for row in self._candidates(chosen)], FOLLOWED)

    def _candidates(self, chosen: Sequence[int]) -> list[int]:
        """Return who may come next: the worst alone, and those with the largest gaps beside the chosen."""
        left = [row for row in self.result.ranking if row not in chosen]
        gaps = self.result.room.added_gaps(chosen, np.array(left, dtype=np.int64))
        by_gap = [left[place] for place in np.argsort(-gaps, kind="stable")[:CANDIDATES_BY_GAP].tolist()]
        return list(dict.fromkeys([*left[:CANDIDATES_BY_LOSS], *by_gap]))

    def _effects(self, who: Iterable[tuple[int, ...]], months: int) -> dict[tuple[int, ...], list[Effect]]:
        """Play stops under every seed, in parallel; return the effects of those that all could be played."""
        order = self.order
        stops = [Stop(rows, seed, months, order.with_buyers) for rows in who for seed in order.seeds]
        found: dict[tuple[int, ...], list[Effect | None]] = {}
        for outcome in outcomes(stops, self.work, workers=order.workers):
            stop = stops[outcome.index]
            effects = found.setdefault(stop.providers, [None] * order.lucks)
            if isinstance(outcome, Failed):
                self.result.failed.append((stop, outcome))
            else:
                effects[stop.seed - order.seed] = outcome.value
            self._tell(len(stops))
        whole = {key: [e for e in effects if e is not None] for key, effects in found.items()}
        return {key: whole[key] for key in sorted(whole) if len(whole[key]) == order.lucks}

    def _tell(self, _stage: int) -> None:
        """Report progress; the number of later stages is known from the start."""
        self.done += 1
        if self.order.progress is not None:
            self.order.progress(self.done, expected_plays(self.order, len(self.result.tested)))


def _worst_first(played: dict[tuple[int, ...], list[Effect]]) -> list[tuple[int, ...]]:
    return sorted(played, key=lambda key: (-lost(played[key]), key))


def expected_plays(order: StressOrder, providers: int) -> int:
    """Return about how many continuations a test of that many providers plays."""
    paired = min(PAIRED, providers)
    steps = CANDIDATES_BY_LOSS + CANDIDATES_BY_GAP
    several = 0 if order.k < 2 else paired * (paired - 1) // 2 + (order.k - 2) * steps
    return order.lucks * (providers + min(LONG_LIST, providers) + several)
