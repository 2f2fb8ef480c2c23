"""What policies change in one month: every field is neutral unless a policy sets it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from resilience.state.columns import Floats


def _none() -> Floats:
    return np.zeros(0)


@dataclass(slots=True)
class PolicyEffects:
    """The part of a month's conditions that policies set; arrays run over councils unless they say otherwise."""

    cost_council: Floats = field(default_factory=_none)
    """Cost of policies that councils pay this month, GBP; the rest of ``programme_cost`` is government's."""
    cost_in_spend: Floats = field(default_factory=_none)
    """Part of ``programme_cost`` that buys care and so is counted in council spend as well, GBP."""
    cost_beside_care: Floats = field(default_factory=_none)
    """Part of ``cost_council`` that is not spent on care: councils have that much less to buy care with, GBP."""
    grant: Floats = field(default_factory=_none)
    """Money for care on top of councils' own budgets, GBP a year."""
    april_grant: Floats = field(default_factory=_none)
    """Money that comes with this April's extra fee uplift, GBP a year; councils plan no other fees with it."""
    targeting: Floats = field(default_factory=_none)
    """Share of a programme's money that each council gets over an even share; 1 is even."""
    targeting_returns: float = 1.0
    """Exponent of a programme's effect in the money a council gets."""
    social_value: Floats = field(default_factory=_none)
    """Weight of community-scale providers in councils' awards, log points on the pull of a free place."""
    cooperative_entry: Floats = field(default_factory=_none)
    """Factor on the share of new branches that their workers own."""
    small_branch_entry: Floats = field(default_factory=_none)
    """Factor on the number of new home-care branches."""
    micro_entry: Floats = field(default_factory=_none)
    """Factor on the formation of micro-enterprises."""
    small_turnover: Floats = field(default_factory=_none)
    """Factor on staff turnover of community-scale providers."""
    site_subsidy: Floats = field(default_factory=_none)
    """What policies pay towards each site's running costs this month, GBP, by site; empty when there is none."""
    direct_payment_share: float = 0.0
    """Share of new council-funded home-care clients who would take a direct payment to a micro-enterprise."""
    direct_payment_rate: float = 1.0
    """What the council pays for an hour by direct payment over its fee."""
    step_in_growth: float = 0.0
    """How fast councils' own home care can grow in an emergency, share a month, where that beats their own pace."""
    step_in_clients: float = 0.0
    """Clients that a council's stand-by team can always take in a month."""
    notice_days: float = 0.0
    """Days' longer notice of the failure of a provider that is difficult to replace by law."""
    notice_use: float = 0.0
    """Share of that notice which shortens the days without care."""
    debt_per_bed: float = math.inf
    """Most debt that a chain may carry or take on for each bed of its own, GBP."""
    reserve_months: float = 0.0
    """Months of revenue in cash below which a chain pays its investors nothing."""
    chain_appetite: float = 1.0
    """Factor on chains' interest in buying sites."""
    buyout_chance: float = 0.0
    """Chance that the staff of a viable site that finds no buyer take it over."""
    buyout_margin: float = 0.0
    """Surplus before rent and interest over revenue from which a home can be taken over."""
    buyout_margin_home_care: float = 0.0
    """The same for a home-care branch."""
    buyout_months: float = 0.0
    """Months of revenue that a buy-out is given as working capital."""
    low_need: Floats = field(default_factory=_none)
    """Factor on the number of people who newly need home care, where networks help those with low needs."""
    extra_care_places: Floats = field(default_factory=_none)
    """Places of a housing-with-care scheme that opens this month."""

    @classmethod
    def none(cls, councils: int) -> PolicyEffects:
        """Return effects that change nothing, for that many councils."""

        def each(value: float) -> Floats:
            return np.full(councils, value)

        return cls(
            cost_council=each(0.0),
            cost_in_spend=each(0.0),
            cost_beside_care=each(0.0),
            grant=each(0.0),
            april_grant=each(0.0),
            targeting=each(1.0),
            social_value=each(0.0),
            cooperative_entry=each(1.0),
            small_branch_entry=each(1.0),
            micro_entry=each(1.0),
            small_turnover=each(1.0),
            low_need=each(1.0),
            extra_care_places=each(0.0),
        )

    def reach(self, strength: float) -> Floats:
        """Return a programme's effect in each council: its strength, times the money a council gets to a power."""
        return np.asarray(strength * self.targeting**self.targeting_returns)
