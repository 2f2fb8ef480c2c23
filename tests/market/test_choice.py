"""Month step 5: self-funders' choice of provider."""

import numpy as np
import pytest

from resilience.market import choice
from resilience.state.randomness import hash_keys
from tests.market.small import SmallMarket, column, within_chance

ROOM = 1_000_000
"""Beds of a home that never fills, so that shares are the formula's."""


def seekers(small, count, *, care_type="residential", hours=None, price_class=1, council=0, **columns):
    """Add people who look for a place; returns their rows."""
    f = small.state.self_funders
    kind = {"residential": 0, "nursing": 1, "home_care": 3}[care_type]
    need = float(small.state.coefficients.hours_per_person[kind]) if hours is None else hours
    spell = small.state.next_spell + np.arange(count)
    rows = f.append(
        count,
        spell=spell,
        key=hash_keys(9, spell),
        council=council,
        care_type=kind,
        hours=need,
        price_class=price_class,
        savings=1e6,
        **columns,
    )
    small.state.next_spell += count
    return np.arange(rows.start, rows.stop)


def shares(small, rows):
    """How many of these people live at each site."""
    where = small.state.self_funders.site[rows]
    return np.bincount(where[where >= 0], minlength=len(small.state.sites))


def chosen(small, count, **people):
    """The people at each site after so many have chosen."""
    small.fully_staffed()
    rows = seekers(small, count, **people)
    choice.step(small.state)
    return shares(small, rows)


def pull(*, price=700.0, quality=0.7, capacity=ROOM, sensitivity=1.0, lasting=1.0):
    """The pull of one free place, by the formula of the module: fee 500, sensitivities 2, 3 and -0.1."""
    utility = 3.0 * quality - 0.1 * np.log(capacity) - 2.0 * sensitivity * (price / 500.0 - 1.0)
    return lasting * np.exp(utility)


class TestShares:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ({"price": 600.0}, {"price": 800.0}),
            ({"quality": 0.9}, {"quality": 0.6}),
            ({"lasting": 2.0}, {"lasting": 0.5}),
            ({"price": 900.0, "quality": 0.95}, {"price": 650.0, "quality": 0.55}),
        ],
    )
    def test_follow_the_logit(self, one, other):
        small = SmallMarket()
        for columns in (one, other):
            renamed = {"self_funder_pull" if name == "lasting" else name: value for name, value in columns.items()}
            small.site(capacity=ROOM, **{"self_funder_pull": 1.0, **renamed})
        counts = chosen(small, 6_000)
        first, second = pull(**one), pull(**other)
        assert counts.sum() == 6_000
        assert within_chance(counts[0], 6_000, first / (first + second))

    @pytest.mark.parametrize(("price_class", "sensitivity"), [(0, 0.5), (1, 1.0), (2, 1.5)])
    def test_follow_how_price_sensitive_people_are(self, price_class, sensitivity):
        small = SmallMarket()
        for price in (600.0, 900.0):
            small.site(capacity=ROOM, price=price, self_funder_pull=1.0)
        counts = chosen(small, 6_000, price_class=price_class)
        cheap, dear = (pull(price=price, sensitivity=sensitivity) for price in (600.0, 900.0))
        assert within_chance(counts[0], 6_000, cheap / (cheap + dear))

    def test_follow_size_beyond_the_number_of_free_places(self):
        small = SmallMarket()
        # Both have a thousand free places; one has ten times the beds.
        for capacity in (10_000, 1_000):
            small.site(capacity=capacity, nhs_settled=capacity - 1_000, self_funder_pull=1.0)
        counts = chosen(small, 200)
        big, little = pull(capacity=10_000), pull(capacity=1_000)
        assert little / big == pytest.approx(10**0.1)
        assert within_chance(counts[0], 200, big / (big + little))

    def test_follow_free_places(self):
        small = SmallMarket()
        for free in (300_000, 100_000):
            small.site(capacity=ROOM, nhs_settled=ROOM - free, self_funder_pull=1.0)
        counts = chosen(small, 4_000)
        assert within_chance(counts[0], 4_000, 0.75)

    def test_prices_are_judged_against_the_fee_of_the_start_in_todays_money(self):
        counts = []
        for index, price in ((1.0, 600.0), (1.5, 900.0)):
            small = SmallMarket()
            small.site(capacity=ROOM, price=price, self_funder_pull=1.0)
            small.site(capacity=ROOM, price=1.5 * price, self_funder_pull=1.0)
            small.state.conditions.price_index = index
            counts.append(chosen(small, 500).tolist())
        assert counts[0] == counts[1]

    def test_a_dearer_place_draws_fewer_of_the_same_people(self):
        cheaper, dearer = [], []
        for price, keep in ((700.0, cheaper), (760.0, dearer)):
            small = SmallMarket()
            for own in (price, 700.0, 650.0):
                small.site(capacity=ROOM, price=own, self_funder_pull=1.0)
            small.fully_staffed()
            rows = seekers(small, 3_000)
            choice.step(small.state)
            keep.extend((small.state.self_funders.site[rows] == 0).tolist())
        assert sum(dearer) < sum(cheaper)
        # Nobody is drawn to a place because it became dearer.
        assert not (np.array(dearer) & ~np.array(cheaper)).any()

    def test_micro_enterprises_are_half_as_easy_to_find_without_support(self):
        small = SmallMarket()
        for supported in (True, False):
            owner = small.provider("micro_enterprise", supported=supported)
            small.site(owner, "home_care", capacity=ROOM, self_funder_pull=1.0)
        counts = chosen(small, 4_000, care_type="home_care", hours=4.0)
        assert within_chance(counts[0], 4_000, 2 / 3)


class TestWhoMayTake:
    def test_heavy_needs_are_beyond_a_micro_enterprise(self):
        small = SmallMarket()
        small.site("micro_enterprise", "home_care", capacity=500)
        assert chosen(small, 50, care_type="home_care", hours=8.1).tolist() == [0]
        assert chosen(small, 50, care_type="home_care", hours=8.0).tolist() == [50]

    def test_neither_inadequate_nor_closed_nor_the_councils_own(self):
        small = SmallMarket()
        small.site(capacity=100, rating=0)
        small.site(capacity=100, alive=False)
        small.site("council_service", capacity=100)
        small.site(capacity=100)
        assert chosen(small, 30).tolist() == [0, 0, 0, 30]

    def test_a_home_that_takes_no_council_clients_takes_them(self):
        small = SmallMarket()
        small.site(capacity=100, takes_council=False)
        assert chosen(small, 30).tolist() == [30]

    def test_only_the_kind_of_care_they_need(self):
        small = SmallMarket()
        for care_type in ("residential", "nursing", "home_care"):
            small.site(care_type=care_type, capacity=100)
        assert chosen(small, 30, care_type="nursing").tolist() == [0, 30, 0]


class TestRoom:
    def test_no_more_move_in_than_there_is_room(self):
        small = SmallMarket()
        small.site(capacity=3)
        small.site(capacity=5, nhs_settled=4)
        assert chosen(small, 10).tolist() == [3, 1]
        waiting = small.state.self_funders.site < 0
        assert waiting.sum() == 6

    def test_those_who_come_too_late_choose_again(self):
        small = SmallMarket()
        small.site(capacity=2, self_funder_pull=3.0, quality=1.0)
        small.site(capacity=500, self_funder_pull=0.2)
        assert chosen(small, 40).tolist() == [2, 38]

    def test_staff_limit_it(self):
        small = SmallMarket()
        # 432 hours with agency serve twelve, as sites' room has it; ten are there.
        small.site(capacity=20, council_settled=10, staff=432.0 / 1.1 / 40.0)
        rows = seekers(small, 5)
        choice.step(small.state)
        assert shares(small, rows).tolist() == [2]

    def test_sites_count_who_moved_in(self):
        small = SmallMarket()
        small.site(care_type="home_care", capacity=100)
        rows = seekers(small, 20, care_type="home_care", hours=3.5, waiting_months=4)
        small.fully_staffed()
        choice.step(small.state)
        s, f = small.state.sites, small.state.self_funders
        assert (s.self_funders[0], s.self_funder_hours[0]) == pytest.approx((20, 70.0))
        assert set(f.waiting_months[rows].tolist()) == {0}

    def test_who_gets_the_last_place_does_not_depend_on_the_order_of_rows(self):
        winners = []
        for order in (1, -1):
            small = SmallMarket()
            small.site(capacity=4)
            small.fully_staffed()
            f = small.state.self_funders
            keys = hash_keys(9, np.arange(12))[::order]
            f.append(12, spell=np.arange(12), key=keys, care_type=0, hours=25.0, savings=1e6, price_class=1)
            choice.step(small.state)
            winners.append(set(f.key[f.site == 0].tolist()))
        assert winners[0] == winners[1]


class TestFarther:
    def market(self):
        small = SmallMarket(3, neighbours=((0, 1),))
        small.site(capacity=50, council=1)
        small.site(capacity=50, council=2)
        return small

    def test_newcomers_first_wait_a_month_at_home(self):
        assert chosen(self.market(), 10).tolist() == [0, 0]

    @pytest.mark.parametrize("columns", [{"waiting_months": 1}, {"displaced": True}])
    def test_those_who_waited_or_lost_their_provider_look_to_neighbours(self, columns):
        small = self.market()
        assert chosen(small, 10, **columns).tolist() == [10, 0]
        f = small.state.self_funders
        assert set(f.council.tolist()) == {1}
        assert not f.displaced.any()

    def test_nobody_goes_beyond_the_neighbours_room(self):
        assert chosen(self.market(), 70, waiting_months=1).tolist() == [50, 0]


def test_displaced_people_who_settle_lost_half_a_month_of_their_hours():
    small = SmallMarket()
    small.site(care_type="home_care", capacity=100)
    small.fully_staffed()
    seekers(small, 3, care_type="home_care", hours=5.0, displaced=True)
    seekers(small, 2, care_type="home_care", hours=5.0)
    choice.step(small.state)
    # Three people of half an average client's hours, half a month each.
    lost = small.state.councils.transfer_loss[0, column("home_care", "self_funder")]
    assert lost == pytest.approx(3 * 0.5 * 0.5)
    assert small.state.councils.transfer_loss.sum() == pytest.approx(lost)


def test_where_nobody_looks_nothing_happens():
    small = SmallMarket()
    small.site(self_funders=2)
    small.fully_staffed()
    choice.step(small.state)
    assert small.state.sites.self_funders.tolist() == [2]
