"""A cap on the debt of chains, and a reserve requirement."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter
from resilience.state.codes import CHAIN

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class LeverageCap(Policy):
    """Chains may owe only so much a bed and must hold reserves before they pay their investors."""

    kind: ClassVar[str] = "leverage_cap"
    title: ClassVar[str] = "Cap on chains' debt"
    group: ClassVar[str] = "Safety net"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    debt_per_bed: float = parameter(
        15000.0,
        unit="GBP/bed",
        low=0.0,
        high=100000.0,
        label="Most that a chain may owe for each bed it owns.",
        source="assumption; E03-110 and E04-053 come to 28,000 to 31,000",
        role="lever",
    )
    reserve_months: float = parameter(
        1.0,
        unit="months of revenue",
        low=0.0,
        high=12.0,
        label="Cash that a chain must hold before it pays its investors.",
        source="assumption",
        role="lever",
    )
    less_appetite: float = parameter(
        0.15,
        unit="share",
        low=0.0,
        high=1.0,
        label="Fall in chains' interest in buying sites.",
        source="assumption: the price of prudence",
        role="uncertainty",
    )
    years: int = parameter(
        3,
        unit="years",
        low=1,
        high=20,
        label="Years over which the rules tighten to these values.",
        source="assumption",
        role="lever",
    )
    cost_per_chain: float = parameter(
        5000.0,
        unit="GBP/year",
        low=0.0,
        high=500000.0,
        label="Cost of supervision for each chain.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Tighten the rules month by month and pay for their supervision; a tighter rule of another policy stands."""
        effects, p = state.conditions.policies, state.providers
        share = self.built_up(state, 12.0 * self.years)
        effects.debt_per_bed = min(effects.debt_per_bed, self.debt_per_bed / share)
        effects.reserve_months = max(effects.reserve_months, self.reserve_months * share)
        effects.chain_appetite *= 1.0 - self.less_appetite
        chains = p.alive & (p.kind == CHAIN)
        count = np.bincount(p.home_council[chains], minlength=state.n_councils)
        self.book(state, self.cost_per_chain / 12.0 * count)
