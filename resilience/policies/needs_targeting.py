"""Needs are mapped, and programmes go where need is greatest instead of everywhere alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from resilience.policies.base import Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.columns import Floats
    from resilience.state.market_state import MarketState


class NeedsTargeting(Policy):
    """Shares programmes' money (catalyst, skills, networks) out by need; the total stays the same."""

    kind: ClassVar[str] = "needs_targeting"
    title: ClassVar[str] = "Money where need is"
    group: ClassVar[str] = "Small providers"
    turn: ClassVar[int] = -1

    by: Literal["deprivation", "unmet_need"] = parameter(
        "deprivation",
        unit="",
        label="What counts as need: older people's income deprivation, or people refused or waiting per inhabitant.",
        source="E06-022 to E06-035",
        role="lever",
    )
    strength: float = parameter(
        1.0,
        unit="exponent",
        low=0.0,
        high=3.0,
        label="How strongly money follows need: 0 evenly, 1 in proportion to it.",
        source="assumption",
        role="lever",
    )
    returns: float = parameter(
        0.7,
        unit="exponent",
        low=0.0,
        high=1.0,
        label="How a programme's effect grows with the money a council gets: 1 in proportion, less with "
        "falling returns.",
        source="assumption",
        role="uncertainty",
    )
    mapping_cost: float = parameter(
        20000.0,
        unit="GBP",
        low=0.0,
        high=1000000.0,
        label="What the mapping costs each council, spread over the first year.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Set each council's share of programmes' money over an even one; the mean over councils is 1."""
        effects = state.conditions.policies
        need = np.maximum(self.need(state), 1e-9)
        share = (need / state.mean_of_run(need)) ** self.strength
        effects.targeting[:] = share / state.mean_of_run(share)
        effects.targeting_returns = self.returns
        if self.runs(state, 1):
            self.book(state, self.mapping_cost / 12.0)

    def need(self, state: MarketState) -> Floats:
        """Return each council's need, in units that only their ratios matter of."""
        councils = state.councils
        if self.by == "deprivation":
            return councils.income_deprived
        queues = (councils.waiting + councils.waiting_long + councils.displaced + councils.displaced_long).sum(axis=1)
        return np.asarray((councils.rationed.sum(axis=1) + queues) / np.maximum(councils.population, 1.0))
