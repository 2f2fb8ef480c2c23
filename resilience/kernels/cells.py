"""Compiled forms of what each provider has in each market (see ``measures/functional.py``)."""

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


@kernel
def largest_gaps(
    provider: Ints, council: Ints, hours: Floats, others: Floats, tested: Flags, councils: int
) -> tuple[Floats, Floats]:
    """Return the largest gap in each council and of each provider; cells of one provider and council follow on."""
    by_council, by_provider = np.zeros(councils), np.zeros(tested.size)
    gap = 0.0
    for cell in range(provider.size):
        owner, where = provider[cell], council[cell]
        if tested[owner]:
            gap += max(hours[cell] - others[cell], 0.0)
        if cell + 1 == provider.size or provider[cell + 1] != owner or council[cell + 1] != where:
            by_council[where] = max(by_council[where], gap)
            by_provider[owner] = max(by_provider[owner], gap)
            gap = 0.0
    return by_council, by_provider


@kernel
def room_of_others(
    provider: Ints, market: Ints, own_spare: Floats, nearby: Floats, reach: Flags, absorb: float
) -> Floats:
    """Return the hours a week that others' room near each cell can take; a provider's cells follow on by market."""
    room = np.empty(provider.size)
    kinds = nearby.shape[1]
    first = 0
    while first < provider.size:
        last = first + 1
        while last < provider.size and provider[last] == provider[first]:
            last += 1
        for cell in range(first, last):
            council, care_type = market[cell] // kinds, market[cell] % kinds
            own_nearby = 0.0
            for other in range(first, last):
                if market[other] % kinds == care_type and reach[market[other] // kinds, council]:
                    own_nearby += own_spare[other]
            room[cell] = absorb * max(nearby[council, care_type] - own_nearby, 0.0)
        first = last
    return room
