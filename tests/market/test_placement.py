"""Sharing people out over sites: exact counts, no site over its room, nobody lost, a stable order."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience.market.placement import CumulatedPull, council_at, cumulated_pulls, neighbours_for, share_out
from tests.market.small import SmallMarket


def row_of_sites(count, councils=1, care_type="residential"):
    small = SmallMarket(councils)
    owner = small.provider()
    for _ in range(count):
        small.site(owner, care_type)
    return small


def shared(small, people, room, weight, decision="place"):
    return share_out(
        small.state,
        decision,
        small.by_market(people),
        np.array(room, dtype=np.int64),
        np.array(weight, dtype=np.float64),
    )


def test_like_sites_get_equal_counts():
    placed, left = shared(row_of_sites(3), {(0, "residential"): 9}, [10, 10, 10], [1.0, 1.0, 1.0])
    assert placed.tolist() == [3, 3, 3]
    assert not left.any()


def test_counts_follow_the_pull_of_every_free_place():
    placed, _ = shared(row_of_sites(3), {(0, "residential"): 60}, [100, 100, 400], [2.0, 1.0, 0.75])
    assert placed.tolist() == [20, 10, 30]


@pytest.mark.parametrize("seed", range(5))
def test_a_share_that_is_not_whole_is_settled_by_a_draw(seed):
    small = row_of_sites(2)
    small.state.seed = seed
    placed, _ = shared(small, {(0, "residential"): 5}, [100, 100], [1.0, 1.0])
    assert sorted(placed.tolist()) == [2, 3]


def test_no_site_takes_more_than_it_has_room():
    placed, left = shared(row_of_sites(3), {(0, "residential"): 9}, [1, 2, 3], [100.0, 1.0, 1.0])
    assert placed.tolist() == [1, 2, 3]
    assert left.sum() == 3


def test_those_who_find_a_site_full_try_the_others():
    placed, left = shared(row_of_sites(2), {(0, "residential"): 10}, [5, 100], [100.0, 0.1])
    assert placed.tolist() == [5, 5]
    assert not left.any()


def test_a_site_without_pull_gets_nobody():
    placed, left = shared(row_of_sites(2), {(0, "residential"): 10}, [50, 4], [0.0, 1.0])
    assert placed.tolist() == [0, 4]
    assert left.sum() == 6


def test_kinds_of_care_and_councils_do_not_mix():
    small = SmallMarket(2)
    small.site()
    small.site(care_type="nursing")
    small.site(council=1)
    placed, left = shared(
        small, {(0, "residential"): 2, (1, "residential"): 3, (1, "home_care"): 4}, [9, 9, 9], [1.0] * 3
    )
    assert placed.tolist() == [2, 0, 3]
    assert left.tolist() == small.by_market({(1, "home_care"): 4}).tolist()


def test_room_is_read_not_written():
    room = np.array([5, 5])
    small = row_of_sites(2)
    share_out(small.state, "place", small.by_market({(0, "residential"): 6}), room, np.ones(2))
    assert room.tolist() == [5, 5]


def test_nobody_to_place_places_nobody():
    placed, left = shared(row_of_sites(2), {}, [5, 5], [1.0, 1.0])
    assert not placed.any()
    assert not left.any()


def test_a_market_elsewhere_changes_nothing():
    small, large = row_of_sites(6), SmallMarket(2)
    owner = large.provider()
    for council in (0, 1, 0, 0, 1, 1, 0, 0, 0):
        large.site(owner, council=council)
    mine = np.flatnonzero(large.state.sites.council == 0)
    weight = np.array([1.0, 3.0, 0.5, 2.0, 1.0, 0.1])
    room = np.array([3, 1, 9, 4, 2, 8])
    alone, _ = shared(small, {(0, "residential"): 11}, room, weight)
    others_room, others_weight = np.full(9, 5), np.full(9, 0.7)
    others_room[mine], others_weight[mine] = room, weight
    together, _ = shared(large, {(0, "residential"): 11, (1, "residential"): 7}, others_room, others_weight)
    assert np.array_equal(together[mine], alone)


def test_a_little_more_pull_moves_few_people():
    small = row_of_sites(40)
    weight = np.ones(40)
    before, _ = shared(small, {(0, "residential"): 400}, [100] * 40, weight)
    weight[7] = 1.2
    after, _ = shared(small, {(0, "residential"): 400}, [100] * 40, weight)
    assert after[7] > before[7]
    assert np.abs(after - before).sum() <= 40


@given(
    data=st.data(),
    sites=st.integers(1, 12),
    councils=st.integers(1, 3),
    seed=st.integers(0, 10_000),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_everybody_is_placed_or_left_and_no_room_is_overrun(data, sites, councils, seed):
    small = SmallMarket(councils, seed=seed)
    owner = small.provider()
    kinds = ("residential", "home_care")
    for _ in range(sites):
        small.site(
            owner,
            data.draw(st.sampled_from(kinds)),
            council=data.draw(st.integers(0, councils - 1)),
        )
    numbers = st.integers(0, 12)
    room = np.array(data.draw(st.lists(numbers, min_size=sites, max_size=sites)))
    pulls = st.one_of(st.just(0.0), st.floats(1e-6, 1e6))
    weight = np.array(data.draw(st.lists(pulls, min_size=sites, max_size=sites)))
    people = small.by_market(
        {(council, kind): data.draw(st.integers(0, 40)) for council in range(councils) for kind in kinds}
    )
    placed, left = share_out(small.state, "place", people, room, weight)
    market = small.state.market_of_site()
    usable = np.where(weight > 0.0, room, 0)
    assert ((placed >= 0) & (placed <= usable)).all()
    assert np.array_equal(np.bincount(market, weights=placed, minlength=people.size) + left, people)
    # Nobody is left over beside a site that nobody tried for three rounds running and that could take everybody.
    capacity = np.bincount(market, weights=usable, minlength=people.size)
    assert (left >= np.maximum(people - capacity, 0)).all()
    alone = np.bincount(market, weights=usable > 0, minlength=people.size) == 1
    assert np.array_equal(left[alone], np.maximum(people - capacity, 0)[alone])


def pull_of(small, pull):
    index = small.state.index
    return CumulatedPull(pull[index.order], index.order, index.starts, index.ends)


def pulls_of(small, pulls, room, wanted):
    index = small.state.index
    return cumulated_pulls(pulls, room, wanted, index.starts.size, index.market, index.order)


class TestPicking:
    """The site at a position of the cumulated pull."""

    def test_the_inverse_of_the_cumulated_pull(self):
        small = row_of_sites(4)
        pull = pull_of(small, np.array([1.0, 0.0, 2.0, 1.0]))
        assert pull.whole[0] == pytest.approx(4.0)
        position = np.array([0.0, 0.24, 0.26, 0.74, 0.76, 1.0 - 1e-16])
        assert pull.pick(np.zeros(6, dtype=np.int64), position).tolist() == [0, 0, 2, 2, 3, 3]

    def test_never_picks_a_site_without_pull_even_at_the_edges(self):
        small = row_of_sites(5)
        pull = pull_of(small, np.array([0.0, 0.1, 0.0, 0.2, 0.0]))
        position = np.concatenate([[0.0, 1.0 - 2**-53], np.linspace(0.0, 0.999, 101)])
        assert set(pull.pick(np.zeros(position.size, dtype=np.int64), position).tolist()) == {1, 3}

    def test_markets_of_very_different_pull_do_not_spill_over(self):
        small = SmallMarket(3)
        owner = small.provider()
        for council in (0, 1, 2, 0, 1, 2):
            small.site(owner, council=council)
        pull = pull_of(small, np.array([1e12, 1e-12, 3.0, 1e12, 1e-12, 3.0]))
        markets = np.repeat([0, 4, 8], 50)
        chosen = pull.pick(markets, np.tile(np.linspace(0.0, 0.99, 50), 3))
        assert np.array_equal(small.state.sites.council[chosen], markets // 4)

    def test_a_market_without_pull_has_a_whole_of_nothing(self):
        small = row_of_sites(2)
        assert pull_of(small, np.zeros(2)).whole.tolist() == [0.0] * 4

    def test_several_classes_of_people_pick_by_their_own_pulls(self):
        small = row_of_sites(4)
        by_class = np.array([[1.0, 0.0, 0.0, 5.0], [0.0, 1.0, 1.0, 5.0]])
        # Markets are numbered class by class: class 1's residential market of council 0 is number 4.
        wanted, room = np.array([0, 4, 4, 4]), np.array([1, 1, 3, 0])
        pulls = pulls_of(small, by_class, room, wanted)
        assert pulls.whole[[0, 4]].tolist() == pytest.approx([1.0, 4.0])
        assert pulls.pick(wanted, np.array([0.9, 0.2, 0.3, 0.9])).tolist() == [0, 1, 2, 2]

    def test_only_markets_asked_for_are_looked_at(self):
        small = SmallMarket(2)
        small.site()
        small.site(council=1)
        pulls = pulls_of(small, np.ones((1, 2)), np.array([5, 5]), np.array([4, 4]))
        assert pulls.whole.tolist() == [0.0, 0.0, 0.0, 0.0, 5.0, 0.0, 0.0, 0.0]
        assert pulls.pick(np.array([4, 4]), np.array([0.1, 0.9])).tolist() == [1, 1]


def pairs_of(small, people, room):
    """Home and host market of each person left over."""
    u = small.state.uniform("away", small.state.councils.key)
    return neighbours_for(small.by_market(people), np.array(room), u, small.state.index)


class TestNeighbours:
    def market(self):
        """Council 0 borders 1 and 2, not 3; free places: 1 has ten, 2 has thirty, 3 has a hundred."""
        small = SmallMarket(4, neighbours=((0, 1), (0, 2), (1, 3)))
        for council in range(4):
            small.site(council=council, capacity=100)
        return small

    def test_people_spread_over_neighbours_by_free_places(self):
        small = self.market()
        pairs = pairs_of(small, {(0, "residential"): 40}, [0, 10, 30, 100])
        assert pairs.shape == (40, 2)
        assert set(pairs[:, 0].tolist()) == {0}
        hosts = np.bincount(pairs[:, 1] // 4, minlength=4)
        assert hosts[[0, 3]].tolist() == [0, 0]
        assert hosts[1] == pytest.approx(10, abs=2)
        assert set((pairs[:, 1] % 4).tolist()) == {0}

    def test_only_the_same_kind_of_care_counts(self):
        small = self.market()
        pairs = pairs_of(small, {(0, "nursing"): 5}, [0, 10, 30, 100])
        assert pairs.shape == (0, 2)

    def test_without_neighbours_or_room_nobody_goes(self):
        small = self.market()
        nobody = pairs_of(small, {}, [9, 9, 9, 9])
        full = pairs_of(small, {(0, "residential"): 5}, [9, 0, 0, 9])
        assert nobody.shape == full.shape == (0, 2)

    def test_every_home_is_counted_for_itself(self):
        small = self.market()
        pairs = pairs_of(small, {(0, "residential"): 3, (3, "residential"): 2}, [5, 5, 5, 5])
        assert sorted(pairs[:, 0].tolist()) == [0, 0, 0, 12, 12]
        assert set(pairs[pairs[:, 0] == 12, 1].tolist()) == {4}

    def test_the_order_of_councils_in_the_table_is_of_no_account(self):
        chosen = []
        position = np.linspace(0.0, 0.99, 50)
        for order in ([0, 1, 2], [2, 0, 1]):
            small = SmallMarket(3)
            small.state.councils.key[:] = np.array([70, 50, 60], dtype=np.uint64)[order]
            reach = np.tile(np.array([1.0, 2.0, 3.0])[order], (50, 1))
            hosts = council_at(small.state.index.council_order, reach, position * 6.0)
            chosen.append(small.state.councils.key[hosts].tolist())
        assert chosen[0] == chosen[1]
        assert np.bincount(chosen[0]).tolist()[50::10] == [17, 25, 8]
