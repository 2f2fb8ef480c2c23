"""A campaign for careers in care."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class CareersCampaign(Policy):
    """Advertising and ambassadors bring more people from outside to look for care work."""

    kind: ClassVar[str] = "careers_campaign"
    title: ClassVar[str] = "Careers campaign"
    group: ClassVar[str] = "Staff"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    lift: float = parameter(
        0.06,
        unit="share",
        low=0.0,
        high=0.5,
        label="How many more people from outside start looking for care work when the campaign is known.",
        source="assumption: no evaluation found",
        role="uncertainty",
    )
    cost_per_head: float = parameter(
        0.3,
        unit="GBP/inhabitant/year",
        low=0.0,
        high=5.0,
        label="Cost of the campaign for each inhabitant.",
        source="assumption",
        role="lever",
    )
    months_to_work: float = parameter(
        6.0,
        unit="months",
        low=1.0,
        high=36.0,
        label="Months until the campaign is known; it is forgotten in twice that time.",
        source="assumption",
        role="uncertainty",
    )
    years: int = parameter(
        3,
        unit="years",
        low=1,
        high=20,
        label="Years for which the campaign runs.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Widen the inflow of people from outside while the campaign is known, and pay for it while it runs."""
        known = self.built_up(state, self.months_to_work)
        if self.runs(state, self.years):
            self.book(state, self.cost_per_head / 12.0 * state.councils.population)
        else:
            since = self.months_run(state) - 12 * self.years + 1
            known *= max(0.0, 1.0 - since / (2.0 * self.months_to_work))
        state.conditions.recruits_factor *= 1.0 + self.lift * known
