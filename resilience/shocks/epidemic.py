"""An epidemic among people in care and those who care for them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.market.accounts import grant_places
from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock
from resilience.state.codes import NURSING, RESIDENTIAL
from resilience.state.columns import Floats

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState

_OLDER = np.isin(np.arange(4), (RESIDENTIAL, NURSING))
_HOMES = np.array([1.0, 1.0, 1.0, 0.0])


class Epidemic(Shock):
    """More deaths and fewer admissions in older people's homes, sick staff, dearer care; then a slow recovery.

    Providers pay for empty places, agency cover and protection; government may pay them a grant for each bed, booked
    as a programme's cost. Nobody's fee or price follows costs that pass. With the defaults occupancy falls by about a
    tenth and needs years to come back (E10-003, E10-004, E10-010, E10-013). In 2020 closures fell by 31% while grants
    flowed (E10-014), so a run without grants must show more closures than that year did.
    """

    kind: ClassVar[str] = "epidemic"
    title: ClassVar[str] = "Epidemic"
    group: ClassVar[str] = "People and staff"

    months: int = parameter(
        12,
        unit="months",
        low=1,
        high=60,
        label="Months that the epidemic lasts.",
        source="E10-005: the year to March 2021",
        role="lever",
    )
    extra_deaths: float = parameter(
        0.20,
        unit="share",
        low=0.0,
        high=3.0,
        label="Deaths in older people's homes beyond the usual ones while it lasts.",
        source="E10-005",
        role="lever",
    )
    fewer_admissions: float = parameter(
        0.20,
        unit="share",
        low=0.0,
        high=0.9,
        label="Fall in the number of people who come to older people's homes while it lasts.",
        source="assumption, set so that occupancy falls as in E10-003 and E10-004",
        role="lever",
    )
    recovery_months: int = parameter(
        24,
        unit="months",
        low=0,
        high=120,
        label="Months in which admissions come back to what they were, in a straight line.",
        source="assumption; E10-010, E10-013: occupancy took about four years",
        role="uncertainty",
    )
    sickness: float = parameter(
        0.05,
        unit="share of staff hours",
        low=0.0,
        high=0.4,
        label="Staff hours lost to sickness and isolation beyond the usual; providers pay for them.",
        source="assumption",
        role="lever",
    )
    extra_cost: float = parameter(
        0.15,
        unit="share of running costs",
        low=0.0,
        high=1.0,
        label="Protective equipment and cleaning, over running costs other than staff and rent.",
        source="assumption",
        role="lever",
    )
    grant_per_bed: float = parameter(
        0.0,
        unit="GBP/bed/week",
        low=0.0,
        high=300.0,
        label="Emergency grant that government pays homes for each bed while it lasts; 50 is about what was paid.",
        source="E10-014: GBP 600 million over half a year and 457,000 beds (E10-013) is about 50",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Set the month's deaths, admissions, sickness, costs and grants."""
        now, since = state.conditions, self.months_since_start(state.month, state.scenario)
        now.arrivals_factor = now.arrivals_factor * np.where(_OLDER, 1.0 - self._admissions_missing(since), 1.0)
        if since >= self.months:
            return
        now.leaving_factor = now.leaving_factor * np.where(_OLDER, 1.0 + self.extra_deaths, 1.0)
        now.sickness = 1.0 - (1.0 - now.sickness) * (1.0 - self.sickness)
        now.running_cost_factor = now.running_cost_factor * (1.0 + self.extra_cost)
        now.grant_per_place = now.grant_per_place + self.grant_per_bed * _HOMES
        now.programme_cost += self._grants(state)

    def _admissions_missing(self, since: int) -> float:
        """Return the share of the usual admissions that stay away in the month ``since`` the start."""
        recovered = max(since - self.months + 1, 0) / (self.recovery_months + 1)
        return self.fewer_admissions * max(1.0 - recovered, 0.0)

    def _grants(self, state: MarketState) -> Floats:
        """Return the month's grants to homes by council, GBP."""
        s = state.sites
        amount = (
            grant_places(s.alive, state.providers.kind[s.provider], s.capacity)
            * self.grant_per_bed
            * _HOMES[s.care_type]
        )
        return np.bincount(s.council, weights=amount, minlength=state.n_councils)
