"""Councils pay for a programme that helps micro-enterprises to start."""

from __future__ import annotations

from typing import ClassVar

from resilience.policies.base import Policy
from resilience.scenario.declare import parameter


class Catalyst(Policy):
    """A programme that finds, trains and supports very small care enterprises in each council's area."""

    kind: ClassVar[str] = "catalyst"

    cost_per_council: float = parameter(
        135_000.0,
        unit="GBP",
        low=0.0,
        high=2_000_000.0,
        label="What the programme costs one council over all its years together.",
        source="E08-005",
        role="lever",
    )
    years: int = parameter(
        2,
        unit="years",
        low=1,
        high=10,
        label="Years for which the programme runs.",
        source="E08-005",
        role="lever",
    )
