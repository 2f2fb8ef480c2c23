"""Month step 1, calendar and shocks: what the outside world and the policies set for this month."""

import numpy as np

from resilience import kernels
from resilience.scenario.errors import ScenarioError
from resilience.scenario.scenario import Scenario
from resilience.scenario.sections.paths import Paths
from resilience.state.columns import Floats
from resilience.state.conditions import Conditions
from resilience.state.market_state import Flows, MarketState
from resilience.state.policy_effects import PolicyEffects

APRIL = 4
PRICE_BASE_YEAR = 2016
"""The year in whose prices the costs section is written."""


def step(state: MarketState) -> None:
    """Set the month's conditions from the paths, let every shock and policy change them, and empty the flows."""
    kernels.begin()
    state.conditions = conditions_of(state.scenario, state.month, state.n_councils)
    for shock in state.scenario.shocks.values():
        if shock.months_since_start(state.month, state.scenario) >= 0:
            shock.apply(state)
    # Policies that steer other policies come first, whatever their names.
    for policy in sorted(state.scenario.policies.values(), key=lambda policy: policy.turn):
        if policy.months_since_start(state.month, state.scenario) >= 0:
            policy.apply(state)
    state.flows = Flows.empty(state.n_councils)


def refuse_misfits(state: MarketState) -> None:
    """Raise ScenarioError, all problems at once, where a shock cannot happen to the market that has just opened."""
    shocks = state.scenario.shocks.items()
    problems = [problem for name, shock in shocks for problem in shock.misfits(state, name)]
    if problems:
        raise ScenarioError(problems)


def conditions_of(scenario: Scenario, month: int, councils: int) -> Conditions:
    """Return the conditions of a month of the run as the paths alone set them."""
    date = scenario.month_date(month)
    year = date.year if date.month >= APRIL else date.year - 1
    first = scenario.first_year
    paths = scenario.paths
    floor = wage_floor(paths, year)
    return Conditions(
        month=month,
        year=year,
        is_april=date.month == APRIL,
        wage_floor=floor,
        wage_floor_planned=floor,
        on_cost=level(paths.on_cost, year),
        on_cost_rise=(1.0 + level(paths.on_cost, year)) / (1.0 + level(paths.on_cost, year - 1)) - 1.0,
        inflation=level(paths.inflation, year),
        price_index=price_index(paths, first, year),
        cost_index=price_index(paths, PRICE_BASE_YEAR, year),
        real_funding=level(paths.real_spend, year) / level(paths.real_spend, first),
        funded_nursing_care=level(paths.funded_nursing_care, year),
        bank_rate_change=level(paths.bank_rate, year) - level(paths.bank_rate, first),
        need_factor=need_factor(scenario, month),
        previous_wage_floor=wage_floor(paths, year - 1),
        catalyst=np.zeros(councils),
        programme_cost=np.zeros(councils),
        policies=PolicyEffects.none(councils),
    )


def need_factor(scenario: Scenario, month: int) -> Floats:
    """Return new need of a month over that at the start, by kind of care."""
    need = scenario.need
    growth = np.array([need.growth_care_homes] * 3 + [need.growth_per_year])
    return np.asarray((1.0 + growth) ** (month / 12.0))


def level(path: dict[int, float], year: int) -> float:
    """Return a path's value in a year: the latest year given up to it, or the first one where none is earlier."""
    if year in path:
        return path[year]
    earlier = [known for known in path if known <= year]
    return path[max(earlier)] if earlier else path[min(path)]


def wage_floor(paths: Paths, year: int) -> float:
    """Return the wage floor of a financial year, GBP an hour; it grows on after the last year of its path."""
    last = max(paths.wage_floor)
    beyond = max(year - last, 0)
    return level(paths.wage_floor, year) * (1.0 + paths.wage_floor_growth_after) ** beyond


def price_index(paths: Paths, base: int, year: int) -> float:
    """Return prices of a year over those of the base year."""
    index = 1.0
    for between in range(min(base, year) + 1, max(base, year) + 1):
        index *= 1.0 + level(paths.inflation, between)
    return index if year >= base else 1.0 / index
