"""Runs in a worker process: stepped a month at a time and packed for the way home, one alone or several side by side.

A run alone sends its months as they come, with what happened if it is told of. Runs side by side are those of one
scenario with several seeds; they take a fraction of the time each, and all come home when they are done.
"""

from itertools import compress
from typing import NamedTuple, Protocol

import numpy as np

from resilience.app.engine.replicate import Exposed, Months, Place
from resilience.app.happenings import Happening, happenings_since
from resilience.market import sites as at
from resilience.measures.recorder import Recorder
from resilience.measures.results import region_matrix
from resilience.model import CareMarket
from resilience.region import build_region
from resilience.region.tiles import tiles
from resilience.scenario import Scenario
from resilience.shocks.chain_failure import hours_of_providers, may_fail
from resilience.side_by_side import SideBySide
from resilience.state.codes import CAUSES, COUNCIL_SERVICE, FAILED, KINDS, NEVER_FILLED
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

MOST_OF_A_SORT = 8
"""Providers told of each month by largest gap, and by most care hours."""

type Failures = tuple[tuple[int, str], ...]
"""Month (counted from 0) and cause of every provider's failure."""


class Sent(NamedTuple):
    """What goes home of one run: months, and with the last of them the failures."""

    months: Months
    failures: Failures


class Playing(Protocol):
    """Runs under way, one or several, as the worker and the branches see them."""

    told: bool

    @property
    def places(self) -> tuple[Place, ...]:
        """The councils and where they stand on the map."""

    @property
    def scenario(self) -> Scenario:
        """What is played."""

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""

    @property
    def month(self) -> int:
        """Months played."""

    @property
    def running(self) -> bool:
        """Whether there are months to play."""

    def step(self) -> None:
        """Play a month."""

    def go_on_as(self, scenario: Scenario) -> None:
        """Go on under another scenario that has had the same past, and send the months so far again."""

    def to_send(self) -> tuple[Sent, ...]:
        """Return what can go home now: of each run in the order of the seeds, or nothing yet."""


def begin(scenario: Scenario, seeds: tuple[int, ...], *, told: bool) -> Playing:
    """Return runs before their first month: one alone, or several side by side, which tell no events."""
    return Played(scenario, *seeds, told=told) if len(seeds) == 1 else PlayedTogether(scenario, seeds)


class Played:
    """One run under way: its market, what happened, and how many of its months have been sent home."""

    def __init__(self, scenario: Scenario, seed: int, *, told: bool) -> None:
        self.told = told
        self._market = CareMarket(scenario, rng=seed)
        self._places = places_of(scenario)
        self._sent = 0
        self._events = 0
        self._first_providers = len(self._market.state.providers)
        self._happenings: list[tuple[Happening, ...]] = []
        self._exposed: list[tuple[Exposed, ...]] = []

    @property
    def places(self) -> tuple[Place, ...]:
        """The councils and where they stand on the map."""
        return self._places

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self._market.scenario

    @property
    def seeds(self) -> tuple[int, ...]:
        """The run's seed, alone."""
        return (self._market.seed_of_run,)

    @property
    def month(self) -> int:
        """Months played."""
        return self._market.month

    @property
    def running(self) -> bool:
        """Whether there are months to play."""
        return bool(self._market.running)

    def step(self) -> None:
        """Play a month."""
        self._market.step()
        if self.told:
            state = self._market.state
            self._happenings.append(happenings_since(state, self._events))
            self._events = len(state.ledger)
            self._exposed.append(exposed(state, self._first_providers))

    def pack(self) -> Months:
        """Return the months since the last time."""
        recorder, first = self._market.recorder, self._sent
        end = self._sent = recorder.months_done
        return months_of(recorder, first, tuple(self._happenings[first:end]), tuple(self._exposed[first:end]))

    def to_send(self) -> tuple[Sent, ...]:
        """Return the months since the last time, and the failures once it has finished."""
        return (Sent(self.pack(), () if self.running else self.failures()),)

    def go_on_as(self, scenario: Scenario) -> None:
        """Go on under another scenario that has had the same past, and send the months so far again."""
        self._market.go_on_as(scenario)
        self._sent = 0

    def failures(self) -> Failures:
        """Return month and cause of every provider's failure so far."""
        return failures_of(self._market.state)


class PlayedTogether:
    """Runs of one scenario side by side; what they send home comes at their end."""

    told = False

    def __init__(self, scenario: Scenario, seeds: tuple[int, ...]) -> None:
        self._runs = SideBySide(scenario, seeds)
        self._places = places_of(scenario)

    @property
    def places(self) -> tuple[Place, ...]:
        """The councils and where they stand on the map."""
        return self._places

    @property
    def scenario(self) -> Scenario:
        """What is played."""
        return self._runs.scenario

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seed of each run."""
        return self._runs.seeds

    @property
    def month(self) -> int:
        """Months played."""
        return self._runs.month

    @property
    def running(self) -> bool:
        """Whether there are months to play."""
        return self.month < self.scenario.months

    def step(self) -> None:
        """Play a month of every run."""
        self._runs.step()

    def go_on_as(self, scenario: Scenario) -> None:
        """Go on under another scenario that has had the same past."""
        self._runs.go_on_as(scenario)

    def to_send(self) -> tuple[Sent, ...]:
        """Return every run as a whole once they have finished, and nothing before."""
        if self.running:
            return ()
        failures = failures_by_run(self._runs.state)
        recorders = map(self._runs.recorder_of, range(len(self.seeds)))
        return tuple(Sent(months_of(recorder, 0), its) for recorder, its in zip(recorders, failures, strict=True))


def months_of(
    recorder: Recorder,
    first: int,
    happenings: tuple[tuple[Happening, ...], ...] = (),
    seen: tuple[tuple[Exposed, ...], ...] = (),
) -> Months:
    """Return the months of a run from ``first`` on, for the way home."""
    end = recorder.months_done
    councils = recorder.by_council[first:end].astype(np.float32)
    return Months(first, region_matrix(recorder)[first:end], councils, happenings, seen)


def places_of(scenario: Scenario) -> tuple[Place, ...]:
    """Return the councils of a scenario's region, whose tables are read once."""
    p = scenario.providers
    region = build_region(
        scenario.region,
        home_care_branch_scale=p.home_care_branch_scale,
        population_seed=p.population_seed,
        providers_file=p.providers_file or None,
    )
    return tuple(Place(tile.council, tile.x, tile.y) for tile in tiles(region.councils))


def failures_of(state: MarketState) -> Failures:
    """Return month and cause of every provider's failure in a market of one run; see :func:`failures_by_run`."""
    return failures_by_run(state)[0]


def failures_by_run(state: MarketState) -> list[Failures]:
    """Return, for each run, month and cause of every provider's failure; a newcomer's empty places were never filled.

    Failures that a scenario or a stress test decrees have no cause in the accounts and are left out.
    """
    p = state.providers
    rows = np.flatnonzero((p.fate == FAILED) & (p.cause >= 0))
    runs = state.run_of(p.home_council[rows]).tolist()
    causes = [CAUSES[code] for code in p.cause[rows].tolist()]
    young = (p.opened[rows] >= 0).tolist()
    named = [NEVER_FILLED if new and cause == "occupancy" else cause for cause, new in zip(causes, young, strict=True)]
    failures = list(zip(p.ended[rows].tolist(), named, strict=True))
    return [tuple(compress(failures, [of == run for of in runs])) for run in range(state.n_runs)]


def exposed(state: MarketState, first_providers: int) -> tuple[Exposed, ...]:
    """Return the providers with the largest replacement gaps and those with most care hours, largest gap first."""
    p = state.providers
    hours = hours_of_providers(state)
    mine = p.alive & (p.kind != COUNCIL_SERVICE)
    chosen = np.union1d(_most(p.gap, mine & (p.gap > 0.0)), _most(hours, mine))
    order = chosen[np.lexsort((-hours[chosen], -p.gap[chosen]))]
    can_fail = may_fail(state)
    people = np.bincount(state.sites.provider, weights=at.people(state) * state.sites.alive, minlength=len(p))
    return tuple(
        Exposed(
            row=row,
            name=state.provider_names[row],
            kind=KINDS[p.kind[row]],
            council=state.council_names[p.home_council[row]],
            people=int(people[row]),
            hours=float(hours[row]),
            gap=float(p.gap[row]),
            statutory=bool(p.statutory[row]),
            can_fail=bool(can_fail[row]) and row < first_providers,
        )
        for row in order.tolist()
    )


def _most(values: Floats, among: np.ndarray) -> Ints:
    """Return the rows with the largest values among the marked ones."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(-values[rows], kind="stable")[:MOST_OF_A_SORT]]
