"""Self-funder prices each April."""

import pytest

from resilience.market import pricing
from tests.market.small import SmallMarket

COSTS = 0.60 * 0.10 + 0.40 * 0.02
"""Unit costs of a home rise by 6.8%: pay at the floor by 10%, other prices by 2%."""


def april(uplift, *, council=10, self_funders=10, month=12, capacity=20, **values):
    """A home in an April in which the council has uplifted its fee."""
    small = SmallMarket(values={"paths.wage_floor.2017": 11.0, "paths.inflation.2017": 0.02, **values}, month=month)
    small.site(capacity=capacity, council_settled=council, self_funders=self_funders, price=700.0)
    small.state.councils.uplift[:] = uplift
    return small


@pytest.mark.parametrize(
    ("uplift", "council", "self_funders", "growth"),
    [
        (COSTS, 10, 10, COSTS),
        (0.10, 10, 10, COSTS),  # a generous council lowers nobody's price
        (0.028, 10, 10, COSTS + 0.5 * 0.04),  # half of what the fee falls short is put on as many self-funders
        (0.028, 6, 12, COSTS + 0.5 * 0.04 * 0.5),  # twice as many carry half each
        (0.028, 0, 18, COSTS),
        (-0.01, 10, 10, COSTS + 0.5 * 0.078),
    ],
)
def test_costs_and_part_of_the_councils_shortfall_are_passed_on(uplift, council, self_funders, growth):
    small = april(uplift, council=council, self_funders=self_funders)
    assert pricing.price_growth(small.state)[0] == pytest.approx(growth)


def test_rises_are_limited_beyond_inflation():
    small = april(-0.5)
    assert pricing.price_growth(small.state)[0] == pytest.approx(0.02 + 0.10)
    small = april(-0.5, **{"self_funders.price_rise_limit": 0.05})
    assert pricing.price_growth(small.state)[0] == pytest.approx(0.07)


@pytest.mark.parametrize(
    ("capacity", "discount"), [(25, 0.0), (40, 0.2 * 0.30), (32, 0.2 * (0.80 - 20 / 32)), (200, 0.06)]
)
def test_empty_places_hold_the_price_down(capacity, discount):
    small = april(COSTS, capacity=capacity)
    assert pricing.price_growth(small.state)[0] == pytest.approx(COSTS - discount)


@pytest.mark.parametrize(("month", "changed"), [(0, False), (11, False), (12, True), (13, False), (24, True)])
def test_prices_move_in_april_but_not_on_the_first_day(month, changed):
    small = april(0.0, month=month, **{"paths.wage_floor.2018": 12.0})
    pricing.step(small.state)
    assert bool(small.state.sites.price[0] != 700.0) is changed


def test_the_price_grows_by_its_growth_and_a_closed_site_keeps_its_own():
    small = april(COSTS)
    small.site(alive=False, price=640.0)
    pricing.step(small.state)
    assert small.state.sites.price.tolist() == pytest.approx([700.0 * (1.0 + COSTS), 640.0])


def test_micro_enterprises_move_with_the_councils_fee():
    small = april(0.03)
    small.site("micro_enterprise", "home_care", price=13.0, self_funders=3)
    pricing.step(small.state)
    assert small.state.sites.price[1] == pytest.approx(13.0 * 1.03)


class TestTowardsClientele:
    """Two homes at 1.4 and 1.4 over the fee, half and a tenth of whose residents pay for themselves."""

    def market(self, **values):
        small = SmallMarket(values={"self_funders.price_follows_clientele": 0.5} | values, month=12)
        many = small.site(council_settled=10, self_funders=10)
        few = small.site(council_settled=18, self_funders=2)
        return small, many, few

    def test_a_home_with_more_self_funders_goes_up_and_one_with_fewer_down(self):
        small, many, few = self.market(**{"self_funders.premium_slope": 0.10})
        # The market: 12 of 40 pay for themselves, 1.4 over the fee; wanted 1.4 + 0.10 x (0.5 - 0.3) and 1.4 - 0.02.
        step = pricing.towards_clientele(small.state)
        assert step[[many, few]] == pytest.approx([0.5 * 0.02 / 1.4, -0.5 * 0.02 / 1.4])

    def test_it_goes_no_further_than_three_per_cent(self):
        small, many, few = self.market(**{"self_funders.premium_slope": 2.0})
        assert pricing.towards_clientele(small.state)[[many, few]] == pytest.approx([0.03, -0.03])

    def test_home_care_and_homes_without_residents_stay(self):
        small, _, _ = self.market(**{"self_funders.premium_slope": 2.0})
        branch, empty = small.site(care_type="home_care", self_funders=3), small.site()
        assert pricing.towards_clientele(small.state)[[branch, empty]].tolist() == [0.0, 0.0]

    def test_it_can_be_switched_off(self):
        small, _, _ = self.market(**{"self_funders.price_follows_clientele": 0.0})
        assert not pricing.towards_clientele(small.state).any()
