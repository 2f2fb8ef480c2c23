"""The region as the model receives it."""

import numpy as np
import pandas as pd
import pytest

from resilience.region import Region, RegionError, build_region
from resilience.region.councils import COLUMNS

SITE_COLUMNS = ["key", "provider", "council", "care_type", "nursing", "capacity", "age_years"]
PROVIDER_COLUMNS = [
    "key", "name", "kind", "sector", "group_rank", "outside_homes", "outside_beds", "outside_councils",
    "outside_councils_over_10_percent", "outside_home_care_hours", "outside_home_care_people",
]  # fmt: skip


@pytest.fixture(scope="module", params=["west-midlands", "england", "north-east"])
def region(request):
    return build_region(request.param)


def test_west_midlands_has_the_homes_and_beds_of_the_register_of_april_2021():
    region = build_region("west-midlands")
    homes = region.sites[region.sites["care_type"] != "home_care"]
    assert len(homes) == 1673
    assert homes["capacity"].sum() == 48939


def test_columns_are_as_agreed(region):
    assert isinstance(region, Region)
    assert list(region.councils.columns) == list(COLUMNS)
    assert list(region.sites.columns) == SITE_COLUMNS
    assert list(region.providers.columns) == PROVIDER_COLUMNS


def test_nothing_is_missing(region):
    for frame in (region.councils, region.sites, region.providers):
        assert not frame.isna().to_numpy().any()
        assert list(frame.index) == list(range(len(frame)))


def test_types_are_as_agreed(region):
    assert region.sites["key"].dtype == np.uint64
    assert region.providers["key"].dtype == np.uint64
    assert region.sites["provider"].dtype == np.int64
    assert region.sites["capacity"].dtype == np.float64
    assert region.sites["nursing"].dtype == np.bool_
    assert region.neighbours.shape == (len(region.councils),) * 2


def test_words_are_as_agreed(region):
    assert set(region.sites["care_type"]) == {"residential", "nursing", "younger_adults", "home_care"}
    assert set(region.providers["kind"]) <= {"chain", "independent", "cooperative", "council_service"}
    assert set(region.providers["sector"]) == {"for_profit", "third_sector", "council"}


def test_every_site_has_a_provider_and_every_provider_a_site(region):
    assert set(region.sites["provider"]) == set(range(len(region.providers)))
    assert set(region.sites["council"]) == set(range(len(region.councils)))


def test_beds_of_the_councils_are_those_of_the_sites(region):
    homes = region.sites[region.sites["care_type"] != "home_care"]
    beds = homes.groupby("council")["capacity"].sum().reindex(range(len(region.councils)), fill_value=0)
    assert (beds == region.councils["care_home_beds"]).all()


def test_homes_have_whole_beds_and_branches_are_no_homes(region):
    homes = region.sites["care_type"] != "home_care"
    assert (region.sites["capacity"][homes] % 1 == 0).all()
    assert (region.sites["capacity"][homes] >= 1).all()
    assert not region.sites["nursing"][~homes].any()
    assert region.sites["nursing"][region.sites["care_type"] == "nursing"].all()
    assert not region.sites["nursing"][region.sites["care_type"] == "residential"].any()


def test_the_same_arguments_give_the_same_object_and_the_same_numbers():
    assert build_region("west-midlands") is build_region("west-midlands")
    from resilience.region import build

    once = build_region("west-midlands")
    build._build.cache_clear()
    again = build_region("west-midlands")
    assert once is not again
    pd.testing.assert_frame_equal(once.sites, again.sites)
    pd.testing.assert_frame_equal(once.providers, again.providers)


def test_another_population_seed_is_another_market_that_agrees_with_the_same_tables():
    usual, other = build_region("west-midlands"), build_region("west-midlands", population_seed=2)
    homes, others = (one.sites[one.sites["care_type"] != "home_care"] for one in (usual, other))
    assert homes["capacity"].tolist() != others["capacity"].tolist()
    assert (
        homes.groupby("council")["capacity"]
        .agg(["size", "sum"])
        .equals(others.groupby("council")["capacity"].agg(["size", "sum"]))
    )
    assert set(homes["key"]) == set(others["key"])


def test_outside_footprints_of_another_seed_are_published_less_inside():
    from resilience.region.tables import table

    other = build_region("west-midlands", population_seed=2)
    rows = other.providers[other.providers["group_rank"] > 0]
    groups = table("groups_2021").set_index("rank").loc[rows["group_rank"]]
    published = (groups["homes"] - groups["west_midlands_homes"]).to_numpy()
    assert (rows["outside_homes"].to_numpy() == published).all()
    assert (
        rows["outside_councils"].to_numpy() == (groups["councils"] - groups["west_midlands_councils"]).to_numpy()
    ).all()
    outside_beds = (groups["beds"] - groups["west_midlands_beds"]).to_numpy()
    assert np.abs(rows["outside_beds"].to_numpy() - outside_beds).max() <= 30


@pytest.mark.parametrize("scale", [0.0, -1.0, float("nan"), float("inf"), 100.0])
def test_an_impossible_scale_is_refused(scale):
    with pytest.raises(RegionError, match=r"home_care_branch_scale = .* Allowed: above 0 and below 100"):
        build_region("west-midlands", home_care_branch_scale=scale)


def test_an_unknown_region_is_refused():
    with pytest.raises(RegionError, match="Did you mean 'west-midlands'"):
        build_region("west-midland")
