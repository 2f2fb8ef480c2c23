"""Where chains are placed before the fit: every chain with its homes and councils, within what a council can hold."""

import numpy as np
import pytest

from resilience.region.footprints import Area, Chains, place_chains
from resilience.region.market import market_by_council
from resilience.region.register import area_of, chains_inside
from resilience.region.tables import table


@pytest.fixture(scope="module")
def home():
    councils = table("councils")
    codes = list(councils["code"][councils["region"] == "West Midlands"])
    return area_of(market_by_council().loc[codes]), chains_inside(True)


def small_area(homes, groups, largest):
    size = len(homes)
    beds = np.array(homes) * 30
    return Area(
        codes=tuple(f"c{n}" for n in range(size)),
        homes=np.array(homes),
        beds=beds,
        groups=np.array(groups),
        largest=np.array(largest, dtype=float),
        top_ten=beds * 0.5,
        hhi=np.full(size, 0.05),
        column=np.arange(size, dtype=float),
        row=np.zeros(size),
    )


def some_chains(homes, beds, councils):
    size = len(homes)
    whole = [np.array(values) for values in (homes, beds, councils)]
    return Chains(np.arange(1, size + 1), *whole, np.ones(size), np.full(size, 0.5))


def test_west_midlands_footprint_is_as_published(home):
    _, chains = home
    assert len(chains.rank) == 247
    assert chains.homes.sum() == 1_053
    assert chains.beds.sum() == 32_620
    assert chains.councils.sum() == 519


def test_inside_and_outside_make_england():
    inside, outside = chains_inside(True), chains_inside(False)
    groups = table("groups_2021")
    assert inside.homes.sum() + outside.homes.sum() == groups["homes"].sum()
    assert inside.beds.sum() + outside.beds.sum() == groups["beds"].sum()
    assert (outside.councils <= outside.homes).all()
    assert (outside.councils >= 1).all()


@pytest.mark.parametrize("seed", [1, 5])
def test_every_chain_has_its_homes_in_as_many_councils_as_published(home, seed):
    area, chains = home
    count = place_chains(area, chains, seed)
    assert count.shape == (247, 14)
    assert np.array_equal(count.sum(axis=1), chains.homes)
    assert np.array_equal((count > 0).sum(axis=1), chains.councils)


def test_no_council_gets_more_chain_homes_or_chains_than_it_has_homes_and_groups(home):
    area, chains = home
    count = place_chains(area, chains, 1)
    assert (count.sum(axis=0) <= area.homes).all()
    assert ((count > 0).sum(axis=0) <= area.groups).all()


def test_the_largest_group_goes_where_one_of_its_size_is_published():
    # A chain of 300 beds in one council: only the second council's largest group has 300 beds.
    area = small_area([40, 40, 40], [30, 30, 30], [100, 300, 90])
    count = place_chains(area, some_chains([10], [300], [1]), 1)
    assert count.tolist() == [[0, 10, 0]]


def test_two_chains_anchor_in_the_councils_that_fit_them():
    area = small_area([60, 60], [40, 40], [450, 200])
    count = place_chains(area, some_chains([15, 10], [450, 200], [1, 1]), 1)
    assert count.tolist() == [[15, 0], [0, 10]]


def test_placement_is_the_same_for_the_same_seed(home):
    area, chains = home
    assert np.array_equal(place_chains(area, chains, 3), place_chains(area, chains, 3))
    assert not np.array_equal(place_chains(area, chains, 3), place_chains(area, chains, 4))


def test_a_chain_with_a_home_in_each_of_several_councils_has_one_in_each():
    area = small_area([40, 40, 40, 40], [30, 30, 30, 30], [120, 120, 120, 120])
    count = place_chains(area, some_chains([4], [120], [4]), 1)
    assert count.tolist() == [[1, 1, 1, 1]]
