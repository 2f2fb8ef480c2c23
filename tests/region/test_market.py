"""The published market on the boundaries of the other tables."""

import pytest

from resilience.region.market import COUNTS, RATES, market_by_council
from resilience.region.tables import table


@pytest.fixture(scope="module")
def market():
    return market_by_council()


def published(area):
    rows = table("market_2021")
    return rows[rows["area"] == area].iloc[0]


def code_of(council):
    rows = table("councils")
    return rows["code"][rows["council"] == council].iloc[0]


def test_there_is_a_row_for_every_council_in_the_order_of_the_councils(market):
    assert list(market.index) == list(table("councils")["code"])


@pytest.mark.parametrize("council", ["Birmingham", "Leeds", "Cornwall", "Tower Hamlets"])
def test_an_unchanged_council_is_carried_over(market, council):
    row = market.loc[code_of(council)]
    assert not row["estimated"]
    for name in COUNTS + RATES:
        assert row[name] == published(council)[name]


def test_a_renamed_council_is_carried_over(market):
    row = market.loc[code_of("Herefordshire")]
    assert not row["estimated"]
    assert row["beds"] == published("Herefordshire, County of")["beds"] == 2150


def test_cumbria_is_cumberland_and_westmorland_together(market):
    row = market.loc[code_of("Cumbria")]
    assert row["estimated"]
    assert row["homes"] == 86 + 62
    assert row["beds"] == 2416 + 1979
    assert row["nursing_beds"] == 811 + 1006
    # 52 and 39 groups, a twelfth of the 39 counted once only.
    assert row["groups"] == round(52 + 39 - 39 / 12) == 88


def test_merged_sizes_have_the_pooled_mean_and_spread(market):
    row = market.loc[code_of("Cumbria")]
    one, other = published("Cumberland"), published("Westmorland and Furness")
    weights = one["older_people_homes"], other["older_people_homes"]
    mean = (weights[0] * one["older_log_beds_mean"] + weights[1] * other["older_log_beds_mean"]) / sum(weights)
    assert row["older_log_beds_mean"] == pytest.approx(mean)
    assert min(one["older_log_beds_sd"], other["older_log_beds_sd"]) < row["older_log_beds_sd"]


def test_the_split_area_is_shared_out_without_loss(market):
    whole = published("Bournemouth, Christchurch and Poole")
    parts = [market.loc[code_of(name)] for name in ("Bournemouth", "Poole", "Dorset")]
    dorset = published("Dorset")
    for name in ("homes", "beds", "older_people_beds", "nursing_beds"):
        assert sum(part[name] for part in parts) == pytest.approx(whole[name] + dorset[name], abs=1.5)
    assert parts[0]["beds"] == round(4788 * 0.4020)


@pytest.mark.parametrize("name", ["homes", "beds", "older_people_homes", "nursing_homes", "nursing_beds"])
def test_nothing_is_lost_in_all(market, name):
    assert market[name].sum() == pytest.approx(table("market_2021")[name].sum(), abs=2)


def test_bands_add_up_to_the_homes(market):
    bands = market[["homes_1_10_beds", "homes_11_49_beds", "homes_50_plus_beds"]].sum(axis=1)
    assert (bands == market["homes"]).all()


def test_city_of_london_has_no_homes(market):
    row = market.loc[code_of("City of London")]
    assert row["homes"] == row["beds"] == row["groups"] == 0


def test_only_boundary_changes_and_the_empty_council_are_estimates(market):
    names = table("councils").set_index("code")["council"]
    estimated = {names[code] for code in market.index[market["estimated"].astype(bool)]}
    assert estimated == {"Cumbria", "Northamptonshire", "Bournemouth", "Poole", "Dorset", "City of London"}


def test_estimated_concentration_is_possible(market):
    rows = market[market["estimated"].astype(bool) & (market["homes"] > 0)]
    assert ((rows["largest_group_share"] > 0) & (rows["largest_group_share"] < rows["top_10_group_share"])).all()
    assert (rows["top_10_group_share"] < 1).all()
    assert (rows["group_bed_hhi"] >= rows["largest_group_share"] ** 2).all()
    assert (rows["groups"] <= rows["homes"]).all()
