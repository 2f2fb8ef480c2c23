"""Staff take over homes and branches that would close."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class EmployeeBuyout(Policy):
    """A viable home or branch that finds no buyer may go on as a co-operative of its staff, with help."""

    kind: ClassVar[str] = "employee_buyout"
    title: ClassVar[str] = "Buy-outs by staff"
    group: ClassVar[str] = "Small providers"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    chance: float = parameter(
        0.25,
        unit="chance",
        low=0.0,
        high=1.0,
        label="Chance that the staff of a viable site take it over.",
        source="assumption: no record of attempts found",
        role="uncertainty",
    )
    lowest_margin_home: float = parameter(
        0.1,
        unit="share of revenue",
        low=-0.5,
        high=0.6,
        label="Surplus after rent from which a home counts as viable.",
        source="assumption; E03-111 break-even of a leased home",
        role="uncertainty",
    )
    lowest_margin_home_care: float = parameter(
        0.02,
        unit="share of revenue",
        low=-0.5,
        high=0.6,
        label="Surplus from which a home-care branch counts as viable.",
        source="assumption; E08-033: a co-operative earns 3.5%",
        role="uncertainty",
    )
    capital_months: float = parameter(
        1.0,
        unit="months of revenue",
        low=0.0,
        high=12.0,
        label="Working capital given to a buy-out.",
        source="assumption",
        role="lever",
    )
    support_cost: float = parameter(
        20000.0,
        unit="GBP",
        low=0.0,
        high=500000.0,
        label="Advice, valuation and legal work for one buy-out.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Open the way for buy-outs; last month's are paid for now."""
        effects, flows = state.conditions.policies, state.flows
        effects.buyout_chance = max(effects.buyout_chance, self.chance)
        effects.buyout_margin = self.lowest_margin_home
        effects.buyout_margin_home_care = self.lowest_margin_home_care
        effects.buyout_months = self.capital_months
        if self.months_run(state) > 0:
            self.book(state, self.support_cost * flows.buy_outs + flows.buy_out_capital)
