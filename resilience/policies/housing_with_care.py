"""Housing with care: small schemes of flats with care on the premises, built with public capital."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from resilience.policies.base import PAYER_LABEL, Policy
from resilience.scenario.declare import parameter

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class HousingWithCare(Policy):
    """Every council builds small schemes, run without debt or rent by a third-sector landlord."""

    kind: ClassVar[str] = "housing_with_care"
    title: ClassVar[str] = "Housing with care"
    group: ClassVar[str] = "Homes and neighbourhoods"

    who_pays: Literal["council", "government"] = parameter(
        "government", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )
    schemes_per_council: int = parameter(
        1,
        unit="schemes",
        low=0,
        high=10,
        label="Schemes that each council builds, one after the other.",
        source="assumption: pilots",
        role="lever",
    )
    places: int = parameter(
        40,
        unit="places",
        low=5,
        high=120,
        label="Places of a scheme; each counts like a place in a residential home.",
        source="assumption",
        role="lever",
    )
    capital_per_place: float = parameter(
        40000.0,
        unit="GBP",
        low=0.0,
        high=250000.0,
        label="Public capital for a place; the landlord brings the rest.",
        source="assumption; E03-106 has 82,000 for a bed in all, E08-002 a landlord stake of 5%",
        role="uncertainty",
    )
    lead_months: int = parameter(
        18,
        unit="months",
        low=1,
        high=72,
        label="Months from the decision to the first opening; further schemes follow every six months.",
        source="assumption",
        role="uncertainty",
    )
    hospital_saving_per_place: float = parameter(
        500.0,
        unit="GBP/year",
        low=0.0,
        high=10000.0,
        label="What a place saves hospitals in a year, in money that can be spent again.",
        source="assumption: no estimate found",
        role="uncertainty",
    )
    reinvested: float = parameter(
        0.0,
        unit="share",
        low=0.0,
        high=1.0,
        label="Share of that saving which the NHS hands to councils for care.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Build and open schemes; capital is paid evenly while a scheme is built."""
        month, effects = self.months_run(state), state.conditions.policies
        opens = [self.lead_months + _MONTHS_BETWEEN * number for number in range(self.schemes_per_council)]
        building = sum(opening - self.lead_months <= month < opening for opening in opens)
        self.book(state, building * self.places * self.capital_per_place / self.lead_months)
        effects.extra_care_places += self.places * opens.count(month)
        saved = sum(month > opening for opening in opens) * self.places * self.hospital_saving_per_place
        if saved * self.reinvested > 0.0:
            effects.grant += saved * self.reinvested
            self.book(state, saved * self.reinvested / 12.0, buys_care=True)


_MONTHS_BETWEEN = 6
"""Months between the openings of two schemes of one council (assumption)."""
