"""Levers come from the declarations of shocks and policies, and lead to scenarios."""

import pytest

from resilience.app.levers import (
    MOST_POSITIONS,
    baseline_of,
    in_words,
    levers_of,
    moved,
    nice_step,
    on_step,
    switched,
)
from resilience.policies import POLICIES
from resilience.scenario import ScenarioError
from resilience.shocks import SHOCKS
from tests.app.fakes import CUT, scenario, squeezed


def lever(chosen, name):
    return next(one for one in levers_of(chosen) if one.name == name)


def setting(chosen, name):
    return next(one for one in lever(chosen, name.split(".")[1]).settings if one.name == name)


def test_every_shock_and_policy_is_a_lever_with_its_own_words():
    found = levers_of(scenario())
    assert [one.kind for one in found] == [*SHOCKS, *POLICIES]
    assert all(one.title and one.group and one.help.endswith(".") and not one.on for one in found)
    assert len({one.title for one in found}) == len(found)
    for one in found:
        declared = (SHOCKS if one.family == "shocks" else POLICIES)[one.kind]
        assert (one.title, one.group) == (declared.title, declared.group)


def test_settings_are_what_somebody_can_decide_the_own_ones_first():
    names = [one.name.rsplit(".", 1)[-1] for one in lever(scenario(), "catalyst").settings]
    assert names == ["cost_per_council", "years", "start", "who_pays"]  # legacy is an uncertainty


def test_a_slider_has_label_unit_range_and_source_of_its_parameter():
    cut = setting(squeezed(), CUT)
    assert (cut.title, cut.unit, cut.low, cut.high, cut.step, cut.value) == (
        "Real change",
        "fraction",
        -0.6,
        0.2,
        0.01,
        -0.2,
    )
    assert cut.help.startswith("Change in councils' real spending on care")
    assert cut.source == "assumption"
    for one in levers_of(scenario()):
        for each in one.settings:
            if each.step:
                assert (each.high - each.low) / each.step <= MOST_POSITIONS * 1.001
                assert each.low <= each.value <= each.high


def test_starts_are_the_first_month_the_aprils_and_the_one_given():
    start = setting(squeezed(months=24, **{"shocks.funding_cut.start": "2016-07"}), "shocks.funding_cut.start")
    assert [choice.value for choice in start.choices] == ["2016-04", "2016-07", "2017-04"]
    assert [choice.text for choice in start.choices][1] == "July 2016"
    assert start.value == "2016-07"
    assert setting(squeezed(), "shocks.funding_cut.start").value == "2016-04"


def test_menus_and_text_are_no_sliders():
    pays = setting(scenario(), "policies.catalyst.who_pays")
    assert [choice.text for choice in pays.choices] == ["Council", "Government"]
    provider = setting(scenario(), "shocks.chain_failure.provider")
    assert (provider.value, provider.step, provider.choices) == ("largest", 0.0, ())


def test_a_moved_slider_stands_on_a_position():
    assert moved(squeezed(), CUT, -0.1234).get(CUT) == -0.12
    assert moved(squeezed(), CUT, -9).get(CUT) == -0.6
    years = moved(squeezed(), "shocks.funding_cut.years", "4").get("shocks.funding_cut.years")
    assert (years, type(years)) == (4, int)
    assert moved(squeezed(), "shocks.funding_cut.start", "2016-04").get("shocks.funding_cut.start") == "2016-04"


def test_what_cannot_be_is_refused_in_words():
    with pytest.raises(ScenarioError, match=r"is no lever of this page"):
        moved(squeezed(), "labour.turnover_per_year", 0.3)
    with pytest.raises(ScenarioError, match=r"must be"):
        moved(squeezed(), CUT, "lots")
    with pytest.raises(ScenarioError, match=r"unknown shock"):
        switched(scenario(), "shocks", "flood", on=True)


def test_a_lever_is_switched_on_with_its_defaults_and_off():
    on = switched(scenario(), "policies", "direct_payments", on=True)
    assert lever(on, "direct_payments").on
    assert on.get("policies.direct_payments.share") == 0.1
    assert switched(on, "policies", "direct_payments", on=False) == scenario()


def test_two_shocks_of_a_kind_are_two_levers():
    twice = scenario(
        **{
            "shocks.first": {"kind": "chain_failure", "provider": "P1"},
            "shocks.second": {"kind": "chain_failure", "provider": "P2"},
        }
    )
    titles = [one.title for one in levers_of(twice) if one.kind == "chain_failure"]
    assert titles == ["Failure of one provider", "Failure of one provider (2)"]


def test_the_baseline_has_neither_shocks_nor_policies():
    both = squeezed(**{"policies.catalyst": True})
    assert not baseline_of(both).shocks
    assert not baseline_of(both).policies
    assert baseline_of(both).hash == scenario().hash
    assert baseline_of(both).name == "baseline"


def test_a_scenario_is_told_by_its_levers():
    assert in_words(scenario()) == "Baseline"
    assert (
        in_words(squeezed(**{"policies.catalyst": True})) == "Funding cut −20%, Catalyst for micro-enterprises £135,000"
    )
    failing = scenario(**{"shocks.chain_failure": True, "shocks.wage_rise.floor_increase": 1.5})
    assert in_words(failing) == "Wage rise £1.50, Failure of one provider"


@pytest.mark.parametrize(
    ("low", "high", "step"), [(-0.6, 0.2, 0.01), (0.0, 6.0, 0.05), (0.0, 2e6, 20000.0), (1, 10, 0.1)]
)
def test_steps_are_round(low, high, step):
    assert nice_step(low, high) == step


def test_positions_are_counted_from_the_low_end():
    cut = setting(squeezed(), CUT)
    assert on_step(0.004, cut) == 0.0
    assert str(on_step(-0.001, cut)) == "0.0"
