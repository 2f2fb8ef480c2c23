"""Month step 11, quality drifts with staffing, turnover, size and margin; ratings follow at inspections."""

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import (
    COOPERATIVE,
    GOOD,
    HOME_CARE,
    INADEQUATE,
    MICRO_ENTERPRISE,
    OUTSTANDING,
    REQUIRES_IMPROVEMENT,
)
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

_REMEDY = 0.15
"""Effort a site makes while rated inadequate, points of quality (assumption)."""
_REVISITS = 3.0
"""Inspections of an inadequate site over those of others (assumption: the regulator comes back within six months)."""
_THIRD_SECTOR = 1


def step(state: MarketState) -> None:
    """Move quality, inspect some sites, and let each site's passing cost shock fade and be renewed."""
    s, p = state.sites, state.scenario.quality
    living = np.flatnonzero(s.alive)
    noise = p.noise * state.normal("quality", s.key[living])
    before = s.quality[living]
    s.quality[living] = np.clip(before + p.drift * (supported_quality(state)[living] - before) + noise, 0.0, 1.0)
    _inspect(state)
    _renew_shocks(state)


def supported_quality(state: MarketState) -> Floats:
    """Return the quality that a site's staffing, turnover, size, margin and owners support in the long run, 0 to 1."""
    s, p = state.sites, state.scenario.quality
    provider = s.provider
    not_for_profit = (state.providers.sector[provider] == _THIRD_SECTOR) | np.isin(
        state.providers.kind[provider], (COOPERATIVE, MICRO_ENTERPRISE)
    )
    reference = np.where(s.care_type == HOME_CARE, 45.0, 25.0)
    turnover = 12.0 * s.leavers / np.maximum(s.staff, 1e-9)
    filled = np.minimum(s.staff / np.maximum(s.posts, 1e-9), 1.0)
    usual = 1.0 - state.scenario.labour.vacancy_start
    quality = p.start + s.quality_trait
    quality = quality - p.size_effect * np.log(np.maximum(s.capacity, 1) / reference)
    quality += p.staffing_effect * np.clip(filled - usual, -0.3, 0.05)
    quality -= p.turnover_effect * np.clip(turnover - state.scenario.labour.turnover_per_year, -0.3, 1.0)
    quality += p.margin_effect * np.clip(s.trend, -0.15, 0.0)
    quality += np.where(not_for_profit, p.not_for_profit_effect, 0.0)
    quality += np.where(s.rating == INADEQUATE, _REMEDY, 0.0)
    return np.clip(quality, 0.0, 1.0)


def _inspect(state: MarketState) -> None:
    """Publish new ratings of the sites inspected this month, and count how long a site has been inadequate."""
    s, p = state.sites, state.scenario.quality
    regulated = s.alive & ~at.is_micro(state)
    rows = np.flatnonzero(regulated)
    often = np.where(s.rating[rows] == INADEQUATE, _REVISITS, 1.0)
    inspected = rows[state.uniform("inspection", s.key[rows]) < often * p.inspections_per_year / 12.0]
    s.rating[inspected] = rating_of(state, s.quality[inspected])
    s.inadequate_months[:] = np.where(regulated & (s.rating == INADEQUATE), s.inadequate_months + 1, 0)


def rating_of(state: MarketState, quality: Floats) -> Ints:
    """Return the rating a quality earns."""
    p = state.scenario.quality
    rating = np.full(quality.shape, GOOD)
    rating[quality < p.improvement_below] = REQUIRES_IMPROVEMENT
    rating[quality < p.inadequate_below] = INADEQUATE
    rating[quality > p.outstanding_above] = OUTSTANDING
    return rating


def _renew_shocks(state: MarketState) -> None:
    """Let each site's passing cost shock fade and add a new one; small sites feel single mishaps more."""
    s, costs = state.sites, state.scenario.costs
    living = np.flatnonzero(s.alive)
    size = np.clip(np.maximum(s.capacity[living], 1) / 30.0, 0.1, 4.0) ** -0.35
    new = costs.passing_shock * size * state.normal("cost_shock", s.key[living])
    s.shock[living] = costs.passing_shock_memory * s.shock[living] + new
    s.shock[~s.alive] = 0.0
