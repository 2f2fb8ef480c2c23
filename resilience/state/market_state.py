"""All that the market holds in one month: the four tables, the ledger, the conditions and the flows of the month."""

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from resilience.kernels import compiled_in
from resilience.scenario.scenario import Scenario
from resilience.state import randomness
from resilience.state.codes import N_KINDS, N_PAYERS, N_TYPES
from resilience.state.coefficients import CareCoefficients
from resilience.state.columns import AnyInts, Flags, Floats, Ints, Keys, Rows
from resilience.state.conditions import Conditions
from resilience.state.ledger import Ledger
from resilience.state.market_index import MarketIndex
from resilience.state.randomness import BinomialTable
from resilience.state.tables import Councils, Providers, SelfFunders, Sites

if TYPE_CHECKING:
    from resilience.region.returns import CouncilReturns


@dataclass(slots=True)
class Flows:
    """What happened this month, by council (first axis), kind of care and payer; emptied at the start of each month."""

    need: Floats
    """Assessed need, hours a week."""
    delivered: Floats
    lost: Floats
    unmet_place: Floats
    unmet_staff: Floats
    unmet_rationed: Floats
    spend: Floats
    """GBP this month, from the payer's side: people at the fee or price they are charged."""
    revenue: Floats
    """GBP this month, from the sites' side."""
    arrivals: Ints
    leavers: Ints
    """People who left care or the queue, rationed people included."""
    closures: Ints
    """Sites closed by council and kind of care; micro-enterprises apart, in ``micro_closures``."""
    entries: Ints
    sales: Ints
    run_down: Ints
    """Self-funders who became council-funded, by council and kind of care."""
    micro_closures: Ints
    failures: Ints
    hand_backs: Ints
    step_ins: Ints
    displaced: Ints
    replaced: Ints
    """Displaced people for whom councils and the NHS have arranged new care, by council, kind of care and payer."""
    capital_put_in: Floats
    """GBP put in by owners of entrants and buyers, by provider's council."""
    noticed: Ints
    """People displaced after longer notice, by council and kind of care."""
    debt_repaid: Floats
    """GBP of debt that chains pay down because a rule asks for it, by provider's council, the whole group counted."""
    buy_outs: Ints
    buy_out_capital: Floats
    """GBP of working capital given to buy-outs, part of ``capital_put_in``."""
    schemes: Ints
    """Housing-with-care schemes opened."""
    staff_freed: Floats
    """Full-time workers of sites that closed, by council."""
    delivered_by_kind: Floats
    """Of the hours delivered a week, those of each kind of provider (councils x kinds); they add up to all."""
    quality_hours: Floats
    """Hours delivered a week times the quality of the site that delivers them, by council."""
    budget_drain: Floats
    """GBP a week that people taken in by councils' own services cost over the fee, by council."""

    @classmethod
    def empty(cls, councils: int) -> "Flows":
        """Return flows of zero for that many councils."""

        def hours() -> Floats:
            return np.zeros((councils, N_TYPES, N_PAYERS))

        def people(*more: int) -> Ints:
            return np.zeros((councils, *more), dtype=np.int64)

        return cls(
            need=hours(),
            delivered=hours(),
            lost=hours(),
            unmet_place=hours(),
            unmet_staff=hours(),
            unmet_rationed=hours(),
            spend=hours(),
            revenue=hours(),
            arrivals=people(N_TYPES, N_PAYERS),
            leavers=people(N_TYPES, N_PAYERS),
            closures=people(N_TYPES),
            entries=people(N_TYPES),
            sales=people(N_TYPES),
            run_down=people(N_TYPES),
            micro_closures=people(),
            failures=people(),
            hand_backs=people(),
            step_ins=people(),
            displaced=people(),
            replaced=people(N_TYPES, N_PAYERS),
            capital_put_in=np.zeros(councils),
            noticed=people(N_TYPES),
            debt_repaid=np.zeros(councils),
            buy_outs=people(),
            buy_out_capital=np.zeros(councils),
            schemes=people(),
            staff_freed=np.zeros(councils),
            delivered_by_kind=np.zeros((councils, N_KINDS)),
            quality_hours=np.zeros(councils),
            budget_drain=np.zeros(councils),
        )


@dataclass(slots=True)
class MarketState:
    """The market now. Rules read and write it; it knows neither files nor plots nor the runner."""

    scenario: Scenario
    seed: int
    """Seed of the run."""
    sites: Sites
    providers: Providers
    councils: Councils
    self_funders: SelfFunders
    neighbours: Flags
    """Councils x councils: true where they share a border."""
    coefficients: CareCoefficients
    conditions: Conditions
    flows: Flows
    ledger: Ledger = field(default_factory=Ledger)
    month: int = 0
    next_spell: int = 0
    provider_names: list[str] = field(default_factory=list)
    council_names: list[str] = field(default_factory=list)
    returns: "CouncilReturns | None" = None
    """What councils returned as paid and bought, where they follow their returns; see councils.follow_returns."""
    seeds: tuple[int, ...] = ()
    """Seeds of the runs played side by side (see :mod:`resilience.side_by_side`); empty where there is only one."""
    index_of_markets: MarketIndex | None = None
    tables_of_binomials: dict[tuple[float, ...], BinomialTable] = field(default_factory=dict)

    @property
    def n_councils(self) -> int:
        """Number of councils in the region."""
        return len(self.councils)

    @property
    def n_runs(self) -> int:
        """Number of runs that are played side by side in these columns; their councils never meet."""
        return max(len(self.seeds), 1)

    @property
    def councils_in_run(self) -> int:
        """Number of councils that each run has."""
        return len(self.councils) // (len(self.seeds) or 1)

    def run_of(self, council: AnyInts) -> Ints:
        """Return the run, a number from 0 on, that each of these councils belongs to: each has as many, in turn."""
        return np.floor_divide(council, self.councils_in_run, dtype=np.int64)

    def councils_of(self, run: int) -> slice:
        """Return the rows of a run's councils."""
        return slice(run * self.councils_in_run, (run + 1) * self.councils_in_run)

    def providers_of(self, run: int) -> Flags:
        """Return true for the providers of a run, living or gone."""
        return self.run_of(self.providers.home_council) == run

    def by_run(self, council: AnyInts) -> tuple[Ints, list[slice]]:
        """Return the places of these councils by run, in rising order within each, and the part that each run has."""
        order, ends = in_turn(council.astype(np.int32, copy=False), self.councils_in_run, self.n_runs)
        return order, [slice(start, end) for start, end in pairwise(ends.tolist())]

    def mean_of_run(self, values: Floats) -> Floats:
        """Return, for each council, the mean of ``values`` over the councils of its run."""
        return np.repeat(values.reshape(self.n_runs, -1).mean(axis=1), self.councils_in_run)

    def words(self, *decisions: str, month: int | None = None) -> Keys:
        """Return the words that name these decisions this month (or in another), decisions x councils.

        The councils of one run share the words of its seed.
        """
        seeds = self.seeds or (self.seed,)
        words = randomness.words_of(seeds, decisions, self.month if month is None else month)
        by_council = np.empty((*words.shape, self.councils_in_run), dtype=np.uint64)
        by_council[:] = words[:, :, None]
        return by_council.reshape(len(words), -1)

    def uniform(self, decision: str, keys: Keys, council: Rows | None = None) -> Floats:
        """Return this month's keyed uniforms of one decision, one for each key; see :meth:`uniforms`."""
        drawn: Floats = self.uniforms((decision,), keys, council)[0]
        return drawn

    def uniforms(
        self, decisions: tuple[str, ...], keys: Keys, council: Rows | None = None, month: int | None = None
    ) -> Floats:
        """Return this month's (or another's) keyed uniforms of several decisions: one row a decision, one column a key.

        ``council`` is the one that each key belongs to; without it the keys are laid flat by council, as many for each.
        Traits that somebody has for good are drawn in month 0.
        """
        if council is None:
            council = np.repeat(np.arange(self.n_councils, dtype=np.int32), keys.size // self.n_councils)
        return randomness.uniforms_of(keys, self.words(*decisions, month=month), council)

    def binomial_table(self, probabilities: tuple[float, ...]) -> BinomialTable:
        """Return the table of these probabilities; the run keeps it."""
        table = self.tables_of_binomials.get(probabilities)
        if table is None:
            table = self.tables_of_binomials.setdefault(probabilities, BinomialTable(probabilities))
        return table

    @property
    def index(self) -> MarketIndex:
        """Where each site stands among the candidates of its market."""
        index = self.index_of_markets
        if index is None:
            index = self.index_of_markets = MarketIndex.of(self.sites, self.councils, self.neighbours)
        elif index.market.size != len(self.sites):
            index = self.index_of_markets = index.with_sites_of(self.sites)
        return index

    def market_of_site(self) -> Ints:
        """Return each site's market: council row x kinds of care + kind of care."""
        return self.index.market


@compiled_in("tables")
def in_turn(council: Rows, councils_in_run: int, runs: int) -> tuple[Ints, Ints]:
    """Return the places of these councils by run, in rising order within each, and where each run begins and ends."""
    run = council // councils_in_run
    # Whole numbers of 16 bits are put in order in one pass.
    ends = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(np.bincount(run, minlength=runs))])
    return np.argsort(run.astype(np.int16), kind="stable"), ends
