"""How sites and providers end: people are displaced, staff are freed, events are written."""

import numpy as np

from resilience.market import sites as at
from resilience.market.bridge import main_causes, provider_bridges, site_bridge
from resilience.state.codes import (
    CLOSED,
    COUNCIL,
    FAILED,
    FOLDED,
    MICRO_ENTERPRISE,
    N_PAYERS,
    NHS,
    RETIRED,
    SOLD,
    TRADING,
)
from resilience.state.columns import Flags, Ints
from resilience.state.market_state import MarketState

_FATE_OF_REASON = {"retirement": RETIRED, "folded": FOLDED}


def close_sites(state: MarketState, rows: Ints, reasons: list[str]) -> None:
    """Stop care at the named sites, each for its reason; everybody there is displaced, staff look for work near by."""
    if rows.size == 0:
        return
    s, councils, flows = state.sites, state.councils, state.flows
    council, care_type = s.council[rows], s.care_type[rows]
    micro = state.providers.kind[s.provider[rows]] == MICRO_ENTERPRISE
    kinds = ["micro_enterprise_fold" if small else "site_closure" for small in micro.tolist()]
    record_site_events(state, kinds, rows, reasons)
    displace(state, rows, s.council_new[rows] + s.council_settled[rows], COUNCIL)
    displace(state, rows, s.nhs_new[rows] + s.nhs_settled[rows], NHS)
    for people in (s.council_new, s.council_settled, s.nhs_new, s.nhs_settled):
        people[rows] = 0
    _displace_self_funders(state, rows)
    np.add.at(councils.pool, council, state.scenario.reprovision.freed_staff_stay * s.staff[rows])
    for column in (s.staff, s.posts, s.agency_hours):
        column[rows] = 0.0
    s.alive[rows] = False
    s.closed[rows] = state.month
    np.add.at(flows.micro_closures, council[micro], 1)
    np.add.at(flows.closures, (council[~micro], care_type[~micro]), 1)
    np.add.at(councils.sites_ended[:, 0], council[~micro], 1)


def displace(state: MarketState, rows: Ints, count: Ints, payer: int) -> None:
    """Put ``count`` people of each site who are paid for by council or NHS into the queue of the displaced."""
    s = state.sites
    council, column = s.council[rows], s.care_type[rows] * N_PAYERS + payer
    np.add.at(state.councils.displaced, (council, column), count)
    np.add.at(state.flows.displaced, council, count)


def _displace_self_funders(state: MarketState, rows: Ints) -> None:
    """Put the self-funders of closing sites into the queue of the displaced."""
    f, s = state.self_funders, state.sites
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
    state: MarketState, kinds: list[str], rows: Ints, reasons: list[str], council_people: Ints | None = None
) -> None:
    """Write an event for each site, of its kind and for its reason, with its cause bridge.

    Everyone at the site is affected, or only ``council_people`` council-funded people where that is given.
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
    later = touched_before(state)[s.council[rows]]
    for i, row in enumerate(rows.tolist()):
        state.ledger.record(
            state.month,
            kinds[i],
            reason=reasons[i],
            provider=int(s.provider[row]),
            site=row,
            council=int(s.council[row]),
            care_type=int(s.care_type[row]),
            people=(int(by_payer[0, i]), int(by_payer[1, i]), int(by_payer[2, i])),
            hours=float(hours[i]),
            surplus_start=float(start[i]),
            surplus_now=float(now[i]),
            bridge=tuple(bridge[i].tolist()),
            round_=2 if later[i] else 1,
        )


def touched_before(state: MarketState) -> Flags:
    """Return the councils whose market an earlier month's closure or hand-back put displaced people into lately."""
    return np.asarray(state.councils.sites_ended[:, 1:].any(axis=1))


def fail_providers(state: MarketState, failing: Ints, reason: str) -> None:
    """Record providers' insolvency; the caller must put their sites to market or close them."""
    if failing.size == 0:
        return
    s, p = state.sites, state.providers
    bridge, start, now = provider_bridges(state, failing, np.flatnonzero(s.alive))
    p.cause[failing] = main_causes(bridge)
    p.alive[failing] = False
    p.fate[failing] = FAILED
    p.ended[failing] = state.month
    np.add.at(state.flows.failures, p.home_council[failing], 1)
    living = s.alive
    totals = [
        np.bincount(s.provider[living], weights=people[living], minlength=len(p))[failing]
        for people in (at.council_people(state), s.self_funders, at.nhs_people(state), at.hours_due(state))
    ]
    p.last_hours[failing] = totals[3]
    later = touched_before(state)[p.home_council[failing]]
    for i, row in enumerate(failing.tolist()):
        state.ledger.record(
            state.month,
            "provider_failure",
            reason=reason,
            provider=row,
            council=int(p.home_council[row]),
            people=(int(totals[0][i]), int(totals[1][i]), int(totals[2][i])),
            hours=float(totals[3][i]),
            surplus_start=float(start[i]),
            surplus_now=float(now[i]),
            bridge=tuple(bridge[i].tolist()),
            round_=2 if later[i] else 1,
        )


def end_empty_providers(state: MarketState, reason_of: dict[int, str], sold: set[int]) -> None:
    """End living providers that have no site left; ``sold`` are those whose last site went on under another owner."""
    s, p = state.sites, state.providers
    with_sites = np.zeros(len(p), dtype=np.bool_)
    with_sites[s.provider[s.alive]] = True
    gone = np.flatnonzero(p.alive & ~with_sites)
    if gone.size == 0:
        return
    p.alive[gone] = False
    p.ended[gone] = state.month
    for row in gone.tolist():
        if p.fate[row] == TRADING:
            p.fate[row] = SOLD if row in sold else _FATE_OF_REASON.get(reason_of.get(row, ""), CLOSED)
    bridge, _, _ = provider_bridges(state, gone, np.flatnonzero(s.closed == state.month))
    p.cause[gone] = np.where(p.fate[gone] == SOLD, -1, main_causes(bridge))
