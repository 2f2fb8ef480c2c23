"""What providers buy becomes dearer than consumer prices say: general goods and services, and energy."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock
from resilience.state.columns import Floats

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState

RUNNING_SHARE = np.array([0.28, 0.23, 0.22, 0.20])
"""Running costs other than staff and rent in all costs by kind of care: what the costs section comes to in 2016."""


class CostInflation(Shock):
    """A rise in running costs other than staff and rent above consumer prices; budgets do not follow it.

    Providers pay it at once, councils for their own services. In April it counts among the costs that fees and
    self-funder prices follow as far as they can. The defaults raise a home's costs by 5 to 7%, about what energy did in
    2022/23 (GBP 2 billion a year, E10-009).
    """

    kind: ClassVar[str] = "cost_inflation"
    title: ClassVar[str] = "Dearer energy and supplies"
    group: ClassVar[str] = "Money and costs"

    general: float = parameter(
        0.0,
        unit="share",
        low=0.0,
        high=0.5,
        label="How far prices of what providers buy, energy apart, end up above consumer prices; this stays.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        1,
        unit="years",
        low=1,
        high=10,
        label="Years over which the general rise builds up.",
        source="assumption",
        role="lever",
    )
    energy: float = parameter(
        2.0,
        unit="share",
        low=0.0,
        high=5.0,
        label="Rise of energy prices above consumer prices at the start (1 doubles them).",
        source="assumption, set so that costs rise by what E10-009 reports",
        role="lever",
    )
    energy_months: int = parameter(
        24,
        unit="months",
        low=1,
        high=120,
        label="Months for which energy stays dear.",
        source="assumption",
        role="uncertainty",
    )
    energy_share_homes: float = parameter(
        0.12,
        unit="share of running costs",
        low=0.0,
        high=0.5,
        label="Energy in a home's running costs other than staff and rent.",
        source="assumption",
        role="uncertainty",
    )
    energy_share_home_care: float = parameter(
        0.05,
        unit="share of running costs",
        low=0.0,
        high=0.5,
        label="Energy and fuel in a branch's running costs other than staff and rent.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Raise running costs, and tell what it adds to unit costs in a year."""
        now, before = self._factor(state), self._factor(state, months_ago=12)
        conditions = state.conditions
        conditions.running_cost_factor = conditions.running_cost_factor * now
        conditions.cost_rise = conditions.cost_rise + RUNNING_SHARE * (now / before - 1.0)

    def _factor(self, state: MarketState, *, months_ago: int = 0) -> Floats:
        """Return running costs over what they would be without the shock, by kind of care."""
        since = self.months_since_start(state.month, state.scenario) - months_ago
        share = np.array([self.energy_share_homes] * 3 + [self.energy_share_home_care])
        energy = self.energy if 0 <= since < self.energy_months else 0.0
        general = self.general * self.phased_in(state, self.years, months_ago=months_ago)
        return np.asarray(1.0 + (1.0 - share) * general + share * energy)
