"""Direct payments: the council's money in the hands of those who need care at home."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.market import sites as at
from resilience.policies.base import Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class DirectPayments(Policy):
    """A share of new council-funded clients at home pays a micro-enterprise with the council's money."""

    kind: ClassVar[str] = "direct_payments"
    title: ClassVar[str] = "Direct payments"
    group: ClassVar[str] = "Small providers"

    share: float = parameter(
        0.1,
        unit="share of new clients",
        low=0.0,
        high=0.8,
        label="New council-funded clients at home who would take a direct payment to a micro-enterprise with "
        "time for them.",
        source="assumption; E02-008: 8% of jobs, E08-030: 28% of clients are not self-funders",
        role="lever",
    )
    rate: float = parameter(
        0.92,
        unit="ratio to the fee",
        low=0.5,
        high=1.2,
        label="What the council pays for an hour over its fee.",
        source="E08-025, E08-034, E08-035",
        role="uncertainty",
    )
    support_cost: float = parameter(
        250.0,
        unit="GBP/person/year",
        low=0.0,
        high=3000.0,
        label="Help with accounts and employment for each person.",
        source="assumption",
        role="uncertainty",
    )
    build_up_months: float = parameter(
        12.0,
        unit="months",
        low=1.0,
        high=60.0,
        label="Months until the whole share is offered a payment.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Offer payments to the share reached so far and pay for the support of those who have one."""
        effects, s = state.conditions.policies, state.sites
        effects.direct_payment_share = max(
            effects.direct_payment_share, self.share * self.built_up(state, self.build_up_months)
        )
        effects.direct_payment_rate = self.rate
        clients = np.where(at.is_micro(state), at.council_people(state), 0)
        people = np.bincount(s.council, weights=clients, minlength=state.n_councils)
        self.book(state, self.support_cost / 12.0 * people)
