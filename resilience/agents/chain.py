"""Chains: many homes or branches, debt and rent, investors to pay, a footprint outside the region."""

from resilience.agents.provider import Provider
from resilience.state.columns import Cell


class Chain(Provider):
    """A group of three or more sites. It sells or closes loss-making sites, restructures once, or goes under whole.

    Decisions: :mod:`resilience.market.distress` (covenant, restructuring, sale), :mod:`resilience.market.sale`
    (buying), :mod:`resilience.market.entry` (opening homes).
    """

    breach_months = Cell()
    restructured = Cell()
    floating = Cell()
    outside_homes = Cell()
    outside_beds = Cell()
    outside_councils = Cell()
    outside_hours = Cell()
    outside_people = Cell()
    outside_surplus = Cell()

    @property
    def interest_cover(self) -> float:
        """Surplus before interest over interest, the whole group counted."""
        from resilience.market.distress import interest_cover

        return float(interest_cover(self.state)[self.row])
