"""Councils pay for a programme that helps micro-enterprises to start."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.policies.base import Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class Catalyst(Policy):
    """A programme that finds, trains and supports very small care enterprises in each council's area."""

    kind: ClassVar[str] = "catalyst"
    title: ClassVar[str] = "Catalyst for micro-enterprises"
    group: ClassVar[str] = "Small providers"

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

    legacy: float = parameter(
        0.9,
        unit="share",
        low=0.0,
        high=1.0,
        label="Share of the lift in formation that lasts after the programme, by light-touch support.",
        source="E08-013, E08-027: growth went on in Somerset; size is an assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Support micro-enterprises in every council while the programme runs, and in a lighter way after it.

        The cost is spread evenly over the programme's months. What the programme has set up goes on: supported
        enterprises stay supported, and formation keeps ``legacy`` of its lift (Somerset went on growing, E08-013).
        """
        running = self.runs(state, self.years)
        effects = state.conditions.policies
        reach = effects.reach(1.0 if running else self.legacy)
        state.conditions.catalyst[:] = np.maximum(state.conditions.catalyst, reach)
        if running:
            self.book(state, self.cost_per_council / (12.0 * self.years) * effects.targeting)
