"""One run as the pages need it: every measure by month for the region and its councils, and what happened.

A replicate grows while its months come in from a worker. The engine's thread alone writes it; pages read no further
than ``done``.
"""

import weakref
from collections import Counter
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from resilience.app.happenings import Happening
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.scenario import Scenario

type Floats = npt.NDArray[np.float64]

COLUMN = {name: place for place, name in enumerate(COUNCIL_COLUMNS)}

EVENT_BYTES = 700
"""About what one happening takes in memory with its story."""


_DIGESTS: dict[int, tuple["weakref.ref[Scenario]", str]] = {}


def digest_of(scenario: Scenario) -> str:
    """The scenario's hash, worked out once for each object: it takes milliseconds and is asked for all the time."""
    known = _DIGESTS.get(id(scenario))
    if known is not None and known[0]() is scenario:
        return known[1]
    place, digest = id(scenario), scenario.hash
    _DIGESTS[place] = (weakref.ref(scenario, lambda _: _DIGESTS.pop(place, None)), digest)
    return digest


class Key(NamedTuple):
    """What decides a replicate: the scenario's hash, the seed, and whether its events are told as well."""

    scenario: str
    seed: int
    told: bool


class Place(NamedTuple):
    """A council, and the middle of its tile on the map, in widths of a tile from the top left."""

    name: str
    x: float
    y: float


class Exposed(NamedTuple):
    """A provider that others could not easily replace, or one of the largest, at the end of a month."""

    row: int
    name: str
    kind: str
    council: str
    people: int
    hours: float
    """Care hours a week."""
    gap: float
    """Replacement gap, hours a week."""
    statutory: bool
    can_fail: bool
    """Whether a scenario can name it: it was there at the start, trades, and is of a kind that can fail."""


@dataclass(frozen=True, slots=True)
class Months:
    """Some months of a run as a worker sends them: from month ``first`` (counted from 0) on."""

    first: int
    region: Floats
    """Months x measures, exactly as in the results."""
    councils: npt.NDArray[np.float32]
    """Months x councils x measures."""
    happenings: tuple[tuple[Happening, ...], ...] = ()
    exposed: tuple[tuple[Exposed, ...], ...] = ()

    @property
    def count(self) -> int:
        """How many months these are."""
        return len(self.region)


@dataclass
class Replicate:
    """The months of one scenario and seed that have come in so far."""

    key: Key
    scenario: Scenario
    councils: tuple[Place, ...] = ()
    done: int = 0
    """Months that are there."""
    finished: bool = False
    problem: str = ""
    """Why there will be no more months, in words for the visitor; empty while all is well."""
    failures: tuple[tuple[int, str], ...] = ()
    """Month (counted from 0) and cause of every provider's failure; there once it has finished."""
    _region: Floats = field(default_factory=lambda: np.zeros((0, len(COUNCIL_COLUMNS))))
    _by_council: npt.NDArray[np.float32] = field(
        default_factory=lambda: np.zeros((0, 0, len(COUNCIL_COLUMNS)), np.float32)
    )
    happenings: list[tuple[Happening, ...]] = field(default_factory=list)
    exposed: list[tuple[Exposed, ...]] = field(default_factory=list)

    @property
    def length(self) -> int:
        """Months of the whole run."""
        return self.scenario.months

    def take(self, months: Months) -> None:
        """Add months that came in; months that are there already stay as they are."""
        if months.first != self.done:
            return
        if not self._by_council.shape[1]:
            self._region = np.zeros((self.length, len(COUNCIL_COLUMNS)))
            self._by_council = np.zeros((self.length, *months.councils.shape[1:]), np.float32)
        end = self.done + months.count
        self._region[self.done : end] = months.region
        self._by_council[self.done : end] = months.councils
        self.happenings.extend(months.happenings)
        self.exposed.extend(months.exposed)
        self.done = end

    def values(self, months: int, council: int = -1) -> Floats:
        """Every measure in the first months, months x measures: of the region, or of one council by its place."""
        end = min(months, self.done)
        if council < 0:
            return self._region[:end]
        return np.asarray(self._by_council[:end, council], dtype=np.float64)

    def measure(self, name: str, months: int, council: int = -1) -> Floats:
        """One measure in each of the first months, in the measure's unit."""
        end = min(months, self.done)
        if council < 0:
            return self._region[:end, COLUMN[name]]
        return np.asarray(self._by_council[:end, council, COLUMN[name]], dtype=np.float64)

    def over_councils(self, name: str, months: int) -> Floats:
        """One measure in each of the first months for every council, months x councils."""
        return np.asarray(self._by_council[: min(months, self.done), :, COLUMN[name]], dtype=np.float64)

    def causes(self, months: int) -> Counter[str]:
        """How many providers failed of each cause in the first months."""
        return Counter(cause for month, cause in self.failures if month < months)

    @property
    def size(self) -> int:
        """About how many bytes it takes."""
        told = sum(len(month) for month in self.happenings) + sum(len(month) for month in self.exposed)
        return self._region.nbytes + self._by_council.nbytes + EVENT_BYTES * told
