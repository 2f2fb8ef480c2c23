"""Compiled form of the sums by provider and market (see ``measures/functional.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Flags, Floats, Ints


@kernel
def sums_by_cell(
    alive: Flags, provider: Ints, market: Ints, hours: Floats, spare: Floats, providers: int, markets: int
) -> tuple[Ints, Ints, Floats, Floats]:
    """Return (provider, market, hours, spare) of each provider in each market with living sites of its.

    Sites are put in the order of their providers, those of one provider as they stand; then each provider's sites are
    added up by market, and its markets put in order.
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
    owners, markets_of = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64)
    hours_of, spare_of = np.empty(rows.size), np.empty(rows.size)
    hours_in, spare_in = np.zeros(markets), np.zeros(markets)
    seen = np.zeros(markets, dtype=np.bool_)
    used = 0
    for owner in range(providers):
        first = used
        for at in range(start[owner], start[owner + 1]):
            row = rows[at]
            where = market[row]
            hours_in[where] += hours[row]
            spare_in[where] += spare[row]
            if not seen[where]:
                seen[where] = True
                before = used
                while before > first and markets_of[before - 1] > where:
                    markets_of[before] = markets_of[before - 1]
                    before -= 1
                markets_of[before] = where
                used += 1
        for cell in range(first, used):
            where = markets_of[cell]
            owners[cell], hours_of[cell], spare_of[cell] = owner, hours_in[where], spare_in[where]
            hours_in[where], spare_in[where], seen[where] = 0.0, 0.0, False
    return owners[:used].copy(), markets_of[:used].copy(), hours_of[:used].copy(), spare_of[:used].copy()
