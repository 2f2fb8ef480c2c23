"""What owners do about council clients below cost: homes stop admitting them, branches hand contracts back.

Each looks at its contracts once a quarter, in a month of its own.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.accounts import Constants
from resilience.market.closure import record_site_events
from resilience.market.displaced import displace
from resilience.state.codes import COUNCIL
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Rows
from resilience.state.market_state import MarketState

_QUARTER = 3
"""Owners review whom they admit and which contracts they keep once in this many months (assumption: quarterly)."""


class Reviewed(NamedTuple):
    """What owners look at, by site."""

    key: Keys
    alive: Flags
    kind: Codes
    """Kind of the provider."""
    care_type: Codes
    council: Rows
    capacity: Counts
    council_new: Counts
    council_settled: Counts
    nhs_new: Counts
    nhs_settled: Counts
    self_funders: Counts
    self_funder_hours: Floats
    takes_council: Flags
    efficiency: Floats
    pay: Floats
    revenue: Floats
    operating_surplus: Floats
    trend: Floats


class Terms(NamedTuple):
    """Fees and costs of the month; arrays run over kinds of care unless they say otherwise."""

    fee: Floats
    """Councils x kinds of care."""
    local_cost: Floats
    """Over councils."""
    hours_per_person: Floats
    staff_hours_per_person: Floats
    fixed_staff_share: Floats
    pay_mix: Floats
    other_cost: Floats
    cost_factor: Floats
    funded_nursing_care: float
    on_cost: float
    cost_index: float
    quarter: np.uint64
    """Months between two looks."""
    turn: np.uint64
    """Which of these months it is."""


def reviewed(state: MarketState) -> Reviewed:
    """Return what owners look at."""
    s = state.sites
    return Reviewed(
        *(s.key, s.alive, state.providers.kind[s.provider], s.care_type, s.council, s.capacity),
        *(s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders, s.self_funder_hours),
        *(s.takes_council, s.efficiency, s.pay, s.revenue, s.operating_surplus, s.trend),
    )


def terms(state: MarketState) -> Terms:
    """Return the fees and costs of the month, and whose turn it is to look at them."""
    c, now = state.coefficients, state.conditions
    return Terms(
        fee=state.councils.fee,
        local_cost=state.councils.cost_index,
        hours_per_person=c.hours_per_person,
        staff_hours_per_person=c.staff_hours_per_person,
        fixed_staff_share=c.fixed_staff_share,
        pay_mix=c.pay_mix,
        other_cost=c.other_cost,
        cost_factor=now.running_cost_factor,
        funded_nursing_care=float(now.funded_nursing_care),
        on_cost=float(now.on_cost),
        cost_index=float(now.cost_index),
        quarter=np.uint64(_QUARTER),
        turn=np.uint64(state.month % _QUARTER),
    )


def takes_stock(key: Keys, t: Terms) -> Flags:
    """Return the sites whose owners take stock this month: once a quarter, in a month that is a trait of the site."""
    return key % t.quarter == t.turn


def marginal_cost(s: Reviewed, t: Terms, rows: Ints) -> Floats:
    """Return what one more person-equivalent costs each site, GBP a week: staff that follows people, other costs."""
    kind, efficiency = s.care_type[rows], s.efficiency[rows]
    hourly = s.pay[rows] * t.pay_mix[kind] * (1.0 + t.on_cost)
    prices = t.cost_index * efficiency * t.local_cost[s.council[rows]] * t.cost_factor[kind]
    staff = t.staff_hours_per_person[kind] * efficiency * hourly
    return (1.0 - t.fixed_staff_share[kind]) * staff + t.other_cost[kind] * prices


def full_cost(s: Reviewed, t: Terms, rows: Ints, weeks_per_month: float) -> Floats:
    """Return the full running cost of one person-equivalent at each site, GBP a week.

    To the marginal cost it adds what does not follow people, spread over those who are there, and overhead.
    """
    counted = s.council_new[rows] + s.council_settled[rows] + (s.nhs_new[rows] + s.nhs_settled[rows])
    load = counted + s.self_funder_hours[rows] / t.hours_per_person[s.care_type[rows]]
    return (s.revenue[rows] - s.operating_surplus[rows]) / np.maximum(load, 1.0) / weeks_per_month


def fee_weekly(s: Reviewed, t: Terms, rows: Ints, c: Constants) -> Floats:
    """Return what a council-funded person brings each site in a week, the NHS's nursing part included, GBP."""
    kind = s.care_type[rows]
    unit = np.where(kind == c.home_care, t.hours_per_person[c.home_care], 1.0)
    nursing = np.where(kind == c.nursing, t.funded_nursing_care, 0.0)
    return t.fee[s.council[rows], kind] * unit + nursing


def review(state: MarketState) -> None:
    """Let homes stop admitting council clients or take them again, and branches hand contracts back."""
    rules = state.scenario.distress
    margins = float(rules.stop_admitting_margin), float(rules.hand_back_margin)
    stop, resume, below = look_at_contracts(reviewed(state), terms(state), *margins, Constants())
    _change_admissions(state, stop, resume)
    _hand_back(state, below)


@compiled_in("contracts")
def look_at_contracts(
    s: Reviewed, t: Terms, least_full: float, least_marginal: float, c: Constants
) -> tuple[Ints, Ints, Ints]:
    """Return the sites that stop admitting council clients, those that admit them again, and those that hand back.

    The first two count the margin of the fee over full running cost, the last that over marginal cost; below the least
    of each they act.
    """
    rows = np.flatnonzero(s.alive & takes_stock(s.key, t))
    return *change_admissions(s, t, rows, least_full, c), below_marginal_cost(s, t, rows, least_marginal, c)


def _change_admissions(state: MarketState, stop: Ints, resume: Ints) -> None:
    """Let homes stop admitting council clients, and write an event for each, or take them again."""
    s = state.sites
    why = ["fee below full running cost"] * stop.size
    record_site_events(state, ["stops_admitting_council"] * stop.size, stop, why, np.zeros_like(stop))
    s.takes_council[stop] = False
    s.takes_council[resume] = True


def change_admissions(s: Reviewed, t: Terms, rows: Ints, least: float, c: Constants) -> tuple[Ints, Ints]:
    """Return which sites stop admitting council clients below full cost, and which admit them again.

    Only homes with self-funders to turn to stop.
    """
    admits = s.takes_council[rows]
    margin = 1.0 - full_cost(s, t, rows, c.weeks_per_month) / np.maximum(fee_weekly(s, t, rows, c), 1e-9)
    people = s.council_new[rows] + s.council_settled[rows] + s.nhs_new[rows] + s.nhs_settled[rows]
    people = np.maximum(people + s.self_funders[rows], 1)
    has_others = s.self_funders[rows] / people > 0.45
    full_enough = people / np.maximum(s.capacity[rows], 1) > 0.85
    private = (s.care_type[rows] != c.home_care) & (s.kind[rows] != c.council_service)
    stop = rows[admits & private & has_others & full_enough & (margin < least)]
    return stop, rows[~admits & ((margin > least + 0.03) | ~full_enough)]


def _hand_back(state: MarketState, rows: Ints) -> None:
    """Let these branches hand back a share of their council clients, the settled first."""
    if rows.size == 0:
        return
    s, rules = state.sites, state.scenario.distress
    clients = s.council_new[rows] + s.council_settled[rows]
    given = np.maximum(np.rint(rules.hand_back_share * clients), 1).astype(np.int64)
    why = ["fee below marginal cost"] * rows.size
    second = record_site_events(state, ["contract_hand_back"] * rows.size, rows, why, given)
    from_settled = np.minimum(given, s.council_settled[rows])
    s.council_settled[rows] -= from_settled
    s.council_new[rows] -= given - from_settled
    displace(state, rows, given, COUNCIL, second)
    np.add.at(state.flows.hand_backs, s.council[rows], 1)
    np.add.at(state.councils.sites_ended[:, 0], s.council[rows], 1)


def below_marginal_cost(s: Reviewed, t: Terms, rows: Ints, least: float, c: Constants) -> Ints:
    """Return which losing branches with council clients get a fee that no longer covers their marginal cost."""
    at_home = (s.care_type[rows] == c.home_care) & (s.kind[rows] != c.council_service)
    has = s.council_new[rows] + s.council_settled[rows] > 0
    rows = rows[at_home & has & (s.trend[rows] < 0.0)]
    margin = 1.0 - marginal_cost(s, t, rows) / np.maximum(fee_weekly(s, t, rows, c), 1e-9)
    return rows[margin < least]
