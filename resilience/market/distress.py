"""Month step 8, distress: stop admitting, hand back, sell or close, breach a covenant, restructure, fail.

Nothing here draws a failure: providers fail when their cash and credit are used up or their lenders stop waiting.
Owners retire at a month of their own, and whether the site then goes on depends on whether anybody would buy it.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.market.accounts import Constants
from resilience.market.closure import close_sites, end_empty_providers, fail_providers
from resilience.market.contracts import review
from resilience.market.finance import group_factor, interest_rate
from resilience.market.sale import clear, to_market
from resilience.state.coefficients import monthly
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.market_state import MarketState

_REASONS = (
    "provider_failure",
    "regulator",
    "council_decision",
    "folded",
    "retirement",
    "loss_making",
    "wound_up",
)
"""Why sites leave their owners, the most pressing reason first."""
_CLOSE_WITHOUT_SALE = ("regulator", "folded", "council_decision")
"""Reasons for which a site closes without being offered for sale."""
_WITHOUT_SALE = np.array([reason in _CLOSE_WITHOUT_SALE for reason in _REASONS])
_NEVER = 10_000
"""Months in loss after which owners who do not give up would."""


class Owners(NamedTuple):
    """The books of providers, and when their owners stop."""

    alive: Flags
    kind: Codes
    cash: Floats
    credit_limit: Floats
    interest: Floats
    """GBP a month, on the debt for the sites in the region."""
    surplus: Floats
    outside_surplus: Floats
    breach_months: Counts
    owner_retires: Ints
    orderly: Flags


class Sites(NamedTuple):
    """What makes a site leave its owner."""

    alive: Flags
    provider: Rows
    care_type: Codes
    opened: Counts
    loss_months: Counts
    inadequate_months: Counts
    council_new: Counts
    council_settled: Counts
    nhs_new: Counts
    nhs_settled: Counts
    self_funders: Counts
    luck: Floats
    """Below the chance of it, a council closes its own home."""


class Limits(NamedTuple):
    """When owners give up, and councils and the regulator close; months, but for the chance."""

    patience_homes: int
    patience_home_care: int
    patience_chain: int
    start_up: Ints
    """By kind of care."""
    forced_closure: int
    council_closes: float
    never: int = _NEVER


def step(state: MarketState) -> None:
    """Let sites and providers in trouble do what they can, and end those that cannot go on."""
    review(state)
    rows, why = _exits(state)
    owners, reasons = state.sites.provider[rows].tolist(), [_REASONS[number] for number in why.tolist()]
    closing = _WITHOUT_SALE[why]
    close_sites(state, rows[closing], [reason for reason in reasons if reason in _CLOSE_WITHOUT_SALE])
    sold = to_market(state, rows[~closing], [reason for reason in reasons if reason not in _CLOSE_WITHOUT_SALE])
    end_empty_providers(state, dict(zip(owners, reasons, strict=True)), sold)
    clear(state)


def _exits(state: MarketState) -> tuple[Ints, Ints]:
    """Return the sites that leave their owners this month and the number of the most pressing reason of each."""
    s = state.sites
    group, books = group_factor(state), owners_of(state)
    broke, failing = money_used_up(books, group, Constants())
    failing[_chains_out_of_time(state, books, group)] = True
    fail_providers(state, np.flatnonzero(failing), "insolvent")
    failing |= _forced_to_fail(state)
    # The columns of ``books`` are the providers' own: those who failed just now are no longer alive in it.
    luck = state.uniform("council_closes_home", s.key, s.council)
    sites = Sites(
        *(s.alive, s.provider, s.care_type, s.opened, s.loss_months, s.inadequate_months),
        *(s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders, luck),
    )
    return leaving(sites, books, failing, broke, limits(state), state.month, Constants())


def owners_of(state: MarketState) -> Owners:
    """Return the providers' books now."""
    p = state.providers
    return Owners(
        *(p.alive, p.kind, p.cash, p.credit_limit, p.debt * interest_rate(state) / 12.0),
        *(p.surplus, p.outside_surplus, p.breach_months, p.owner_retires, p.orderly),
    )


def limits(state: MarketState) -> Limits:
    """Return when owners give up and others close sites in this scenario."""
    rules, closed = state.scenario.distress, state.scenario.councils.own_homes_closed_per_year
    return Limits(
        patience_homes=int(rules.patience_homes),
        patience_home_care=int(rules.patience_home_care),
        patience_chain=int(rules.patience_chain),
        start_up=at._START_UP_MONTHS,
        forced_closure=int(rules.forced_closure_months),
        council_closes=float(monthly(np.array(closed))),
    )


@compiled_in("distress")
def leaving(
    s: Sites, p: Owners, failing: Flags, broke: Flags, limits: Limits, month: int, c: Constants
) -> tuple[Ints, Ints]:
    """Return the sites that leave their owners and the number of each one's reason in ``_REASONS``.

    ``failing`` and ``broke`` (money and credit used up) go with the providers ``p``. Councils' own homes close by
    their councils' decision far more often than others close (E04-074).
    """
    kind = p.kind[s.provider]
    micro, own = kind == c.micro_enterprise, kind == c.council_service
    stopping = p.alive & (p.owner_retires <= month)
    folding = stopping | (broke & p.alive)
    people = s.council_new + s.council_settled + s.nhs_new + s.nhs_settled + s.self_funders
    idle = (month - s.opened > 9) & (people == 0)
    holds = (
        failing[s.provider],
        ~own & (s.inadequate_months >= limits.forced_closure),
        own & (s.care_type != c.home_care) & (s.luck < limits.council_closes),
        micro & (folding[s.provider] | idle),
        ~micro & stopping[s.provider],
        ~micro & ~failing[s.provider] & (s.loss_months >= patience(kind, s.care_type, s.opened, limits, month, c)),
        ~micro & winding_up(p)[s.provider],
    )
    which = np.full(s.alive.size, -1)
    for number, sites in reversed(list(enumerate(holds))):
        which[sites & s.alive] = number
    rows = np.flatnonzero(which >= 0)
    return rows, which[rows]


def patience(kind: Codes, care_type: Codes, opened: Counts, limits: Limits, month: int, c: Constants) -> Ints:
    """Return the months in loss after which each site's owner gives it up; new sites have their start-up time first.

    ``kind`` is that of the owner.
    """
    starting_up = (opened >= 0) & (month - opened < limits.start_up[care_type])
    months = np.where(care_type == c.home_care, limits.patience_home_care, limits.patience_homes)
    months = np.where(kind == c.chain, limits.patience_chain, months)
    return np.where(starting_up | (kind == c.council_service), limits.never, months)


def winding_up(p: Owners) -> Flags:
    """Return the small owners who stop in good order while they can still pay.

    A share of owners (a trait of each) do so when their cash and credit would not carry another two months of loss;
    the others go on until the money is gone.
    """
    return p.alive & p.orderly & (p.surplus < 0.0) & (p.cash + p.credit_limit < -2.0 * p.surplus)


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
            # Of a provider that is no longer there the row tells the run; so does the council of the event.
            provider, council = (row, int(p.home_council[row])) if row >= 0 else (-1, row)
            why = f"{reason}: no such provider trades any more"
            state.ledger.record(state.month, "shock_without_effect", reason=why, provider=provider, council=council)
    return failing


@compiled_in("distress")
def money_used_up(p: Owners, group: Floats, c: Constants) -> tuple[Flags, Flags]:
    """Return the living providers whose cash and credit are used up, and those of them that are insolvent.

    A chain's whole ``group`` counts (its size in England over that in the region). A council's service cannot fail, and
    the few self-employed people of a micro-enterprise stop rather than go insolvent.
    """
    limit = p.credit_limit * np.where(p.kind == c.chain, group, 1.0)
    broke = p.alive & (p.cash < -limit)
    return broke, broke & (p.kind != c.council_service) & (p.kind != c.micro_enterprise)


def _chains_out_of_time(state: MarketState, books: Owners, group: Floats) -> Ints:
    """Count chains' months in breach; let lenders restructure a chain once, and end it the next time."""
    p, rules = state.providers, state.scenario.distress
    new, cover = count_breaches(books, group, float(rules.covenant_cover), Constants())
    for row, covered in zip(new.tolist(), cover.tolist(), strict=True):
        _provider_event(state, "covenant_breach", row, f"interest cover {covered:.2f}")
    due = np.flatnonzero(p.breach_months >= rules.breach_patience)
    last = due[p.restructured[due]]
    for row in due[~p.restructured[due]].tolist():
        _restructure(state, row)
    return last


@compiled_in("distress")
def count_breaches(p: Owners, group: Floats, least: float, c: Constants) -> tuple[Ints, Floats]:
    """Bring the months that chains' interest cover was below ``least`` up to date; others count back to none.

    Returns the chains that are in breach for the first time, and their cover.
    """
    cover = cover_of(p, group)
    breach = p.alive & (p.kind == c.chain) & (cover < least)
    new = np.flatnonzero(breach & (p.breach_months == 0))
    p.breach_months[:] = np.where(breach, p.breach_months + 1, np.maximum(p.breach_months - 1, 0))
    return new, cover[new]


def interest_cover(state: MarketState) -> Floats:
    """Return each provider's surplus before interest over interest, the whole group counted; infinite without debt."""
    return cover_of(owners_of(state), group_factor(state))


def cover_of(p: Owners, group: Floats) -> Floats:
    """Return surplus before interest over interest, each provider's whole ``group`` counted."""
    interest = p.interest * group
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
