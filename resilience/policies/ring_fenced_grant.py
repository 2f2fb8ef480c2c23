"""A grant for care that may be spent on nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class RingFencedGrant(Policy):
    """Government adds to what councils have for care; part of it may take the place of their own money."""

    kind: ClassVar[str] = "ring_fenced_grant"
    title: ClassVar[str] = "Ring-fenced grant"
    group: ClassVar[str] = "Money and fees"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    share_of_budget: float = parameter(
        0.05,
        unit="share of the first year's budget",
        low=0.0,
        high=0.5,
        label="Grant in a year over what councils had for care in the first year; it rises with prices.",
        source="assumption; E05-137 and E05-138 for rises seen",
        role="lever",
    )
    displaced: float = parameter(
        0.1,
        unit="share",
        low=0.0,
        high=1.0,
        label="Part of the grant that takes the place of money councils would have spent on care anyway.",
        source="assumption: a ring fence leaks",
        role="uncertainty",
    )
    years: int = parameter(
        5,
        unit="years",
        low=1,
        high=20,
        label="Years for which the grant is paid.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Add the grant, less what it displaces, to councils' money for care; government pays all of it."""
        if not self.runs(state, self.years):
            return
        grant = self.share_of_budget * state.councils.budget_start * state.conditions.price_index
        state.conditions.policies.grant += (1.0 - self.displaced) * grant
        self.book(state, grant / 12.0, buys_care=True)
