"""The fit of chains to councils: what it measures, and that its moves keep what must be kept."""

import numpy as np
import pytest

from resilience.region.fit import LOCAL, Fit, kind_mismatch
from resilience.region.footprints import Area, Chains
from resilience.region.homes import Homes
from resilience.region.moves import Luck, refine, settle, shift_between, swap_within, try_swaps

# Two councils; chain 0 should hold 90 beds, chain 1 should hold 40.
#   council 0: homes of 50, 40, 20, 10 beds; council 1: homes of 30, 20, 5 beds
BEDS = [np.array([50, 40, 20, 10]), np.array([30, 20, 5])]
OWNER = np.array([0, LOCAL, 0, LOCAL, 1, LOCAL, LOCAL])


def homes_of(beds, older=True, nursing=False):
    return Homes(beds, np.full(len(beds), older), np.full(len(beds), nursing))


@pytest.fixture
def fit():
    area = Area(
        codes=("a", "b"),
        homes=np.array([4, 3]),
        beds=np.array([120, 55]),
        groups=np.array([3, 3]),
        largest=np.array([90.0, 30.0]),
        top_ten=np.array([120.0, 55.0]),
        hhi=np.array([0.6, 0.45]),
        column=np.array([0.0, 1.0]),
        row=np.zeros(2),
    )
    chains = Chains(
        rank=np.array([1, 2]),
        homes=np.array([2, 1]),
        beds=np.array([90, 40]),
        councils=np.array([1, 1]),
        older_share=np.array([1.0, 0.5]),
        nursing_share=np.array([0.0, 1.0]),
    )
    return Fit(area, chains, [homes_of(beds) for beds in BEDS], OWNER)


def consistent(fit):
    held = np.zeros_like(fit.held)
    count = np.zeros_like(fit.count)
    for home, owner in enumerate(fit.owner):
        if owner >= 0:
            held[fit.council[home], owner] += fit.beds[home]
            count[fit.council[home], owner] += 1
    return (
        np.array_equal(held, fit.held)
        and np.array_equal(count, fit.count)
        and np.allclose(fit.error, held.sum(axis=0) - fit.chains.beds)
    )


def test_sums_at_the_start(fit):
    assert fit.held.tolist() == [[70, 0], [0, 30]]
    assert fit.count.tolist() == [[2, 0], [0, 1]]
    assert fit.error.tolist() == [-20, -10]
    assert fit.first.tolist() == [0, 4, 7]


def test_entries_list_chains_first_and_every_local_home_as_an_owner(fit):
    held, of_home, of_chain = fit.entries(0)
    assert held.tolist() == [70, 40, 10]
    assert of_home.tolist() == [0, 1, 0, 2]
    assert of_chain.tolist() == [0, -1]


def test_misfit_is_zero_when_all_is_as_published(fit):
    # Largest 90 of 120, all in the top ten, HHI (90^2 + 20^2 + 10^2) / 120^2 = 0.597.
    fit.area.hhi[0] = (90**2 + 20**2 + 10**2) / 120**2
    assert fit.misfit(0, np.array([[90.0, 20.0, 10.0]]))[0] == pytest.approx(0.0)


def test_misfit_by_hand(fit):
    fit.area.hhi[0] = (80**2 + 30**2 + 10**2) / 120**2
    # Only the largest is off, by 10 beds of a unit of 0.006 x 120 + 2 = 2.72.
    assert fit.misfit(0, np.array([[80.0, 30.0, 10.0]]))[0] == pytest.approx((10 / 2.72) ** 2)


def test_misfit_of_the_top_ten_counts_the_ten_largest_only(fit):
    fit.area.largest[0], fit.area.top_ten[0] = 10.0, 100.0
    held = np.full((1, 12), 10.0)
    fit.area.hhi[0] = 12 * 100 / 120**2
    assert fit.misfit(0, held)[0] == pytest.approx(0.0)


def test_crowding_by_hand(fit):
    # Council 0: 3 groups, 1 chain, so 2 local owners for 2 homes: no second homes, 0.18 usual.
    assert fit.crowding(0) == pytest.approx(0.6 * 0.18**2 / 1.18)
    # With one home fewer there is a home too few for the two owners.
    assert fit.crowding(0, -1) == pytest.approx(0.6 * 1.18**2 / 1.18 + 8.0)


def test_chain_change_by_hand(fit):
    fit.scale[:] = 2.0
    change = fit.chain_change(np.array([0, LOCAL]), np.array([20.0, 5.0]))
    # Chain 0 is 20 beds short: 20 more make (0 - 400) / 4; local owners have no target.
    assert change.tolist() == [-100.0, 0.0]


def test_kind_mismatch_by_hand():
    chains = Chains(*(np.array([n]) for n in (1, 2, 60, 1)), np.array([0.9]), np.array([0.2]))
    homes = [Homes(np.array([30, 30]), np.array([True, False]), np.array([True, False]))]
    table = kind_mismatch(chains, homes)
    # An older people's nursing home: 0.1 off on older, 0.8 off on nursing; a younger adults' home without: 0.9, 0.2.
    assert table[:, 0] == pytest.approx([0.3 * (0.1 + 0.7 * 0.8), 0.3 * (0.9 + 0.7 * 0.2)])
    assert table[:, LOCAL].tolist() == [0, 0]


def test_give_keeps_the_sums_in_step(fit):
    fit.give(1, 0)
    assert fit.held[0].tolist() == [110, 0]
    fit.give(1, LOCAL)
    fit.give(4, 0)
    assert fit.count.tolist() == [[2, 0], [1, 0]]
    assert consistent(fit)


def test_the_best_swap_is_made(fit):
    # Chain 0 gives up its 20 for the local 40: 90 beds, as published.
    assert try_swaps(fit, 0, np.array([2, 2]), np.array([1, 3]))
    assert fit.owner.tolist() == [0, 0, LOCAL, LOCAL, 1, LOCAL, LOCAL]
    assert fit.error[0] == 0
    assert consistent(fit)


def test_no_swap_is_made_that_makes_things_worse(fit):
    try_swaps(fit, 0, np.array([2]), np.array([1]))
    before = fit.owner.copy()
    assert not try_swaps(fit, 0, np.array([1]), np.array([3]))
    assert np.array_equal(fit.owner, before)


def test_nothing_to_swap(fit):
    assert not try_swaps(fit, 0, np.zeros(0, int), np.zeros(0, int))


def test_random_swaps_find_the_published_number_and_lower_the_misfit(fit):
    luck, before = Luck(1, "test"), fit.total()
    for _ in range(5):
        swap_within(fit, 0, luck)
    assert fit.error[0] == 0
    assert fit.total() < before
    assert consistent(fit)


def test_settle_closes_a_chains_gap_with_a_local_home(fit):
    fit.scale[:] = 0.5
    assert settle(fit, 0)
    assert fit.error[0] == 0
    # Chain 1 has 30 beds and should have 40; the council's other homes are smaller: nothing helps.
    assert not settle(fit, 1)


def test_a_chain_with_one_home_moves_to_a_council_where_it_fits(fit):
    luck = Luck(1, "test")
    fit.area.largest[:] = [70.0, 30.0]
    assert shift_between(fit, 1, 0, luck)
    # Chain 1 (40 beds published) left the 30-bed home in council 1 for the 40-bed home in council 0.
    assert fit.error[1] == 0
    assert fit.count[:, 1].tolist() == [1, 0]
    assert consistent(fit)


def test_refine_keeps_homes_and_councils_of_every_chain(fit):
    refine(fit, Luck(3, "test"), 20)
    assert fit.count.sum(axis=0).tolist() == [2, 1]
    assert (fit.count > 0).sum(axis=0).tolist() == [1, 1]
    assert consistent(fit)
    # The only 40-bed home makes up chain 0, published with 90 beds; chain 1 stays ten short.
    assert fit.error.tolist() == [0, -10]


def test_luck_is_keyed_by_seed_and_name_and_moves_on():
    luck = Luck(1, "a")
    first, second = luck(4), luck(4)
    assert not np.array_equal(first, second)
    assert np.array_equal(Luck(1, "a")(4), first)
    assert not np.array_equal(Luck(2, "a")(4), first)
    assert not np.array_equal(Luck(1, "b")(4), first)
