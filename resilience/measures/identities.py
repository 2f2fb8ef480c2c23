"""The accounting identities that hold after every month, and the check that stops a run at the first breach."""

import numpy as np

from resilience.market import sites as at
from resilience.market.need import total_people
from resilience.state.codes import COUNCIL, HOME_CARE, SELF_FUNDER
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState

TOLERANCE = 1e-9
"""Relative tolerance of money and hours: float precision of sums over thousands of sites."""


class AccountingError(AssertionError):
    """An accounting identity does not hold; the message names it and the size of the breach."""


class Accounts:
    """Remembers last month's stocks and checks that this month's flows explain the change."""

    def __init__(self, state: MarketState) -> None:
        self._people = total_people(state)
        self._cash = float(state.providers.cash.sum())

    def check(self, state: MarketState) -> None:
        """Check every identity; raises AccountingError at the first that does not hold."""
        hours_add_up(state)
        self.people_add_up(state)
        spend_is_revenue(state)
        policies_are_paid_for(state)
        self.cash_adds_up(state)
        every_site_has_one_living_provider(state)
        counts_agree(state)
        self._people = total_people(state)
        self._cash = float(state.providers.cash.sum())

    def people_add_up(self, state: MarketState) -> None:
        """People now = people before + arrivals - leavers, a self-funder who runs down changing payer."""
        flows = state.flows
        change = (total_people(state) - self._people).sum(axis=0)
        expected = (flows.arrivals - flows.leavers).sum(axis=0)
        run_down = flows.run_down.sum(axis=0)
        expected[:, COUNCIL] += run_down
        expected[:, SELF_FUNDER] -= run_down
        if not np.array_equal(change, expected):
            raise AccountingError(f"people in and out do not explain the change: {change - expected} by kind and payer")

    def cash_adds_up(self, state: MarketState) -> None:
        """Providers' cash now = before + surplus - paid to owners - debt paid down by rule + capital put in."""
        p = state.providers
        earned = float((p.surplus + p.outside_surplus - p.paid_out).sum())
        put_in = float(state.flows.capital_put_in.sum() - state.flows.debt_repaid.sum())
        expected = self._cash + earned + put_in
        _close("cash", np.array([p.cash.sum()]), np.array([expected]), scale=float(np.abs(p.cash).sum()))


def hours_add_up(state: MarketState) -> None:
    """Need = delivered + lost + unmet for every council, kind of care and payer; and nothing is negative."""
    flows = state.flows
    unmet = flows.unmet_place + flows.unmet_staff + flows.unmet_rationed
    _close("need = delivered + lost + unmet", flows.need, flows.delivered + flows.lost + unmet)
    for name in ("need", "delivered", "lost", "unmet_place", "unmet_staff", "unmet_rationed"):
        if (getattr(flows, name) < -1e-6).any():
            raise AccountingError(f"negative hours in {name}: {getattr(flows, name).min()}")


def spend_is_revenue(state: MarketState) -> None:
    """Every pound of revenue is somebody's spend, by council, kind of care and payer."""
    _close("spend = revenue", state.flows.spend, state.flows.revenue)


def policies_are_paid_for(state: MarketState) -> None:
    """Every policy's cost has a payer, and what sites are given towards their costs is a policy's cost."""
    now, e = state.conditions, state.conditions.policies
    if not now.programme_cost.any() and not e.site_subsidy.any():
        return
    given = np.zeros(state.n_councils)
    if e.site_subsidy.size:
        given = np.bincount(
            state.sites.council[: e.site_subsidy.size], weights=e.site_subsidy, minlength=state.n_councils
        )
    slack = TOLERANCE * max(float(np.abs(now.programme_cost).max()), 1.0)
    pairs = {
        "councils pay more than policies cost": (e.cost_council, now.programme_cost),
        "care bought by policies exceeds their cost": (e.cost_in_spend, now.programme_cost),
        "councils' programmes beside care exceed what they pay": (e.cost_beside_care, e.cost_council),
        "sites are given more than policies pay beside care": (given, now.programme_cost - e.cost_in_spend),
    }
    for name, (part, whole) in pairs.items():
        if (part < -slack).any() or (part > whole + slack).any():
            raise AccountingError(f"{name}: by {float((part - whole).max()):.6g} GBP")


def every_site_has_one_living_provider(state: MarketState) -> None:
    """Every bed and branch belongs to one living provider, and every living provider has a site."""
    s, p = state.sites, state.providers
    orphans = np.flatnonzero(s.alive & ~p.alive[s.provider])
    if orphans.size:
        raise AccountingError(f"living sites without a living provider: {orphans[:5]}")
    with_sites = np.bincount(s.provider[s.alive], minlength=len(p)) > 0
    idle = np.flatnonzero(p.alive & ~with_sites)
    if idle.size:
        raise AccountingError(f"living providers without a site: {idle[:5]}")


def counts_agree(state: MarketState) -> None:
    """Self-funders counted at sites are the ones there; homes hold no more people than beds; none is negative."""
    s, f = state.sites, state.self_funders
    placed = f.site[f.site >= 0]
    if not np.array_equal(np.bincount(placed, minlength=len(s)), s.self_funders):
        raise AccountingError("self-funders counted at sites are not the self-funders who live there")
    hours = np.bincount(placed, weights=f.hours[f.site >= 0], minlength=len(s))
    _close("hours of self-funders", s.self_funder_hours, hours, scale=1.0)
    counts = np.stack([s.council_new, s.council_settled, s.nhs_new, s.nhs_settled, s.self_funders])
    queues = ("waiting", "waiting_long", "displaced", "displaced_long", "rationed")
    if (counts < 0).any() or any((getattr(state.councils, name) < 0).any() for name in queues):
        raise AccountingError("a count of people is negative")
    if (at.people(state)[~s.alive] > 0).any():
        raise AccountingError("people at a site that has closed")
    home = s.care_type != HOME_CARE
    if (at.people(state)[home] > s.capacity[home]).any():
        raise AccountingError("a home holds more people than it has beds")


def _close(name: str, left: Floats, right: Floats, scale: float | None = None) -> None:
    """Raise AccountingError unless two arrays agree to float precision."""
    size = max(float(np.abs(left).max(initial=0.0)), 1.0) if scale is None else max(scale, 1.0)
    worst = float(np.abs(left - right).max(initial=0.0))
    if worst > TOLERANCE * size or not np.isfinite(worst):
        raise AccountingError(f"{name}: off by {worst:.6g} (largest value {size:.6g})")
