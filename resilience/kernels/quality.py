"""Compiled forms of quality, inspections and passing cost shocks (see ``resilience/market/quality.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats, Ints


@kernel
def quality_supported(
    provider: Ints,
    care_type: Ints,
    capacity: Ints,
    staff: Floats,
    posts: Floats,
    leavers: Floats,
    trend: Floats,
    rating: Ints,
    trait: Floats,
    kind: Ints,
    sector: Ints,
    lost_by_size: Floats,
    usual: tuple[float, float, float],
    effects: tuple[float, float, float, float, float],
    codes: tuple[int, int, int, int, int],
) -> Floats:
    """Return the quality that each site supports, 0 to 1."""
    start, usual_filled, usual_turnover = usual
    of_staffing, of_turnover, of_margin, not_for_profit, remedy = effects
    home_care, cooperative, micro_enterprise, third_sector, inadequate = codes
    supported = np.empty(provider.size)
    for row in range(provider.size):
        of_provider = kind[provider[row]]
        no_profit = sector[provider[row]] == third_sector or of_provider in (cooperative, micro_enterprise)
        turnover = 12.0 * leavers[row] / max(staff[row], 1e-9)
        filled = min(staff[row] / max(posts[row], 1e-9), 1.0)
        quality = start + trait[row]
        quality -= lost_by_size[1 if care_type[row] == home_care else 0, capacity[row]]
        quality += of_staffing * min(max(filled - usual_filled, -0.3), 0.05)
        quality -= of_turnover * min(max(turnover - usual_turnover, -0.3), 1.0)
        quality += of_margin * min(max(trend[row], -0.15), 0.0)
        quality += not_for_profit if no_profit else 0.0
        quality += remedy if rating[row] == inadequate else 0.0
        supported[row] = min(max(quality, 0.0), 1.0)
    return supported


@kernel
def drift_and_inspect(
    quality: Floats,
    rating: Ints,
    inadequate_months: Ints,
    living: Ints,
    supported: Floats,
    noise: Floats,
    inspection: Floats,
    provider: Ints,
    kind: Ints,
    rates: tuple[float, float, float, float],
    limits: tuple[float, float, float],
    ratings: tuple[int, int, int, int],
    micro_enterprise: int,
) -> None:
    """Move the quality of living sites, publish the ratings of those inspected, count months rated inadequate."""
    drift, noisy, usually, if_inadequate = rates
    inadequate_below, improvement_below, outstanding_above = limits
    inadequate, requires_improvement, good, outstanding = ratings
    last = 0
    for place in range(living.size):
        row = living[place]
        inadequate_months[last:row] = 0
        last = row + 1
        now = quality[row] + drift * (supported[row] - quality[row]) + noisy * noise[place]
        now = quality[row] = min(max(now, 0.0), 1.0)
        if kind[provider[row]] == micro_enterprise:
            inadequate_months[row] = 0
            continue
        if inspection[place] < (if_inadequate if rating[row] == inadequate else usually):
            rating[row] = good
            if now < improvement_below:
                rating[row] = requires_improvement
            if now < inadequate_below:
                rating[row] = inadequate
            if now > outstanding_above:
                rating[row] = outstanding
        inadequate_months[row] = inadequate_months[row] + 1 if rating[row] == inadequate else 0
    inadequate_months[last:] = 0


@kernel
def renewed_shocks(
    shock: Floats, capacity: Ints, living: Ints, mishap: Floats, spread: Floats, memory: float
) -> Floats:
    """Return each site's passing cost shock."""
    renewed = np.zeros(shock.size)
    for place in range(living.size):
        row = living[place]
        renewed[row] = memory * shock[row] + spread[capacity[row]] * mishap[place]
    return renewed
