"""The market on its first day: a region's tables and a scenario's parameters become sites, providers and councils.

The register (who owns which site of what size where) is the same for every run of a scenario; what nobody has measured
site by site (costs, quality, savings, debt) is drawn from the run's seed by stable keys.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from resilience.market import council_returns, opening_money, opening_people
from resilience.market.calendar import PRICE_BASE_YEAR, conditions_of, level, price_index, refuse_misfits, wage_floor
from resilience.market.commissioning import WAGE_SHARE
from resilience.market.concentration import concentrate
from resilience.region import Region
from resilience.region.returns import returns_of
from resilience.scenario.scenario import Scenario
from resilience.state import randomness
from resilience.state.codes import CARE_TYPES, HOME_CARE, KINDS, NURSING, RESIDENTIAL, SECTORS, YOUNGER_ADULTS
from resilience.state.coefficients import CareCoefficients
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import Flows, MarketState
from resilience.state.randomness import hash_text
from resilience.state.tables import Councils, Providers, SelfFunders, Sites

if TYPE_CHECKING:
    import pandas as pd


def open_market(scenario: Scenario, region: Region, seed: int) -> MarketState:
    """Return the state of the market at the start of the first month.

    Raises ScenarioError where a shock of the scenario cannot happen to this market.
    """
    councils = len(region.councils)
    state = MarketState(
        scenario=scenario,
        seed=seed,
        sites=Sites(),
        providers=Providers(),
        councils=Councils(councils),
        self_funders=SelfFunders(),
        neighbours=region.neighbours.copy(),
        coefficients=CareCoefficients.of(scenario),
        conditions=conditions_of(scenario, 0, councils),
        flows=Flows.empty(councils),
        council_names=[str(name) for name in region.councils["council"]],
    )
    _open_councils(state, region)
    _open_providers(state, region)
    _open_sites(state, region)
    concentrate(state, scenario.providers.largest_four_share)
    opening_people.people_move_in(state, region)
    opening_money.set_prices(state)
    opening_money.staff_up(state)
    opening_money.balance_sheets(state)
    opening_money.budgets(state)
    refuse_misfits(state)
    return state


def _open_councils(state: MarketState, region: Region) -> None:
    """Set fees, local costs and eligibility from the councils' table."""
    table, councils, p = region.councils, state.councils, state.scenario.councils
    councils.key[:] = [hash_text(f"council/{code}") for code in table["code"]]
    councils.population[:] = table["population_all"].to_numpy(dtype=float)
    councils.self_funder_share[:] = table["self_funder_share"].to_numpy(dtype=float)
    councils.income_deprived[:] = table["idaopi_percent"].to_numpy(dtype=float)
    fees = {
        RESIDENTIAL: (table["residential_fee_gbp_week"], p.care_home_fee_uprating),
        NURSING: (table["nursing_fee_gbp_week"], p.care_home_fee_uprating),
        HOME_CARE: (table["home_care_fee_gbp_hour"], p.home_care_fee_uprating),
    }
    for care_type, (column, uprating) in fees.items():
        councils.fee[:, care_type] = believable_fee(column.to_numpy(dtype=float), p.fee_noise) * uprating
    councils.fee[:, YOUNGER_ADULTS] = p.younger_adults_fee
    councils.fee *= costs_since_base_year(state.scenario)
    if p.follow_returns:
        state.returns = returns_of(list(table["code"]), p.fee_noise)
        councils.fee[:] = council_returns.fees(state, state.conditions.year)
    councils.fee_start[:] = councils.fee
    relative = np.log(councils.fee / np.median(councils.fee, axis=0))
    weights = np.array([0.35, 0.25, 0.0, 0.4])
    councils.cost_index[:] = np.exp(p.cost_follows_fee * (relative @ weights))
    councils.eligibility[:] = p.eligibility_start


def costs_since_base_year(scenario: Scenario) -> Floats:
    """Return providers' unit costs in the scenario's first year over those of 2016, by kind of care.

    Fees of a market that opens in another year are assumed to have kept up with them (E03-091 for 2015 to 2022).
    """
    first = scenario.first_year
    paths = scenario.paths
    pay = wage_floor(paths, first) / wage_floor(paths, PRICE_BASE_YEAR)
    pay *= (1.0 + level(paths.on_cost, first)) / (1.0 + level(paths.on_cost, PRICE_BASE_YEAR))
    prices = price_index(scenario.paths, PRICE_BASE_YEAR, first)
    return np.asarray(pay**WAGE_SHARE * prices ** (1.0 - WAGE_SHARE))


def believable_fee(fee: Floats, noise: float) -> Floats:
    """Return fees drawn towards their median: single cells of the returns jump for reasons of reporting."""
    median = float(np.median(fee))
    return median * (fee / median) ** (1.0 - noise)


def _open_providers(state: MarketState, region: Region) -> None:
    """Copy the register's providers."""
    register = _register_of(region)
    state.providers.append(len(region.providers), alive=True, **register.providers)
    state.provider_names.extend(register.names)


@dataclass(frozen=True)
class _Register:
    """A region's register as columns in the market's own types, for every run of it: read, never write."""

    names: list[str]
    providers: dict[str, Any]
    sites: dict[str, Any]


@lru_cache(maxsize=8)
def _register_of(region: Region) -> _Register:
    """Return the register's columns by name."""
    table, sites = region.providers, region.sites
    providers = {
        "key": table["key"].to_numpy(dtype=np.uint64),
        "kind": _codes(table["kind"], KINDS),
        "sector": _codes(table["sector"], SECTORS),
        "outside_homes": table["outside_homes"].to_numpy(dtype=np.int64),
        "outside_beds": table["outside_beds"].to_numpy(dtype=np.int64),
        "outside_councils": table["outside_councils"].to_numpy(dtype=np.int64),
        "outside_councils_over_10": table["outside_councils_over_10_percent"].to_numpy(dtype=np.int64),
        "outside_hours": table["outside_home_care_hours"].to_numpy(dtype=float),
        "outside_people": table["outside_home_care_people"].to_numpy(dtype=float),
    }
    places = {
        "key": sites["key"].to_numpy(dtype=np.uint64),
        "provider": sites["provider"].to_numpy(dtype=np.int64),
        "council": sites["council"].to_numpy(dtype=np.int64),
        "care_type": _codes(sites["care_type"], CARE_TYPES),
        "capacity": np.maximum(np.rint(sites["capacity"].to_numpy(dtype=float)), 0).astype(np.int64),
        "opened": -np.maximum(np.rint(12.0 * sites["age_years"].to_numpy(dtype=float)), 1).astype(np.int64),
    }
    return _Register([str(name) for name in table["name"]], providers, places)


def _codes(column: "pd.Series", names: Sequence[str]) -> Ints:
    """Return each word's place among the names."""
    return np.asarray(column.map({name: code for code, name in enumerate(names)}).to_numpy(dtype=np.int64))


def _open_sites(state: MarketState, region: Region) -> None:
    """Copy the register's sites and draw what is a trait of each: efficiency, quality, pay differential."""
    sites, s, scenario = _register_of(region).sites, state.sites, state.scenario
    care_type, key = sites["care_type"], sites["key"]

    def draw(decision: str) -> Floats:
        return randomness.normal(state.seed, decision, 0, key)

    costs, labour, quality = scenario.costs, scenario.labour, scenario.quality
    spread = np.where(care_type == HOME_CARE, costs.efficiency_spread_home_care, costs.efficiency_spread_homes)
    differential = labour.pay_differential + labour.pay_differential_spread * draw("pay_differential")
    trait = quality.spread * draw("quality_trait")
    s.append(
        len(region.sites),
        **sites,
        alive=True,
        closed=-1,
        efficiency=np.exp(spread * draw("efficiency")),
        pay_differential=np.maximum(differential, 0.0),
        quality_trait=trait,
        takes_council=True,
    )
