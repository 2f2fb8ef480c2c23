"""The model opens in Mesa's own page, with sliders from the scenario's levers and a model for each visitor."""

import pytest

from resilience.app import begin
from resilience.model import CareMarket
from tests.app.browser import HERE, Watched, server
from tests.app.fakes import scenario, squeezed


def test_a_scenario_for_mesa_is_the_same_scenario_and_goes_unnoticed():
    from resilience.app.mesa_page import for_mesa

    made = for_mesa(squeezed())
    assert made.hash == squeezed().hash
    assert not made
    here, there = CareMarket(made, rng=2), CareMarket(squeezed(), rng=2)
    here.run_for(2)
    there.run_for(2)
    assert here.measure("need_hours") == there.measure("need_hours")


def test_sliders_are_those_of_the_levers_that_are_on():
    from resilience.app.mesa_page import PLOTTED, parameters_of

    found = parameters_of(squeezed(**{"policies.housing_with_care": True}))
    assert set(found) == {
        "scenario",
        "rng",
        "shocks.funding_cut.real_change",
        "policies.housing_with_care.schemes_per_council",
    }
    cut = found["shocks.funding_cut.real_change"]
    assert (cut["type"], cut["value"], cut["min"], cut["max"]) == ("SliderFloat", -0.2, -0.6, 0.2)
    assert found["policies.housing_with_care.schemes_per_council"]["type"] == "SliderInt"
    given = {name: part["value"] if isinstance(part, dict) else part for name, part in found.items()}
    model = CareMarket(**given)
    assert model.scenario.hash == squeezed(**{"policies.housing_with_care": True}).hash
    assert {name for names in PLOTTED for name in names} <= set(model.datacollector.model_reporters)


def test_without_levers_there_is_only_the_seed():
    from resilience.app.mesa_page import parameters_of

    assert set(parameters_of(scenario())) == {"scenario", "rng"}
    assert parameters_of(scenario())["rng"]["value"] == begin.SEED


@pytest.mark.browser
def test_mesas_page_steps_the_model_for_one_visitor_alone(chrome, config):
    with server(config, "--mesa") as (found, _process):
        pages = [Watched(chrome.new_page()) for _ in range(2)]
        for one in pages:
            one.page.goto(found)
            one.page.get_by_text("Funding cut: real change (fraction)").wait_for()
        one, other = (each.page for each in pages)
        one.get_by_role("button", name="Step", exact=True).click()
        one.get_by_text("Time: 1").wait_for()
        assert one.get_by_role("img").count() + one.locator("svg, img").count() > 0
        assert other.get_by_text("Time: 0").count() == 1
        assert [fault for each in pages for fault in each.wrong] == []
        for each in pages:
            each.page.close()
    assert found.startswith(f"http://{HERE}")
