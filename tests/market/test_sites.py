"""What rules ask of a site: who is there, how much care is due, how much room it has."""

import numpy as np
import pytest

from resilience.market import sites as at
from tests.market.small import SmallMarket


@pytest.fixture
def mixed():
    """A home with every kind of person, a branch with two self-funders of their own hours, a micro-enterprise."""
    small = SmallMarket()
    small.site(capacity=20, council_new=3, council_settled=4, nhs_new=1, nhs_settled=1, self_funders=2, staff=10.0)
    small.site(care_type="home_care", capacity=30, council_settled=6, nhs_new=1, self_funders=2, hours=4.0, staff=3.0)
    small.site("micro_enterprise", "home_care", capacity=5, self_funders=1, hours=6.0)
    return small.state


def test_people_by_payer(mixed):
    assert at.people(mixed).tolist() == [11, 9, 1]
    assert at.council_people(mixed).tolist() == [7, 6, 0]
    assert at.nhs_people(mixed).tolist() == [2, 1, 0]
    assert at.is_micro(mixed).tolist() == [False, False, True]


def test_self_funders_at_home_count_by_their_own_hours(mixed):
    # 7 council and NHS clients and 8 hours of 10 a person; a resident is a resident.
    assert at.workload(mixed).tolist() == pytest.approx([11.0, 7.8, 0.6])
    assert at.hours_due(mixed).tolist() == pytest.approx([275.0, 78.0, 6.0])
    assert at.hours_per_person(mixed).tolist() == [25.0, 10.0, 10.0]


def test_part_of_a_homes_staff_follows_its_beds(mixed):
    # 30 x (0.4 x 0.9 x 20 + 0.6 x 11) = 30 x 13.8; home care: 12 paid hours for each person.
    needed = at.staff_hours_needed(mixed, at.workload(mixed))
    assert needed.tolist() == pytest.approx([414.0, 93.6, 7.2])
    mixed.sites.efficiency[0] = 1.1
    assert at.staff_hours_needed(mixed, at.workload(mixed))[0] == pytest.approx(455.4)


def test_room_is_what_staff_and_agency_can_serve(mixed):
    # Home: 400 own hours and a tenth more are 440; (440 / 30 - 7.2) / 0.6 = 12.44 people, 11 are there.
    # Branch: 120 x 1.05 / 12 = 10.5 people, 7.8 are there. Micro-enterprise: free places, whatever its staff.
    assert at.staffed_room(mixed).tolist() == [1, 2, 4]


def test_room_is_never_beyond_the_places_nor_below_zero(mixed):
    mixed.sites.staff[:] = [100.0, 100.0, 100.0]
    assert at.staffed_room(mixed).tolist() == [9, 21, 4]
    mixed.sites.staff[:] = 0.0
    assert at.staffed_room(mixed).tolist() == [0, 0, 4]
    mixed.sites.capacity[:] = [10, 8, 1]
    mixed.sites.staff[:] = 100.0
    assert at.staffed_room(mixed).tolist() == [0, 0, 0]


def test_a_closed_site_has_no_room(mixed):
    mixed.sites.staff[:] = 100.0
    mixed.sites.alive[:] = False
    assert at.staffed_room(mixed).tolist() == [0, 0, 0]


def test_a_place_that_staff_cover_exactly_is_room():
    small = SmallMarket()
    # 12 people: 30 x (7.2 + 7.2) = 432 hours; a tenth of them agency.
    small.site(capacity=20, council_new=11, staff=432.0 / 1.1 / 40.0)
    assert at.staffed_room(small.state).tolist() == [1]


def test_room_is_a_whole_number():
    small = SmallMarket()
    small.site(capacity=9, self_funders=1)
    assert at.staffed_room(small.state).dtype == np.int64
