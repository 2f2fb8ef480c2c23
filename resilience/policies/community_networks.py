"""Networks of mutual aid and supported living."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.market import sites as at
from resilience.policies.base import Policy
from resilience.scenario.declare import parameter
from resilience.state.codes import HOME_CARE

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class CommunityNetworks(Policy):
    """Members with low needs rely less on paid hours, in the manner of KeyRing and of the Wigan Deal."""

    kind: ClassVar[str] = "community_networks"
    title: ClassVar[str] = "Community networks"
    group: ClassVar[str] = "Homes and neighbourhoods"

    members_per_1000: float = parameter(
        2.0,
        unit="members per 1,000 inhabitants",
        low=0.0,
        high=30.0,
        label="Members when the networks are built up.",
        source="assumption: evidence thin",
        role="lever",
    )
    hours_saved: float = parameter(
        1.0,
        unit="hours/member/week",
        low=0.0,
        high=6.0,
        label="Paid hours that a member does without.",
        source="assumption: evidence thin, so a wide range",
        role="uncertainty",
    )
    cost_per_member: float = parameter(
        500.0,
        unit="GBP/year",
        low=50.0,
        high=5000.0,
        label="Cost of a network for each member.",
        source="assumption: evidence thin, so a wide range",
        role="uncertainty",
    )
    build_up_months: float = parameter(
        24.0,
        unit="months",
        low=1.0,
        high=120.0,
        label="Months until the networks have all their members.",
        source="assumption",
        role="uncertainty",
    )
    most_of_need: float = parameter(
        0.25,
        unit="share of home care",
        low=0.0,
        high=0.6,
        label="Most of the need for home care that networks can replace.",
        source="assumption",
        role="uncertainty",
    )

    def apply(self, state: MarketState) -> None:
        """Lower the number of people who newly need paid care at home by members' hours over all hours at home.

        Need that a network meets is no assessed need any more: it is neither delivered nor unmet.
        """
        effects, s = state.conditions.policies, state.sites
        members = (
            self.built_up(state, self.build_up_months) * self.members_per_1000 * state.councils.population / 1000.0
        )
        hours = np.where(s.care_type == HOME_CARE, at.hours_due(state), 0.0)
        at_home = np.bincount(s.council, weights=hours, minlength=state.n_councils)
        saved = effects.reach(1.0) * members * self.hours_saved / np.maximum(at_home, 1.0)
        effects.low_need *= 1.0 - np.minimum(saved, self.most_of_need)
        self.book(state, self.cost_per_member / 12.0 * members * effects.targeting)
