"""Several runs of one scenario, one a seed, played side by side in one set of columns.

A month costs some thousand calls whose price hardly depends on how many sites and people they are for. Played side by
side, runs share that price, and each gives exactly what it gives alone: their councils stand in one table and never
meet. Rules work on councils, markets, sites, providers and people, and need not know; draws are keyed by the seed of
the council's run (:meth:`MarketState.words`), and the few rules that look at a whole region look at that of each run
(:meth:`MarketState.run_of`).
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from resilience.market.calendar import conditions_of
from resilience.market.opening import open_market
from resilience.measures.identities import Accounts
from resilience.measures.recorder import Recorder
from resilience.measures.results import Results, results_of
from resilience.model import continue_as, play_month, region_of
from resilience.region.returns import CouncilReturns
from resilience.scenario import Scenario
from resilience.state.columns import Ints, Table
from resilience.state.conditions import Conditions
from resilience.state.ledger import COUNTS, Ledger
from resilience.state.market_state import Flows, MarketState
from resilience.state.policy_effects import PolicyEffects

_PROVIDER, _LINKED, _SITE, _COUNCIL = (
    COUNTS.index(name) for name in ("provider", "linked_provider", "site", "council")
)
_BY_COUNCIL = "catalyst", "programme_cost"
"""The conditions of a month that go by council; so do all arrays of the policies' effects but the next."""
_BY_SITE = "site_subsidy"


class SideBySide:
    """Runs of one scenario that advance together; each gives exactly what ``CareMarket(scenario, rng=seed)`` gives.

    Spells are numbered through all runs; nothing else tells a run that others were played beside it. Raises
    ScenarioError or RegionError for wrong input, and whatever one of the runs raises for all of them.
    """

    def __init__(self, scenario: Scenario, seeds: Sequence[int]) -> None:
        if not seeds:
            raise ValueError("runs side by side need at least one seed")
        region = region_of(scenario)
        self.scenario = scenario
        self.seeds = tuple(int(seed) for seed in seeds)
        self.state = together([open_market(scenario, region, seed) for seed in self.seeds])
        self.recorder = Recorder(scenario.months, self.state.n_councils)
        self.accounts = Accounts(self.state) if scenario.measures.check_accounts else None

    @property
    def month(self) -> int:
        """Months done."""
        return self.state.month

    def step(self) -> None:
        """Advance every run by one month."""
        play_month(self.state, self.recorder, self.accounts)

    def run_for(self, months: int) -> None:
        """Advance every run by that many months."""
        for _ in range(months):
            self.step()

    def go_on_as(self, scenario: Scenario) -> None:
        """Play the months to come under another scenario; see ``CareMarket.go_on_as``."""
        continue_as(self.state, scenario)
        self.scenario = scenario

    def results(self) -> list[Results]:
        """Return each run's results so far, in the order of the seeds."""
        return [results_of(*self.of(number)) for number in range(len(self.seeds))]

    def of(self, number: int) -> tuple[MarketState, Recorder]:
        """Return the market and the recorder of one run, to read only; ``number`` is its place among the seeds."""
        return apart(self.state, number), self.recorder_of(number)

    def recorder_of(self, number: int) -> Recorder:
        """Return the recorder of one run, to read only: views, far quicker than to take the whole run out."""
        councils, recorder = self.state.councils_of(number), Recorder(0, 0)
        recorder.months_done = self.recorder.months_done
        recorder.by_council = self.recorder.by_council[:, councils]
        recorder.account = self.recorder.account[:, councils]
        return recorder


def together(states: Sequence[MarketState]) -> MarketState:
    """Return markets of one scenario on their first day as one, their councils in turn."""
    first, councils = states[0], len(states) * states[0].n_councils
    offsets = np.cumsum([[0, 0, 0, 0], *([*_sizes(state), state.next_spell] for state in states)], axis=0)
    for state, (sites, providers, councils_before, spells) in zip(states, offsets.tolist(), strict=False):
        state.sites.provider += providers
        state.sites.council += councils_before
        state.providers.home_council += councils_before
        f = state.self_funders
        f.council += councils_before
        f.site[f.site >= 0] += sites
        f.spell += spells
    neighbours = np.zeros((councils, councils), dtype=np.bool_)
    for number, state in enumerate(states):
        own = slice(number * state.n_councils, (number + 1) * state.n_councils)
        neighbours[own, own] = state.neighbours
    return dataclasses.replace(
        first,
        seeds=tuple(state.seed for state in states),
        sites=_one_below_the_other([state.sites for state in states]),
        providers=_one_below_the_other([state.providers for state in states]),
        councils=_one_below_the_other([state.councils for state in states]),
        self_funders=_one_below_the_other([state.self_funders for state in states]),
        neighbours=neighbours,
        conditions=conditions_of(first.scenario, first.month, councils),
        flows=Flows.empty(councils),
        ledger=Ledger(),
        next_spell=int(offsets[-1, 3]),
        provider_names=[name for state in states for name in state.provider_names],
        council_names=[name for state in states for name in state.council_names],
        returns=_of_councils(first.returns, np.tile(np.arange(first.n_councils), len(states))),
        index_of_markets=None,
    )


def apart(state: MarketState, run: int) -> MarketState:
    """Return one of the runs as a market of its own, in copies."""
    s, p, f = state.sites, state.providers, state.self_funders
    councils = state.councils_of(run)
    sites, providers, people = (
        np.flatnonzero(state.run_of(council) == run)
        for council in (s.council, p.home_council, f.council.astype(np.int64))
    )
    site_number, provider_number = _numbers(sites, len(s)), _numbers(providers, len(p))
    own_sites, own_providers, own_people = _rows(s, sites), _rows(p, providers), _rows(f, people)
    own_sites.provider[:] = provider_number[own_sites.provider]
    own_sites.council -= councils.start
    own_providers.home_council -= councils.start
    own_people.council -= councils.start
    own_people.site[:] = site_number[own_people.site]
    names = state.provider_names
    return dataclasses.replace(
        state,
        seed=state.seeds[run] if state.seeds else state.seed,
        seeds=(),
        sites=own_sites,
        providers=own_providers,
        councils=_rows(state.councils, np.arange(councils.start, councils.stop)),
        self_funders=own_people,
        neighbours=state.neighbours[councils, councils],
        conditions=_own_conditions(state.conditions, councils, sites),
        flows=Flows(**{name: getattr(state.flows, name)[councils].copy() for name in Flows.__slots__}),
        ledger=_own_events(state, run, site_number, provider_number),
        provider_names=[names[row] for row in providers.tolist()],
        council_names=state.council_names[councils],
        returns=_of_councils(state.returns, np.arange(councils.start, councils.stop)),
        index_of_markets=None,
    )


def _sizes(state: MarketState) -> tuple[int, int, int]:
    return len(state.sites), len(state.providers), state.n_councils


def _one_below_the_other[T: Table](tables: Sequence[T]) -> T:
    """Return a table of the rows of all tables."""
    found = type(tables[0])(sum(len(table) for table in tables))
    for name in found.columns():
        getattr(found, name)[:] = np.concatenate([getattr(table, name) for table in tables])
    return found


def _rows[T: Table](table: T, rows: Ints) -> T:
    """Return a table of some rows of a table."""
    found = type(table)(rows.size)
    for name in found.columns():
        getattr(found, name)[:] = getattr(table, name)[rows]
    return found


def _numbers(rows: Ints, of: int) -> Ints:
    """Return the place of each row among ``rows``, -1 where it is none of them; the last entry stands for no row."""
    numbers = np.full(of + 1, -1)
    numbers[rows] = np.arange(rows.size)
    return numbers


def _of_councils(returns: CouncilReturns | None, rows: Ints) -> CouncilReturns | None:
    """Return the returns of these councils."""
    if returns is None:
        return None
    fee, volume = ({name: path[:, rows] for name, path in paths.items()} for paths in (returns.fee, returns.volume))
    return CouncilReturns(returns.years, fee, volume)


def _own_conditions(conditions: Conditions, councils: slice, sites: Ints) -> Conditions:
    """Return the conditions as the councils and sites of one run find them."""
    effects = conditions.policies
    own: dict[str, Any] = {}
    for field in dataclasses.fields(PolicyEffects):
        value = getattr(effects, field.name)
        if isinstance(value, np.ndarray) and value.size:
            own[field.name] = value[sites[sites < value.size]] if field.name == _BY_SITE else value[councils]
    return dataclasses.replace(
        conditions,
        policies=dataclasses.replace(effects, **own),
        **{name: getattr(conditions, name)[councils] for name in _BY_COUNCIL},
    )


def _own_events(state: MarketState, run: int, site_number: Ints, provider_number: Ints) -> Ledger:
    """Return the events of one run; one without a council says by a number below nought which run it is of."""
    ledger = state.ledger
    counts = ledger.counts[: len(ledger)]
    council = counts[:, _COUNCIL]
    events = np.flatnonzero(np.where(council >= 0, state.run_of(council), -1 - council) == run)
    own = counts[events]
    own[:, _SITE] = site_number[own[:, _SITE]]
    own[:, _PROVIDER] = provider_number[own[:, _PROVIDER]]
    own[:, _LINKED] = provider_number[own[:, _LINKED]]
    own[:, _COUNCIL] = np.maximum(own[:, _COUNCIL] - state.councils_of(run).start, -1)
    rows = events.tolist()
    return Ledger(
        counts=own,
        amounts=ledger.amounts[events],
        reasons=[ledger.reasons[row] for row in rows],
        channels=[ledger.channels[row] for row in rows],
    )
