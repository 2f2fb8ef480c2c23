"""Who is hard to replace today: the statutory flag beside the functional gap, by hand."""

import numpy as np
import pytest

from resilience.measures.functional import replacement_gaps
from resilience.stress.standing import Room, mending, standing
from tests.market.small import SmallMarket


def line_of_councils():
    """Three councils in a line. Homes have 25 hours a resident; 80% of free staffed places can take people in 28 days.

    The chain (row 0) has 20 residents in each end; an independent in the middle has 30 free places.
    """
    small = SmallMarket(3, neighbours=((0, 1), (1, 2)))
    chain = small.provider("chain")
    small.site(chain, capacity=20, council_settled=20, council=0)
    small.site(chain, capacity=20, council_settled=20, council=2)
    small.site(capacity=40, council_settled=10, council=1)
    small.fully_staffed()
    return small


def test_in_each_council_alone_there_is_room_but_not_in_both_at_once():
    small = line_of_councils()
    found, room = standing(small.state), Room(small.state)
    assert found.gap[0] == 0.0
    assert found.room_used[0] == pytest.approx(20 * 25 / (0.8 * 30 * 25))
    # 40 residents, 24 places: 16 x 25 hours find no room.
    assert room.gap([0]) == pytest.approx(400.0)


def test_a_set_leaves_what_its_members_leave_together():
    small = line_of_councils()
    room = Room(small.state)
    assert room.gap([1]) == pytest.approx(250.0)  # the chain's homes are full
    assert room.gap([0, 1]) == pytest.approx(50 * 25.0)
    assert room.added_gaps([0], np.array([1])).tolist() == pytest.approx([50 * 25.0])


def test_the_gap_of_one_provider_is_that_of_the_measure():
    small = line_of_councils()
    assert standing(small.state).gap.tolist() == replacement_gaps(small.state).by_provider.tolist()


def test_hard_to_replace_below_the_line():
    below = standing(line_of_councils().state).below_the_line()
    assert below.tolist() == [True, True]


def test_who_meets_a_statutory_test_is_not_below_the_line():
    small = line_of_councils()
    small.state.providers.outside_beds[0] = 1_960  # with 40 beds here: 2,000
    found = standing(small.state)
    assert found.statutory.tolist() == [True, False]
    assert found.below_the_line().tolist() == [False, True]
    small.state.providers.outside_beds[0] = 1_959
    assert standing(small.state).statutory.tolist() == [False, False]


@pytest.mark.parametrize(("residents", "hard"), [(12, False), (13, True)])
def test_hard_begins_above_half_of_the_room(residents, hard):
    small = SmallMarket()
    small.site(capacity=20, council_settled=residents)
    small.site(capacity=40, council_settled=10)
    small.fully_staffed()
    assert bool(standing(small.state).below_the_line()[0]) is hard  # half of 0.8 x 30 places is 12


def test_places_to_mend_and_empty_places_without_staff():
    small = SmallMarket()
    small.site(capacity=30, council_settled=28)
    small.site(capacity=40, council_settled=20)
    small.fully_staffed()
    s = small.state.sites
    # The second home has 20 free places; staff for 10 of them: 0.4 x 0.9 x 40 + 0.6 x 30 people, 30 hours each.
    s.staff[1] = (0.4 * 0.9 * 40 + 0.6 * 30) * 30 / 40 / 1.10
    found = standing(small.state)
    assert found.gap[0] == pytest.approx((28 - 8) * 25.0)
    mend = mending(small.state, found.cells, int(found.worst[0]))
    assert (mend.places, mend.empty, mend.by) == (25, 10, "staff and places")


@pytest.mark.parametrize(("residents", "capacity", "by"), [(5, 20, ""), (20, 24, "places")])
def test_what_mends_a_gap(residents, capacity, by):
    small = SmallMarket()
    small.site(capacity=20, council_settled=residents)
    small.site(capacity=capacity, council_settled=capacity - 10 if not by else capacity)
    small.fully_staffed()
    found = standing(small.state)
    assert mending(small.state, found.cells, int(found.worst[0])).by == by


def test_a_councils_own_service_is_not_tested():
    small = SmallMarket()
    small.site("council_service", "home_care", council_settled=50)
    found = standing(small.state)
    assert (found.gap[0], found.room_used[0]) == (0.0, 0.0)


def test_where_nobody_else_is_all_the_room_is_used_many_times():
    small = SmallMarket()
    small.site(council_settled=5)
    found = standing(small.state)
    assert found.gap[0] == pytest.approx(125.0)
    assert found.room_used[0] == 100.0
