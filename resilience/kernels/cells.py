"""Compiled forms of what each provider has in each market (see ``measures/functional.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Flags, Floats, Ints


@kernel
def hours_of_room(
    room: Ints, provider: Ints, care_type: Ints, kind: Ints, hours_per_person: Floats, micro_enterprise: int
) -> Floats:
    """Return the weekly hours of room for people at each site; none at micro-enterprises."""
    hours = np.zeros(room.size)
    for row in range(room.size):
        if room[row] > 0 and kind[provider[row]] != micro_enterprise:
            hours[row] = room[row] * hours_per_person[care_type[row]]
    return hours


@kernel
def _rows_by_provider(alive: Flags, provider: Ints, providers: int) -> tuple[Ints, Ints]:
    """Return where each provider's living sites start, and their rows, those of one provider as they stand."""
    living, found = np.empty(alive.size, dtype=np.int64), 0
    for row in range(alive.size):
        # Without a branch that the processor would guess wrongly.
        living[found] = row
        found += alive[row]
    start = np.zeros(providers + 1, dtype=np.int64)
    for place in range(found):
        start[provider[living[place]] + 1] += 1
    for owner in range(providers):
        start[owner + 1] += start[owner]
    rows, free = np.empty(found, dtype=np.int64), start.copy()
    for place in range(found):
        owner = provider[living[place]]
        rows[free[owner]] = living[place]
        free[owner] += 1
    return start, rows


@kernel
def sums_by_cell(
    alive: Flags,
    provider: Ints,
    council: Ints,
    care_type: Ints,
    hours: Floats,
    spare: Floats,
    providers: int,
    councils: int,
    kinds: int,
) -> tuple[Ints, Ints, Ints, Floats, Floats, Floats]:
    """Return (provider, council, kind of care, hours, spare) of each cell with living sites, and all spare hours.

    Each provider's sites are added up by market, and its markets put in order.
    """
    start, rows = _rows_by_provider(alive, provider, providers)
    all_spare = np.zeros((councils, kinds))
    for row in range(alive.size):
        all_spare[council[row], care_type[row]] += spare[row] if alive[row] else 0.0
    owners = np.empty(rows.size, dtype=np.int64)
    councils_of, kinds_of = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64)
    hours_of, spare_of = np.empty(rows.size), np.empty(rows.size)
    hours_in, spare_in = np.zeros((councils, kinds)), np.zeros((councils, kinds))
    seen = np.zeros((councils, kinds), dtype=np.bool_)
    used = 0
    for owner in range(providers):
        first = used
        for at in range(start[owner], start[owner + 1]):
            row = rows[at]
            where, care = council[row], care_type[row]
            hours_in[where, care] += hours[row]
            spare_in[where, care] += spare[row]
            if not seen[where, care]:
                seen[where, care] = True
                before = used
                while before > first and (
                    councils_of[before - 1] > where
                    or (councils_of[before - 1] == where and kinds_of[before - 1] > care)
                ):
                    councils_of[before], kinds_of[before] = councils_of[before - 1], kinds_of[before - 1]
                    before -= 1
                councils_of[before], kinds_of[before] = where, care
                used += 1
        for cell in range(first, used):
            where, care = councils_of[cell], kinds_of[cell]
            owners[cell], hours_of[cell], spare_of[cell] = owner, hours_in[where, care], spare_in[where, care]
            hours_in[where, care], spare_in[where, care], seen[where, care] = 0.0, 0.0, False
    places = owners[:used].copy(), councils_of[:used].copy(), kinds_of[:used].copy()
    return *places, hours_of[:used].copy(), spare_of[:used].copy(), all_spare


@kernel
def hours_nearby(reach: Flags, hours: Floats) -> Floats:
    """Return the hours of all councils within reach of each, added up in turn."""
    nearby = np.zeros(hours.shape)
    for council in range(hours.shape[0]):
        for place in range(hours.shape[0]):
            if reach[council, place]:
                for kind in range(hours.shape[1]):
                    nearby[council, kind] += hours[place, kind]
    return nearby


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
    provider: Ints, council: Ints, care_type: Ints, own_spare: Floats, nearby: Floats, reach: Flags, absorb: float
) -> Floats:
    """Return the hours a week that others' room near each cell can take; a provider's cells follow each other."""
    room = np.empty(provider.size)
    first = 0
    while first < provider.size:
        last = first + 1
        while last < provider.size and provider[last] == provider[first]:
            last += 1
        for cell in range(first, last):
            own_nearby = 0.0
            for other in range(first, last):
                if care_type[other] == care_type[cell] and reach[council[other], council[cell]]:
                    own_nearby += own_spare[other]
            room[cell] = absorb * max(nearby[council[cell], care_type[cell]] - own_nearby, 0.0)
        first = last
    return room
