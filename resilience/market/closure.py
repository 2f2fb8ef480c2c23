"""How sites and providers end: people are displaced, staff are freed, events are written."""

import numpy as np

from resilience.market import sites as at
from resilience.market.bridge import main_cause, provider_bridge, site_bridge
from resilience.state.codes import (
    CLOSED,
    COUNCIL,
    FAILED,
    FOLDED,
    MICRO_ENTERPRISE,
    N_PAYERS,
    NHS,
    RETIRED,
    TRADING,
)
from resilience.state.columns import Ints
from resilience.state.market_state import MarketState

RECENT_MONTHS = 6


def close_sites(state: MarketState, rows: Ints, reason: str) -> None:
    """Stop care at the named sites for a reason; everybody there is displaced, staff look for work near by."""
    for row in rows:
        _close_site(state, int(row), reason)


def _close_site(state: MarketState, row: int, reason: str) -> None:
    """Close one site and write the event."""
    s, councils, flows = state.sites, state.councils, state.flows
    council, care_type, provider = int(s.council[row]), int(s.care_type[row]), int(s.provider[row])
    record_site_event(state, "site_closure", row, reason)
    displace(state, row, int(s.council_new[row] + s.council_settled[row]), COUNCIL)
    displace(state, row, int(s.nhs_new[row] + s.nhs_settled[row]), NHS)
    for column in (s.council_new, s.council_settled, s.nhs_new, s.nhs_settled):
        column[row] = 0
    displace_self_funders(state, row)
    councils.pool[council] += state.scenario.reprovision.freed_staff_stay * s.staff[row]
    s.staff[row] = s.posts[row] = s.agency_hours[row] = 0.0
    s.alive[row] = False
    s.closed[row] = state.month
    if state.providers.kind[provider] == MICRO_ENTERPRISE:
        flows.micro_closures[council] += 1
    else:
        flows.closures[council, care_type] += 1
        councils.sites_ended[council, 0] += 1


def displace(state: MarketState, row: int, count: int, payer: int) -> None:
    """Put ``count`` people of a site who are paid for by council or NHS into the queue of the displaced."""
    s = state.sites
    column = s.care_type[row] * N_PAYERS + payer
    state.councils.displaced[s.council[row], column] += count
    state.flows.displaced[s.council[row]] += count


def displace_self_funders(state: MarketState, row: int) -> None:
    """Put a site's self-funders into the queue of the displaced."""
    f, s = state.self_funders, state.sites
    here = f.site == row
    f.site[here] = -1
    f.displaced[here] = True
    f.waiting_months[here] = 0
    state.flows.displaced[s.council[row]] += int(s.self_funders[row])
    s.self_funders[row] = 0
    s.self_funder_hours[row] = 0.0


def record_site_event(state: MarketState, kind: str, row: int, reason: str, people: tuple[int, int, int] = ()) -> None:  # type: ignore[assignment]
    """Write an event of one site with its cause bridge; ``people`` defaults to everyone there."""
    s = state.sites
    one = np.array([row])
    here = people or (
        int(s.council_new[row] + s.council_settled[row]),
        int(s.self_funders[row]),
        int(s.nhs_new[row] + s.nhs_settled[row]),
    )
    hours_per_person = float(state.coefficients.hours_per_person[s.care_type[row]])
    hours = (here[0] + here[2]) * hours_per_person + (float(s.self_funder_hours[row]) if here[1] else 0.0)
    known = s.occupied_start[row] > 0.0
    state.ledger.record(
        state.month,
        kind,
        reason=reason,
        provider=int(s.provider[row]),
        site=row,
        council=int(s.council[row]),
        care_type=int(s.care_type[row]),
        people=here,
        hours=hours,
        surplus_start=float(s.bridge_start[row].sum()) if known else 0.0,
        surplus_now=float(s.bridge_now[row].sum()) if known else 0.0,
        bridge=tuple(map(float, site_bridge(state, one)[0])),
        round_=2 if touched_before(state, int(s.council[row])) else 1,
    )


def touched_before(state: MarketState, council: int) -> bool:
    """Return true when an earlier month's failure put displaced people into this council's market lately."""
    return bool(state.councils.sites_ended[council, 1:].any())


def fail_provider(state: MarketState, row: int, reason: str) -> None:
    """Record a provider's insolvency; its sites must be put to market or closed by the caller."""
    s, p = state.sites, state.providers
    mine = np.flatnonzero(s.alive & (s.provider == row))
    bridge, start, now = provider_bridge(state, mine)
    p.cause[row] = main_cause(bridge)
    p.alive[row] = False
    p.fate[row] = FAILED
    p.ended[row] = state.month
    council = int(p.home_council[row])
    state.flows.failures[council] += 1
    counts = (at.council_people(state)[mine].sum(), s.self_funders[mine].sum(), at.nhs_people(state)[mine].sum())
    p.last_hours[row] = float(at.hours_due(state)[mine].sum())
    state.ledger.record(
        state.month,
        "provider_failure",
        reason=reason,
        provider=row,
        council=council,
        people=(int(counts[0]), int(counts[1]), int(counts[2])),
        hours=float(p.last_hours[row]),
        surplus_start=start,
        surplus_now=now,
        bridge=tuple(map(float, bridge)),
        round_=2 if touched_before(state, council) else 1,
    )


_FATE_OF_REASON = {"retirement": RETIRED, "folded": FOLDED}


def end_empty_providers(state: MarketState, reason_of: dict[int, str], sold: set[int]) -> None:
    """End living providers that have no site left; ``sold`` are those whose last site went on under another owner."""
    from resilience.state.codes import SOLD

    s, p = state.sites, state.providers
    sites_left = np.bincount(s.provider[s.alive], minlength=len(p))
    for row in np.flatnonzero(p.alive & (sites_left == 0)):
        provider = int(row)
        p.alive[provider] = False
        p.ended[provider] = state.month
        if p.fate[provider] == TRADING:
            p.fate[provider] = SOLD if provider in sold else _FATE_OF_REASON.get(reason_of.get(provider, ""), CLOSED)
        mine = np.flatnonzero((s.provider == provider) & (s.closed == state.month))
        bridge, _, _ = provider_bridge(state, mine)
        p.cause[provider] = main_cause(bridge)
