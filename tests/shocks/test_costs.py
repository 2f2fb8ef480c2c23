"""Shocks to what providers pay: on-costs, running costs and interest."""

import pytest

from tests.shocks.months import conditions_in, shock

ON_COSTS = shock("on_cost_rise", increase=0.06, years=2)


@pytest.mark.parametrize(
    ("month", "on_cost"), [(0, 0.20), (11, 0.20), (12, 0.23), (23, 0.23), (24, 0.26), (35, 0.26), (59, 0.26)]
)
def test_on_costs_rise_by_equal_yearly_steps_and_stay(month, on_cost):
    assert conditions_in(month, ON_COSTS).on_cost == pytest.approx(on_cost)


@pytest.mark.parametrize(("month", "news"), [(0, 0.0), (12, 0.03), (23, 0.03), (24, 0.03), (36, 0.0), (48, 0.0)])
def test_an_on_cost_rise_is_news_for_a_year_by_the_share_of_pay_in_costs(month, news):
    # Pay is 60%, 62%, 62% and 80% of costs, of which on-costs are a part: pay with on-costs was 1.20 times pay.
    expected = [share * news / 1.20 for share in (0.60, 0.62, 0.62, 0.80)]
    assert conditions_in(month, ON_COSTS).cost_rise.tolist() == pytest.approx(expected)


def test_an_on_cost_rise_comes_on_top_of_the_path_and_leaves_the_floor_alone():
    now = conditions_in(12, {**ON_COSTS, "paths.on_cost.2017": 0.25})
    assert now.on_cost == pytest.approx(0.28)
    assert now.wage_floor == now.wage_floor_planned == 10.0


def test_an_on_cost_rise_in_october_is_in_aprils_news_once():
    values = shock("on_cost_rise", "2016-10", increase=0.06, years=1)
    news = [conditions_in(month, values).cost_rise[3] for month in (0, 12, 24)]
    assert news == pytest.approx([0.0, 0.80 * 0.06 / 1.20, 0.0])


ENERGY = shock("cost_inflation", general=0.0, energy=1.0, energy_months=18)
ENERGY |= {"shocks.cost_inflation.energy_share_homes": 0.10, "shocks.cost_inflation.energy_share_home_care": 0.05}


@pytest.mark.parametrize(("month", "dearer"), [(0, 0.0), (11, 0.0), (12, 1.0), (29, 1.0), (30, 0.0), (59, 0.0)])
def test_dear_energy_raises_running_costs_by_its_share_while_it_lasts(month, dearer):
    expected = [1.0 + share * dearer for share in (0.10, 0.10, 0.10, 0.05)]
    assert conditions_in(month, ENERGY).running_cost_factor.tolist() == pytest.approx(expected)


def test_general_inflation_builds_up_beside_energy_and_stays():
    values = {**ENERGY, "shocks.cost_inflation.general": 0.20, "shocks.cost_inflation.years": 2}
    first, second, later = (conditions_in(month, values).running_cost_factor for month in (12, 24, 36))
    assert first[[0, 3]].tolist() == pytest.approx([1.0 + 0.9 * 0.10 + 0.10, 1.0 + 0.95 * 0.10 + 0.05])
    assert second[[0, 3]].tolist() == pytest.approx([1.0 + 0.9 * 0.20 + 0.10, 1.0 + 0.95 * 0.20 + 0.05])
    assert later[[0, 3]].tolist() == pytest.approx([1.0 + 0.9 * 0.20, 1.0 + 0.95 * 0.20])


def test_running_costs_are_news_when_they_rise_and_when_they_fall():
    # Running costs are 28%, 23%, 22% and 20% of all costs.
    up = conditions_in(12, ENERGY).cost_rise
    down = conditions_in(36, ENERGY).cost_rise
    assert up.tolist() == pytest.approx([0.28 * 0.10, 0.23 * 0.10, 0.22 * 0.10, 0.20 * 0.05])
    assert down[0] == pytest.approx(0.28 * (1.0 / 1.10 - 1.0))
    assert conditions_in(24, ENERGY).cost_rise.tolist() == [0.0] * 4


def test_cost_inflation_leaves_consumer_prices_and_budgets_alone():
    now = conditions_in(20, ENERGY)
    assert (now.price_index, now.cost_index, now.inflation, now.real_funding) == (1.0, 1.0, 0.0, 1.0)


@pytest.mark.parametrize(("month", "change"), [(0, 0.0), (11, 0.0), (12, 0.02), (24, 0.04), (36, 0.06), (59, 0.06)])
def test_bank_rate_rises_by_points_in_equal_yearly_steps(month, change):
    values = shock("interest_rise", points=6.0, years=3)
    assert conditions_in(month, values).bank_rate_change == pytest.approx(change)


def test_an_interest_rise_comes_on_top_of_the_path():
    values = shock("interest_rise", points=6.0, years=1) | {"paths.bank_rate.2017": 0.03}
    assert conditions_in(12, values).bank_rate_change == pytest.approx(0.02 + 0.06)


def test_cost_shocks_add_up():
    second = {"shocks.more.kind": "on_cost_rise", "shocks.more.start": "2017-04", "shocks.more.increase": 0.05}
    now = conditions_in(12, {**ON_COSTS, **second, **ENERGY})
    assert now.on_cost == pytest.approx(0.20 + 0.03 + 0.05)
    # In the order of their names ("more" before "on_cost_rise") each counts on the pay with on-costs that it finds.
    assert now.cost_rise[0] == pytest.approx(0.60 * (0.05 / 1.20 + 0.03 / 1.25) + 0.28 * 0.10)
