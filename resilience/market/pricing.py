"""Self-funder prices each April: costs passed on, the council's shortfall shifted, as far as the market bears it."""

import numpy as np

from resilience.market import sites as at
from resilience.market.commissioning import cost_inflation
from resilience.state.codes import HOME_CARE, N_TYPES
from resilience.state.columns import Floats
from resilience.state.market_state import MarketState

_LARGEST_STEP = 0.03
"""Most that a price moves in one April towards those of homes with a like clientele (assumption)."""
_EMPTY_BELOW = 0.80
"""Occupancy below which a provider holds its price down (E03-111, break-even)."""


def step(state: MarketState) -> None:
    """Set this year's self-funder prices in April; micro-enterprises move with the council's fee.

    Where the market no longer bears the whole premium over the council's fee, prices fall by that part of it.
    """
    if not state.conditions.is_april or state.month == 0:
        return
    s = state.sites
    follows_fee = at.is_micro(state)
    growth = np.where(follows_fee, state.councils.uplift[s.council, s.care_type], price_growth(state))
    s.price *= 1.0 + np.where(s.alive, growth, 0.0)
    premium = np.maximum(s.price - state.councils.fee[s.council, s.care_type], 0.0)
    s.price -= np.where(s.alive & ~follows_fee, state.conditions.premium_loss * premium, 0.0)


def price_growth(state: MarketState) -> Floats:
    """Return the growth of each site's self-funder price this April.

    It is the rise in unit costs plus a share of what the council's uplift falls short of it, carried by the
    self-funders there (cross-subsidy, E06-047, E06-050), at most ``price_rise_limit`` over general inflation, less a
    discount where many places are empty, and a step towards what homes with such a clientele charge.
    """
    s, p = state.sites, state.scenario.self_funders
    costs = cost_inflation(state)[s.care_type]
    shortfall = np.maximum(costs - state.councils.uplift[s.council, s.care_type], 0.0)
    council = at.council_people(state)
    burden = np.minimum(council / np.maximum(s.self_funders, 1), 1.0)
    growth = costs + p.cross_subsidy * shortfall * burden
    growth = np.minimum(growth, state.conditions.inflation + p.price_rise_limit)
    occupied = at.people(state) / np.maximum(s.capacity, 1)
    return growth - 0.2 * np.clip(_EMPTY_BELOW - occupied, 0.0, 0.3) + towards_clientele(state)


def towards_clientele(state: MarketState) -> Floats:
    """Return the part of each home's price growth that brings it nearer to what homes with its clientele charge.

    The more of a home's residents pay for themselves, the more it charges over the council's fee than other homes of
    its market (E03-011 to E03-016), by ``premium_slope`` as at the start. A home goes part of the way each April, at
    most 3% (assumption). Home care and homes without residents stay as they are.
    """
    s, p = state.sites, state.scenario.self_funders
    people = at.people(state)
    home = s.alive & (s.care_type != HOME_CARE) & (people > 0) & (s.price > 0.0)
    market, size = state.market_of_site(), state.n_councils * N_TYPES
    weight = np.where(home, people, 0).astype(np.float64)
    share = s.self_funders / np.maximum(people, 1)
    over_fee = s.price / np.maximum(state.councils.fee[s.council, s.care_type], 1e-9)
    total = np.maximum(np.bincount(market, weights=weight, minlength=size), 1.0)
    usual_share = (np.bincount(market, weights=weight * share, minlength=size) / total)[market]
    usual = (np.bincount(market, weights=weight * over_fee, minlength=size) / total)[market]
    wanted = usual + p.premium_slope * (share - usual_share)
    step = p.price_follows_clientele * (wanted / np.maximum(over_fee, 1e-9) - 1.0)
    return np.where(home, np.clip(step, -_LARGEST_STEP, _LARGEST_STEP), 0.0)
