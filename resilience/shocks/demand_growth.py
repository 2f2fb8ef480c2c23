"""More people come to need care than planned."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class DemandGrowth(Shock):
    """Faster growth of the number of people who newly need care, in every council and for every payer.

    Councils pay for those whom they fund as far as their budgets reach and refuse the others; self-funders and the NHS
    pay for their own. The number of people looking for care work does not grow with it. Adults over 65 who need care
    were expected to grow by 57% in twenty years, 2.3% a year (E07-017).
    """

    kind: ClassVar[str] = "demand_growth"
    title: ClassVar[str] = "Growing need"
    group: ClassVar[str] = "People and staff"

    extra_growth: float = parameter(
        0.02,
        unit="per year",
        low=-0.05,
        high=0.10,
        label="Yearly growth of the number of people who newly need care beyond that of the baseline.",
        source="assumption; E07-017 for the range",
        role="lever",
    )
    years: int = parameter(
        5,
        unit="years",
        low=1,
        high=20,
        label="Years for which it grows faster; what was gained then stays.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Raise newly arriving need, smoothly month by month; the first month of the shock is a month into it."""
        months = min(self.months_since_start(state.month, state.scenario) + 1, 12 * self.years)
        state.conditions.arrivals_factor = state.conditions.arrivals_factor * (1.0 + self.extra_growth) ** (months / 12)
