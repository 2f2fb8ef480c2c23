"""Compiled forms of what tables do with their columns.

Their rules are in ``columns.py``, ``market_index.py`` and ``market_state.py`` of ``resilience/state``.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from resilience.kernels.compiler import kernel
from resilience.kernels.memory import move_within
from resilience.state.columns import Codes, Ints, Rows


@kernel
def close_up(data: NDArray[Any], gone: Ints) -> None:
    """Move the rows of a column up over those that are gone (in rising order), in place."""
    place, width = gone[0], data.size // len(data)
    for which in range(gone.size):
        first = gone[which] + 1
        last = gone[which + 1] if which + 1 < gone.size else len(data)
        move_within(data, place * width, first * width, (last - first) * width)
        place += last - first


@kernel
def in_groups(group: Ints, groups: int) -> tuple[Ints, Ints]:
    """Return the places group by group, else as they stand, and where each group begins and the last one ends."""
    order, bounds = np.empty(group.size, dtype=np.int64), np.zeros(groups + 1, dtype=np.int64)
    for place in range(group.size):
        bounds[group[place] + 1] += 1
    for which in range(groups):
        bounds[which + 1] += bounds[which]
    free = bounds.copy()
    for place in range(group.size):
        order[free[group[place]]] = place
        free[group[place]] += 1
    return order, bounds


@kernel
def places_of_markets(council: Rows, care_type: Codes, kinds: int, councils: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return each site's market, the sites' rows by market (then by row), and where each market starts and ends."""
    market = np.empty(council.size, dtype=np.int64)
    for row in range(council.size):
        market[row] = council[row] * kinds + care_type[row]
    order, bounds = in_groups(market, councils * kinds)
    return market, order, bounds[:-1].copy(), bounds[1:].copy()


@kernel
def in_turn(council: Rows, councils_in_run: int, runs: int) -> tuple[Ints, Ints]:
    """Return the places of these councils by run, and where each run begins and ends."""
    run = np.empty(council.size, dtype=np.int64)
    for place in range(council.size):
        run[place] = council[place] // councils_in_run
    return in_groups(run, runs)
