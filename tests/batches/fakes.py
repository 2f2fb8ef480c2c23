"""Small markets for batches, in a module because workers import them by name."""

import os
import resource
import signal
import time
from pathlib import Path

import numpy as np
import pandas as pd

from tests.runs.fakes import FakeMarket, FakeResults


class Unhurried(FakeMarket):
    """Takes about a fifth of a second a run."""

    def step(self) -> None:
        time.sleep(0.2 / 12)
        super().step()


class KillsItsWorkerOnce(FakeMarket):
    """Kills the process that first runs seed 2; the description names a folder in which that is noted."""

    def step(self) -> None:
        note = Path(self.scenario.description) / "killed"
        if self.seed == 2 and not note.exists():
            note.touch()
            os.kill(os.getpid(), signal.SIGKILL)
        super().step()


class Poisoned(FakeMarket):
    """Seed 2 raises, seed 3 kills every process that runs it."""

    def step(self) -> None:
        if self.seed == 2:
            raise FloatingPointError("cash is nan at month 7")
        if self.seed == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        super().step()


class Greedy(FakeMarket):
    """Seed 2 asks for more memory than its process may have."""

    def step(self) -> None:
        if self.seed == 2:
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            before = resource.getrlimit(resource.RLIMIT_AS)
            resource.setrlimit(resource.RLIMIT_AS, (used + 200_000_000, before[1]))
            try:
                bytearray(2_000_000_000)
            finally:
                resource.setrlimit(resource.RLIMIT_AS, before)
        super().step()


class FailsUntilMended(FakeMarket):
    """Seed 2 raises as long as the folder that the description names has a file 'broken'."""

    def step(self) -> None:
        if self.seed == 2 and (Path(self.scenario.description) / "broken").exists():
            raise ValueError("not yet")
        super().step()


class Counted(FakeMarket):
    """Notes each run that is begun in the folder that the description names."""

    def __init__(self, chosen, seed: int) -> None:  # type: ignore[no-untyped-def]
        super().__init__(chosen, seed)
        self.noted = False

    def step(self) -> None:
        if not self.noted:
            self.noted = True
            with (Path(self.scenario.description) / "begun").open("a") as file:
                file.write(f"{self.seed} {self.cut}\n")
        super().step()


class Big(FakeMarket):
    """Gives a table of some megabytes that no compression makes small."""

    def results(self):  # type: ignore[no-untyped-def]
        found = super().results()
        noise = np.random.default_rng(self.seed).random(400_000)
        return FakeResults(found.headline, {**found.tables, "events": pd.DataFrame({"hours": noise})})
