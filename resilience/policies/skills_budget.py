"""A skills budget for small providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from resilience.market import sites as at
from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class SkillsBudget(Policy):
    """Pays for the Care Certificate of starters at community-scale providers, and for the skills to start one."""

    kind: ClassVar[str] = "skills_budget"
    title: ClassVar[str] = "Skills budget"
    group: ClassVar[str] = "Staff"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    certificate_cost: float = parameter(
        250.0,
        unit="GBP/starter",
        low=0.0,
        high=3000.0,
        label="What is paid for each starter at a community-scale provider.",
        source="assumption",
        role="lever",
    )
    retention: float = parameter(
        0.05,
        unit="share",
        low=0.0,
        high=0.4,
        label="Fall in turnover at community-scale providers.",
        source="assumption",
        role="uncertainty",
    )
    entry_lift: float = parameter(
        0.05,
        unit="share",
        low=0.0,
        high=1.0,
        label="More micro-enterprises that start.",
        source="assumption",
        role="uncertainty",
    )
    cost_per_council: float = parameter(
        30000.0,
        unit="GBP/year",
        low=0.0,
        high=1000000.0,
        label="Cost of courses for people who want to start an enterprise, for each council.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        5,
        unit="years",
        low=1,
        high=20,
        label="Years for which the budget lasts.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Pay for last month's starters, keep staff longer and ease entry; the latter two build up over a year."""
        if not self.runs(state, self.years):
            return
        effects, s = state.conditions.policies, state.sites
        reach = effects.reach(self.built_up(state, 12))
        effects.small_turnover *= np.maximum(1.0 - self.retention * reach, 0.1)
        effects.micro_entry *= 1.0 + self.entry_lift * reach
        # Those who left last month are replaced: each replacement is a starter.
        starters = np.where(at.is_community_scale(state), s.leavers, 0.0)
        paid = self.certificate_cost * starters * effects.targeting[s.council]
        effects.site_subsidy = paid if effects.site_subsidy.size == 0 else effects.site_subsidy + paid
        by_council = np.bincount(s.council, weights=paid, minlength=state.n_councils)
        self.book(state, by_council + self.cost_per_council / 12.0 * effects.targeting)
