"""Drawn homes add up to the register of each council."""

import numpy as np
import pandas as pd
import pytest

from resilience.region.homes import (
    Homes,
    choose_nursing,
    draw_homes,
    older_people_sizes,
    settle,
    split_bands,
    younger_adult_sizes,
)
from resilience.region.market import market_by_council
from resilience.region.tables import table

HIGH = np.array([10, 49, 220])
COUNCILS = dict(zip(table("councils")["council"], table("councils")["code"], strict=True))
SAMPLE = ["Birmingham", "Telford and Wrekin", "Kent", "Tower Hamlets", "Cumbria", "Isles of Scilly", "Luton", "Poole"]


def drawn(council, seed=1):
    code = COUNCILS[council]
    return market_by_council().loc[code], draw_homes(code, market_by_council().loc[code], seed)


@pytest.mark.parametrize("council", SAMPLE)
@pytest.mark.parametrize("seed", [1, 7])
def test_homes_beds_and_bands_are_exact(council, seed):
    row, homes = drawn(council, seed)
    assert len(homes.beds) == row["homes"]
    assert homes.beds.sum() == row["beds"]
    assert (homes.beds <= 10).sum() == row["homes_1_10_beds"]
    assert (homes.beds >= 50).sum() == row["homes_50_plus_beds"]
    assert homes.older.sum() == row["older_people_homes"]
    assert homes.beds[homes.older].sum() == row["older_people_beds"]
    assert homes.nursing.sum() == row["nursing_homes"]


@pytest.mark.parametrize("council", ["Birmingham", "Telford and Wrekin", "Kent", "Cumbria", "Luton"])
def test_log_sizes_of_older_peoples_homes_have_the_published_mean_and_spread(council):
    row, homes = drawn(council)
    logs = np.log(homes.beds[homes.older])
    assert logs.mean() == pytest.approx(row["older_log_beds_mean"], abs=0.01)
    assert logs.std(ddof=1) == pytest.approx(row["older_log_beds_sd"], abs=0.02)


@pytest.mark.parametrize("council", ["Birmingham", "Telford and Wrekin", "Kent", "Cumbria", "Luton"])
def test_nursing_beds_are_within_two(council):
    row, homes = drawn(council)
    assert homes.beds[homes.nursing].sum() == pytest.approx(row["nursing_beds"], abs=2)


def test_no_home_is_larger_than_the_councils_largest_group():
    row, homes = drawn("Tower Hamlets")
    assert homes.beds.max() <= round(row["largest_group_share"] * row["beds"])


def test_a_council_without_homes_has_none():
    _, homes = drawn("City of London")
    assert [len(column) for column in homes] == [0, 0, 0]


def test_the_same_seed_gives_the_same_homes_and_another_seed_others():
    first, again, other = drawn("Dudley")[1], drawn("Dudley")[1], drawn("Dudley", 2)[1]
    assert np.array_equal(first.beds, again.beds)
    assert np.array_equal(first.nursing, again.nursing)
    assert not np.array_equal(first.beds, other.beds)


def test_homes_are_a_named_tuple_of_columns_of_one_length():
    _, homes = drawn("Dudley")
    assert isinstance(homes, Homes)
    assert len(homes.beds) == len(homes.older) == len(homes.nursing) == 93


def test_split_bands_by_hand():
    # Four homes for older people with 200 beds cannot include small ones: the three small homes are for younger adults.
    older = split_bands(np.array([3, 2, 2]), HIGH, 4, 200, 15, 3.7, 0.5)
    assert older.tolist() == [0, 2, 2]


def test_split_bands_never_takes_more_than_there_are():
    for homes in range(1, 8):
        older = split_bands(np.array([3, 3, 2]), HIGH, homes, 25 * homes, 60, 3.2, 0.7)
        assert older.sum() == homes
        assert (older >= 0).all()
        assert (older <= [3, 3, 2]).all()


def test_settle_by_hand():
    low, high = np.array([1, 1, 11]), np.array([10, 10, 49])
    # 2.4 + 9.8 + 30.3 rounds to 2 + 10 + 30 = 42; the first was rounded down most and takes the missing bed.
    assert settle(np.array([2.4, 9.8, 30.3]), low, high, 43).tolist() == [3, 10, 30]


def test_settle_stays_inside_the_bands_when_the_beds_do_not_fit():
    low, high = np.array([1, 1]), np.array([10, 10])
    assert settle(np.array([5.0, 5.0]), low, high, 50).tolist() == [10, 10]
    assert settle(np.array([5.0, 5.0]), low, high, 1).tolist() == [1, 1]


def test_younger_adults_homes_add_up_inside_their_bands():
    luck = np.linspace(0.05, 0.95, 9)
    sizes = younger_adult_sizes(np.array([6, 2, 1]), HIGH, 130, luck)
    assert sizes.sum() == 130
    assert (sizes[:6] <= 10).all()
    assert ((sizes[6:8] >= 11) & (sizes[6:8] <= 49)).all()
    assert sizes[8] >= 50


def test_older_peoples_homes_of_no_band_are_none():
    assert len(older_people_sizes(np.zeros(3, int), HIGH, 0, 3.0, 0.5, np.zeros(0))) == 0


def test_nursing_takes_the_homes_whose_beds_add_up_and_older_peoples_first():
    beds = np.array([10, 20, 30, 40, 50])
    older = np.array([False, True, True, True, True])
    nursing = choose_nursing(beds, older, 2, 70, np.full(5, 0.5))
    assert nursing.sum() == 2
    assert beds[nursing].sum() == 70
    assert not nursing[0]


def test_nursing_reaches_into_homes_for_younger_adults_only_when_older_peoples_do_not_suffice():
    beds = np.array([40, 20, 30])
    older = np.array([False, True, True])
    nursing = choose_nursing(beds, older, 3, 90, np.full(3, 0.5))
    assert nursing.all()


def test_no_nursing_homes_where_none_are_registered():
    assert not choose_nursing(np.array([5, 6]), np.array([True, True]), 0, 0, np.full(2, 0.5)).any()


def test_every_council_of_england_adds_up():
    market = market_by_council()
    wrong = []
    for code, row in market.iterrows():
        homes = draw_homes(str(code), row, 1)
        bands = [(homes.beds <= 10).sum(), ((homes.beds > 10) & (homes.beds < 50)).sum(), (homes.beds >= 50).sum()]
        expected = [row["homes_1_10_beds"], row["homes_11_49_beds"], row["homes_50_plus_beds"]]
        if homes.beds.sum() != row["beds"] or bands != expected:
            wrong.append(code)
    assert wrong == []


def test_a_market_row_with_one_home_is_drawn():
    row = pd.Series(
        {
            "homes": 1, "beds": 14, "older_people_homes": 1, "older_people_beds": 14, "nursing_homes": 0,
            "nursing_beds": 0, "homes_1_10_beds": 0, "homes_11_49_beds": 1, "homes_50_plus_beds": 0,
            "older_log_beds_mean": 2.639, "older_log_beds_sd": np.nan, "largest_group_share": 1.0,
        }
    )  # fmt: skip
    assert draw_homes("906", row, 1).beds.tolist() == [14]
