"""Small markets that are played side by side, in a module because workers import them by name.

Each notes the seeds that it plays together in the folder that the scenario's description names, if it names one.
"""

import functools
import os
import time
from collections.abc import Sequence
from pathlib import Path

from resilience.runs import one
from resilience.scenario import Scenario
from tests.batches import fakes as batch_fakes
from tests.runs import fakes


class Together:
    """Fake markets of one kind and several seeds."""

    def __init__(self, single: type[fakes.FakeMarket], chosen: Scenario, seeds: Sequence[int]) -> None:
        if chosen.description:
            name = f"together-{'-'.join(map(str, seeds))}-{os.getpid()}-{time.monotonic_ns()}"
            (Path(chosen.description) / name).touch()
        self.markets = [single(chosen, seed) for seed in seeds]

    def run_for(self, months: int) -> None:
        for _ in range(months):
            for market in self.markets:
                market.step()

    def results(self) -> list[fakes.FakeResults]:
        return [market.results() for market in self.markets]


SINGLES: tuple[type[fakes.FakeMarket], ...] = (
    *(fakes.FakeMarket, fakes.FailsOnSeed3, fakes.DiesOnSeed2, batch_fakes.KillsItsWorkerOnce),
    *(batch_fakes.Poisoned, batch_fakes.Greedy, batch_fakes.Unhurried),
)
"""The kinds of fake market that are played side by side."""


def play_together() -> None:
    """Have the fake markets played side by side."""
    one.SIDE_BY_SIDE[:] = [(single, functools.partial(Together, single)) for single in SINGLES]


def groups_noted(folder: Path) -> list[tuple[int, ...]]:
    """The seeds played together, one entry a group, in order."""
    names = [file.name.split("-")[1:-2] for file in folder.glob("together-*")]
    return sorted(tuple(int(seed) for seed in seeds) for seeds in names)
