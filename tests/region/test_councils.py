"""The councils as the model needs them, and the self-funded share of each region."""

import numpy as np
import pytest

from resilience.region import RegionError
from resilience.region.councils import (
    COLUMNS,
    council_rows,
    region_codes,
    region_levels,
    self_funder_shares,
    shift_to_mean,
)
from resilience.region.tables import region_names, table


@pytest.fixture(scope="module")
def england():
    return council_rows(region_codes("england"))


@pytest.mark.parametrize(
    ("name", "size"),
    [("west-midlands", 14), ("England", 152), ("North West", 23), ("yorkshire-and-the-humber", 15), (" LONDON ", 33)],
)
def test_regions_are_found_by_name_however_written(name, size):
    assert len(region_codes(name)) == size


def test_every_council_is_in_exactly_one_region():
    codes = [code for region in region_names() for code in region_codes(region)]
    assert sorted(codes) == sorted(table("councils")["code"])


@pytest.mark.parametrize("wrong", ["west-midland", "wst midlands", "West Mildands"])
def test_an_unknown_region_is_answered_with_the_nearest_name_and_all_that_are_allowed(wrong):
    with pytest.raises(RegionError, match="Did you mean 'west-midlands'") as raised:
        region_codes(wrong)
    assert wrong in str(raised.value)
    assert "north-east" in str(raised.value)
    assert "csv" in str(raised.value)


def test_a_region_like_no_other_gets_no_suggestion():
    with pytest.raises(RegionError, match=r"region 'zzz' is not known. Allowed: england"):
        region_codes("zzz")


def test_columns_are_as_agreed(england):
    assert tuple(england.columns) == COLUMNS
    assert not england.isna().to_numpy().any()


def test_values_of_one_council(england):
    row = england[england["council"] == "Birmingham"].iloc[0]
    assert row["population_85plus"] == 22_017
    assert row["population_all"] == 1_140_525
    assert row["care_home_beds"] == 7_547
    assert row["residential_fee_gbp_week"] == 507.13
    assert row["supported_residents"] == 3_014
    assert row["supported_residents_2022_23"] == 2_801
    assert row["home_care_services"] == 238


@pytest.mark.parametrize(("region", "level"), [("North East", 0.18), ("West Midlands", 0.39), ("South East", 0.54)])
def test_each_published_region_hits_its_level(england, region, level):
    rows = england[england["region"] == region]
    mean = np.average(rows["self_funder_share"], weights=rows["care_home_beds"])
    assert mean == pytest.approx(level, abs=1e-9)


def test_england_is_almost_half(england):
    mean = np.average(england["self_funder_share"], weights=england["care_home_beds"])
    assert mean == pytest.approx(0.47, abs=1e-6)


def test_interpolated_levels_lie_between_the_published_ends_in_the_order_of_the_flat_estimate():
    levels = region_levels()
    others = [levels[name] for name in ("North West", "East Midlands", "South West", "East of England")]
    assert others == sorted(others)
    assert all(0.18 < level < 0.54 for level in levels.values() if level not in (0.18, 0.54))


def test_the_order_of_councils_within_a_region_is_that_of_the_estimate(england):
    raw = table("councils").set_index("code")["self_funder_percent"]
    for _, rows in england.groupby("region"):
        estimate = raw.loc[list(rows["code"])].to_numpy()
        order = np.argsort(estimate, kind="stable")
        assert (np.diff(rows["self_funder_share"].to_numpy()[order]) >= -1e-12).all()


def test_west_midlands_shares_stay_close_to_the_regional_estimate():
    raw = table("councils")["self_funder_percent"].to_numpy() / 100
    home = (table("councils")["region"] == "West Midlands").to_numpy()
    assert np.abs(self_funder_shares()[home] - raw[home]).max() < 0.001


def test_shift_to_mean_by_hand():
    # Odds of 0.2 and 0.5 are 1/4 and 1; doubled they are 1/2 and 2, shares 1/3 and 2/3, mean 1/2.
    moved = shift_to_mean(np.array([0.2, 0.5]), np.array([1.0, 1.0]), 0.5)
    assert moved == pytest.approx([1 / 3, 2 / 3])


def test_shift_to_mean_weighs_by_beds():
    moved = shift_to_mean(np.array([0.2, 0.5]), np.array([3.0, 1.0]), 0.3)
    assert (3 * moved[0] + moved[1]) / 4 == pytest.approx(0.3)


def test_the_west_midlands_have_their_own_map_and_parts_of_england_the_map_of_england():
    home = council_rows(region_codes("west-midlands")).set_index("council")
    assert tuple(home.loc["Stoke-on-Trent", ["map_column", "map_row"]]) == (2, 0)
    part = council_rows(region_codes("west-midlands")[:3]).set_index("council")
    assert tuple(part.loc["Birmingham", ["map_column", "map_row"]]) == (5, 11)
