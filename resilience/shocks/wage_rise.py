"""The wage floor rises faster than planned."""

from __future__ import annotations

from typing import ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock


class WageRise(Shock):
    """A rise in the statutory wage floor above its baseline path."""

    kind: ClassVar[str] = "wage_rise"

    floor_increase: float = parameter(
        1.0,
        unit="GBP/hour",
        low=0.0,
        high=6.0,
        label="How far the wage floor ends up above its baseline path.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        1,
        unit="years",
        low=1,
        high=10,
        label="Years over which the rise is phased in.",
        source="assumption",
        role="lever",
    )
