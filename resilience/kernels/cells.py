"""Compiled forms of what each provider has in each market (see ``measures/functional.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Flags, Floats, Ints, Rows


@kernel
def hours_of_room(
    room: Ints, provider: Rows, care_type: Codes, kind: Codes, hours_per_person: Floats, micro_enterprise: int
) -> Floats:
    """Return the weekly hours of room for people at each site; none at micro-enterprises."""
    hours = np.empty(room.size)
    for row in range(room.size):
        counted = room[row] if kind[provider[row]] != micro_enterprise else 0
        hours[row] = counted * hours_per_person[care_type[row]]
    return hours


@kernel
def _in_line(alive: Flags, provider: Rows, providers: int) -> tuple[Ints, Ints]:
    """Return the providers with living sites, and a list of the living sites of each in the order of their rows.

    ``following[rows + provider]`` is the first site of a provider and ``following[row]`` the one after a site; -1 ends
    the list. Sites that do not live stand in a list of nobody's, without a branch that the processor would guess
    wrongly.
    """
    rows = alive.size
    following, latest = np.full(rows + providers + 1, -1), np.arange(rows, rows + providers + 1)
    for row in range(rows):
        owner = provider[row] if alive[row] else providers
        following[latest[owner]] = row
        latest[owner] = row
    owners, count = np.empty(providers, dtype=np.int64), 0
    for owner in range(providers):
        owners[count] = owner
        count += following[rows + owner] >= 0
    return owners[:count], following


@kernel
def sums_by_cell(
    alive: Flags,
    provider: Rows,
    market: Ints,
    hours: Floats,
    spare: Floats,
    providers: int,
    councils: int,
    kinds: int,
) -> tuple[Ints, Ints, Ints, Floats, Floats, Floats]:
    """Return (provider, council, kind of care, hours, spare) of each cell with living sites, and all spare hours.

    Each provider's sites are added up by market, and its markets put in order; most have one site.
    """
    owners, following = _in_line(alive, provider, providers)
    owner_of, market_of = np.empty(alive.size, dtype=np.int64), np.empty(alive.size, dtype=np.int64)
    hours_of, spare_of = np.empty(alive.size), np.empty(alive.size)
    used = 0
    for owner in owners:
        first, row = used, following[alive.size + owner]
        while row >= 0:
            place = used
            while place > first and market_of[place - 1] > market[row]:
                place -= 1
            if place > first and market_of[place - 1] == market[row]:
                hours_of[place - 1] += hours[row]
                spare_of[place - 1] += spare[row]
            else:
                for later in range(used, place, -1):
                    market_of[later] = market_of[later - 1]
                    hours_of[later], spare_of[later] = hours_of[later - 1], spare_of[later - 1]
                owner_of[used], market_of[place] = owner, market[row]
                hours_of[place], spare_of[place] = hours[row], spare[row]
                used += 1
            row = following[row]
    all_spare = np.zeros((councils, kinds))
    by_market = all_spare.ravel()
    for row in range(alive.size):
        by_market[market[row]] += spare[row] if alive[row] else 0.0
    council_of, kind_of = np.empty(used, dtype=np.int64), np.empty(used, dtype=np.int64)
    for cell in range(used):
        council_of[cell], kind_of[cell] = market_of[cell] // kinds, market_of[cell] % kinds
    return owner_of[:used], council_of, kind_of, hours_of[:used], spare_of[:used], all_spare


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
