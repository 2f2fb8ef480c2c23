"""What every shock is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resilience.scenario.declare import Component

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class Shock(Component):
    """Something that happens to the market from outside, from a month on."""

    def apply(self, state: MarketState) -> None:
        """Change this month's conditions; called every month from the shock's start."""
        raise TypeError(f"the shock {self.kind!r} does not say what it does")

    def phased_in(self, state: MarketState, years: int) -> float:
        """Return the share (0 to 1) of a change that is in force when it builds up by equal yearly steps."""
        year = self.months_since_start(state.month, state.scenario) // 12
        return min(1.0, (year + 1) / years)
