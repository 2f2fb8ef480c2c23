"""Month step 8, distress: stop admitting, hand back, sell or close, breach a covenant, restructure, fail.

Nothing here draws a failure: providers fail when their cash and credit are used up or their lenders stop waiting.
Owners retire at a month of their own, and whether the site then goes on depends on whether anybody would buy it.
"""

import numpy as np

from resilience.market import sites as at
from resilience.market.closure import close_sites, end_empty_providers, fail_providers, record_site_events
from resilience.market.displaced import displace
from resilience.market.finance import group_factor, interest_rate
from resilience.market.sale import clear, to_market
from resilience.state.codes import (
    CHAIN,
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    MICRO_ENTERPRISE,
    NURSING,
    WEEKS_PER_MONTH,
)
from resilience.state.coefficients import monthly
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

_CLOSE_WITHOUT_SALE = ("regulator", "folded", "council_decision")
"""Reasons for which a site closes without being offered for sale."""
_QUARTER = 3
"""Owners review whom they admit and which contracts they keep once in this many months (assumption: quarterly)."""


def step(state: MarketState) -> None:
    """Let sites and providers in trouble do what they can, and end those that cannot go on."""
    admissions(state)
    hand_back(state)
    rows, reasons = _exits(state)
    owners = state.sites.provider[rows].tolist()
    closing = np.array([reason in _CLOSE_WITHOUT_SALE for reason in reasons], dtype=np.bool_)
    close_sites(state, rows[closing], [reason for reason in reasons if reason in _CLOSE_WITHOUT_SALE])
    sold = to_market(state, rows[~closing], [reason for reason in reasons if reason not in _CLOSE_WITHOUT_SALE])
    end_empty_providers(state, dict(zip(owners, reasons, strict=True)), sold)
    clear(state)


def _exits(state: MarketState) -> tuple[Ints, list[str]]:
    """Return the sites that leave their owners this month and why; of several reasons the most pressing counts."""
    s, p = state.sites, state.providers
    group = group_factor(state)
    failing = insolvent(state, group) | _chains_out_of_time(state, group)
    fail_providers(state, np.flatnonzero(failing), "insolvent")
    failing |= _forced_to_fail(state)
    micro = at.is_micro(state)
    stopping = p.alive & (p.owner_retires <= state.month)
    folding = stopping | out_of_money(state, group)
    give_up = s.alive & ~failing[s.provider] & (s.loss_months >= patience(state)) & ~micro
    private = p.kind[s.provider] != COUNCIL_SERVICE
    forced = s.alive & private & (s.inadequate_months >= state.scenario.distress.forced_closure_months)
    by_reason = {
        "provider_failure": s.alive & failing[s.provider],
        "regulator": forced,
        "council_decision": _given_up_by_councils(state),
        "folded": s.alive & micro & (folding[s.provider] | _idle(state)),
        "retirement": s.alive & ~micro & stopping[s.provider],
        "loss_making": give_up,
        "wound_up": _winding_up(state) & ~micro,
    }
    which = np.full(len(s), -1)
    for number, these in reversed(list(enumerate(by_reason.values()))):
        which[these] = number
    rows = np.flatnonzero(which >= 0)
    names = list(by_reason)
    return rows, [names[number] for number in which[rows].tolist()]


def _given_up_by_councils(state: MarketState) -> Flags:
    """Return councils' own homes that their councils close this month (E04-074: far more often than others close)."""
    s = state.sites
    chance = float(monthly(np.array(state.scenario.councils.own_homes_closed_per_year)))
    own = s.alive & (s.care_type != HOME_CARE) & (state.providers.kind[s.provider] == COUNCIL_SERVICE)
    rows = np.flatnonzero(own)
    own[rows] = state.uniform("council_closes_home", s.key[rows]) < chance
    return own


def _forced_to_fail(state: MarketState) -> Flags:
    """Fail the providers that the scenario names this month; one that has gone already only leaves an event.

    Their cause stays empty, for what ended them came from outside their accounts.
    """
    p = state.providers
    failing = np.zeros(len(p), dtype=np.bool_)
    for row, reason in state.conditions.forced_failures.items():
        if row >= 0 and p.alive[row]:
            fail_providers(state, np.array([row]), reason)
            p.cause[row] = -1
            failing[row] = True
        else:
            council = int(p.home_council[row]) if row >= 0 else -1
            why = f"{reason}: no such provider trades any more"
            state.ledger.record(state.month, "shock_without_effect", reason=why, provider=row, council=council)
    return failing


def insolvent(state: MarketState, group: Floats | None = None) -> Flags:
    """Return the providers whose cash and credit are used up.

    A council's service cannot fail, and the few self-employed people of a micro-enterprise stop rather than go
    insolvent (see ``_exits``). ``group`` is :func:`group_factor` where the caller knows it already.
    """
    p = state.providers
    can_fail = (p.kind != COUNCIL_SERVICE) & (p.kind != MICRO_ENTERPRISE)
    return can_fail & out_of_money(state, group_factor(state) if group is None else group)


def out_of_money(state: MarketState, group: Floats) -> Flags:
    """Return the living providers whose cash and credit are used up, a chain's whole group counted."""
    p = state.providers
    limit = p.credit_limit * np.where(p.kind == CHAIN, group, 1.0)
    return p.alive & (p.cash < -limit)


def _winding_up(state: MarketState) -> Flags:
    """Return the sites of small owners who stop in good order while they can still pay.

    A share of owners (a trait of each) do so when their cash and credit would not carry another two months of loss;
    the others go on until the money is gone.
    """
    s, p = state.sites, state.providers
    left = p.cash + p.credit_limit
    closing = p.alive & p.orderly & (p.surplus < 0.0) & (left < -2.0 * p.surplus)
    return s.alive & closing[s.provider]


def _idle(state: MarketState) -> Flags:
    """Return micro-enterprises that nobody comes to: no client, nine months or more after the start."""
    return (state.month - state.sites.opened > 9) & (at.people(state) == 0) & state.sites.alive


def patience(state: MarketState) -> Ints:
    """Return the months in loss after which each site's owner gives it up; new sites have their start-up time first."""
    s, p = state.sites, state.scenario.distress
    kind = state.providers.kind[s.provider]
    months = np.where(s.care_type == HOME_CARE, p.patience_home_care, p.patience_homes)
    months = np.where(kind == CHAIN, p.patience_chain, months)
    return np.where(at.is_starting_up(state) | (kind == COUNCIL_SERVICE), 10_000, months)


def _chains_out_of_time(state: MarketState, group: Floats) -> Flags:
    """Count chains' months in breach; let lenders restructure a chain once, and end it the next time."""
    p, rules = state.providers, state.scenario.distress
    cover = interest_cover(state, group)
    breach = p.alive & (p.kind == CHAIN) & (cover < rules.covenant_cover)
    first = breach & (p.breach_months == 0)
    for row in np.flatnonzero(first):
        _provider_event(state, "covenant_breach", int(row), f"interest cover {cover[row]:.2f}")
    p.breach_months[:] = np.where(breach, p.breach_months + 1, np.maximum(p.breach_months - 1, 0))
    due = p.breach_months >= rules.breach_patience
    for row in np.flatnonzero(due & ~p.restructured):
        _restructure(state, int(row))
    return due & p.restructured & (p.breach_months >= rules.breach_patience)


def interest_cover(state: MarketState, group: Floats | None = None) -> Floats:
    """Return each provider's surplus before interest over interest, the whole group counted; infinite without debt."""
    p = state.providers
    interest = p.debt * interest_rate(state) / 12.0 * (group_factor(state) if group is None else group)
    before = p.surplus + p.outside_surplus + interest
    return np.where(interest > 0.0, before / np.maximum(interest, 1e-9), np.inf)


def _restructure(state: MarketState, row: int) -> None:
    """Lenders and landlords give up part of what they are owed (E04-049)."""
    s, p = state.sites, state.providers
    left = 1.0 - state.scenario.distress.restructure_relief
    p.debt[row] *= left
    s.rent[s.provider == row] *= left
    p.investor_return[row] *= left
    p.restructured[row] = True
    p.breach_months[row] = 0
    _provider_event(state, "restructuring", row, "lenders and landlords")


def _provider_event(state: MarketState, kind: str, row: int, reason: str) -> None:
    """Write an event of a whole provider, without people affected."""
    state.ledger.record(state.month, kind, reason=reason, provider=row, council=int(state.providers.home_council[row]))


def marginal_cost(state: MarketState, rows: Ints) -> Floats:
    """Return what one more person-equivalent costs each site, GBP a week: staff that follows people, other costs."""
    s, c, now = state.sites, state.coefficients, state.conditions
    kind, efficiency = s.care_type[rows], s.efficiency[rows]
    hourly = s.pay[rows] * c.pay_mix[kind] * (1.0 + now.on_cost)
    prices = now.cost_index * efficiency * state.councils.cost_index[s.council[rows]] * now.running_cost_factor[kind]
    staff = c.staff_hours_per_person[kind] * efficiency * hourly
    return (1.0 - c.fixed_staff_share[kind]) * staff + c.other_cost[kind] * prices


def full_cost(state: MarketState, rows: Ints) -> Floats:
    """Return the full running cost of one person-equivalent at each site, GBP a week.

    To the marginal cost it adds what does not follow people, spread over those who are there, and overhead.
    """
    s = state.sites
    costs = s.revenue[rows] - s.operating_surplus[rows]
    return costs / np.maximum(at.workload(state)[rows], 1.0) / WEEKS_PER_MONTH


def council_fee_weekly(state: MarketState, rows: Ints) -> Floats:
    """Return what a council-funded person brings each site in a week, the NHS's nursing part included, GBP."""
    s, c = state.sites, state.coefficients
    kind = s.care_type[rows]
    unit = np.where(kind == HOME_CARE, c.hours_per_person[HOME_CARE], 1.0)
    nursing = np.where(kind == NURSING, state.conditions.funded_nursing_care, 0.0)
    return state.councils.fee[s.council[rows], kind] * unit + nursing


def admissions(state: MarketState) -> None:
    """Let homes with self-funders to turn to stop admitting council clients below full cost, or take them again.

    A home decides so once a quarter, in a month of its own.
    """
    s, rules = state.sites, state.scenario.distress
    rows = np.flatnonzero(s.alive & takes_stock(state))
    admits = s.takes_council[rows]
    margin = 1.0 - full_cost(state, rows) / np.maximum(council_fee_weekly(state, rows), 1e-9)
    people = np.maximum(at.people(state)[rows], 1)
    has_others = s.self_funders[rows] / people > 0.45
    full_enough = people / np.maximum(s.capacity[rows], 1) > 0.85
    private = (s.care_type[rows] != HOME_CARE) & (state.providers.kind[s.provider[rows]] != COUNCIL_SERVICE)
    stop = rows[admits & private & has_others & full_enough & (margin < rules.stop_admitting_margin)]
    resume = rows[~admits & ((margin > rules.stop_admitting_margin + 0.03) | ~full_enough)]
    why = ["fee below full running cost"] * stop.size
    record_site_events(state, ["stops_admitting_council"] * stop.size, stop, why, np.zeros_like(stop))
    s.takes_council[stop] = False
    s.takes_council[resume] = True


def takes_stock(state: MarketState) -> Flags:
    """Return the sites whose owners take stock this month: once a quarter, in a month that is a trait of the site."""
    return (state.sites.key % np.uint64(_QUARTER)).astype(np.int64) == state.month % _QUARTER


def hand_back(state: MarketState) -> None:
    """Let home-care branches give contracts back where the fee no longer covers their marginal cost.

    A branch looks at its contracts once a quarter (which month is its own) and hands back a share of its council
    clients when it runs at a loss besides.
    """
    s, rules = state.sites, state.scenario.distress
    at_home = (s.care_type == HOME_CARE) & (state.providers.kind[s.provider] != COUNCIL_SERVICE)
    has = at.council_people(state) > 0
    rows = np.flatnonzero(s.alive & at_home & has & (s.trend < 0.0) & takes_stock(state))
    margin = 1.0 - marginal_cost(state, rows) / np.maximum(council_fee_weekly(state, rows), 1e-9)
    rows = rows[margin < rules.hand_back_margin]
    if rows.size == 0:
        return
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
