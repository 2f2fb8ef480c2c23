"""Small markets that are played side by side, in a module because workers import them by name.

Each notes the seeds that it plays together in the folder that the scenario's description names, if it names one.
"""

import os
import time
from collections.abc import Sequence
from pathlib import Path

from resilience.runs import one
from resilience.scenario import Scenario
from tests.batches import fakes as batch_fakes
from tests.runs import fakes


class Together:
    """Fake markets of several seeds."""

    single: type[fakes.FakeMarket] = fakes.FakeMarket

    def __init__(self, chosen: Scenario, seeds: Sequence[int]) -> None:
        if chosen.description:
            name = f"together-{'-'.join(map(str, seeds))}-{os.getpid()}-{time.monotonic_ns()}"
            (Path(chosen.description) / name).touch()
        self.markets = [self.single(chosen, seed) for seed in seeds]

    def run_for(self, months: int) -> None:
        for _ in range(months):
            for market in self.markets:
                market.step()

    def results(self) -> list[fakes.FakeResults]:
        return [market.results() for market in self.markets]


class TogetherFailsOnSeed3(Together):
    single = fakes.FailsOnSeed3


class TogetherDiesOnSeed2(Together):
    single = fakes.DiesOnSeed2


class TogetherKillsItsWorkerOnce(Together):
    single = batch_fakes.KillsItsWorkerOnce


class TogetherPoisoned(Together):
    single = batch_fakes.Poisoned


class TogetherGreedy(Together):
    single = batch_fakes.Greedy


class TogetherUnhurried(Together):
    single = batch_fakes.Unhurried


KINDS = (
    Together,
    TogetherFailsOnSeed3,
    TogetherDiesOnSeed2,
    TogetherKillsItsWorkerOnce,
    TogetherPoisoned,
    TogetherGreedy,
    TogetherUnhurried,
)


def play_together() -> None:
    """Have the fake markets played side by side."""
    one.SIDE_BY_SIDE[:] = [(kind.single, kind) for kind in KINDS]


def groups_noted(folder: Path) -> list[tuple[int, ...]]:
    """The seeds played together, one entry a group, in order."""
    names = [file.name.split("-")[1:-2] for file in folder.glob("together-*")]
    return sorted(tuple(int(seed) for seed in seeds) for seeds in names)
