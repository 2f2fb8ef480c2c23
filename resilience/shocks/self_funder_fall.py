"""Fewer people pay for themselves, and those who do pay less: what falling house prices bring."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock
from resilience.state.codes import SELF_FUNDER

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class SelfFunderFall(Shock):
    """A fall in the number of people who newly pay for themselves, in what they own, and in the premium they pay.

    Providers lose the premium that holds them up; councils pay for part of the people who no longer can, and for those
    whose savings are gone sooner. People in care already keep their savings, for most homes were sold by then. No
    evidence was found on the size of such a fall.
    """

    kind: ClassVar[str] = "self_funder_fall"
    title: ClassVar[str] = "Fewer self-funders"
    group: ClassVar[str] = "People and staff"

    fewer: float = parameter(
        0.15,
        unit="share",
        low=0.0,
        high=0.9,
        label="Fall in the number of people who newly come to care and pay for themselves.",
        source="assumption",
        role="lever",
    )
    council_pays: float = parameter(
        0.5,
        unit="share",
        low=0.0,
        high=1.0,
        label="Share of the missing self-funders for whom councils pay from the first day; the others buy no care.",
        source="assumption",
        role="uncertainty",
    )
    premium_loss: float = parameter(
        0.25,
        unit="share of the premium",
        low=0.0,
        high=1.0,
        label="Share of the premium over the council's fee that providers can no longer charge.",
        source="assumption; the premium itself is E03-007",
        role="lever",
    )
    house_price_fall: float = parameter(
        0.15,
        unit="share",
        low=0.0,
        high=0.8,
        label="Fall in what people own, their home included, when they come to pay for a care home.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        1,
        unit="years",
        low=1,
        high=10,
        label="Years over which all of it builds up.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Take the part of the fall that is in force off new self-funders, their savings and this April's prices."""
        now = state.conditions
        in_force, a_year_ago = (self.phased_in(state, self.years, months_ago=months) for months in (0, 12))
        fewer = self.fewer * in_force
        staying_away = (1.0 - self.council_pays) * fewer
        now.payer_factor[SELF_FUNDER] *= 1.0 - staying_away
        paid_for = self.council_pays * fewer / (1.0 - staying_away)
        now.council_pays_instead = 1.0 - (1.0 - now.council_pays_instead) * (1.0 - paid_for)
        now.new_savings_factor *= 1.0 - self.house_price_fall * in_force
        kept_before = 1.0 - self.premium_loss * a_year_ago
        kept = (1.0 - self.premium_loss * in_force) / kept_before if kept_before > 0.0 else 1.0
        now.premium_loss = 1.0 - (1.0 - now.premium_loss) * kept
