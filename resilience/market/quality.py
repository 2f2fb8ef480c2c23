"""Month step 11, quality drifts with staffing, turnover, size and margin; ratings follow at inspections."""

import numpy as np

from resilience.kernels import compiled_in
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
from resilience.state.columns import Codes, Counts, Floats, Ints, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import normal_quantiles, uniforms_at

_REMEDY = 0.15
"""Effort a site makes while rated inadequate, points of quality (assumption)."""
_REVISITS = 3.0
"""Inspections of an inadequate site over those of others (assumption: the regulator comes back within six months)."""
_THIRD_SECTOR = 1
RATINGS_BY_QUALITY = INADEQUATE, REQUIRES_IMPROVEMENT, GOOD, OUTSTANDING


def step(state: MarketState) -> None:
    """Move quality, inspect some sites, and let each site's passing cost shock fade and be renewed."""
    s, p, costs = state.sites, state.scenario.quality, state.scenario.costs
    living = np.flatnonzero(s.alive)
    decisions = "quality", "cost_shock", "inspection"
    drawn = uniforms_at(living, s.key, state.words(*decisions), s.council)
    noise, mishap = normal_quantiles(drawn[:2])
    drift_and_inspect(
        s.quality,
        s.rating,
        s.inadequate_months,
        living,
        supported_quality(state),
        noise,
        drawn[2],
        s.provider,
        state.providers.kind,
        (float(p.drift), float(p.noise), p.inspections_per_year / 12.0, _REVISITS * p.inspections_per_year / 12.0),
        (float(p.inadequate_below), float(p.improvement_below), float(p.outstanding_above)),
        RATINGS_BY_QUALITY,
        MICRO_ENTERPRISE,
    )
    renew_shocks(
        s.shock,
        s.capacity,
        living,
        mishap,
        costs.passing_shock * _weight_of_mishaps(at.sizes_by_capacity(s.capacity)),
        float(costs.passing_shock_memory),
    )


def supported_quality(state: MarketState) -> Floats:
    """Return the quality that a site's staffing, turnover, size, margin and owners support in the long run, 0 to 1."""
    s, p, labour = state.sites, state.scenario.quality, state.scenario.labour
    sizes = at.sizes_by_capacity(s.capacity)
    return quality_supported(
        s.provider,
        s.care_type,
        s.capacity,
        s.staff,
        s.posts,
        s.leavers,
        s.trend,
        s.rating,
        s.quality_trait,
        state.providers.kind,
        state.providers.sector,
        # Homes are compared with one of 25 beds, branches with one of 45 clients.
        p.size_effect * np.log(np.stack([sizes / 25.0, sizes / 45.0])),
        (float(p.start), float(1.0 - labour.vacancy_start), float(labour.turnover_per_year)),
        (
            float(p.staffing_effect),
            float(p.turnover_effect),
            float(p.margin_effect),
            float(p.not_for_profit_effect),
            _REMEDY,
        ),
        (HOME_CARE, COOPERATIVE, MICRO_ENTERPRISE, _THIRD_SECTOR, INADEQUATE),
    )


@compiled_in("quality")
def quality_supported(
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    staff: Floats,
    posts: Floats,
    leavers: Floats,
    trend: Floats,
    rating: Codes,
    trait: Floats,
    kind: Codes,
    sector: Codes,
    lost_by_size: Floats,
    usual: tuple[float, float, float],
    effects: tuple[float, float, float, float, float],
    codes: tuple[int, int, int, int, int],
) -> Floats:
    """Return the quality that each site supports, 0 to 1.

    The first nine go by site, the next two by provider; ``lost_by_size`` is what size takes away, in homes and at home
    (rows) by capacity. ``usual`` are quality, share of posts filled and turnover a year, ``effects`` those of staffing,
    turnover, margin, owners who seek no profit and the effort made while rated inadequate. ``codes`` are those of home
    care, co-operatives, micro-enterprises, the third sector and of the rating inadequate.
    """
    start, usual_filled, usual_turnover = usual
    of_staffing, of_turnover, of_margin, not_for_profit, remedy = effects
    home_care, cooperative, micro_enterprise, third_sector, inadequate = codes
    no_profit = (sector == third_sector) | (kind == cooperative) | (kind == micro_enterprise)
    turnover = 12.0 * leavers / np.maximum(staff, 1e-9)
    filled = np.minimum(staff / np.maximum(posts, 1e-9), 1.0)
    quality = start + trait
    quality = quality - lost_by_size[(care_type == home_care).astype(np.int64), capacity]
    quality += of_staffing * np.clip(filled - usual_filled, -0.3, 0.05)
    quality -= of_turnover * np.clip(turnover - usual_turnover, -0.3, 1.0)
    quality += of_margin * np.clip(trend, -0.15, 0.0)
    quality += np.where(no_profit[provider], not_for_profit, 0.0)
    quality += np.where(rating == inadequate, remedy, 0.0)
    return np.clip(quality, 0.0, 1.0)


@compiled_in("quality")
def drift_and_inspect(
    quality: Floats,
    rating: Codes,
    inadequate_months: Counts,
    living: Ints,
    supported: Floats,
    noise: Floats,
    inspection: Floats,
    provider: Rows,
    kind: Codes,
    rates: tuple[float, float, float, float],
    limits: tuple[float, float, float],
    ratings: tuple[int, int, int, int],
    micro_enterprise: int,
) -> None:
    """Move the quality of ``living`` sites, publish the ratings of those inspected, count months rated inadequate.

    The first three are changed in place; ``noise`` and ``inspection`` are draws of the living sites. ``rates`` are
    drift, noise and the chances that a site and one rated inadequate are inspected this month; ``limits`` and
    ``ratings`` are those of :func:`rating_by`.
    """
    drift, noisy, usually, if_inadequate = rates
    before = quality[living]
    quality[living] = np.clip(before + drift * (supported[living] - before) + noisy * noise, 0.0, 1.0)
    regulated = kind[provider[living]] != micro_enterprise
    rows = living[regulated]
    inadequate = ratings[0]
    chance = np.where(rating[rows] == inadequate, if_inadequate, usually)
    inspected = rows[inspection[regulated] < chance]
    rating[inspected] = rating_by(quality[inspected], limits, ratings)
    months = np.where(rating[rows] == inadequate, inadequate_months[rows] + 1, 0)
    inadequate_months[:] = 0
    inadequate_months[rows] = months


def rating_of(state: MarketState, quality: Floats) -> Ints:
    """Return the rating a quality earns."""
    p = state.scenario.quality
    limits = p.inadequate_below, p.improvement_below, p.outstanding_above
    return rating_by(quality, limits, RATINGS_BY_QUALITY)


def rating_by(quality: Floats, limits: tuple[float, float, float], ratings: tuple[int, int, int, int]) -> Ints:
    """Return the rating that a quality earns.

    ``limits`` are those below which it is inadequate or requires improvement, and above which it is outstanding;
    ``ratings`` are the codes from the worst to the best.
    """
    inadequate_below, improvement_below, outstanding_above = limits
    inadequate, requires_improvement, good, outstanding = ratings
    rating = np.full(quality.shape, good)
    rating[quality < improvement_below] = requires_improvement
    rating[quality < inadequate_below] = inadequate
    rating[quality > outstanding_above] = outstanding
    return rating


def _weight_of_mishaps(sizes: Ints) -> Floats:
    """Return how much a passing cost shock weighs at sites of these sizes; small ones feel single mishaps more."""
    return np.asarray(np.minimum(np.maximum(sizes / 30.0, 0.1), 4.0) ** -0.35)


@compiled_in("quality")
def renew_shocks(shock: Floats, capacity: Counts, living: Ints, mishap: Floats, spread: Floats, memory: float) -> None:
    """Let each site's passing cost shock be part of the last one and a new one, in place; none where it has closed.

    ``mishap`` are standard normals of the ``living`` sites, ``spread`` goes by capacity.
    """
    renewed = memory * shock[living] + spread[capacity[living]] * mishap
    shock[:] = 0.0
    shock[living] = renewed
