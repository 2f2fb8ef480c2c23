"""Compiled forms of the recorder's sums over sites.

Their rules are in ``tallies.py`` and ``statutory.py`` of ``resilience/measures``.
"""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def tally_by_provider(
    alive: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    people: Counts,
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
    council: Rows,
    provider: Rows,
    kind: Codes,
    care_type: Codes,
    capacity: Counts,
    people: Counts,
    self_funders: Counts,
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
    micro_enterprise: int,
) -> Floats:
    """Return the seventeen sums over the sites in each council."""
    # The sums of a council stand together, and nothing is skipped: the processor would guess wrongly which sites are.
    sums = np.zeros((len(fee), 17))
    for row in range(alive.size):
        where, owner, care = council[row], provider[row], care_type[row]
        living, small, earned = alive[row], kind[owner] == micro_enterprise, revenue[row]
        home, older = living & (care != home_care), living & (care < younger_adults)
        workers, open_posts, hours = staff[row], posts[row], due[row] * cover[row]
        sums[where, 0] += home
        sums[where, 1] += capacity[row] * home
        sums[where, 2] += people[row] * home
        sums[where, 3] += living & (care == home_care) & (not small)
        sums[where, 4] += living & small
        sums[where, 5] += self_funders[row] * price[row] * older
        sums[where, 6] += self_funders[row] * fee[where, care] * older
        sums[where, 7] += (earned - operating_surplus[row]) * living
        sums[where, 8] += (rent[row] + interest[row] + earned * paid_out[owner]) * living
        sums[where, 9] += workers
        sums[where, 10] += open_posts
        sums[where, 11] += 0.0 if small else workers
        sums[where, 12] += leavers[row]
        sums[where, 13] += workers * pay[row]
        sums[where, 14] += max(open_posts - workers, 0.0) * living
        sums[where, 15] += hours
        sums[where, 16] += hours * statutory[owner]
    by_field = np.empty((17, len(fee)))
    for field in range(17):
        for where in range(len(fee)):
            by_field[field, where] = sums[where, field]
    return by_field


@kernel
def _homes(alive: Flags, care_type: Codes, home_care: int) -> Ints:
    """Return the rows of the living homes, without a branch that the processor would guess wrongly."""
    rows, homes = np.empty(alive.size, dtype=np.int64), 0
    for row in range(alive.size):
        rows[homes] = row
        homes += alive[row] & (care_type[row] != home_care)
    return rows[:homes]


@kernel
def squares_of_beds(
    alive: Flags, provider: Rows, council: Rows, care_type: Codes, capacity: Counts, councils: int, home_care: int
) -> Floats:
    """Return the sum of squares of providers' beds in each council.

    Homes are put in the order of their providers; then each provider's beds are added up by council.
    """
    rows = _homes(alive, care_type, home_care)
    # Of each provider the home seen last, and of each home with beds of its own council the one before it.
    latest = np.full(provider.max() + 1 if provider.size else 0, -1)
    before, beds, squares = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64), np.zeros(councils)
    for home in range(rows.size):
        row = rows[home]
        owner, where = provider[row], council[row]
        other = latest[owner]
        while other >= 0 and council[rows[other]] != where:
            other = before[other]
        own = capacity[row]
        if other >= 0:
            squares[where] += float((2 * beds[other] + own) * own)
            beds[other] += own
        else:
            squares[where] += float(own * own)
            beds[home], before[home] = own, latest[owner]
            latest[owner] = home
    return squares


@kernel
def spread_of_homes(
    alive: Flags,
    provider: Rows,
    council: Rows,
    care_type: Codes,
    capacity: Counts,
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
    for row in _homes(alive, care_type, home_care):
        group, where = place[provider[row]], council[row]
        total[where] += capacity[row]
        if group >= 0:
            homes[group, where] += 1
            beds[group, where] += capacity[row]
    with_home, over = np.zeros(groups.size, dtype=np.int64), np.zeros(groups.size, dtype=np.int64)
    for group in range(groups.size):
        for where in range(councils):
            with_home[group] += homes[group, where] > 0
            over[group] += beds[group, where] > share * total[where]
    return with_home, over


@kernel
def large_providers(
    alive: Flags,
    kind: Codes,
    beds: Floats,
    clients: Floats,
    hours: Floats,
    outside_beds: Counts,
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
