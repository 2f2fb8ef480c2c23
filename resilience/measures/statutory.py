"""'Difficult to replace' by law: the Care and Support (Market Oversight Criteria) Regulations 2015 (SI 2015/314).

Group undertakings count together over all England; a council's own service never counts (E01-002 to E01-007).
"""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.measures.tallies import ByProvider, by_provider
from resilience.state.codes import COUNCIL_SERVICE, HOME_CARE
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.market_state import MarketState

HOURS_A_WEEK = 30_000.0
PEOPLE = 2_000.0
PEOPLE_INTENSIVE = 800.0
HOURS_PER_PERSON_INTENSIVE = 30.0
BEDS = 2_000
BEDS_MIDDLE = 1_000
COUNCILS_SPREAD = 16
COUNCILS_CONCENTRATED = 3
SHARE_CONCENTRATED = 0.10


def home_care_test(hours: Floats, people: Floats) -> Flags:
    """Return true for home-care groups that meet a test, from weekly hours and people in England.

    At least 30,000 hours a week; or at least 2,000 people a week; or at least 800 people with more than 30 hours each.
    """
    intensive = (people >= PEOPLE_INTENSIVE) & (hours > HOURS_PER_PERSON_INTENSIVE * people)
    return (hours >= HOURS_A_WEEK) | (people >= PEOPLE) | intensive


def care_home_test(beds: Ints, councils: Ints, councils_over_10_percent: Ints) -> Flags:
    """Return true for care-home groups that meet a test, from beds, councils with a bed, and councils with over 10%.

    At least 2,000 beds; or 1,000 to 1,999 beds with a bed in 16 councils or more; or 1,000 to 1,999 beds and more than
    10% of capacity in each of three councils or more.
    """
    middle = (beds >= BEDS_MIDDLE) & (beds < BEDS)
    return (beds >= BEDS) | (
        middle & ((councils >= COUNCILS_SPREAD) | (councils_over_10_percent >= COUNCILS_CONCENTRATED))
    )


def difficult_to_replace(state: MarketState, tally: ByProvider | None = None) -> Flags:
    """Return true for living providers that meet a statutory test today, their footprint outside the region counted.

    ``tally`` is this month's sums over each provider's sites, where the caller has them.
    """
    p = state.providers
    if tally is None:
        tally = by_provider(state, at.people(state), at.hours_due(state))
    rows = large_providers(
        p.alive,
        p.kind,
        tally.beds,
        tally.clients,
        tally.home_care_hours,
        p.outside_beds,
        p.outside_people,
        p.outside_hours,
        (float(BEDS_MIDDLE), PEOPLE_INTENSIVE, HOURS_A_WEEK),
        COUNCIL_SERVICE,
    )
    beds = tally.beds[rows].astype(np.int64) + p.outside_beds[rows]
    meets = home_care_test(
        tally.home_care_hours[rows] + p.outside_hours[rows], tally.clients[rows] + p.outside_people[rows]
    )
    s = state.sites
    councils, concentrated = spread_of_homes(
        s.alive,
        s.provider,
        s.council,
        s.care_type,
        s.capacity,
        rows,
        len(p),
        state.n_councils,
        HOME_CARE,
        SHARE_CONCENTRATED,
    )
    meets |= care_home_test(beds, councils + p.outside_councils[rows], concentrated + p.outside_councils_over_10[rows])
    found = np.zeros(len(p), dtype=np.bool_)
    found[rows] = meets
    return found


@compiled_in("tallies")
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
    """Return the living providers large enough to meet any test, councils' own services apart.

    ``least`` are the beds, clients and weekly hours of home care below which no test is met.
    """
    least_beds, least_clients, least_hours = least
    large = beds + outside_beds >= least_beds
    large |= (clients + outside_people >= least_clients) | (hours + outside_hours >= least_hours)
    return np.flatnonzero(large & alive & (kind != own_service))


@compiled_in("tallies")
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
    """Return (councils with a home, councils with over ``share`` of the beds there) of each of some providers.

    The first five run over sites; ``groups`` are the rows of these providers.
    """
    home = np.flatnonzero(alive & (care_type != home_care))
    total = np.bincount(council[home], weights=capacity[home], minlength=councils)
    place = np.full(providers, -1)
    place[groups] = np.arange(groups.size)
    own = home[place[provider[home]] >= 0]
    cell, size = place[provider[own]] * councils + council[own], groups.size * councils
    homes = np.bincount(cell, minlength=size).reshape(-1, councils)
    beds = np.bincount(cell, weights=capacity[own], minlength=size).reshape(-1, councils)
    return (homes > 0).sum(axis=1), (beds > share * total).sum(axis=1)
