"""Fewer people come into care work."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class LabourSupplyCut(Shock):
    """A fall in the number of people from outside who start looking for care work, as when visas are no longer given.

    It costs nobody money at first: providers pay for agency cover where they find it, and people go without the hours
    for which nobody is found. Care-worker visas fell from 103,000 to 5,000 a year between 2023 and 2025 (E10-011),
    recruits from abroad from 105,000 to 50,000 in a year (E05-046, E10-001).
    """

    kind: ClassVar[str] = "labour_supply_cut"
    title: ClassVar[str] = "Fewer recruits"
    group: ClassVar[str] = "People and staff"

    fewer_recruits: float = parameter(
        0.30,
        unit="share",
        low=0.0,
        high=1.0,
        label="Fall in the number of people from outside who start looking for care work.",
        source="E05-046, E10-001; that recruits from abroad were over half of those from outside is an assumption",
        role="lever",
    )
    years: int = parameter(
        1,
        unit="years",
        low=1,
        high=10,
        label="Years over which the fall builds up.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Take the part of the fall that is in force off the people who start looking for care work."""
        state.conditions.recruits_factor *= 1.0 - self.fewer_recruits * self.phased_in(state, self.years)
