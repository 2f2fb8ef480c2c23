"""'Difficult to replace' by law: the Care and Support (Market Oversight Criteria) Regulations 2015 (SI 2015/314).

Group undertakings count together over all England; a council's own service never counts (E01-002 to E01-007).
"""

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import COUNCIL_SERVICE, HOME_CARE
from resilience.state.columns import Flags, Floats, Ints
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


def difficult_to_replace(state: MarketState) -> Flags:
    """Return true for living providers that meet a statutory test today, their footprint outside the region counted."""
    s, p = state.sites, state.providers
    n = len(p)
    home = s.alive & (s.care_type != HOME_CARE)
    branch = s.alive & (s.care_type == HOME_CARE)
    beds = np.bincount(s.provider, weights=s.capacity * home, minlength=n).astype(np.int64) + p.outside_beds
    people = np.bincount(s.provider, weights=at.people(state) * branch, minlength=n)
    hours = np.bincount(s.provider, weights=at.hours_due(state) * branch, minlength=n)
    meets = home_care_test(hours + p.outside_hours, people + p.outside_people)
    # Where a group's homes stand matters only between the two thresholds of beds.
    councils, concentrated = _spread(state, home & ((beds >= BEDS_MIDDLE) & (beds < BEDS))[s.provider])
    meets |= care_home_test(beds, councils + p.outside_councils, concentrated + p.outside_councils_over_10)
    return meets & p.alive & (p.kind != COUNCIL_SERVICE)


def _spread(state: MarketState, these: Flags) -> tuple[Ints, Ints]:
    """Return (councils with a bed, councils with over 10% of the beds there) of each provider from ``these`` homes."""
    s, n = state.sites, len(state.providers)
    rows = np.flatnonzero(these)
    if rows.size == 0:
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.int64)
    total = np.bincount(
        s.council, weights=s.capacity * (s.alive & (s.care_type != HOME_CARE)), minlength=state.n_councils
    )
    cells, where = np.unique(s.provider[rows] * state.n_councils + s.council[rows], return_inverse=True)
    beds_in_cell = np.bincount(where, weights=s.capacity[rows])
    owner, council = np.divmod(cells, state.n_councils)
    over = beds_in_cell > SHARE_CONCENTRATED * total[council]
    return np.bincount(owner, minlength=n), np.bincount(owner[over], minlength=n)
