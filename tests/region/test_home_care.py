"""Home-care branches: how many, how large, and which belong to a national chain."""

import numpy as np
import pytest

from resilience.region import build_region
from resilience.region.home_care import (
    CLIENTS_RANGE,
    FOLLOWERS,
    chain_branches,
    hours_with_self_funded,
    local_branches,
    national_chains,
    own_chain_branches,
)


def branches(region):
    return region.sites[(region.sites["care_type"] == "home_care") & (region.sites["capacity"] > 0)]


@pytest.fixture(scope="module")
def england():
    return build_region("england")


def test_england_buys_four_and_a_half_million_hours_a_week():
    assert hours_with_self_funded().sum() == pytest.approx(4.47e6, rel=0.01)


def test_the_four_largest_hold_just_over_nine_per_cent_and_the_rest_follow_from_25_000_hours():
    hours = national_chains()
    assert len(hours) == 4 + FOLLOWERS
    assert hours[:4].sum() / hours_with_self_funded().sum() == pytest.approx(0.091)
    assert hours[4] == 25_000
    assert hours[5] == pytest.approx(25_000 / 2**0.8)
    assert (np.diff(hours) < 0).all()


def test_only_the_four_largest_meet_a_home_care_test():
    hours = national_chains()
    assert ((hours >= 30_000) | (hours / 12.7 >= 2_000)).sum() == 4


def test_a_chains_branches_hold_all_its_hours():
    placed = chain_branches(1)
    held = np.bincount(placed.chain, weights=placed.hours)
    assert held == pytest.approx(national_chains())
    assert np.bincount(placed.chain).min() >= 3
    assert placed.council.max() < 152


def test_chains_go_where_the_hours_are():
    placed = chain_branches(1)
    count = np.bincount(placed.council, minlength=152)
    assert np.corrcoef(count, hours_with_self_funded())[0, 1] > 0.8


def test_the_number_of_branches_follows_the_services_of_2021(england):
    count = branches(england).groupby("council").size()
    services = england.councils["home_care_services"]
    expected = np.maximum((services * 0.82).round(), 1)
    assert (count.reindex(range(152)) - expected).abs().max() <= 1
    assert len(branches(england)) == pytest.approx(8_465, rel=0.005)


def test_the_west_midlands_have_about_a_thousand_branches():
    assert len(branches(build_region("west-midlands"))) == pytest.approx(1_005, abs=5)


def test_another_scale_adds_or_drops_branches_but_changes_none():
    usual = build_region("west-midlands").sites.set_index("key")
    fewer = build_region("west-midlands", home_care_branch_scale=0.5).sites.set_index("key")
    assert len(fewer) < len(usual)
    assert set(fewer.index) <= set(usual.index)
    local = fewer[fewer["care_type"] != "home_care"]
    assert (usual.loc[local.index, "capacity"] == local["capacity"]).all()


def test_local_sizes_have_a_median_of_thirty_one_and_a_mean_of_sixty_five():
    clients = np.concatenate([local_branches(f"c{n}", 400, 1).clients for n in range(20)])
    assert np.median(clients) == pytest.approx(np.exp(3.45), rel=0.05)
    assert clients.mean() == pytest.approx(64, rel=0.06)
    assert (clients < 30).mean() == pytest.approx(0.485, abs=0.02)
    assert clients.min() >= CLIENTS_RANGE[0]
    assert clients.max() <= CLIENTS_RANGE[1]


def test_local_providers_have_one_branch_or_two():
    owners = local_branches("406", 300, 1).owner
    counts = {owner: owners.count(owner) for owner in owners}
    assert set(counts.values()) == {1, 2}
    assert owners[0].endswith("406-1")


def test_the_first_branches_do_not_depend_on_how_many_there_are():
    few, many = local_branches("406", 10, 1), local_branches("406", 50, 1)
    assert few.owner == many.owner[:10]
    assert np.array_equal(few.clients, many.clients[:10])
    assert np.array_equal(few.key, many.key[:10])


def test_cooperatives_are_less_than_one_per_cent_of_the_market(england):
    sites = branches(england)
    kind = england.providers["kind"].to_numpy(str)[sites["provider"]]
    share = sites["capacity"][kind == "cooperative"].sum() / sites["capacity"].sum()
    assert 0.001 < share < 0.01
    assert 20 <= (england.providers["kind"] == "cooperative").sum() <= 80


def test_chains_hold_their_share_of_a_regions_clients(england):
    sites = branches(england)
    name = england.providers["name"].to_numpy(str)[sites["provider"]]
    top = np.isin(name, [f"Home care group {n}" for n in range(1, 5)])
    per_council = england.councils["home_care_hours_per_week"].to_numpy() / sites.groupby("council")["capacity"].sum()
    hours = sites["capacity"].to_numpy() * per_council.to_numpy()[sites["council"]]
    assert hours[top].sum() / hours.sum() == pytest.approx(0.091, abs=0.004)


def test_own_councils_get_chains_in_proportion_to_their_hours():
    small, large = (own_chain_branches("own-town", hours, 1) for hours in (10_000.0, 400_000.0))
    assert len(small.chain) < len(large.chain)
    assert large.hours.sum() / 400_000 == pytest.approx(
        national_chains().sum() / hours_with_self_funded().sum(), abs=0.05
    )
    assert (large.council == -1).all()
    assert len(np.unique(large.key)) == len(large.key)


def test_no_hours_no_chains_in_a_council_of_ones_own():
    assert own_chain_branches("own-town", 0.0, 1).hours.sum() == 0
