"""Councils have less to spend on care."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class FundingCut(Shock):
    """A change in what councils spend on care, in real terms, that builds up in a straight line."""

    kind: ClassVar[str] = "funding_cut"
    title: ClassVar[str] = "Funding cut"
    group: ClassVar[str] = "Money and costs"

    real_change: float = parameter(
        -0.10,
        unit="fraction",
        low=-0.6,
        high=0.2,
        label="Change in councils' real spending on care when it has built up; a cut is negative.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        3,
        unit="years",
        low=1,
        high=10,
        label="Years over which it builds up in a straight line.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Scale councils' real funding by the part of the change that has built up."""
        state.conditions.real_funding *= 1.0 + self.real_change * self.phased_in(state, self.years)
