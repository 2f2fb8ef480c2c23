"""'Difficult to replace' by law, at the exact boundaries of SI 2015/314."""

import numpy as np
import pytest

from resilience.measures.statutory import care_home_test, difficult_to_replace, home_care_test
from tests.market.small import SmallMarket


def home_care(hours, people):
    return bool(home_care_test(np.array([float(hours)]), np.array([float(people)]))[0])


def care_homes(beds, councils=1, concentrated=0):
    return bool(care_home_test(np.array([beds]), np.array([councils]), np.array([concentrated]))[0])


@pytest.mark.parametrize(
    ("hours", "people", "meets"),
    [
        (29_999, 1_000, False),
        (29_999.99, 1_999, False),
        (30_000, 1_000, True),
        (30_000, 1, True),
        (10_000, 1_999, False),
        (10_000, 2_000, True),
        (0, 2_000, True),
        # At least 800 people and more than 30 hours each.
        (799 * 31, 799, False),
        (800 * 30, 800, False),
        (800 * 30 + 0.01, 800, True),
        (800 * 31, 800, True),
        (999 * 30, 999, False),
        (999 * 30 + 1, 999, True),
        (0, 0, False),
    ],
)
def test_home_care(hours, people, meets):
    assert home_care(hours, people) is meets


@pytest.mark.parametrize(
    ("beds", "councils", "concentrated", "meets"),
    [
        (1_999, 1, 0, False),
        (2_000, 1, 0, True),
        (5_000, 0, 0, True),
        (999, 16, 16, False),
        (1_000, 15, 2, False),
        (1_000, 16, 0, True),
        (1_000, 15, 3, True),
        (1_999, 15, 2, False),
        (1_999, 16, 0, True),
        (1_999, 3, 3, True),
        (0, 0, 0, False),
    ],
)
def test_care_homes(beds, councils, concentrated, meets):
    assert care_homes(beds, councils, concentrated) is meets


def of_first(small):
    return bool(difficult_to_replace(small.state)[0])


def group(beds=0, *, kind="chain", councils=4, alive=True, **outside):
    """A group with one home of so many beds in the region and the rest outside."""
    small = SmallMarket(councils)
    owner = small.provider(kind, alive=alive, **outside)
    if beds:
        small.site(owner, capacity=beds)
    return small, owner


class TestGroups:
    @pytest.mark.parametrize(
        ("inside", "outside", "meets"), [(500, 1_499, False), (500, 1_500, True), (2_000, 0, True)]
    )
    def test_beds_inside_and_outside_count_together(self, inside, outside, meets):
        small, _ = group(inside, outside_beds=outside)
        assert of_first(small) is meets

    def test_beds_of_every_kind_of_home_count_and_closed_ones_do_not(self):
        small, owner = group(700)
        small.site(owner, "nursing", capacity=700)
        small.site(owner, "younger_adults", capacity=600)
        small.site(owner, capacity=900, alive=False)
        assert of_first(small) is True
        small.state.sites.capacity[2] = 599
        assert of_first(small) is False

    @pytest.mark.parametrize(("outside_councils", "meets"), [(13, False), (14, True)])
    def test_councils_with_a_home_inside_and_outside_count_together(self, outside_councils, meets):
        small, owner = group(500, outside_beds=500, outside_councils=outside_councils)
        for _ in range(2):
            # A second home in the same council is no further council.
            small.site(owner, capacity=5, council=1)
        assert of_first(small) is meets

    @pytest.mark.parametrize(("beds", "meets"), [(100, False), (101, True)])
    def test_exactly_a_tenth_of_a_councils_beds_is_not_over_a_tenth(self, beds, meets):
        small, owner = group(outside_beds=1_000, outside_councils_over_10=2)
        small.site(owner, capacity=beds)
        small.site(capacity=1_000 - beds)
        assert of_first(small) is meets

    def test_over_a_tenth_in_three_councils(self):
        small, owner = group(outside_beds=900)
        for council in range(3):
            small.site(owner, capacity=40, council=council)
            small.site(capacity=200, council=council)
        assert of_first(small) is True
        # One council fewer.
        small.site(capacity=300, council=2)
        assert of_first(small) is False

    def test_two_homes_in_one_council_make_its_share_together(self):
        small, owner = group(outside_beds=1_000, outside_councils_over_10=2)
        for _ in range(2):
            small.site(owner, capacity=60)
        small.site(capacity=880)
        assert of_first(small) is True

    @pytest.mark.parametrize(("clients", "outside", "meets"), [(100, 28_999.0, False), (100, 29_000.0, True)])
    def test_hours_inside_and_outside_count_together(self, clients, outside, meets):
        small, owner = group(outside_hours=outside)
        small.site(owner, "home_care", capacity=200, council_settled=clients)
        assert of_first(small) is meets

    @pytest.mark.parametrize(("clients", "outside", "meets"), [(999, 1_000.0, False), (1_000, 1_000.0, True)])
    def test_people_inside_and_outside_count_together(self, clients, outside, meets):
        small, owner = group(outside_people=outside, outside_hours=10.0 * outside)
        small.site(owner, "home_care", capacity=2_000, council_settled=clients)
        assert of_first(small) is meets

    def test_residents_are_no_home_care_clients(self):
        small, _ = group(1_999, outside_people=1_999.0)
        small.state.sites.council_settled[0] = 1_999
        assert of_first(small) is False

    @pytest.mark.parametrize("kind", ["chain", "independent", "cooperative"])
    def test_who_owns_a_group_does_not_matter(self, kind):
        small, _ = group(2_000, kind=kind)
        assert of_first(small) is True

    def test_a_councils_own_service_never_counts(self):
        small, owner = group(5_000, kind="council_service")
        small.site(owner, "home_care", capacity=9_000, council_settled=8_000)
        assert of_first(small) is False

    def test_nor_does_a_provider_that_has_ended(self):
        small, _ = group(2_000, alive=False)
        assert of_first(small) is False

    def test_groups_are_told_apart(self):
        small, _ = group(1_500)
        small.site("chain", capacity=1_500)
        small.site("chain", capacity=2_000)
        assert difficult_to_replace(small.state).tolist() == [False, False, True]
