"""Money costs more to borrow."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class InterestRise(Shock):
    """A rise of Bank Rate above its path.

    Chains whose debt floats pay it to their lenders, on their homes outside the region as well; others borrow at fixed
    rates. Five points on GBP 28,000 to 31,000 a bed come to about GBP 29 a bed and week (E10-015).
    """

    kind: ClassVar[str] = "interest_rise"
    title: ClassVar[str] = "Interest rise"
    group: ClassVar[str] = "Money and costs"

    points: float = parameter(
        5.0,
        unit="percentage points",
        low=0.0,
        high=15.0,
        label="How far Bank Rate ends up above its baseline path.",
        source="E10-015",
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
        """Lift Bank Rate by the part of the rise that is in force."""
        state.conditions.bank_rate_change += self.points / 100.0 * self.phased_in(state, self.years)
