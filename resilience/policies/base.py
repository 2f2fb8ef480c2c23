"""What every policy is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resilience.scenario.declare import Component

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class Policy(Component):
    """Something councils or government decide to do, from a month on; it books its own cost."""

    def apply(self, state: MarketState) -> None:
        """Change this month's conditions and book the month's cost; called every month from the policy's start."""
        raise TypeError(f"the policy {self.kind!r} does not say what it does")
