"""CareMarket: the month as a visible list of calls."""

import datetime
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import mesa
import numpy as np
import pandas as pd

from resilience.agents import PROVIDER_CLASSES, Council, Provider, SelfFunder
from resilience.market import (
    calendar,
    choice,
    commissioning,
    delivery,
    distress,
    entry,
    finance,
    labour,
    need,
    pricing,
    quality,
    reprovision,
    savings,
    stopping,
)
from resilience.market.opening import open_market
from resilience.measures import frames
from resilience.measures.catalogue import HEADLINE
from resilience.measures.identities import Accounts
from resilience.measures.recorder import Recorder
from resilience.measures.results import Results, region_value, results_of
from resilience.region import Region, build_region
from resilience.scenario import Scenario, load
from resilience.state.market_state import MarketState


def play_month(state: MarketState, recorder: Recorder, accounts: Accounts | None = None) -> None:
    """Play the next month and record it; the order of play is this list. Raises AccountingError where books fail."""
    calendar.step(state)  # 1  calendar and shocks
    need.step(state)  # 2  people leave, people come to need care
    labour.step(state)  # 3  pay, leavers, recruits
    commissioning.step(state)  # 4  councils: budgets, fees, eligibility, placement
    pricing.step(state)  # 5  self-funders: prices each April,
    choice.step(state)  #    and their choice of provider
    labour.cover(state)  # 6  what staff can cover now that people have moved in,
    delivery.step(state)  #    and the hours delivered, unmet and lost
    finance.step(state)  # 7  money,
    savings.run_down(state)  #    and self-funders who have no more of it
    distress.step(state)  # 8  hand back, sell, close, restructure, fail
    reprovision.step(state)  # 9  displaced people find new places
    entry.step(state)  # 10 new homes, branches and micro-enterprises
    quality.step(state)  # 11 quality and ratings
    recorder.record(state)  # 12 record
    if accounts is not None:
        accounts.check(state)
    state.month += 1


class CareMarket(mesa.Model):  # type: ignore[misc]
    """A care market of councils, providers and self-funders that advances a month a step.

    ``scenario`` is a Scenario or the path (or name) of a scenario file; ``rng`` is the run's seed, a whole number; any
    parameter can be given by its dotted name as a keyword: ``CareMarket("west-midlands-2016", rng=1,
    **{"labour.turnover_per_year": 0.35})``. Raises ScenarioError or RegionError for wrong input.
    """

    def __init__(self, scenario: Scenario | str | Path = "west-midlands-2016", *, rng: int = 1, **values: Any) -> None:
        seed = _seed_of(rng)
        super().__init__(rng=seed)
        if not isinstance(scenario, Scenario):
            scenario = load(scenario)
        self._care_scenario: Scenario = scenario.with_values(values) if values else scenario
        self.seed_of_run = seed
        self.state: MarketState = open_market(self.scenario, region_of(self.scenario), seed)
        self.recorder = Recorder(self.scenario.months, self.state.n_councils)
        self.accounts = Accounts(self.state) if self.scenario.measures.check_accounts else None
        self.councils: list[Council] = [Council(self, row) for row in range(self.state.n_councils)]
        self._providers: dict[int, Provider] = {}
        self._listed = np.zeros(0, dtype=np.int64)
        self._agents_asked_for = False
        self._self_funders: dict[int, SelfFunder] = {}
        self.running = True
        self.datacollector = mesa.DataCollector(
            model_reporters={name: [self.measure, [name]] for name in (*HEADLINE, "need_hours", "hours_delivered")}
        )

    def step(self) -> None:
        """Advance one month: see :func:`play_month`."""
        play_month(self.state, self.recorder, self.accounts)
        self._keep_agents()
        self.datacollector.collect(self)
        self.running = self.state.month < self.scenario.months

    @property
    def scenario(self) -> Scenario:
        """The scenario that this market plays; it is frozen."""
        return self._care_scenario

    @scenario.setter
    def scenario(self, value: Any) -> None:
        """Take no notice of Mesa's own scenario, which its base class sets on construction."""

    def go_on_as(self, scenario: Scenario) -> None:
        """Play the months to come under another scenario, as if it had been this one from the start.

        That holds where the two differ only in shocks and policies that begin in the next month or later; the caller
        sees to it. Raises ValueError for a scenario with another region, first month or length.
        """
        continue_as(self.state, scenario)
        self._care_scenario = scenario

    def stop_providers(self, rows: Sequence[int], *, with_buyers: bool = False) -> None:
        """Let providers fail between two months; their sites close at once, or are offered to buyers first.

        Their people look for places straight away. Raises ValueError for a provider that does not trade or cannot fail.
        """
        stopping.stop_providers(self.state, np.array(rows, dtype=np.int64), with_buyers=with_buyers)
        self._keep_agents()

    def run_for(self, months: int) -> None:
        """Advance that many months."""
        for _ in range(months):
            self.step()

    def run(self) -> Results:
        """Run to the scenario's end and return the results."""
        self.run_for(max(self.scenario.months - self.month, 0))
        return self.results()

    @property
    def month(self) -> int:
        """Months done."""
        return self.state.month

    @property
    def date(self) -> datetime.date:
        """First day of the month that the next step plays."""
        return self.scenario.month_date(self.state.month)

    def results(self) -> Results:
        """Return the headline measures and the tables of the months done so far."""
        return results_of(self.state, self.recorder)

    def measure(self, name: str) -> float:
        """Return one measure of the region in the latest month done (0 before the first); KeyError if unknown."""
        last = self.recorder.months_done - 1
        return region_value(self.recorder, last, name) if last >= 0 else 0.0

    def frame(self, table: str) -> pd.DataFrame:
        """Return 'sites', 'providers', 'councils' or 'self_funders' as they are now; KeyError for another name."""
        return frames.frame(self.state, table)

    def provider(self, row: int) -> Provider:
        """Return the agent of a provider, living or gone."""
        self._ask_for_agents()
        return self._providers[row]

    def self_funder(self, spell: int) -> SelfFunder:
        """Return the agent of a self-funder's spell; raises LookupError when no such spell is under way."""
        agent = self._self_funders.get(spell) or SelfFunder(self, spell)
        _ = agent.row
        self._self_funders[spell] = agent
        return agent

    @property
    def self_funders(self) -> mesa.agent.AgentSet:
        """Every self-funder in need now, as agents made on the spot (see :class:`~resilience.agents.SelfFunder`)."""
        known = self._self_funders
        # Mesa's agent sets hold agents weakly, so the model keeps those that somebody has looked at.
        self._self_funders = {
            spell: known.get(spell) or SelfFunder(self, spell) for spell in self.state.self_funders.spell.tolist()
        }
        return mesa.agent.AgentSet(self._self_funders.values(), random=self.random)

    @property
    def agents(self) -> mesa.agent.AgentSet:
        """Mesa's agents: councils and the providers that trade now; made when somebody asks for them first."""
        self._ask_for_agents()
        return super().agents

    @property
    def agent_types(self) -> list[type]:
        """The classes of Mesa's agents."""
        self._ask_for_agents()
        return list(super().agent_types)

    @property
    def agents_by_type(self) -> dict[type[mesa.Agent], mesa.agent.AgentSet]:
        """Mesa's agents by class; self-funders are made when they are asked for."""
        self._ask_for_agents()
        return _WithSelfFunders(self, super().agents_by_type)

    def events_of_provider(self, row: int) -> list[dict[str, Any]]:
        """Return the ledger's events of one provider, oldest first, as dictionaries."""
        from resilience.state.ledger import EVENT_COLUMNS

        place = EVENT_COLUMNS.index("provider")
        return [dict(zip(EVENT_COLUMNS, event, strict=True)) for event in self.state.ledger.rows if event[place] == row]

    def _ask_for_agents(self) -> None:
        """Make the providers' agents at the first call; from then on they are kept up to date every month."""
        if not self._agents_asked_for:
            self._agents_asked_for = True
            self._keep_agents()

    def _keep_agents(self) -> None:
        """Make agents for new providers and take those that ended off the model's list, once anybody has asked for any.

        A run that nobody looks at does without: the rules work on columns.
        """
        if not self._agents_asked_for:
            return
        p, known = self.state.providers, len(self._providers)
        for row in range(known, len(p)):
            self._providers[row] = PROVIDER_CLASSES[int(p.kind[row])](self, row)
        listed = np.concatenate([self._listed, np.arange(known, len(p))])
        for ended in listed[~p.alive[listed]].tolist():
            self._providers[ended].remove()
        self._listed = listed[p.alive[listed]]


class _WithSelfFunders(dict[type[mesa.Agent], mesa.agent.AgentSet]):
    """Mesa's mapping of agents by class, with self-funders made on demand."""

    def __init__(self, model: CareMarket, known: Mapping[type[mesa.Agent], mesa.agent.AgentSet]) -> None:
        super().__init__(known)
        self._model = model

    def __missing__(self, key: type[mesa.Agent]) -> mesa.agent.AgentSet:
        if key is SelfFunder:
            return self._model.self_funders
        raise KeyError(key)


def _seed_of(rng: Any) -> int:
    """Return the seed as a whole number; raises TypeError for anything else, since draws are keyed by it."""
    if isinstance(rng, bool) or not isinstance(rng, int | np.integer):
        raise TypeError(f"rng must be a whole number (the run's seed), got {rng!r}")
    return int(rng)


def continue_as(state: MarketState, scenario: Scenario) -> None:
    """Give a market another scenario for the months to come; see :meth:`CareMarket.go_on_as`."""
    mine = state.scenario
    if (scenario.region, scenario.start, scenario.months) != (mine.region, mine.start, mine.months):
        raise ValueError("a market can go on only under a scenario of the same region, first month and length")
    state.scenario = scenario


def region_of(scenario: Scenario) -> Region:
    """Return the region that a scenario names, with its register of providers."""
    p = scenario.providers
    return build_region(
        scenario.region,
        home_care_branch_scale=p.home_care_branch_scale,
        population_seed=p.population_seed,
        providers_file=p.providers_file or None,
    )
