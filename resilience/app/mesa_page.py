"""The model in Mesa's own page, SolaraViz, for those who know Mesa: sliders, step, reset, plots of what it collects.

Each visitor has a model of their own, made with the page; one made outside would be stepped by all visitors at once.
"""

from typing import Any

from mesa.visualization import SolaraViz, make_plot_component

from resilience.app import begin
from resilience.app.levers import levers_of
from resilience.app.parts import Part, component, reactive, use_once
from resilience.app.serve import TITLE
from resilience.measures.catalogue import MEASURES
from resilience.model import CareMarket
from resilience.scenario import Scenario

title = TITLE
"""The browser's title of the page; Solara looks for this name."""

PLOTTED = (("site_closures", "provider_failures"), ("care_hours_lost",), ("unmet_hours",), ("replacement_gap",))
"""Measures of each plot, among those that the model's DataCollector holds."""


class OurScenario(Scenario):
    """A scenario that SolaraViz takes no notice of, since it knows only those of Mesa's own class."""

    def __bool__(self) -> bool:
        """Return False: SolaraViz leaves a model without a scenario as it is."""
        return False


def for_mesa(scenario: Scenario) -> OurScenario:
    """The same scenario for a model in SolaraViz."""
    return OurScenario.from_dict(scenario.resolved())


def parameters_of(scenario: Scenario) -> dict[str, Any]:
    """What SolaraViz makes models with: the scenario, the seed, and a slider for each lever that is on."""
    sliders: dict[str, Any] = {}
    for lever in levers_of(scenario):
        first = lever.settings[0]
        if lever.on and first.step:
            whole = isinstance(first.value, int)
            sliders[first.name] = {
                "type": "SliderInt" if whole else "SliderFloat",
                "label": f"{lever.title}: {first.title.lower()} ({first.unit})",
                "value": first.value,
                "min": int(first.low) if whole else first.low,
                "max": int(first.high) if whole else first.high,
                "step": int(first.step) if whole else first.step,
            }
    seed = {"type": "SliderInt", "label": "Seed", "value": begin.SEED, "min": 1, "max": 100, "step": 1}
    return {"scenario": for_mesa(scenario), "rng": seed, **sliders}


def plots() -> list[Any]:
    """The plots, with the measures' own labels on the axis."""
    return [
        make_plot_component(list(names), post_process=_axis(", ".join(MEASURES[name].label for name in names)))
        for names in PLOTTED
    ]


def _axis(label: str) -> Any:
    def name_axis(axes: Any) -> None:
        axes.set_ylabel(label)

    return name_axis


@component
def Page() -> Part:  # noqa: N802 - Solara looks for this name
    """Mesa's page with a model of the visitor's own."""
    scenario = begin.chosen().scenario
    model = use_once(lambda: reactive(CareMarket(for_mesa(scenario), rng=begin.SEED)))
    parameters = use_once(lambda: parameters_of(scenario))
    components = use_once(plots)
    return SolaraViz(model, components=components, model_params=parameters, name=f"{TITLE}: {scenario.name}")
