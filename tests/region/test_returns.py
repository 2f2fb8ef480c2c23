"""Yearly fees and volumes of councils from their returns: levels and drifts, not single cells."""

import numpy as np
import pandas as pd
import pytest

from resilience.region import returns
from resilience.region.tables import table

YEARS = range(2009, 2015)
MANY = [str(number) for number in range(11)]
"""Councils whose prices are those of the nation."""


@pytest.fixture
def returned(monkeypatch):
    """Put a made-up table in place of the returns: what each cell says goes by council and year."""

    def write(price=lambda code, year: 500.0, amount=lambda code, year: 1_000.0, codes=(*MANY, "A")):
        rows = [
            {
                "year": year,
                "code": code,
                "residential_weeks": amount(code, year),
                "residential_fee_gbp_week": price(code, year),
                "nursing_weeks": amount(code, year),
                "nursing_fee_gbp_week": price(code, year),
                "home_care_hours": amount(code, year),
                "home_care_fee_gbp_hour": price(code, year) / 40.0,
            }
            for code in codes
            for year in YEARS
        ]
        monkeypatch.setattr(returns, "table", lambda name: pd.DataFrame(rows))
        clear()

    yield write
    clear()


@pytest.fixture(scope="module")
def england():
    """Believable paths of every council in England, no distance taken for noise."""
    clear()
    return returns.returns_of(table("returns")["code"].unique().tolist(), 0.0)


def clear():
    """Forget what was fitted to another table."""
    returns._paths.cache_clear()
    returns._volumes.cache_clear()


def fees(codes=("A",), noise=0.0, care_type="residential"):
    return returns.returns_of(list(codes), noise).fee[care_type][:, 0].tolist()


def volumes(codes=("A",), noise=0.0, care_type="residential"):
    return returns.returns_of(list(codes), noise).volume[care_type][:, 0].tolist()


def national(year):
    """A price that rises by 2% a year, but by 5% in 2012."""
    return 500.0 * 1.02 ** (year - 2009) * (1.05 / 1.02 if year >= 2012 else 1.0)


class TestFees:
    def test_follow_the_nations_at_the_councils_level(self, returned):
        returned(lambda code, year: national(year) * (0.9 if code == "A" else 1.0))
        assert fees() == pytest.approx([0.9 * national(year) for year in YEARS])

    def test_follow_the_councils_own_drift(self, returned):
        returned(lambda code, year: national(year) * (1.01 ** (year - 2009) if code == "A" else 1.0))
        assert fees() == pytest.approx([national(year) * 1.01 ** (year - 2009) for year in YEARS])

    def test_no_drift_beyond_five_log_points_a_year_is_believed(self, returned):
        returned(lambda code, year: 500.0 * (np.exp(0.08 * (year - 2011.5)) if code == "A" else 1.0))
        assert fees() == pytest.approx([500.0 * np.exp(0.05 * (year - 2011.5)) for year in YEARS])

    def test_a_misplaced_decimal_is_left_out(self, returned):
        returned(lambda code, year: national(year) * (10.0 if (code, year) == ("A", 2011) else 1.0))
        assert fees() == pytest.approx([national(year) for year in YEARS])

    def test_one_odd_year_hardly_moves_the_path(self, returned):
        returned(lambda code, year: national(year) * (1.5 if (code, year) == ("A", 2011) else 1.0))
        assert fees() == pytest.approx([national(year) for year in YEARS])

    def test_a_missing_year_is_filled_in(self, returned):
        returned(lambda code, year: np.nan if (code, year) == ("A", 2009) else national(year) * 0.9 ** (code == "A"))
        assert fees() == pytest.approx([0.9 * national(year) for year in YEARS])

    @pytest.mark.parametrize(("noise", "level"), [(0.0, 0.64), (0.5, 0.8), (1.0, 1.0)])
    def test_are_drawn_to_the_median_as_far_as_returns_are_noise(self, returned, noise, level):
        returned(lambda code, year: national(year) * (0.64 if code == "A" else 1.0))
        expected = [level * national(year) for year in YEARS]
        assert fees(["A", *MANY], noise) == pytest.approx(expected)

    def test_of_a_council_without_returns_are_the_median(self, returned):
        returned(lambda code, year: national(year) * (0.9 if code == "A" else 1.0))
        assert fees(["nowhere", *MANY]) == pytest.approx([national(year) for year in YEARS])

    def test_an_hours_rate_of_2014_is_that_of_the_year_before(self, returned):
        returned(lambda code, year: 99.0 if year == 2014 else national(year))
        expected = [national(min(max(year, 2010), 2013)) / 40.0 for year in YEARS]
        assert fees(care_type="home_care") == pytest.approx(expected)


class TestVolumes:
    def test_are_over_those_of_the_first_year(self, returned):
        returned(amount=lambda code, year: (50.0 if code == "A" else 1_000.0) * 0.97 ** (year - 2009))
        expected = [0.97 ** (min(year, 2013) - 2009) for year in YEARS]
        for care_type in ("residential", "nursing"):
            assert volumes(care_type=care_type) == pytest.approx(expected)

    def test_of_home_care_begin_a_year_later(self, returned):
        returned(amount=lambda code, year: 1.0 if year == 2009 else 1_000.0 * 0.97 ** (year - 2009))
        expected = [0.97 ** (min(max(year, 2010), 2013) - 2010) for year in YEARS]
        assert volumes(care_type="home_care") == pytest.approx(expected)

    def test_of_2014_do_not_count(self, returned):
        returned(amount=lambda code, year: 1.0 if year == 2014 else 1_000.0)
        assert volumes() == pytest.approx([1.0] * 6)

    def test_the_nations_total_is_of_councils_that_report_every_year(self, returned):
        returned(amount=lambda code, year: np.nan if (code, year) == ("0", 2011) else (1e6 if code == "0" else 1_000.0))
        assert volumes() == pytest.approx([1.0] * 6)


class TestYears:
    def test_from_the_first_to_the_last(self):
        found = returns.returns_of(["102"], 0.5)
        assert found.years.tolist() == list(YEARS)
        assert [year for year in range(2005, 2020) if found.covers(year)] == list(YEARS)

    def test_later_years_take_the_last_and_earlier_ones_none(self):
        found = returns.returns_of(["102"], 0.5)
        assert [found.row(year) for year in (2009, 2011, 2014, 2015, 2030)] == [0, 2, 5, 5, 5]
        with pytest.raises(ValueError, match="start in 2009, not in 2008"):
            found.row(2008)


class TestOfEngland:
    """The shipped returns."""

    def test_have_six_years_of_every_council(self):
        frame = table("returns")
        assert len(frame) == 6 * frame["code"].nunique() == 912
        assert not frame.duplicated(["code", "year"]).any()

    def test_make_believable_fees_everywhere(self, england):
        for care_type, (low, high) in {
            "residential": (250, 1_000),
            "nursing": (250, 1_100),
            "home_care": (7, 30),
        }.items():
            fee = england.fee[care_type]
            assert fee.shape == (6, 152)
            assert low < fee.min() < fee.max() < high

    def test_fees_fell_behind_prices_and_homes_had_fewer_people(self, england):
        for fee in england.fee.values():
            # Consumer prices rose by 16% from 2009/10 to 2014/15.
            assert 1.0 < np.median(fee[-1] / fee[0]) < 1.16
        for care_type, volume in england.volume.items():
            assert (volume[0] == 1.0).all()
            assert 0.75 < volume.min() < volume.max() < 1.35
            if care_type != "home_care":
                assert np.median(volume[-1]) < 1.0
