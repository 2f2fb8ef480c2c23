"""Compiled forms of what owners see who might enter (see ``market/entry.py`` and ``market/newcomers.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows


@kernel
def what_stands(
    alive: Flags,
    micro: Flags,
    council: Rows,
    care_type: Codes,
    capacity: Counts,
    people: Counts,
    revenue: Floats,
    trend: Floats,
    councils: int,
    home_care: int,
) -> Floats:
    """Return the ten sums over what stands in each council."""
    sums = np.zeros((10, councils))
    for row in range(alive.size):
        if not alive[row]:
            continue
        where = council[row]
        if care_type[row] != home_care:
            sums[0, where] += 1.0
            sums[1, where] += capacity[row]
            sums[2, where] += people[row]
            sums[3, where] += revenue[row]
            sums[4, where] += revenue[row] * trend[row]
        elif not micro[row]:
            sums[5, where] += 1.0
            sums[6, where] += people[row]
            sums[7, where] += revenue[row]
            sums[8, where] += revenue[row] * trend[row]
        if micro[row]:
            sums[9, where] += 1.0
    return sums


@kernel
def prices_by_market(
    alive: Flags, micro: Flags, council: Rows, care_type: Codes, price: Floats, councils: int, kinds: int
) -> tuple[Floats, Floats]:
    """Return (sites with a price, sum of their prices) of each market, councils x kinds of care."""
    count, total = np.zeros((councils, kinds)), np.zeros((councils, kinds))
    for row in range(alive.size):
        if alive[row] and price[row] > 0.0 and not micro[row]:
            count[council[row], care_type[row]] += 1.0
            total[council[row], care_type[row]] += price[row]
    return count, total
