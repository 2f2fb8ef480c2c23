"""Employers pay more on top of wages."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.market.commissioning import WAGE_SHARE
from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class OnCostRise(Shock):
    """A rise in employers' on-costs (national insurance, pension) above their path.

    Providers pay it on every hour of work, councils on their own services' hours; micro-enterprises, whose people work
    for themselves, do not. In April it counts among the costs that fees and self-funder prices follow as far as they
    can. In 2025 such a step cost independent providers GBP 940 million a year (E10-006).
    """

    kind: ClassVar[str] = "on_cost_rise"
    title: ClassVar[str] = "Rise of employers' on-costs"
    group: ClassVar[str] = "Money and costs"

    increase: float = parameter(
        0.025,
        unit="share of pay",
        low=0.0,
        high=0.2,
        label="How far employers' on-costs end up above their baseline path.",
        source="E10-006; its size as a share of pay is an assumption",
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
        """Lift on-costs by the part of the rise that is in force, and tell what it adds to unit costs in a year."""
        now = state.conditions
        in_force = self.phased_in(state, self.years)
        news = self.increase * (in_force - self.phased_in(state, self.years, months_ago=12))
        now.cost_rise = now.cost_rise + WAGE_SHARE * news / (1.0 + now.on_cost)
        now.on_cost += self.increase * in_force
