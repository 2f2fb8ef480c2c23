"""Runs that grow month by month in one thread for all visitors, and that visitors only read.

A run is decided by its scenario and seed, so visitors who ask for the same one share it, and one month is played at a
time: the run with the fewest months first, so that everybody soon has a first picture.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Hashable, Iterable

import numpy as np
import numpy.typing as npt

from resilience.app.happenings import Happening, happenings_since
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.measures.results import region_matrix
from resilience.model import CareMarket
from resilience.region.errors import RegionError
from resilience.scenario import Scenario, ScenarioError

MOST_RUNS_KEPT = 64
"""Runs kept for visitors to come back to; those that somebody looks at are kept besides."""

MOST_MARKETS_KEPT = 8
"""Markets kept in memory half played that nobody waits for, so that they can go on where they stopped."""

type Floats = npt.NDArray[np.float64]

_log = logging.getLogger(__name__)


class PlayedRun:
    """The months of one scenario and seed that have been played so far. Visitors read it; only the player writes."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.scenario = scenario
        self.seed = seed
        self.key = run_key(scenario, seed)
        self.problem = ""
        """Why it cannot go on, in words for the visitor; empty while all is well."""
        self._values = np.zeros((scenario.months, len(COUNCIL_COLUMNS)))
        self._happenings: list[tuple[Happening, ...]] = []
        self._model: CareMarket | None = None

    @property
    def length(self) -> int:
        """Months of the whole run."""
        return self.scenario.months

    @property
    def done(self) -> int:
        """Months played so far."""
        return len(self._happenings)

    @property
    def half_played(self) -> bool:
        """Whether it holds a market in memory that can go on."""
        return self._model is not None

    def values(self, months: int) -> Floats:
        """Every measure of the region, shape (months, measures) in the order of COUNCIL_COLUMNS; read-only."""
        part = self._values[: min(months, self.done)]
        part.flags.writeable = False
        return part

    def measure(self, name: str, months: int) -> Floats:
        """One measure of the region in each of the first months, in the measure's unit."""
        return self.values(months)[:, COUNCIL_COLUMNS.index(name)]

    def happenings(self, month: int) -> tuple[Happening, ...]:
        """What happened to providers in a month, counted from 1."""
        return self._happenings[month - 1]

    def play_month(self) -> None:
        """Play one month more; a mistake in the input or in the model ends the run with a problem."""
        try:
            if self._model is None:
                self._model = CareMarket(self.scenario, rng=self.seed)
            events_before = len(self._model.state.ledger)
            self._model.step()
            self._values[self.done] = region_matrix(self._model.recorder)[-1]
            self._happenings.append(happenings_since(self._model.state, events_before))
        except (ScenarioError, RegionError) as error:
            self.problem = str(error)
        except Exception as error:  # shown to the visitor and logged; the others' runs go on
            _log.exception("The run %s stopped in month %d.", self.key, self.done + 1)
            self.problem = f"The model stopped in month {self.done + 1}: {type(error).__name__}: {error}"
        if self.problem or self.done == self.length:
            self._model = None


def run_key(scenario: Scenario, seed: int) -> tuple[str, int]:
    """What tells one run from another: the scenario's hash and the seed."""
    return scenario.hash, seed


class Player:
    """Plays the months that visitors wait for, one at a time, in a thread of its own."""

    def __init__(self) -> None:
        self._runs: OrderedDict[tuple[str, int], PlayedRun] = OrderedDict()
        self._wishes: dict[Hashable, list[tuple[PlayedRun, int]]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def run_of(self, scenario: Scenario, seed: int) -> PlayedRun:
        """The run of a scenario and seed, with the months that it has already if somebody asked for it before."""
        key = run_key(scenario, seed)
        with self._changed:
            run = self._runs.pop(key, None) or PlayedRun(scenario, seed)
            self._runs[key] = run
            self._forget_old_runs()
            return run

    def ask(self, visitor: Hashable, wishes: Iterable[tuple[PlayedRun, int]]) -> None:
        """Ask for runs up to a month each; this replaces what the visitor asked for before, which then stops."""
        with self._changed:
            self._wishes[visitor] = list(wishes)
            if self._thread is None:
                self._thread = threading.Thread(target=self._play, name="player", daemon=True)
                self._thread.start()
            self._changed.notify()

    def leave(self, visitor: Hashable) -> None:
        """Forget what a visitor asked for."""
        with self._changed:
            self._wishes.pop(visitor, None)

    def _play(self) -> None:
        while True:
            with self._changed:
                run = self._next()
                while run is None:
                    self._changed.wait()
                    run = self._next()
            run.play_month()
            time.sleep(0)  # visitors' pages get their turn

    def _next(self) -> PlayedRun | None:
        """The run to play a month of: wished for, not there yet, with the fewest months."""
        waiting = [run for run, months in self._all_wishes() if run.done < min(months, run.length) and not run.problem]
        return min(waiting, key=lambda run: run.done, default=None)

    def _all_wishes(self) -> list[tuple[PlayedRun, int]]:
        return [wish for wishes in self._wishes.values() for wish in wishes]

    def _forget_old_runs(self) -> None:
        """Let go of the runs that nobody has asked for lately: half-played ones sooner, for they hold a market."""
        looked_at = {run.key for run, _ in self._all_wishes()}
        newest = next(reversed(self._runs))
        idle = [key for key in self._runs if key not in looked_at and key != newest]
        half_played = [key for key in idle if self._runs[key].half_played]
        too_many = idle[: max(len(idle) - MOST_RUNS_KEPT, 0)]
        for key in {*too_many, *half_played[: max(len(half_played) - MOST_MARKETS_KEPT, 0)]}:
            del self._runs[key]
