"""The parameters of the model, section by section."""

from __future__ import annotations

from pydantic import Field

from resilience.scenario.declare import Section, parameter


class Labour(Section):
    """Care workers: pay, turnover and vacancies."""

    turnover_per_year: float = parameter(
        0.30,
        unit="per year",
        low=0.05,
        high=1.0,
        label="Share of staff who leave in a year.",
        source="assumption",
    )


class Parameters(Section):
    """Every section; a scenario has these beside its run settings, shocks and policies."""

    labour: Labour = Field(default_factory=Labour)
