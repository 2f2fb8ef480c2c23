"""How sites and providers end: people are displaced, staff are freed, events are written."""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import notice
from resilience.market.bridge import OCCUPANCY, Booked, booked, bridges, main_causes, provider_bridges
from resilience.market.contagion import links
from resilience.market.displaced import leave, pay_off_debt
from resilience.state.codes import (
    CLOSED,
    COUNCIL_SERVICE,
    FAILED,
    FOLDED,
    MICRO_ENTERPRISE,
    N_CAUSES,
    RETIRED,
    SOLD,
    TRADING,
)
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.ledger import AMOUNTS
from resilience.state.market_state import MarketState

_BRIDGE = len(AMOUNTS) - N_CAUSES
"""Place of the first cause among an event's amounts."""
_FATE_OF_REASON = {"retirement": RETIRED, "folded": FOLDED}
_IN_GOOD_ORDER = "wound_up"
"""Reason of a closure whose owner pays back the overdraft, as those who retire do (assumption)."""


class AtSites(NamedTuple):
    """Whose each site is, where, and who is there."""

    provider: Rows
    council: Rows
    care_type: Codes
    council_new: Counts
    council_settled: Counts
    nhs_new: Counts
    nhs_settled: Counts
    self_funders: Counts
    self_funder_hours: Floats


def at_sites(state: MarketState) -> AtSites:
    """Return who is at each site now."""
    s = state.sites
    return AtSites(
        *(s.provider, s.council, s.care_type, s.council_new, s.council_settled, s.nhs_new, s.nhs_settled),
        *(s.self_funders, s.self_funder_hours),
    )


def close_sites(state: MarketState, rows: Ints, reasons: list[str], crowded_out: Flags | None = None) -> None:
    """Stop care at the named sites, each for its reason; everybody there is displaced, staff look for work near by.

    ``crowded_out`` marks those that would have found a buyer without the crowd of other sites for sale.
    """
    if rows.size == 0:
        return
    micro = state.providers.kind[state.sites.provider[rows]] == MICRO_ENTERPRISE
    kinds = ["micro_enterprise_fold" if small else "site_closure" for small in micro.tolist()]
    second = record_site_events(state, kinds, rows, reasons, crowded_out=crowded_out)
    notice.give(state, rows)
    pay_off_debt(state, rows)
    leave(state, rows, micro, second)


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
    if rows.size == 0:
        return np.zeros(0, dtype=np.bool_)
    everybody = council_people is None
    given = np.zeros(0, dtype=np.int64) if council_people is None else council_people
    counts, amounts = events_at(
        rows, everybody, given, at_sites(state), booked(state), state.coefficients.hours_per_person, OCCUPANCY
    )
    crowded = None if crowded_out is None else crowded_out.tolist()
    ways = links(state, counts.tolist(), reasons, amounts[:, _BRIDGE:], crowded)
    linked = [way.provider for way in ways]
    state.ledger.record_sites(state.month, kinds, reasons, (counts, amounts), linked, [way.channel for way in ways])
    return np.array(linked) >= 0


@compiled_in("bridge")
def events_at(
    rows: Ints, everybody: bool, given: Ints, s: AtSites, b: Booked, hours_per_person: Floats, occupancy: int
) -> tuple[Ints, Floats]:
    """Return the ledger's counts from ``provider`` on, and its amounts, of events at these sites, a row each.

    ``everybody`` there is affected, or ``given`` council-funded people. ``hours_per_person`` by kind of care;
    ``occupancy`` is that cause's number.
    """
    care_type = s.care_type[rows]
    council, nhs = s.council_new[rows] + s.council_settled[rows], s.nhs_new[rows] + s.nhs_settled[rows]
    self_funders, own_hours = s.self_funders[rows], s.self_funder_hours[rows]
    if not everybody:
        council, self_funders, nhs, own_hours = given, np.zeros_like(nhs), np.zeros_like(nhs), np.zeros(rows.size)
    hours = (council + nhs) * hours_per_person[care_type] + own_hours
    bridge, start, now = bridges(rows, b, occupancy)
    counts = np.column_stack([s.provider[rows], rows, s.council[rows], care_type, council, self_funders, nhs])
    return counts, np.column_stack([hours, start, now, bridge])


def fail_providers(state: MarketState, failing: Ints, reason: str) -> None:
    """Record providers' insolvency; the caller must put their sites to market or close them."""
    if failing.size == 0:
        return
    s, p = state.sites, state.providers
    sites = sites_of(failing, s.alive, s.provider, len(p))
    account = provider_bridges(state, failing, sites)
    p.cause[failing] = main_causes(account[0])
    p.alive[failing] = False
    p.fate[failing] = FAILED
    p.ended[failing] = state.month
    np.add.at(state.flows.failures, p.home_council[failing], 1)
    per_person = state.coefficients.hours_per_person
    people, hours, care_type = served_by(failing, sites, at_sites(state), per_person, len(p))
    p.last_hours[failing] = hours
    _write_failures(state, failing, reason, account, people, care_type)


@compiled_in("closure")
def sites_of(providers: Ints, alive: Flags, provider: Rows, among: int) -> Ints:
    """Return the living sites of these providers, of ``among`` in all; the columns are those of the sites."""
    named = np.zeros(among, dtype=np.bool_)
    named[providers] = True
    return np.flatnonzero(alive & named[provider])


@compiled_in("closure")
def served_by(
    providers: Ints, rows: Ints, s: AtSites, hours_per_person: Floats, among: int
) -> tuple[Ints, Floats, Ints]:
    """Return (people by payer, weekly hours, kind of care with most hours) of these providers; ``rows``: their sites.

    People are payers x providers. There are ``among`` providers in all.
    """
    owner, care_type = s.provider[rows], s.care_type[rows]
    council, nhs = s.council_new[rows] + s.council_settled[rows], s.nhs_new[rows] + s.nhs_settled[rows]
    load = council + nhs + s.self_funder_hours[rows] / hours_per_person[care_type]
    hours = load * hours_per_person[care_type]
    people = np.stack([np.bincount(owner, weights=n, minlength=among) for n in (council, s.self_funders[rows], nhs)])
    kinds = hours_per_person.size
    by_kind = np.bincount(owner * kinds + care_type, weights=hours, minlength=among * kinds).reshape(-1, kinds)
    in_all = np.bincount(owner, weights=hours, minlength=among)
    return people[:, providers].astype(np.int64), in_all[providers], by_kind[providers].argmax(axis=1)


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
    p, many = state.providers, failing.size
    council, reasons = p.home_council[failing], [reason] * many
    counts = np.column_stack([failing, np.full(many, -1), council, care_type, *people])
    bridge, start, now = account
    amounts = np.column_stack([p.last_hours[failing], start, now, bridge])
    ways = links(state, counts.tolist(), reasons, bridge)
    linked, channels = [way.provider for way in ways], [way.channel for way in ways]
    # The kind of care of a provider's events is left open: it may have several.
    counts[:, 3] = -1
    state.ledger.record_sites(state.month, ["provider_failure"] * many, reasons, (counts, amounts), linked, channels)


def end_empty_providers(state: MarketState, reason_of: dict[int, str], sold: set[int]) -> None:
    """End living providers that have no site left; ``sold`` are those whose last site went on under another owner.

    Those whose last site closed while they owed more than they had are insolvent: nobody is left to earn what they owe.
    Owners who retire or stop in good order pay it themselves.
    """
    s, p = state.sites, state.providers
    gone = without_sites(p.alive, s.alive, s.provider)
    if gone.size == 0:
        return
    p.alive[gone] = False
    p.ended[gone] = state.month
    rows = gone.tolist()
    reasons = [reason_of.get(row, "") for row in rows]
    fates = [
        SOLD if row in sold else _FATE_OF_REASON.get(reason, CLOSED) for row, reason in zip(rows, reasons, strict=True)
    ]
    p.fate[gone] = np.where(p.fate[gone] == TRADING, fates, p.fate[gone])
    account = provider_bridges(state, gone, np.flatnonzero(s.closed == state.month))
    p.cause[gone] = np.where(p.fate[gone] == SOLD, -1, main_causes(account[0]))
    orderly = np.array([reason == _IN_GOOD_ORDER for reason in reasons], dtype=np.bool_)
    owing = (p.fate[gone] == CLOSED) & (p.cash[gone] < 0.0) & (p.kind[gone] != COUNCIL_SERVICE) & ~orderly
    if owing.any():
        _fail_on_closing(state, gone[owing], (account[0][owing], account[1][owing], account[2][owing]))


@compiled_in("closure")
def without_sites(alive: Flags, site_alive: Flags, provider: Rows) -> Ints:
    """Return the living providers of none of the living sites, which belong to ``provider``."""
    sites = np.bincount(provider, weights=site_alive, minlength=alive.size)
    return np.flatnonzero(alive & (sites == 0.0))


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
