"""Compiled forms of the recorder's sums over sites.

Their rules are in ``tallies.py`` and ``statutory.py`` of ``resilience/measures``.
"""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Flags, Floats, Ints


@kernel
def tally_by_provider(
    alive: Flags,
    provider: Ints,
    care_type: Ints,
    capacity: Ints,
    people: Ints,
    due: Floats,
    providers: int,
    home_care: int,
) -> Floats:
    """Return beds, clients, home-care hours and all hours of each provider."""
    sums = np.zeros((4, providers))
    for row in range(alive.size):
        owner = provider[row]
        if alive[row]:
            if care_type[row] == home_care:
                sums[1, owner] += people[row]
                sums[2, owner] += due[row]
            else:
                sums[0, owner] += capacity[row]
        sums[3, owner] += due[row]
    return sums


@kernel
def tally_by_council(
    alive: Flags,
    micro: Flags,
    council: Ints,
    provider: Ints,
    care_type: Ints,
    capacity: Ints,
    people: Ints,
    self_funders: Ints,
    price: Floats,
    revenue: Floats,
    operating_surplus: Floats,
    rent: Floats,
    interest: Floats,
    staff: Floats,
    posts: Floats,
    leavers: Floats,
    pay: Floats,
    due: Floats,
    cover: Floats,
    fee: Floats,
    paid_out: Floats,
    statutory: Flags,
    home_care: int,
    younger_adults: int,
) -> Floats:
    """Return the seventeen sums over the sites in each council."""
    sums = np.zeros((17, len(fee)))
    for row in range(alive.size):
        where, owner, care = council[row], provider[row], care_type[row]
        if alive[row]:
            if care != home_care:
                sums[0, where] += 1.0
                sums[1, where] += capacity[row]
                sums[2, where] += people[row]
            elif not micro[row]:
                sums[3, where] += 1.0
            if micro[row]:
                sums[4, where] += 1.0
            if care < younger_adults:
                sums[5, where] += self_funders[row] * price[row]
                sums[6, where] += self_funders[row] * fee[where, care]
            sums[7, where] += revenue[row] - operating_surplus[row]
            sums[8, where] += rent[row] + interest[row] + revenue[row] * paid_out[owner]
            sums[14, where] += max(posts[row] - staff[row], 0.0)
        sums[9, where] += staff[row]
        sums[10, where] += posts[row]
        if not micro[row]:
            sums[11, where] += staff[row]
        sums[12, where] += leavers[row]
        sums[13, where] += staff[row] * pay[row]
        hours = due[row] * cover[row]
        sums[15, where] += hours
        if statutory[owner]:
            sums[16, where] += hours
    return sums


@kernel
def squares_of_beds(
    alive: Flags, provider: Ints, council: Ints, care_type: Ints, capacity: Ints, councils: int, home_care: int
) -> Floats:
    """Return the sum of squares of providers' beds in each council.

    Homes are put in the order of their providers; then each provider's beds are added up by council.
    """
    start = np.zeros(provider.max() + 2 if provider.size else 1, dtype=np.int64)
    for row in range(alive.size):
        if alive[row] and care_type[row] != home_care:
            start[provider[row] + 1] += 1
    for owner in range(start.size - 1):
        start[owner + 1] += start[owner]
    rows = np.empty(start[-1], dtype=np.int64)
    place = start.copy()
    for row in range(alive.size):
        if alive[row] and care_type[row] != home_care:
            rows[place[provider[row]]] = row
            place[provider[row]] += 1
    squares = np.zeros(councils)
    beds = np.zeros(councils, dtype=np.int64)
    for owner in range(start.size - 1):
        for at in range(start[owner], start[owner + 1]):
            beds[council[rows[at]]] += capacity[rows[at]]
        for at in range(start[owner], start[owner + 1]):
            where = council[rows[at]]
            squares[where] += float(beds[where]) * float(beds[where])
            beds[where] = 0
    return squares


@kernel
def spread_of_homes(
    alive: Flags,
    provider: Ints,
    council: Ints,
    care_type: Ints,
    capacity: Ints,
    groups: Ints,
    providers: int,
    councils: int,
    home_care: int,
    share: float,
) -> tuple[Ints, Ints]:
    """Return (councils with a home, councils with over ``share`` of the beds there) of each of some providers."""
    place = np.full(providers, -1, dtype=np.int64)
    for group in range(groups.size):
        place[groups[group]] = group
    total = np.zeros(councils)
    homes, beds = np.zeros((groups.size, councils), dtype=np.int64), np.zeros((groups.size, councils))
    for row in range(alive.size):
        if alive[row] and care_type[row] != home_care:
            total[council[row]] += capacity[row]
            group = place[provider[row]]
            if group >= 0:
                homes[group, council[row]] += 1
                beds[group, council[row]] += capacity[row]
    with_home, over = np.zeros(groups.size, dtype=np.int64), np.zeros(groups.size, dtype=np.int64)
    for group in range(groups.size):
        for where in range(councils):
            with_home[group] += homes[group, where] > 0
            over[group] += beds[group, where] > share * total[where]
    return with_home, over


@kernel
def large_providers(
    alive: Flags,
    kind: Ints,
    beds: Floats,
    clients: Floats,
    hours: Floats,
    outside_beds: Ints,
    outside_people: Floats,
    outside_hours: Floats,
    least: tuple[float, float, float],
    own_service: int,
) -> Ints:
    """Return the living providers large enough to meet any test, councils' own services apart."""
    least_beds, least_clients, least_hours = least
    rows = np.empty(alive.size, dtype=np.int64)
    found = 0
    for row in range(alive.size):
        if alive[row] and kind[row] != own_service:
            large = beds[row] + outside_beds[row] >= least_beds
            large |= clients[row] + outside_people[row] >= least_clients
            if large or hours[row] + outside_hours[row] >= least_hours:
                rows[found] = row
                found += 1
    return rows[:found].copy()
