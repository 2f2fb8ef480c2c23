"""A level playing field: social value in awards, smaller lots, consortium bids."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.policies.base import Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class LevelPlayingField(Policy):
    """Councils weigh social value, cut contracts into smaller lots and take bids from consortia of small providers."""

    kind: ClassVar[str] = "level_playing_field"
    title: ClassVar[str] = "Level playing field"
    group: ClassVar[str] = "Small providers"

    social_value_weight: float = parameter(
        0.3,
        unit="log points",
        low=0.0,
        high=3.0,
        label="Weight of community-scale providers in awards over others of the same quality.",
        source="assumption",
        role="lever",
    )
    cooperative_entry: float = parameter(
        2.0,
        unit="ratio",
        low=1.0,
        high=20.0,
        label="New branches owned by their workers over those without consortium bids.",
        source="assumption; E08-001 under 1% of the market, E08-032 growth of 8% a year",
        role="uncertainty",
    )
    smaller_lots_entry: float = parameter(
        1.05,
        unit="ratio",
        low=1.0,
        high=2.0,
        label="New home-care branches over those without smaller lots.",
        source="assumption",
        role="uncertainty",
    )
    cost_per_council: float = parameter(
        50000.0,
        unit="GBP/year",
        low=0.0,
        high=1000000.0,
        label="Cost of more and smaller awards and of helping consortia, for each council.",
        source="assumption: procurement staff",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Weigh awards and ease entry; entry builds up over a year."""
        effects, share = state.conditions.policies, self.built_up(state, 12)
        effects.social_value += self.social_value_weight
        effects.cooperative_entry *= 1.0 + (self.cooperative_entry - 1.0) * share
        effects.small_branch_entry *= 1.0 + (self.smaller_lots_entry - 1.0) * share
        self.book(state, self.cost_per_council / 12.0)
