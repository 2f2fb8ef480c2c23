"""A run in a worker process: a market that is stepped a month at a time and packed for the way home."""

import numpy as np

from resilience.app.engine.replicate import Exposed, Months, Place
from resilience.app.happenings import Happening, happenings_since
from resilience.market import sites as at
from resilience.measures.results import region_matrix
from resilience.model import CareMarket
from resilience.region import build_region
from resilience.region.tiles import tiles
from resilience.scenario import Scenario
from resilience.shocks.chain_failure import hours_of_providers, may_fail
from resilience.state.codes import CAUSES, COUNCIL_SERVICE, FAILED, KINDS, NEVER_FILLED
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

MOST_OF_A_SORT = 8
"""Providers told of each month by largest gap, and by most care hours."""


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
    def seed(self) -> int:
        """The run's seed."""
        return self._market.seed_of_run

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
        happenings, seen = tuple(self._happenings[first:end]), tuple(self._exposed[first:end])
        councils = recorder.by_council[first:end].astype(np.float32)
        return Months(first, region_matrix(recorder)[first:end], councils, happenings, seen)

    def go_on_as(self, scenario: Scenario) -> None:
        """Go on under another scenario that has had the same past, and send the months so far again."""
        self._market.go_on_as(scenario)
        self._sent = 0

    def failures(self) -> tuple[tuple[int, str], ...]:
        """Return month and cause of every provider's failure so far."""
        return failures_of(self._market.state)


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


def failures_of(state: MarketState) -> tuple[tuple[int, str], ...]:
    """Return month and cause of every provider's failure; a newcomer's empty places count as never filled.

    Failures that a scenario or a stress test decrees have no cause in the accounts and are left out.
    """
    p = state.providers
    rows = np.flatnonzero((p.fate == FAILED) & (p.cause >= 0))
    causes = [CAUSES[code] for code in p.cause[rows].tolist()]
    young = (p.opened[rows] >= 0).tolist()
    named = [NEVER_FILLED if new and cause == "occupancy" else cause for cause, new in zip(causes, young, strict=True)]
    return tuple(zip(p.ended[rows].tolist(), named, strict=True))


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
