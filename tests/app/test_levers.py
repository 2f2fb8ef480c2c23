"""Levers are made from the declarations of the two shocks and lead to scenarios."""

import pytest

from resilience.app.levers import Levers, nice_step
from resilience.scenario import ScenarioError
from resilience.shocks import FundingCut, WageRise
from tests.app.fakes import scenario

CUT, RISE = "shocks.funding_cut.real_change", "shocks.wage_rise.floor_increase"
SQUEEZE = {CUT: -0.2, "shocks.funding_cut.start": "2016-10", "shocks.funding_cut.years": 2, RISE: 1.0}


def test_sliders_take_range_label_unit_and_source_from_the_declaration():
    cut, rise = (lever.slider for lever in Levers(scenario()).levers)
    for slider, component, field in ((cut, FundingCut, "real_change"), (rise, WageRise, "floor_increase")):
        declared = component.model_fields[field]
        extra = declared.json_schema_extra
        assert (slider.label, slider.unit, slider.source) == (declared.description, extra["unit"], extra["source"])
        assert (slider.low, slider.high) == (extra["low"], extra["high"])


def test_menus_offer_the_months_of_april_and_every_number_of_years():
    start, years = Levers(scenario(months=30)).levers[0].menus
    assert [(choice.value, choice.text) for choice in start.choices] == [
        ("2016-04", "April 2016"),
        ("2017-04", "April 2017"),
        ("2018-04", "April 2018"),
    ]
    assert [choice.value for choice in years.choices] == list(range(1, 11))
    assert [choice.text for choice in years.choices][:2] == ["1 year", "2 years"]


def test_a_start_outside_april_that_the_scenario_gives_is_offered_too():
    start = Levers(scenario(**SQUEEZE)).levers[0].menus[0]
    assert [choice.text for choice in start.choices] == ["April 2016", "October 2016"]


def test_a_run_that_begins_later_in_the_year_offers_its_first_month():
    start = Levers(scenario(start="2016-07")).levers[0].menus[0]
    assert [choice.value for choice in start.choices] == ["2016-07", "2017-04"]


def test_levers_stand_where_the_scenario_has_them():
    levers = Levers(scenario(**SQUEEZE))
    assert levers.start == {
        CUT: -0.2,
        "shocks.funding_cut.start": "2016-10",
        "shocks.funding_cut.years": 2,
        RISE: 1.0,
        "shocks.wage_rise.start": "2016-04",
        "shocks.wage_rise.years": 1,
    }


def test_a_shock_that_is_not_in_the_scenario_stands_at_nothing():
    levers = Levers(scenario())
    assert (levers.start[CUT], levers.start[RISE]) == (0.0, 0.0)
    assert levers.scenario_for(levers.start).hash == scenario().hash


def test_the_baseline_has_neither_shock_and_all_else():
    given = scenario(**SQUEEZE, **{"labour.turnover_per_year": 0.3})
    baseline = Levers(given).baseline
    assert baseline.shocks == {}
    assert baseline.hash == scenario(**{"labour.turnover_per_year": 0.3}).hash


def test_unmoved_levers_lead_to_the_scenario_given():
    given = scenario(**SQUEEZE, **{"shocks.wage_rise.start": "2016-04"})
    levers = Levers(given)
    assert levers.scenario_for(levers.start).hash == given.hash


def test_a_moved_lever_changes_its_setting_only():
    levers = Levers(scenario(**SQUEEZE))
    moved = levers.scenario_for({**levers.start, CUT: -0.35})
    assert moved.get(CUT) == -0.35
    assert moved.get("shocks.funding_cut.start") == "2016-10"
    assert moved.get(RISE) == 1.0


def test_a_slider_at_nothing_takes_the_shock_away_whatever_its_menus_say():
    levers = Levers(scenario(**SQUEEZE))
    moved = levers.scenario_for({**levers.start, CUT: 0.0, RISE: 0.0, "shocks.wage_rise.years": 7})
    assert moved.hash == levers.baseline.hash


def test_a_shock_of_another_name_has_the_lever_of_its_kind():
    given = scenario(**{"shocks.cuts": {"kind": "funding_cut", "real_change": -0.3}})
    levers = Levers(given)
    assert levers.levers[0].title == "Cuts"
    assert levers.start["shocks.cuts.real_change"] == -0.3
    assert levers.baseline.shocks == {}


def test_values_that_cannot_be_are_mistakes_of_the_scenario():
    levers = Levers(scenario(**SQUEEZE))
    with pytest.raises(ScenarioError, match="real_change"):
        levers.scenario_for({**levers.start, CUT: -7.0})


@pytest.mark.parametrize(
    ("moved_to", "taken"), [(-0.201, -0.2), (0.1 + 0.2 - 0.3, 0.0), (-9.0, -0.6), (9, 0.2), ("-0.5", -0.5)]
)
def test_a_slider_takes_the_nearest_position_within_its_range(moved_to, taken):
    assert Levers(scenario()).accepted(CUT, moved_to) == taken


def test_a_menu_takes_only_what_it_offers():
    levers = Levers(scenario())
    assert levers.accepted("shocks.funding_cut.years", "4") == 4
    assert levers.accepted("shocks.funding_cut.start", "2016-04") == "2016-04"
    for name, value in (("shocks.funding_cut.years", 11), ("shocks.funding_cut.start", "x"), ("labour.x", 1)):
        with pytest.raises(KeyError):
            levers.accepted(name, value)


@pytest.mark.parametrize(
    ("low", "high", "step"), [(-0.6, 0.2, 0.01), (0.0, 6.0, 0.05), (0.0, 1.0, 0.01), (1, 1000, 10), (0.0, 1.2, 0.01)]
)
def test_steps_are_round_and_at_most_120(low, high, step):
    assert nice_step(low, high) == step
    assert (high - low) / step <= 120
