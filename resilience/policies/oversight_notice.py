"""Longer notice from the regulator before a difficult-to-replace provider fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class OversightNotice(Policy):
    """Councils hear earlier of the failure of providers under market oversight, and can prepare."""

    kind: ClassVar[str] = "oversight_notice"
    title: ClassVar[str] = "Longer notice of failures"
    group: ClassVar[str] = "Safety net"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    days: float = parameter(
        56.0,
        unit="days",
        low=0.0,
        high=365.0,
        label="Further days of notice.",
        source="assumption; E01-010: the test was widened in 2021, E04-040: 25 days for Allied Healthcare",
        role="lever",
    )
    use: float = parameter(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        label="Share of those days that shortens the time people are without care.",
        source="assumption",
        role="uncertainty",
    )
    cost_per_provider: float = parameter(
        15000.0,
        unit="GBP/year",
        low=0.0,
        high=500000.0,
        label="Cost of closer oversight, for each provider under it that is based in the region.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Give notice, and pay for oversight of the living providers that are difficult to replace by law."""
        effects, p = state.conditions.policies, state.providers
        effects.notice_days = max(effects.notice_days, self.days)
        effects.notice_use = max(effects.notice_use, self.use)
        watched = p.alive & p.statutory
        count = np.bincount(p.home_council[watched], minlength=state.n_councils)
        self.book(state, self.cost_per_provider / 12.0 * count)
