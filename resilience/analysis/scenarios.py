"""The scenarios in which targets and facts are measured, each made from the one that is validated."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from resilience.analysis.observed import FACT_BEGINS, FACT_MONTHS
from resilience.region import build_region
from resilience.scenario import Problem, Scenario, ScenarioError
from resilience.scenario.months import month_number, month_text

type Builder = Callable[[Scenario], Scenario]

SOMERSET: Final = Path(__file__).parent / "data" / "somerset.csv"
"""A region of one council: the place whose catalyst programme was measured."""

SOMERSET_AT_START: Final = 50
"""Micro-enterprises in Somerset when its programme began (E08-012)."""

REAL_CUTS: Final = {
    "shocks.funding_cut.start": "2010-04",
    "shocks.funding_cut.real_change": -0.10,
    "shocks.funding_cut.years": 5,
    "shocks.recovery.kind": "funding_cut",
    "shocks.recovery.start": "2015-04",
    "shocks.recovery.real_change": 92.0 / 90.0 - 1.0,
    "shocks.recovery.years": 2,
}
"""What happened to councils' real spending: a tenth less by 2014/15, then up again to 92% in 2016/17.

E05-140 has the two ends; the low point is interpolated (E05-141), as in the path of real spending.
"""


def baseline(base: Scenario) -> Scenario:
    """Return the scenario that is validated, as it is."""
    return base


def somerset(base: Scenario) -> Scenario:
    """Return Somerset with its catalyst programme, from fifty enterprises on, for five years."""
    return base.with_values({**somerset_values(), "months": 60, "policies.catalyst.start": base.start})


def somerset_values() -> dict[str, Any]:
    """Return what makes a scenario one of Somerset with fifty micro-enterprises, by dotted name."""
    region = str(SOMERSET)
    people = float(build_region(region).councils["population_all"].sum())
    return {
        "region": region,
        "providers.providers_file": "",
        "entry.micro_start_per_1000": SOMERSET_AT_START / people * 1000.0,
    }


def spending(base: Scenario) -> Scenario:
    """Return eight financial years from 2009/10 in which only funding shocks move councils' real money."""
    return base.with_values(
        {
            "start": "2009-04",
            "months": 96,
            **{f"paths.real_spend.{year}": 100.0 for year in base.paths.real_spend},
            **REAL_CUTS,
        }
    )


def hindcast(base: Scenario) -> Scenario:
    """Return April 2010 to March 2017 with councils' real fees and volumes and the real minimum wage."""
    from resilience.analysis.hindcast import hindcast_of

    return hindcast_of(base)


def cut(base: Scenario) -> Scenario:
    """Return the same market with a tenth less real money for councils, over two years from the second on."""
    return _changed(base, {"shocks.funding_cut.real_change": -0.10, "shocks.funding_cut.years": 2}, "funding_cut")


def wage(base: Scenario) -> Scenario:
    """Return the same market with a pound more on the wage floor, over two years from the second on."""
    return _changed(base, {"shocks.wage_rise.floor_increase": 1.0, "shocks.wage_rise.years": 2}, "wage_rise")


def wage_and_fees(base: Scenario) -> Scenario:
    """Return the same with fees that rise by a tenth beside it, which government pays."""
    start = {"policies.fee_uplift.start": _later(base, FACT_BEGINS)}
    return wage(base).with_values(start | {"policies.fee_uplift.uplift": 0.10, "policies.fee_uplift.years": 2})


SCENARIOS: Final[Mapping[str, Builder]] = {
    "baseline": baseline,
    "somerset": somerset,
    "spending": spending,
    "hindcast": hindcast,
    "cut": cut,
    "wage": wage,
    "wage and fees": wage_and_fees,
}


def build(base: Scenario, labels: list[str], months: int | None = None) -> dict[str, Scenario]:
    """Return the scenarios with these labels, none longer than ``months``.

    A scenario in which a shock or policy would begin after those months is left out.

    Raises ScenarioError when the scenario to validate has shocks or policies of its own: a target is a statement
    about what happened without them.
    """
    if base.shocks or base.policies:
        name = f"shocks.{next(iter(base.shocks))}" if base.shocks else f"policies.{next(iter(base.policies))}"
        message = "a scenario with shocks or policies cannot be validated"
        raise ScenarioError([Problem(base.name, None, name, None, message, "a scenario without any")])
    made = {label: SCENARIOS[label](base) for label in labels}
    if months is None:
        return made
    parts = {label: [*one.shocks.values(), *one.policies.values()] for label, one in made.items()}
    return {
        label: one.with_values({"months": min(one.months, months)})
        for label, one in made.items()
        if all(part.start_index(one) < months for part in parts[label])
    }


def _changed(base: Scenario, values: dict[str, Any], shock: str) -> Scenario:
    """Return the scenario with a shock from the second year on, as long as paired checks look."""
    start = _later(base, FACT_BEGINS)
    return base.with_values({f"shocks.{shock}.start": start, **values, "months": FACT_MONTHS})


def _later(base: Scenario, months: int) -> str:
    return month_text(month_number(base.start) + months)
