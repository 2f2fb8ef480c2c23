"""The wage floor rises faster than planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class WageRise(Shock):
    """A rise in the statutory wage floor above its baseline path."""

    kind: ClassVar[str] = "wage_rise"
    title: ClassVar[str] = "Wage rise"
    group: ClassVar[str] = "Money and costs"

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

    def apply(self, state: MarketState) -> None:
        """Lift the wage floor above its planned path by the part of the rise that is in force."""
        since = self.months_since_start(state.month, state.scenario)
        state.conditions.wage_floor += self.floor_increase * self.phased_in(state, self.years)
        if since >= 12:
            a_year_ago = min(1.0, (since // 12) / self.years)
            state.conditions.previous_wage_floor += self.floor_increase * a_year_ago
