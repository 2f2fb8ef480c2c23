"""A fee uplift towards the fair cost of care."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from resilience.market.commissioning import yearly_cost
from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class FeeUplift(Policy):
    """Fees rise by more than councils planned, in equal steps each April."""

    kind: ClassVar[str] = "fee_uplift"
    title: ClassVar[str] = "Higher fees"
    group: ClassVar[str] = "Money and fees"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    uplift: float = parameter(
        0.05,
        unit="share of the fee",
        low=0.0,
        high=0.5,
        label="How much higher fees end up than without it.",
        source="assumption; E03-052 and E03-055 put home care at 0.75 of its minimum price",
        role="lever",
    )
    years: int = parameter(
        1,
        unit="Aprils",
        low=1,
        high=10,
        label="Aprils over which the uplift is phased in, the first of the run apart.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Lift fees in April; who pays for the lift in force is booked, and government's part reaches councils.

        The bill is councils' yearly cost times the lift's share of the fee.
        """
        now, effects = state.conditions, state.conditions.policies
        done = self.steps_done(state)
        step = (1.0 + self.uplift) ** (1.0 / self.years) - 1.0
        steps_now = now.is_april and state.month > 0 and self.steps_done(state, before=True) < self.years
        new = step if steps_now else 0.0
        now.fee_uplift += new
        lifted = (1.0 + step) ** (done - (1 if steps_now else 0))
        bill = yearly_cost(state)
        in_force, added = bill * (1.0 - 1.0 / lifted), bill * new
        if self.who_pays == "government":
            effects.grant += in_force
            effects.april_grant += added
        self.book(state, (in_force + added) / 12.0, buys_care=True)

    def steps_done(self, state: MarketState, *, before: bool = False) -> int:
        """Return the steps taken up to and with this month, or ``before`` it; the run's first month has none."""
        first = max(self.start_index(state.scenario), 1)
        last = state.month - (1 if before else 0)
        aprils = sum(state.scenario.month_date(month).month == _APRIL for month in range(first, last + 1))
        return min(aprils, self.years)


_APRIL = 4
