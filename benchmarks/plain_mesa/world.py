"""What every agent may read: parameters by kind of care, the month's conditions and the rules' own constants."""

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from resilience.market import (
    calendar,
    choice,
    commissioning,
    contracts,
    council_queues,
    distress,
    entry,
    finance,
    labour,
    need,
    newcomers,
    pricing,
    quality,
    sale,
    sites,
)
from resilience.scenario import Scenario
from resilience.state.codes import N_TYPES
from resilience.state.coefficients import CareCoefficients
from resilience.state.conditions import Conditions

FIRST_PHASE_MONTHS = need.FIRST_PHASE_MONTHS
REASSESSED = need._REASSESSED
WORD_OF_MOUTH = int(need._WORDS_OF_NEWCOMERS[1])
HEAVY_HOURS = need.HEAVY_HOURS
YOUNG_MONTHS = labour._YOUNG_MONTHS
GROWTH_OF_YOUNG = labour._GROWTH_OF_YOUNG
GROWTH_OF_YOUNG_COOPERATIVE = labour._GROWTH_OF_YOUNG_COOPERATIVE
RECRUITING_OF_YOUNG = labour._RECRUITING_OF_YOUNG
WAGE_SHARE = commissioning.WAGE_SHARE.tolist()
EMPTY_BELOW = pricing._EMPTY_BELOW
LARGEST_STEP = pricing._LARGEST_STEP
CLASS_SENSITIVITY = choice._CLASS_SENSITIVITY.tolist()
ROUNDS = choice._ROUNDS
START_UP_MONTHS = sites._START_UP_MONTHS.tolist()
CLOSE_WITHOUT_SALE = distress._CLOSE_WITHOUT_SALE
QUARTER = contracts._QUARTER
USUAL_FOR_SALE = sale._USUAL_FOR_SALE.tolist()
MONTHS_ON_MARKET = sale._MONTHS_ON_MARKET
BANKABLE_MONTHS = finance._BANKABLE_MONTHS
ALWAYS_REPLACED = council_queues.ALWAYS_REPLACED
COOPERATIVE_SHARE = entry._COOPERATIVE_SHARE
HOMES, BRANCHES, MICRO = (what + 1 for what in (entry._HOME, entry._BRANCH, entry._MICRO))
MICRO_CASH = newcomers.MICRO_CASH
REMEDY = quality._REMEDY
REVISITS = quality._REVISITS
NEVER = int(newcomers.NEVER)


@dataclass(frozen=True, slots=True)
class Care:
    """The parameters of one kind of care as plain numbers; fields are those of ``CareCoefficients``."""

    hours_per_person: float
    staff_hours_per_person: float
    pay_mix: float
    fixed_staff_share: float
    other_cost: float
    fixed_cost: float
    reference_size: float
    property_cost: float
    leave_new: float
    leave_settled: float
    settle: float
    agency_limit: float
    separation_elasticity: float
    lag_share: float


def kinds_of_care(scenario: Scenario) -> list[Care]:
    """Return the parameters of each kind of care, in the order of the codes."""
    columns = CareCoefficients.of(scenario)
    return [Care(**{f.name: float(getattr(columns, f.name)[code]) for f in fields(Care)}) for code in range(N_TYPES)]


POLICIES = ("catalyst",)
"""Policies that this version plays; the others bring rules of their own into the month."""


class ForShocks:
    """What shocks and policies see of the market here: the month, the scenario and the conditions that they change."""

    def __init__(self, scenario: Scenario, month: int, conditions: Conditions) -> None:
        self.scenario, self.month, self.conditions = scenario, month, conditions

    def __getattr__(self, name: str) -> Any:
        raise ValueError(f"a shock of this scenario looks at the market's {name}: the plain version does not play it")


def refuse_what_is_not_played(scenario: Scenario) -> None:
    """Raise ValueError for a scenario with policies or with councils' returns, which this version does not play."""
    if scenario.councils.follow_returns:
        raise ValueError("the plain version does not play councils.follow_returns: councils set their fees by rule")
    others = {policy.kind for policy in scenario.policies.values()} - set(POLICIES)
    if others:
        raise ValueError(f"the plain version does not play {', '.join(sorted(others))}; only {', '.join(POLICIES)}")


def conditions_of_month(scenario: Scenario, month: int, councils: int) -> Conditions:
    """Return the month's conditions: the paths, then every shock and policy that has started."""
    view = ForShocks(scenario, month, calendar.conditions_of(scenario, month, councils))
    for component in (*scenario.shocks.values(), *scenario.policies.values()):
        if component.months_since_start(month, scenario) >= 0:
            component.apply(view)
    # Plain numbers from here on: reading single elements of an array is slow.
    for holder in (view.conditions, view.conditions.policies):
        for field in fields(holder):
            value = getattr(holder, field.name)
            if isinstance(value, np.ndarray):
                setattr(holder, field.name, value.tolist())
    return view.conditions
