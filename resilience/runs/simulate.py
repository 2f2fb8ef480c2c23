"""One run as a function of its parameters: what a sampler, an optimiser or a workbench calls."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resilience.runs.one import ModelFactory, care_market, run_one
from resilience.scenario import Scenario, load


def simulate(
    scenario: Scenario | str | Path,
    parameters: Mapping[str, Any] | None = None,
    seed: int = 1,
    *,
    model_factory: ModelFactory = care_market,
) -> dict[str, float]:
    """Run a scenario once with some parameters changed and return the measures of the run by name.

    ``parameters`` are values by dotted name, such as {"shocks.funding_cut.real_change": -0.1}. NumPy numbers, which
    samplers give, are taken as plain numbers. Raises ScenarioError for an unknown name or a value out of range,
    RegionError for a region that cannot be built; whatever the model raises comes through.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load(scenario)
    if parameters:
        chosen = chosen.with_values({name: _plain(value) for name, value in parameters.items()})
    return run_one(chosen, int(seed), model_factory=model_factory).headline


def _plain(value: Any) -> Any:
    """Return a NumPy number as Python's own; anything else as it is."""
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", 0) == 0 else value
