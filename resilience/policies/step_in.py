"""Councils keep a provider of last resort."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.policies.base import Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class StepIn(Policy):
    """A council's own home care stands by to take people whose provider ends."""

    kind: ClassVar[str] = "step_in"
    title: ClassVar[str] = "Provider of last resort"
    group: ClassVar[str] = "Safety net"

    growth_per_month: float = parameter(
        0.1,
        unit="share a month",
        low=0.0,
        high=1.0,
        label="How fast a council's own home care can grow in an emergency.",
        source="assumption",
        role="lever",
    )
    stand_by_clients: int = parameter(
        10,
        unit="people a month",
        low=0,
        high=500,
        label="Clients a stand-by team can take in a month, in each council, beside that growth.",
        source="assumption",
        role="lever",
    )
    cost_per_client: float = parameter(
        6000.0,
        unit="GBP/year",
        low=0.0,
        high=60000.0,
        label="Cost of keeping room for one client of the stand-by team.",
        source="assumption: a fifth of the cost of the hours",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Raise what the own service can take; keeping the team costs money whether it is called or not."""
        effects = state.conditions.policies
        effects.step_in_growth = max(effects.step_in_growth, self.growth_per_month)
        effects.step_in_clients += self.stand_by_clients
        self.book(state, self.stand_by_clients * self.cost_per_client / 12.0)
