"""Month step 11: quality drifts to what a site supports, ratings follow at inspections, cost shocks pass."""

import numpy as np
import pytest

from resilience.market import quality
from tests.market.small import SmallMarket, within_chance

USUAL = {"staff": 9.5, "posts": 10.0, "leavers": 9.5 * 0.30 / 12.0}
"""Vacancies and turnover as at the start: they neither raise nor lower quality."""


def supported(kind="independent", care_type="residential", *, sector="for_profit", **columns):
    small = SmallMarket()
    owner = small.provider(kind, sector=sector)
    capacity = 45 if care_type == "home_care" else 25
    small.site(owner, care_type, **({"capacity": capacity} | USUAL | columns))
    return float(quality.supported_quality(small.state)[0])


class TestSupportedQuality:
    @pytest.mark.parametrize(
        ("case", "expected"),
        [
            ({}, 0.70),
            ({"care_type": "home_care"}, 0.70),
            ({"quality_trait": 0.08}, 0.78),
            ({"capacity": 50}, 0.70 - 0.05 * np.log(2.0)),
            ({"capacity": 5}, 0.70 + 0.05 * np.log(5.0)),
            ({"posts": 11.875}, 0.70 - 0.15),  # four fifths of posts are filled, 15 points fewer than usual
            ({"posts": 9.5}, 0.70 + 0.05),
            ({"posts": 95.0}, 0.70 - 0.30),
            ({"leavers": 9.5 * 0.50 / 12.0}, 0.70 - 0.25 * 0.20),
            ({"leavers": 0.0}, 0.70 + 0.25 * 0.30),
            ({"trend": -0.04}, 0.70 - 0.02),
            ({"trend": -0.90}, 0.70 - 0.075),
            ({"trend": 0.20}, 0.70),
            ({"sector": "third_sector"}, 0.74),
            ({"kind": "cooperative", "care_type": "home_care"}, 0.74),
            ({"kind": "micro_enterprise", "care_type": "home_care"}, 0.74),
            ({"rating": 0}, 0.85),
            ({"quality_trait": 0.9}, 1.0),
            ({"quality_trait": -0.9}, 0.0),
        ],
    )
    def test_by_staffing_turnover_size_margin_and_owner(self, case, expected):
        assert supported(**case) == pytest.approx(expected)


class TestDrift:
    def test_closes_a_tenth_of_the_gap_each_month(self):
        small = SmallMarket()
        small.site(capacity=25, quality=0.50, **USUAL)
        quality.step(small.state)
        assert small.state.sites.quality[0] == pytest.approx(0.52)
        small.state.sites.rating[:] = 2
        quality.step(small.state)
        assert small.state.sites.quality[0] == pytest.approx(0.538)

    def test_a_closed_site_keeps_its_quality(self):
        small = SmallMarket()
        small.site(capacity=25, quality=0.50, alive=False, **USUAL)
        quality.step(small.state)
        assert small.state.sites.quality[0] == 0.50

    def test_noise_is_the_sites_own_and_quality_stays_in_bounds(self):
        small = SmallMarket(values={"quality.noise": 0.2})
        for number in range(400):
            small.site(capacity=25, quality=(0.0, 0.7, 1.0)[number % 3], **USUAL)
        quality.step(small.state)
        found = small.state.sites.quality
        assert (found >= 0.0).all()
        assert (found <= 1.0).all()
        assert found[1::3].std() == pytest.approx(0.2, rel=0.25)
        assert np.unique(found[1::3]).size > 100


class TestRatings:
    @pytest.mark.parametrize(
        ("score", "rating"),
        [(0.0, 0), (0.3999, 0), (0.40, 1), (0.5999, 1), (0.60, 2), (0.90, 2), (0.9001, 3), (1.0, 3)],
    )
    def test_are_earned_by_thresholds(self, score, rating):
        state = SmallMarket().state
        assert quality.rating_of(state, np.array([score])).tolist() == [rating]

    def inspected(self, rating, count=2_000):
        """How many of many like sites have a new rating after a month."""
        small = SmallMarket(values={"quality.drift": 0.0})
        owner = small.provider()
        for _ in range(count):
            small.site(owner, capacity=25, quality=0.95, rating=rating, **USUAL)
        quality.step(small.state)
        return int((small.state.sites.rating == 3).sum())

    def test_come_at_inspections_a_tenth_of_sites_a_month(self):
        assert within_chance(self.inspected(2), 2_000, 0.10)

    def test_inadequate_sites_are_seen_three_times_as_often(self):
        assert within_chance(self.inspected(0), 2_000, 0.30)

    def test_neither_closed_sites_nor_micro_enterprises_are_inspected(self):
        small = SmallMarket(values={"quality.inspections_per_year": 4.0, "quality.drift": 0.0})
        micro = small.provider("micro_enterprise")
        for _ in range(50):
            small.site(quality=0.1, alive=False, **USUAL)
            small.site(micro, "home_care", quality=0.1, **USUAL)
        quality.step(small.state)
        assert set(small.state.sites.rating.tolist()) == {2}

    def test_months_rated_inadequate_are_counted_until_a_better_rating(self):
        small = SmallMarket(values={"quality.inspections_per_year": 0.1, "quality.drift": 0.0})
        small.site(rating=0, inadequate_months=4, quality=0.1, **USUAL)
        small.site(rating=1, inadequate_months=4, **USUAL)
        small.site(rating=0, inadequate_months=4, alive=False, **USUAL)
        quality.step(small.state)
        assert small.state.sites.inadequate_months.tolist() == [5, 0, 0]


class TestPassingShocks:
    def test_fade_by_a_tenth_and_are_renewed(self):
        small = SmallMarket(values={"costs.passing_shock": 0.0})
        small.site(shock=0.05, **USUAL)
        small.site(shock=0.05, alive=False, **USUAL)
        quality.step(small.state)
        assert small.state.sites.shock.tolist() == pytest.approx([0.045, 0.0])

    @pytest.mark.parametrize(
        ("capacity", "size"), [(30, 1.0), (3, 10**0.35), (1, 10**0.35), (120, 4**-0.35), (900, 4**-0.35)]
    )
    def test_hit_small_sites_harder(self, capacity, size):
        small = SmallMarket()
        owner = small.provider()
        for _ in range(1_500):
            small.site(owner, capacity=capacity, **USUAL)
        quality.step(small.state)
        assert small.state.sites.shock.std() == pytest.approx(0.02 * size, rel=0.10)
        assert abs(small.state.sites.shock.mean()) <= 4.5 * 0.02 * size / np.sqrt(1_500)
