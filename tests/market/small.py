"""A market of a handful of sites, built by hand from round numbers.

Every parameter that a rule reads is set here, so that no test of a rule depends on the shipped defaults. A test that
needs another value gives it by its dotted name: ``SmallMarket(values={"labour.agency_premium": 1.0})``.
"""

from functools import lru_cache
from typing import Any

import numpy as np

from resilience.market.calendar import conditions_of
from resilience.scenario import Scenario
from resilience.state.codes import (
    CARE_TYPES,
    HOME_CARE,
    KINDS,
    N_PAYERS,
    PAYERS,
    SECTORS,
)
from resilience.state.coefficients import CareCoefficients
from resilience.state.columns import Ints
from resilience.state.market_state import Flows, MarketState
from resilience.state.randomness import hash_keys
from resilience.state.tables import Councils, Providers, SelfFunders, Sites

NOBODY_RETIRES = np.iinfo(np.int64).max
YEARS_OF_FLAT_PATHS = range(2015, 2027)
FLAT_PATHS = {
    "wage_floor": 10.0,
    "real_spend": 100.0,
    "inflation": 0.0,
    "on_cost": 0.20,
    "funded_nursing_care": 150.0,
    "bank_rate": 0.01,
}
PLAIN: dict[str, Any] = {
    "paths.wage_floor_growth_after": 0.0,
    # need
    "need.hours_per_resident": 25.0,
    "need.hours_per_client": 10.0,
    "need.occupancy_start": 0.90,
    "need.growth_per_year": 0.0,
    "need.growth_care_homes": 0.0,
    "need.first_phase_leave": 0.60,
    "need.later_leave": 0.36,
    "need.younger_adults_leave": 0.10,
    "need.home_care_leave": 0.50,
    "need.waiting_share_of_discharges": 0.25,
    "need.delayed_day_cost": 400.0,
    # self-funders
    "self_funders.premium_start": 0.40,
    "self_funders.home_care_premium_start": 0.20,
    "self_funders.savings_median": 140_000.0,
    "self_funders.savings_spread": 1.0,
    "self_funders.income_to_fees": 250.0,
    "self_funders.home_care_savings_median": 70_000.0,
    "self_funders.home_care_income_to_fees": 150.0,
    "self_funders.capital_limit": 20_000.0,
    "self_funders.price_sensitivity": 2.0,
    "self_funders.quality_sensitivity": 3.0,
    "self_funders.size_preference": -0.10,
    "self_funders.price_follows_clientele": 0.0,
    "self_funders.cross_subsidy": 0.5,
    "self_funders.price_rise_limit": 0.10,
    "self_funders.nhs_price_ratio": 0.90,
    # councils
    "councils.budget_headroom": 0.0,
    "councils.squeeze_on_fees": 0.30,
    "councils.lowest_uplift": -0.01,
    "councils.pass_through_limit": 0.80,
    "councils.lowest_eligibility": 0.40,
    "councils.eligibility_start": 0.95,
    "councils.eligibility_speed": 1.2,
    "councils.quality_weight": 1.0,
    "councils.in_house_cost_ratio": 2.0,
    "councils.own_homes_closed_per_year": 0.0,
    "councils.own_service_pull": 0.25,
    "councils.step_in_growth": 0.10,
    # labour
    "labour.hours_per_worker": 40.0,
    "labour.turnover_per_year": 0.30,
    "labour.turnover_small": 0.80,
    "labour.turnover_member_owned": 0.70,
    "labour.separation_elasticity_homes": 1.0,
    "labour.separation_elasticity_home_care": 2.0,
    "labour.recruit_elasticity": 2.0,
    "labour.vacancy_start": 0.05,
    "labour.stay_in_sector": 0.60,
    "labour.leave_pool": 0.30,
    "labour.pool_start": 1.5,
    "labour.fill_curve": 0.5,
    "labour.pay_differential": 0.05,
    "labour.pay_differential_spread": 0.0,
    "labour.pay_compression": 0.60,
    "labour.outside_pay_ratio": 1.10,
    "labour.outside_pay_follows_floor": 0.50,
    "labour.agency_limit_homes": 0.10,
    "labour.agency_limit_home_care": 0.05,
    "labour.agency_premium": 0.50,
    "labour.growth_headroom": 0.03,
    # costs
    "costs.staff_hours_residential": 30.0,
    "costs.staff_hours_nursing": 40.0,
    "costs.staff_hours_younger_adults": 60.0,
    "costs.paid_per_contact_hour": 1.20,
    "costs.pay_mix_residential": 1.10,
    "costs.pay_mix_nursing": 1.25,
    "costs.pay_mix_home_care": 1.05,
    "costs.fixed_staff_share": 0.40,
    "costs.other_cost_residential": 80.0,
    "costs.other_cost_nursing": 100.0,
    "costs.other_cost_younger_adults": 150.0,
    "costs.other_cost_home_care": 1.0,
    "costs.fixed_cost_home": 900.0,
    "costs.fixed_cost_branch": 450.0,
    "costs.fixed_cost_micro": 12.0,
    "costs.fixed_cost_scale": 0.5,
    "costs.property_cost": 10.0,
    "costs.central_overhead_chain": 0.05,
    "costs.central_overhead_other": 0.02,
    "costs.passing_shock": 0.02,
    "costs.passing_shock_memory": 0.90,
    "costs.micro_price_ratio": 0.90,
    "costs.efficiency_spread_homes": 0.0,
    "costs.efficiency_spread_home_care": 0.0,
    # finance
    "finance.drawings_share": 0.80,
    "finance.cash_months": 1.5,
    "finance.cash_months_home_care": 1.0,
    "finance.credit_months": 1.0,
    "finance.credit_months_home_care": 0.5,
    "finance.independent_debt_per_bed": 10_000.0,
    "finance.independent_interest": 0.05,
    "finance.chain_debt_per_bed": 30_000.0,
    "finance.chain_equity_per_bed": 20_000.0,
    "finance.chain_required_return": 0.12,
    "finance.refinancing_years": 5.0,
    # distress
    "distress.trend_months": 6.0,
    "distress.patience_homes": 12,
    "distress.patience_home_care": 8,
    "distress.patience_chain": 10,
    "distress.orderly_share": 0.0,
    "distress.hand_back_margin": 0.0,
    "distress.hand_back_share": 0.25,
    "distress.stop_admitting_margin": 0.0,
    "distress.covenant_cover": 1.1,
    "distress.breach_patience": 3,
    "distress.restructure_relief": 0.30,
    "distress.retirement_per_year": 0.0,
    "distress.retirement_per_year_home_care": 0.0,
    "distress.buyer_base": 0.90,
    "distress.buyer_margin": 0.20,
    "distress.buyer_margin_home_care": 0.05,
    "distress.buyer_margin_slope": 0.10,
    "distress.buyer_size": 1.0,
    "distress.sale_congestion": 4.0,
    "distress.buyer_improves": 0.50,
    "distress.forced_closure_months": 15,
    # re-provision: shares of a month of exactly 0.1 and 0.3
    "reprovision.lag_days_care_home": 0.1 * 365.25 / 12,
    "reprovision.lag_days_home_care": 0.3 * 365.25 / 12,
    "reprovision.freed_staff_stay": 0.70,
    "reprovision.replaced_in_a_month": 0.05,
    "reprovision.absorb_share": 0.80,
    # entry
    "entry.homes_per_year": 0.12,
    "entry.home_margin_response": 5.0,
    "entry.new_home_beds": 40.0,
    "entry.chain_share_of_new_homes": 0.0,
    "entry.self_funder_pull": 2.0,
    "entry.branches_per_year": 0.12,
    "entry.branch_margin_response": 5.0,
    "entry.start_up_months": 6.0,
    "entry.micro_start_per_1000": 0.05,
    "entry.micro_ceiling_per_1000": 2.0,
    "entry.micro_growth_supported": 0.60,
    "entry.micro_growth_unsupported": 0.24,
    "entry.micro_clients": 5.0,
    "entry.micro_fold_supported": 0.05,
    "entry.micro_fold_unsupported": 0.20,
    "entry.micro_word_of_mouth": 0.0,
    "entry.micro_from_care_work": 0.60,
    "entry.founders_stop_early": 0.50,
    # quality
    "quality.start": 0.70,
    "quality.spread": 0.10,
    "quality.drift": 0.10,
    "quality.staffing_effect": 1.0,
    "quality.turnover_effect": 0.25,
    "quality.size_effect": 0.05,
    "quality.margin_effect": 0.5,
    "quality.not_for_profit_effect": 0.04,
    "quality.noise": 0.0,
    "quality.inspections_per_year": 1.2,
    "quality.inadequate_below": 0.40,
    "quality.improvement_below": 0.60,
    "quality.outstanding_above": 0.90,
    "measures.market_failure_share": 0.05,
    "measures.check_accounts": False,
}


@lru_cache(maxsize=1)
def plain_scenario() -> Scenario:
    """The scenario of round numbers: five years from April 2016 with every path flat."""
    flat = {f"paths.{name}.{year}": value for name, value in FLAT_PATHS.items() for year in YEARS_OF_FLAT_PATHS}
    base = Scenario(name="plain", region="west-midlands", start="2016-04", months=60)
    # A path's years outside the range (the shipped ones may start earlier) take its value too.
    for name, value in FLAT_PATHS.items():
        flat |= {f"paths.{name}.{year}": value for year in getattr(base.paths, name)}
    return base.with_values(flat | PLAIN)


def scenario_with(values: dict[str, Any] | None = None) -> Scenario:
    """The scenario of round numbers with some values changed."""
    return plain_scenario().with_values(values) if values else plain_scenario()


class SmallMarket:
    """A market state put together site by site; rules are called on ``state``.

    Fees are 500, 550 and 1,200 GBP a week (residential, nursing, younger adults) and 15 GBP an hour in every council.
    """

    def __init__(
        self,
        councils: int = 1,
        *,
        values: dict[str, Any] | None = None,
        neighbours: tuple[tuple[int, int], ...] = (),
        month: int = 1,
        seed: int = 1,
    ) -> None:
        self.scenario = scenario_with(values)
        border = np.zeros((councils, councils), dtype=np.bool_)
        for here, there in neighbours:
            border[here, there] = border[there, here] = True
        self.state = MarketState(
            scenario=self.scenario,
            seed=seed,
            sites=Sites(),
            providers=Providers(),
            councils=Councils(councils),
            self_funders=SelfFunders(),
            neighbours=border,
            coefficients=CareCoefficients.of(self.scenario),
            conditions=conditions_of(self.scenario, month, councils),
            flows=Flows.empty(councils),
            council_names=[f"Council {row}" for row in range(councils)],
            month=month,
        )
        table = self.state.councils
        table.key[:] = hash_keys(1, np.arange(councils))
        table.population[:] = 100_000.0
        table.self_funder_share[:] = 0.4
        table.cost_index[:] = 1.0
        table.fee[:] = table.fee_start[:] = [500.0, 550.0, 1_200.0, 15.0]
        table.outside_pay[:] = 11.0
        table.eligibility[:] = 1.0

    def provider(
        self, kind: str = "independent", *, sector: str = "for_profit", council: int = 0, **columns: Any
    ) -> int:
        """Add a provider; returns its row."""
        p = self.state.providers
        row = len(p)
        known = {"key": hash_keys(2, row), "alive": True, "owner_retires": NOBODY_RETIRES} | columns
        p.append(1, kind=KINDS.index(kind), sector=SECTORS.index(sector), home_council=council, **known)
        self.state.provider_names.append(f"Provider {row}")
        return row

    def site(
        self,
        provider: int | str = "independent",
        care_type: str = "residential",
        *,
        capacity: int = 20,
        council: int = 0,
        self_funders: int = 0,
        hours: float | None = None,
        **columns: Any,
    ) -> int:
        """Add a site that opened long ago, with as many self-funders as said; returns its row.

        ``provider`` is a provider's row, or the kind of a new one; ``hours`` a week of each self-funder.
        """
        s = self.state.sites
        row = len(s)
        owner = self.provider(provider, council=council) if isinstance(provider, str) else provider
        known = {"key": hash_keys(3, row), "alive": True, "opened": -24, "rating": 2, "quality": 0.7} | {
            "pay": 10.5,
            "pay_differential": 0.05,
            "price": 18.0 if care_type == "home_care" else 700.0,
            "takes_council": True,
        }
        s.append(
            1,
            provider=owner,
            council=council,
            care_type=CARE_TYPES.index(care_type),
            capacity=capacity,
            **(known | columns),
        )
        for _ in range(self_funders):
            self.self_funder(site=row, hours=hours)
        return row

    def self_funder(
        self,
        *,
        site: int = -1,
        council: int = 0,
        care_type: str = "residential",
        hours: float | None = None,
        **columns: Any,
    ) -> int:
        """Add a self-funder, at a site or (``site`` = -1) without a place; returns the row."""
        f, s = self.state.self_funders, self.state.sites
        kind = CARE_TYPES.index(care_type) if site < 0 else int(s.care_type[site])
        where = council if site < 0 else int(s.council[site])
        need = float(self.state.coefficients.hours_per_person[kind]) if hours is None else hours
        spell = self.state.next_spell
        known = {"key": hash_keys(4, spell), "savings": 100_000.0, "income": 0.0, "price_class": 1} | columns
        f.append(1, spell=spell, council=where, care_type=kind, site=site, hours=need, **known)
        self.state.next_spell += 1
        if site >= 0:
            s.self_funders[site] += 1
            s.self_funder_hours[site] += need
        return len(f) - 1

    def queue(self, name: str, care_type: str = "residential", payer: str = "council", council: int = 0) -> int:
        """The people in one of the councils' queues (waiting, waiting_long, displaced, displaced_long)."""
        return int(getattr(self.state.councils, name)[council, column(care_type, payer)])

    def put_in_queue(
        self, name: str, people: int, care_type: str = "residential", payer: str = "council", council: int = 0
    ) -> None:
        """Put people into one of the councils' queues."""
        getattr(self.state.councils, name)[council, column(care_type, payer)] = people

    def by_market(self, people: dict[tuple[int, str], int]) -> Ints:
        """Counts by market (council, kind of care), laid flat as the placement rules take them."""
        flat = np.zeros(self.state.n_councils * len(CARE_TYPES), dtype=np.int64)
        for (council, care_type), count in people.items():
            flat[council * len(CARE_TYPES) + CARE_TYPES.index(care_type)] = count
        return flat

    def fully_staffed(self) -> None:
        """Give every living site more than the staff that its whole capacity needs."""
        s = self.state.sites
        s.staff[:] = s.posts[:] = np.where(s.alive, 4.0 * s.capacity, 0.0)

    def set_month(self, month: int) -> None:
        """Move the market to a month of the run with that month's conditions, as the paths alone set them."""
        self.state.month = month
        self.state.conditions = conditions_of(self.scenario, month, self.state.n_councils)

    @property
    def events(self) -> list[dict[str, Any]]:
        """The ledger as dictionaries."""
        columns = self.state.ledger.columns()
        return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]

    def events_of_kind(self, kind: str) -> list[dict[str, Any]]:
        """The ledger's events of one kind."""
        return [event for event in self.events if event["kind"] == kind]


def column(care_type: str, payer: str) -> int:
    """The column of a kind of care and payer in the councils' queues."""
    return CARE_TYPES.index(care_type) * N_PAYERS + PAYERS.index(payer)


def within_chance(count: float, n: float, probability: float, sigmas: float = 4.5) -> bool:
    """True when a count of ``n`` independent draws is as near its expectation as chance allows."""
    return abs(count - n * probability) <= sigmas * np.sqrt(n * probability * (1.0 - probability)) + 1e-9


__all__ = ["HOME_CARE", "SmallMarket", "column", "plain_scenario", "scenario_with", "within_chance"]
