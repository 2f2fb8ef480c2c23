"""Compiled form of the sums by provider and market (see ``measures/functional.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Flags, Floats, Ints


@kernel
def sums_by_cell(
    alive: Flags, provider: Ints, market: Ints, hours: Floats, spare: Floats, providers: int, markets: int
) -> tuple[Ints, Floats, Floats]:
    """Return (cell, hours, spare) of each provider in each market with living sites of its, cells in order.

    Sites are put in the order of their providers, those of one provider as they stand; then each provider's sites are
    added up by market.
    """
    start = np.zeros(providers + 1, dtype=np.int64)
    for row in range(alive.size):
        if alive[row]:
            start[provider[row] + 1] += 1
    for owner in range(providers):
        start[owner + 1] += start[owner]
    rows = np.empty(start[providers], dtype=np.int64)
    place = start.copy()
    for row in range(alive.size):
        if alive[row]:
            rows[place[provider[row]]] = row
            place[provider[row]] += 1
    cells = np.empty(rows.size, dtype=np.int64)
    hours_of = np.empty(rows.size)
    spare_of = np.empty(rows.size)
    in_market_hours, in_market_spare = np.zeros(markets), np.zeros(markets)
    seen = np.zeros(markets, dtype=np.bool_)
    used = 0
    for owner in range(providers):
        own = rows[start[owner] : start[owner + 1]]
        first = used
        for row in own:
            at = market[row]
            if not seen[at]:
                seen[at] = True
                cells[used] = at
                used += 1
            in_market_hours[at] += hours[row]
            in_market_spare[at] += spare[row]
        cells[first:used].sort()
        for cell in range(first, used):
            at = cells[cell]
            cells[cell] = owner * markets + at
            hours_of[cell], spare_of[cell] = in_market_hours[at], in_market_spare[at]
            in_market_hours[at], in_market_spare[at], seen[at] = 0.0, 0.0, False
    return cells[:used].copy(), hours_of[:used].copy(), spare_of[:used].copy()
