"""Month step 1: paths by financial year, prices, and shocks and policies by their dates."""

import numpy as np
import pytest

from resilience.market import calendar
from tests.market.small import SmallMarket, scenario_with


def conditions_in(month, values=None, *, councils=1):
    """The month's conditions with every shock and policy of the scenario applied."""
    small = SmallMarket(councils, values=values)
    small.state.month = month
    calendar.step(small.state)
    return small.state.conditions


@pytest.mark.parametrize(("year", "value"), [(2010, 1.0), (2016, 1.0), (2017, 1.0), (2018, 3.0), (2050, 3.0)])
def test_a_path_holds_its_latest_earlier_year(year, value):
    assert calendar.level({2016: 1.0, 2018: 3.0}, year) == value


def test_the_wage_floor_grows_on_after_its_last_year():
    paths = scenario_with({"paths.wage_floor.2026": 12.0, "paths.wage_floor_growth_after": 0.05}).paths
    assert calendar.wage_floor(paths, 2025) == 10.0
    assert calendar.wage_floor(paths, 2026) == 12.0
    assert calendar.wage_floor(paths, 2028) == pytest.approx(12.0 * 1.05 * 1.05)


def test_the_price_index_compounds_forwards_and_backwards():
    paths = scenario_with({"paths.inflation.2017": 0.02, "paths.inflation.2018": 0.05}).paths
    assert calendar.price_index(paths, 2016, 2016) == 1.0
    assert calendar.price_index(paths, 2016, 2017) == pytest.approx(1.02)
    assert calendar.price_index(paths, 2016, 2018) == pytest.approx(1.02 * 1.05)
    assert calendar.price_index(paths, 2018, 2016) == pytest.approx(1.0 / (1.02 * 1.05))


@pytest.mark.parametrize(
    ("month", "year", "april"), [(0, 2016, True), (11, 2016, False), (12, 2017, True), (20, 2017, False)]
)
def test_years_turn_in_april(month, year, april):
    now = conditions_in(month)
    assert (now.year, now.is_april) == (year, april)


def test_a_run_that_starts_in_september_belongs_to_the_year_before_its_first_april():
    scenario = scenario_with({"start": "2016-09"})
    first, seventh = calendar.conditions_of(scenario, 0, 1), calendar.conditions_of(scenario, 7, 1)
    assert (first.year, first.is_april) == (2016, False)
    assert (seventh.year, seventh.is_april) == (2017, True)


def test_the_paths_set_the_month():
    now = conditions_in(
        12,
        {
            "paths.wage_floor.2017": 11.0,
            "paths.on_cost.2017": 0.25,
            "paths.inflation.2017": 0.03,
            "paths.real_spend.2016": 80.0,
            "paths.real_spend.2017": 84.0,
            "paths.funded_nursing_care.2017": 160.0,
            "paths.bank_rate.2017": 0.03,
        },
    )
    assert (now.wage_floor, now.wage_floor_planned, now.previous_wage_floor) == (11.0, 11.0, 10.0)
    assert (now.on_cost, now.inflation, now.funded_nursing_care) == (0.25, 0.03, 160.0)
    assert now.real_funding == pytest.approx(84.0 / 80.0)
    assert now.bank_rate_change == pytest.approx(0.02)
    assert now.price_index == pytest.approx(1.03)
    assert now.cost_index == pytest.approx(1.03)


@pytest.mark.parametrize(("month", "rise"), [(0, 0.0), (11, 0.0), (12, 0.025), (23, 0.025), (24, 0.0), (36, -0.1)])
def test_on_costs_make_an_hour_dearer_in_the_year_in_which_they_rise(month, rise):
    path = {"paths.on_cost.2017": 0.23, "paths.on_cost.2018": 0.23, "paths.on_cost.2019": 0.107}
    assert conditions_in(month, path).on_cost_rise == pytest.approx(rise)


def test_general_prices_count_from_the_first_year_and_costs_from_2016():
    values = {
        "start": "2018-04",
        "paths.inflation.2017": 0.02,
        "paths.inflation.2018": 0.05,
        "paths.inflation.2019": 0.10,
    }
    now = calendar.conditions_of(scenario_with(values), 12, 1)
    assert now.price_index == pytest.approx(1.10)
    assert now.cost_index == pytest.approx(1.02 * 1.05 * 1.10)


def test_need_grows_smoothly_through_the_year():
    values = {"need.growth_per_year": 0.04, "need.growth_care_homes": 0.01}
    assert conditions_in(0, values).need_factor.tolist() == [1.0] * 4
    assert conditions_in(12, values).need_factor.tolist() == pytest.approx([1.01] * 3 + [1.04])
    assert conditions_in(6, values).need_factor[3] == pytest.approx(1.04**0.5)


def test_flows_start_each_month_empty():
    small = SmallMarket()
    small.state.flows.failures[:] = 3
    small.state.flows.need[:] = 1.0
    calendar.step(small.state)
    assert small.state.flows.failures.tolist() == [0]
    assert not small.state.flows.need.any()


CUT = {"shocks.funding_cut.real_change": -0.30, "shocks.funding_cut.years": 3, "shocks.funding_cut.start": "2017-04"}
RISE = {"shocks.wage_rise.floor_increase": 1.5, "shocks.wage_rise.years": 3, "shocks.wage_rise.start": "2017-04"}
CATALYST = {
    "policies.catalyst.cost_per_council": 120_000.0,
    "policies.catalyst.years": 2,
    "policies.catalyst.legacy": 0.8,
    "policies.catalyst.start": "2016-06",
}


@pytest.mark.parametrize(
    ("month", "left"), [(0, 1.0), (11, 1.0), (12, 0.9), (23, 0.9), (24, 0.8), (36, 0.7), (47, 0.7), (59, 0.7)]
)
def test_a_funding_cut_builds_up_by_equal_yearly_steps_and_stays(month, left):
    assert conditions_in(month, CUT).real_funding == pytest.approx(left)


def test_a_funding_cut_comes_on_top_of_the_path():
    assert conditions_in(12, {**CUT, "paths.real_spend.2017": 95.0}).real_funding == pytest.approx(0.95 * 0.9)


def test_a_funding_cut_in_one_year_is_whole_at_once():
    assert conditions_in(12, {**CUT, "shocks.funding_cut.years": 1}).real_funding == pytest.approx(0.7)


def test_two_funding_cuts_multiply():
    second = {"shocks.more.kind": "funding_cut", "shocks.more.real_change": -0.2, "shocks.more.years": 1}
    assert conditions_in(40, {**CUT, **second}).real_funding == pytest.approx(0.7 * 0.8)


@pytest.mark.parametrize(
    ("month", "floor", "year_before"),
    [(11, 10.0, 10.0), (12, 10.5, 10.0), (23, 10.5, 10.0), (24, 11.0, 10.5), (36, 11.5, 11.0), (48, 11.5, 11.5)],
)
def test_a_wage_rise_phases_in_and_remembers_the_floor_of_a_year_before(month, floor, year_before):
    now = conditions_in(month, RISE)
    assert (now.wage_floor, now.previous_wage_floor) == pytest.approx((floor, year_before))
    assert now.wage_floor_planned == 10.0


def test_a_wage_rise_in_the_middle_of_a_year_counts_its_own_years():
    values = {**RISE, "shocks.wage_rise.start": "2016-10"}
    april, october, next_april = (conditions_in(month, values) for month in (12, 18, 24))
    assert (april.wage_floor, april.previous_wage_floor) == pytest.approx((10.5, 10.0))
    assert (october.wage_floor, october.previous_wage_floor) == pytest.approx((11.0, 10.5))
    assert (next_april.wage_floor, next_april.previous_wage_floor) == pytest.approx((11.0, 10.5))


def test_a_wage_rise_comes_on_top_of_a_growing_path():
    now = conditions_in(24, {**RISE, "paths.wage_floor.2017": 12.0, "paths.wage_floor.2018": 13.0})
    assert (now.wage_floor, now.previous_wage_floor, now.wage_floor_planned) == pytest.approx((14.0, 12.5, 13.0))


@pytest.mark.parametrize(
    ("month", "cost", "reach"), [(1, 0.0, 0.0), (2, 5_000.0, 1.0), (25, 5_000.0, 1.0), (26, 0.0, 0.8)]
)
def test_a_catalyst_costs_and_reaches_each_council_while_it_runs(month, cost, reach):
    now = conditions_in(month, CATALYST, councils=2)
    assert now.programme_cost.tolist() == pytest.approx([cost, cost])
    assert now.catalyst.tolist() == pytest.approx([reach, reach])


def test_a_catalyst_costs_what_it_says_in_all():
    total = sum(conditions_in(month, CATALYST).programme_cost[0] for month in range(60))
    assert total == pytest.approx(120_000.0)


def test_a_shock_and_a_policy_hold_at_once():
    now = conditions_in(30, {**CATALYST, **CUT})
    assert now.real_funding == pytest.approx(0.8)
    assert np.allclose(now.catalyst, 0.8)
