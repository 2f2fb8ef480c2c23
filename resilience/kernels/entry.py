"""Compiled forms of what owners see who might enter (see ``market/entry.py`` and ``market/newcomers.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows


@kernel
def what_stands(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    council: Rows,
    care_type: Codes,
    capacity: Counts,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funders: Counts,
    revenue: Floats,
    trend: Floats,
    councils: int,
    home_care: int,
    micro_enterprise: int,
) -> Floats:
    """Return the ten sums over what stands in each council."""
    sums = np.zeros((10, councils))
    for row in range(alive.size):
        if not alive[row]:
            continue
        where, micro = council[row], kind[provider[row]] == micro_enterprise
        people = council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row] + self_funders[row]
        if care_type[row] != home_care:
            sums[0, where] += 1.0
            sums[1, where] += capacity[row]
            sums[2, where] += people
            sums[3, where] += revenue[row]
            sums[4, where] += revenue[row] * trend[row]
        elif not micro:
            sums[5, where] += 1.0
            sums[6, where] += people
            sums[7, where] += revenue[row]
            sums[8, where] += revenue[row] * trend[row]
        if micro:
            sums[9, where] += 1.0
    return sums


@kernel
def prices_by_market(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    council: Rows,
    care_type: Codes,
    price: Floats,
    councils: int,
    kinds: int,
    micro_enterprise: int,
) -> tuple[Floats, Floats]:
    """Return (sites with a price, sum of their prices) of each market, councils x kinds of care."""
    count, total = np.zeros((councils, kinds)), np.zeros((councils, kinds))
    for row in range(alive.size):
        if alive[row] and price[row] > 0.0 and kind[provider[row]] != micro_enterprise:
            count[council[row], care_type[row]] += 1.0
            total[council[row], care_type[row]] += price[row]
    return count, total
