"""How sites and providers end: people are displaced, staff are freed, events are written."""

from typing import Any

import numpy as np

from resilience.market import notice
from resilience.market import sites as at
from resilience.market.bridge import main_causes, provider_bridges, site_bridge
from resilience.market.contagion import Link, RecentEndings, count_displaced
from resilience.state.codes import (
    CAUSES,
    CLOSED,
    COUNCIL,
    COUNCIL_SERVICE,
    FAILED,
    FOLDED,
    HOME_CARE,
    MICRO_ENTERPRISE,
    N_PAYERS,
    N_TYPES,
    NHS,
    RETIRED,
    SELF_FUNDER,
    SOLD,
    TRADING,
)
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

_FATE_OF_REASON = {"retirement": RETIRED, "folded": FOLDED}
_IN_GOOD_ORDER = "wound_up"
"""Reason of a closure whose owner pays back the overdraft, as those who retire do (assumption)."""


def close_sites(state: MarketState, rows: Ints, reasons: list[str], crowded_out: Flags | None = None) -> None:
    """Stop care at the named sites, each for its reason; everybody there is displaced, staff look for work near by.

    ``crowded_out`` marks those that would have found a buyer without the crowd of other sites for sale.
    """
    if rows.size == 0:
        return
    s, councils, flows = state.sites, state.councils, state.flows
    council, care_type = s.council[rows], s.care_type[rows]
    micro = state.providers.kind[s.provider[rows]] == MICRO_ENTERPRISE
    kinds = ["micro_enterprise_fold" if small else "site_closure" for small in micro.tolist()]
    second = record_site_events(state, kinds, rows, reasons, crowded_out=crowded_out)
    notice.give(state, rows)
    pay_off_debt(state, rows)
    displace(state, rows, s.council_new[rows] + s.council_settled[rows], COUNCIL, second)
    displace(state, rows, s.nhs_new[rows] + s.nhs_settled[rows], NHS, second)
    for people in (s.council_new, s.council_settled, s.nhs_new, s.nhs_settled):
        people[rows] = 0
    _displace_self_funders(state, rows, second)
    np.add.at(flows.staff_freed, council, s.staff[rows])
    np.add.at(councils.pool, council, state.scenario.reprovision.freed_staff_stay * s.staff[rows])
    for column in (s.staff, s.posts, s.agency_hours):
        column[rows] = 0.0
    s.alive[rows] = False
    s.closed[rows] = state.month
    np.add.at(flows.micro_closures, council[micro], 1)
    np.add.at(flows.closures, (council[~micro], care_type[~micro]), 1)
    np.add.at(councils.sites_ended[:, 0], council[~micro], 1)


def pay_off_debt(state: MarketState, rows: Ints) -> None:
    """Take the debt and equity that stood on homes that are sold or closed off their owners.

    Assumption: what a home or its building brings pays what was borrowed on it, by its share of the owner's beds, and
    its investors. A leased home brings its owner nothing and carried no debt.
    """
    s, p = state.sites, state.providers
    beds = np.where(s.alive & (s.care_type != HOME_CARE), s.capacity, 0).astype(np.float64)
    owned = np.where(s.rent == 0.0, beds, 0.0)
    for column, weight in ((p.debt, owned), (p.investor_return, beds)):
        going = np.bincount(s.provider[rows], weights=weight[rows], minlength=len(p))
        total = np.bincount(s.provider, weights=weight, minlength=len(p))
        column *= 1.0 - going / np.maximum(total, 1.0)


def displace(state: MarketState, rows: Ints, count: Ints, payer: int, second: Flags | None = None) -> None:
    """Put ``count`` people of each site who are paid for by council or NHS into the queue of the displaced.

    ``second`` marks the sites whose event belongs to the second round; none if it is left out.
    """
    s = state.sites
    council, column = s.council[rows], s.care_type[rows] * N_PAYERS + payer
    count_displaced(state, council, column, count, np.zeros(rows.size, dtype=np.bool_) if second is None else second)
    np.add.at(state.councils.displaced, (council, column), count)
    np.add.at(state.flows.displaced, council, count)


def _displace_self_funders(state: MarketState, rows: Ints, second: Flags) -> None:
    """Put the self-funders of closing sites into the queue of the displaced."""
    f, s = state.self_funders, state.sites
    if not s.self_funders[rows].any():
        return
    count_displaced(state, s.council[rows], s.care_type[rows] * N_PAYERS + SELF_FUNDER, s.self_funders[rows], second)
    closing = np.zeros(len(s) + 1, dtype=np.bool_)
    closing[rows] = True
    here = closing[f.site]
    f.site[here] = -1
    f.displaced[here] = True
    f.waiting_months[here] = 0
    np.add.at(state.flows.displaced, s.council[rows], s.self_funders[rows])
    s.self_funders[rows] = 0
    s.self_funder_hours[rows] = 0.0


def record_site_events(
    state: MarketState,
    kinds: list[str],
    rows: Ints,
    reasons: list[str],
    council_people: Ints | None = None,
    crowded_out: Flags | None = None,
) -> Flags:
    """Write an event for each site, of its kind and for its reason, with its cause bridge and its link to others.

    Everyone at the site is affected, or only ``council_people`` council-funded people where that is given. Returns
    true for the events of the second round (see :mod:`resilience.market.contagion`).
    """
    s = state.sites
    if council_people is None:
        by_payer = np.stack(
            [s.council_new[rows] + s.council_settled[rows], s.self_funders[rows], s.nhs_new[rows] + s.nhs_settled[rows]]
        )
        own_hours = s.self_funder_hours[rows]
    else:
        by_payer = np.stack([council_people, np.zeros_like(council_people), np.zeros_like(council_people)])
        own_hours = np.zeros(rows.size)
    hours = (by_payer[0] + by_payer[2]) * state.coefficients.hours_per_person[s.care_type[rows]] + own_hours
    known = s.occupied_start[rows] > 0.0
    start = np.where(known, s.bridge_start[rows].sum(axis=1), 0.0)
    now = np.where(known, s.bridge_now[rows].sum(axis=1), 0.0)
    bridge = site_bridge(state, rows)
    second = np.zeros(rows.size, dtype=np.bool_)
    if rows.size == 0:
        return second
    crowded = second if crowded_out is None else crowded_out
    endings = RecentEndings(state, rows[crowded].tolist())
    owner, council, care_type = (column[rows].tolist() for column in (s.provider, s.council, s.care_type))
    links = list(map(endings.link, owner, council, care_type, reasons, bridge, crowded.tolist()))
    state.ledger.record_each(
        state.month,
        kinds,
        reason=reasons,
        provider=owner,
        site=rows.tolist(),
        council=council,
        care_type=care_type,
        **_affected(by_payer, hours),
        **_causes(bridge, start, now),
        **_links(links),
    )
    return np.array([link.round == 2 for link in links])


def _affected(by_payer: Ints, hours: Floats) -> dict[str, list[Any]]:
    """Return the ledger's columns of people (payers x events) and their weekly hours."""
    people = zip(("people_council", "people_self_funder", "people_nhs"), by_payer.tolist(), strict=True)
    return dict(people) | {"hours": hours.tolist()}


def _causes(bridge: Floats, start: Floats, now: Floats) -> dict[str, list[Any]]:
    """Return the ledger's columns of the surplus per hour at the start and now, and of what changed it."""
    parts = {f"cause_{cause}": part for cause, part in zip(CAUSES, bridge.T.tolist(), strict=True)}
    return {"surplus_per_hour_start": start.tolist(), "surplus_per_hour": now.tolist(), **parts}


def _links(links: list[Link]) -> dict[str, list[Any]]:
    """Return the ledger's columns of the way from another provider's ending."""
    return {
        "round": [link.round for link in links],
        "linked_provider": [link.provider for link in links],
        "channel": [link.channel for link in links],
    }


def fail_providers(state: MarketState, failing: Ints, reason: str) -> None:
    """Record providers' insolvency; the caller must put their sites to market or close them."""
    if failing.size == 0:
        return
    s, p = state.sites, state.providers
    ending = np.zeros(len(p), dtype=np.bool_)
    ending[failing] = True
    sites = np.flatnonzero(s.alive & ending[s.provider])
    bridge, start, now = provider_bridges(state, failing, sites)
    p.cause[failing] = main_causes(bridge)
    p.alive[failing] = False
    p.fate[failing] = FAILED
    p.ended[failing] = state.month
    np.add.at(state.flows.failures, p.home_council[failing], 1)
    totals = np.stack(
        [
            np.bincount(s.provider[sites], weights=amount[sites], minlength=len(p))[failing]
            for amount in (at.council_people(state), s.self_funders, at.nhs_people(state), at.hours_due(state))
        ]
    )
    p.last_hours[failing] = totals[3]
    people, care_type = totals[:3].astype(np.int64), _main_care_type(state, failing, sites)
    _write_failures(state, failing, reason, (bridge, start, now), people, care_type)


def _write_failures(
    state: MarketState,
    failing: Ints,
    reason: str,
    account: tuple[Floats, Floats, Floats],
    people: Ints,
    care_type: Ints,
) -> None:
    """Write an event for each failing provider.

    ``account`` is (bridge, surplus per hour at the start, now), ``people`` are payers x providers, ``care_type`` is the
    kind of care in which each has most hours.
    """
    p, endings = state.providers, RecentEndings(state)
    rows, council = failing.tolist(), p.home_council[failing].tolist()
    links = [
        endings.link(row, where, kind, reason, parts, False)
        for row, where, kind, parts in zip(rows, council, care_type.tolist(), account[0], strict=True)
    ]
    state.ledger.record_each(
        state.month,
        ["provider_failure"] * failing.size,
        reason=[reason] * failing.size,
        provider=rows,
        council=council,
        **_affected(people, p.last_hours[failing]),
        **_causes(*account),
        **_links(links),
    )


def _main_care_type(state: MarketState, providers: Ints, sites: Ints) -> Ints:
    """Return the kind of care in which each provider has most hours, ``sites`` being theirs."""
    s = state.sites
    cells = s.provider[sites] * N_TYPES + s.care_type[sites]
    hours = np.bincount(cells, weights=at.hours_due(state)[sites], minlength=len(state.providers) * N_TYPES)
    return np.asarray(hours.reshape(-1, N_TYPES)[providers].argmax(axis=1))


def end_empty_providers(state: MarketState, reason_of: dict[int, str], sold: set[int]) -> None:
    """End living providers that have no site left; ``sold`` are those whose last site went on under another owner.

    Those whose last site closed while they owed more than they had are insolvent: nobody is left to earn what they owe.
    Owners who retire or stop in good order pay it themselves.
    """
    s, p = state.sites, state.providers
    sites = np.bincount(s.provider, weights=s.alive, minlength=len(p))
    gone = np.flatnonzero(p.alive & (sites == 0.0))
    if gone.size == 0:
        return
    p.alive[gone] = False
    p.ended[gone] = state.month
    for row in gone.tolist():
        if p.fate[row] == TRADING:
            p.fate[row] = SOLD if row in sold else _FATE_OF_REASON.get(reason_of.get(row, ""), CLOSED)
    account = provider_bridges(state, gone, np.flatnonzero(s.closed == state.month))
    p.cause[gone] = np.where(p.fate[gone] == SOLD, -1, main_causes(account[0]))
    orderly = np.array([reason_of.get(row, "") == _IN_GOOD_ORDER for row in gone.tolist()], dtype=np.bool_)
    owing = (p.fate[gone] == CLOSED) & (p.cash[gone] < 0.0) & (p.kind[gone] != COUNCIL_SERVICE) & ~orderly
    if owing.any():
        _fail_on_closing(state, gone[owing], (account[0][owing], account[1][owing], account[2][owing]))


def _fail_on_closing(state: MarketState, rows: Ints, account: tuple[Floats, Floats, Floats]) -> None:
    """Count providers whose last site has closed and left debts behind as failed, with the people of that site."""
    p = state.providers
    p.fate[rows] = FAILED
    np.add.at(state.flows.failures, p.home_council[rows], 1)
    closed = state.ledger.closures_of(state.month, set(rows.tolist()))
    people = np.array([closed[row][0] for row in rows.tolist()], dtype=np.int64).T
    p.last_hours[rows] = [closed[row][1] for row in rows.tolist()]
    care_type = np.array([closed[row][2] for row in rows.tolist()], dtype=np.int64)
    _write_failures(state, rows, "insolvent at closing", account, people, care_type)
