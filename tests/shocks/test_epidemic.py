"""An epidemic: deaths, admissions, sickness, costs, grants and recovery."""

import pytest

from resilience.market import calendar
from resilience.state.codes import WEEKS_PER_MONTH
from tests.market.small import SmallMarket
from tests.shocks.months import conditions_in, shock

EPIDEMIC = shock(
    "epidemic",
    months=6,
    extra_deaths=0.5,
    fewer_admissions=0.4,
    recovery_months=3,
    sickness=0.1,
    extra_cost=0.2,
    grant_per_bed=0.0,
)


def test_before_it_nothing_differs():
    now = conditions_in(11, EPIDEMIC)
    assert now.arrivals_factor.tolist() == now.leaving_factor.tolist() == now.running_cost_factor.tolist() == [1.0] * 4
    assert now.sickness == 0.0


@pytest.mark.parametrize("month", [12, 17])
def test_while_it_lasts_older_peoples_homes_lose_people_and_all_staff_fall_ill(month):
    now = conditions_in(month, EPIDEMIC)
    assert now.leaving_factor.tolist() == [1.5, 1.5, 1.0, 1.0]
    assert now.arrivals_factor.tolist() == pytest.approx([0.6, 0.6, 1.0, 1.0])
    assert now.running_cost_factor.tolist() == pytest.approx([1.2] * 4)
    assert now.sickness == pytest.approx(0.1)


@pytest.mark.parametrize(("month", "admissions"), [(18, 0.7), (19, 0.8), (20, 0.9), (21, 1.0), (40, 1.0)])
def test_afterwards_only_admissions_are_slow_to_come_back(month, admissions):
    now = conditions_in(month, EPIDEMIC)
    assert now.arrivals_factor.tolist() == pytest.approx([admissions, admissions, 1.0, 1.0])
    assert now.leaving_factor.tolist() == now.running_cost_factor.tolist() == [1.0] * 4
    assert (now.sickness, now.grant_per_place.tolist()) == (0.0, [0.0] * 4)


def test_without_recovery_months_admissions_are_back_at_once():
    values = {**EPIDEMIC, "shocks.epidemic.recovery_months": 0}
    assert conditions_in(18, values).arrivals_factor.tolist() == [1.0] * 4


def test_costs_that_pass_are_no_news_for_fees_and_prices():
    assert conditions_in(12, EPIDEMIC).cost_rise.tolist() == [0.0] * 4


def market_with_grants():
    """Council 0 with homes of 20 and 30 beds and a branch, council 1 with its own home of 40 beds."""
    small = SmallMarket(2, values={**EPIDEMIC, "shocks.epidemic.grant_per_bed": 50.0}, month=12)
    small.site("independent", "residential", capacity=20)
    small.site("chain", "younger_adults", capacity=30)
    small.site("independent", "home_care", capacity=60)
    small.site("council_service", "residential", capacity=40, council=1)
    calendar.step(small.state)
    return small.state


def test_grants_go_to_homes_by_bed_and_are_booked_as_a_cost_of_each_council_area():
    now = market_with_grants().conditions
    assert now.grant_per_place.tolist() == [50.0, 50.0, 50.0, 0.0]
    assert now.programme_cost.tolist() == pytest.approx([50 * 50.0 * WEEKS_PER_MONTH, 0.0])


def test_a_closed_home_gets_no_grant():
    state = market_with_grants()
    state.sites.alive[0] = False
    calendar.step(state)
    assert state.conditions.programme_cost.tolist() == pytest.approx([30 * 50.0 * WEEKS_PER_MONTH, 0.0])


def test_two_waves_combine():
    second = {name.replace("epidemic.", "wave."): value for name, value in EPIDEMIC.items()}
    now = conditions_in(12, {**EPIDEMIC, **second, "shocks.wave.kind": "epidemic"})
    assert now.leaving_factor[0] == pytest.approx(1.5 * 1.5)
    assert now.sickness == pytest.approx(1.0 - 0.9 * 0.9)
    assert now.arrivals_factor[0] == pytest.approx(0.6 * 0.6)
