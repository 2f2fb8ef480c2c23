"""Compiled forms of quality, inspections and passing cost shocks (see ``resilience/market/quality.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Floats, Ints, Rows


@kernel
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
    """Return the quality that each site supports, 0 to 1."""
    start, usual_filled, usual_turnover = usual
    of_staffing, of_turnover, of_margin, not_for_profit, remedy = effects
    home_care, cooperative, micro_enterprise, third_sector, inadequate = codes
    seeks_no_profit = np.empty(kind.size, dtype=np.bool_)
    for owner in range(kind.size):
        not_alone = (kind[owner] == cooperative) | (kind[owner] == micro_enterprise)
        seeks_no_profit[owner] = not_alone | (sector[owner] == third_sector)
    # What is looked up in tables comes first: the rest is then worked out for several sites at once.
    supported, effort = np.empty(provider.size), np.empty(provider.size)
    for row in range(provider.size):
        effort[row] = not_for_profit if seeks_no_profit[provider[row]] else 0.0
        supported[row] = start + trait[row] - lost_by_size[1 if care_type[row] == home_care else 0, capacity[row]]
    for row in range(provider.size):
        turnover = 12.0 * leavers[row] / max(staff[row], 1e-9)
        filled = min(staff[row] / max(posts[row], 1e-9), 1.0)
        quality = supported[row]
        quality += of_staffing * min(max(filled - usual_filled, -0.3), 0.05)
        quality -= of_turnover * min(max(turnover - usual_turnover, -0.3), 1.0)
        quality += of_margin * min(max(trend[row], -0.15), 0.0)
        quality += effort[row]
        quality += remedy if rating[row] == inadequate else 0.0
        supported[row] = min(max(quality, 0.0), 1.0)
    return supported


@kernel
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
    """Move the quality of living sites, publish the ratings of those inspected, count months rated inadequate."""
    drift, noisy, usually, if_inadequate = rates
    inadequate_below, improvement_below, outstanding_above = limits
    inadequate, requires_improvement, good, outstanding = ratings
    months = inadequate_months.copy()
    inadequate_months[:] = 0
    for place in range(living.size):
        row = living[place]
        rated = kind[provider[row]] != micro_enterprise
        now = quality[row] + drift * (supported[row] - quality[row]) + noisy * noise[place]
        now = quality[row] = min(max(now, 0.0), 1.0)
        if rated & (inspection[place] < (if_inadequate if rating[row] == inadequate else usually)):
            rating[row] = good
            if now < improvement_below:
                rating[row] = requires_improvement
            if now < inadequate_below:
                rating[row] = inadequate
            if now > outstanding_above:
                rating[row] = outstanding
        inadequate_months[row] = months[row] + 1 if rated & (rating[row] == inadequate) else 0


@kernel
def renew_shocks(shock: Floats, capacity: Counts, living: Ints, mishap: Floats, spread: Floats, memory: float) -> None:
    """Let each site's passing cost shock fade and be renewed, in place."""
    upto = 0
    for place in range(living.size):
        row = living[place]
        shock[upto:row] = 0.0
        shock[row] = memory * shock[row] + spread[capacity[row]] * mishap[place]
        upto = row + 1
    shock[upto:] = 0.0
