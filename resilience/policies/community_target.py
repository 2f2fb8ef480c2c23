"""A region sets a target share for community-scale care and an innovation unit to reach it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.policies.base import Policy, community_share
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class CommunityTarget(Policy):
    """Councils favour community-scale providers in their awards until they hold a target share of funded care."""

    kind: ClassVar[str] = "community_target"
    title: ClassVar[str] = "Target for community-scale care"
    group: ClassVar[str] = "Small providers"

    target_share: float = parameter(
        0.4,
        unit="share of council-funded hours",
        low=0.0,
        high=1.0,
        label="Share of council-funded hours at private providers that community-scale ones are to hold.",
        source="assumption",
        role="lever",
    )
    strongest_weight: float = parameter(
        1.0,
        unit="log points",
        low=0.0,
        high=3.0,
        label="Weight of community-scale providers in awards of a council that is far from the target.",
        source="assumption",
        role="uncertainty",
    )
    full_weight_gap: float = parameter(
        0.1,
        unit="share",
        low=0.01,
        high=1.0,
        label="Distance from the target at which a council gives them that whole weight; nearer, less of it.",
        source="assumption",
        role="uncertainty",
    )
    unit_cost_per_council: float = parameter(
        40000.0,
        unit="GBP/year",
        low=0.0,
        high=1000000.0,
        label="Cost of the innovation unit and its fund, for each council.",
        source="assumption: one officer each",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Weigh community-scale providers in each council by how far it is from the target; nothing once it is met."""
        gap = self.target_share - community_share(state)
        weight = self.strongest_weight * np.clip(gap / self.full_weight_gap, 0.0, 1.0)
        state.conditions.policies.social_value += weight
        self.book(state, self.unit_cost_per_council / 12.0)
