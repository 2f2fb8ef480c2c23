"""What every shock is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from resilience.scenario.declare import Component

if TYPE_CHECKING:
    from resilience.scenario.errors import Problem
    from resilience.state.market_state import MarketState


class Shock(Component):
    """Something that happens to the market from outside, from a month on."""

    def apply(self, state: MarketState) -> None:
        """Change this month's conditions; called every month from the shock's start."""
        raise TypeError(f"the shock {self.kind!r} does not say what it does")

    def misfits(self, state: MarketState, name: str) -> list[Problem]:
        """Return what of this shock, called ``name``, cannot happen to a market on its first day; usually nothing."""
        return []

    def phased_in(self, state: MarketState, years: int, *, months_ago: int = 0) -> float:
        """Return the share (0 to 1) of a change that is in force when it builds up by equal yearly steps.

        ``months_ago`` asks for an earlier month than this one; before the start nothing is in force.
        """
        since = self.months_since_start(state.month, state.scenario) - months_ago
        return min(1.0, max(since // 12 + 1, 0) / years)
