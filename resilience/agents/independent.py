"""Independents: one or a few sites, an owner who will retire one day, little debt."""

from resilience.agents.provider import Provider
from resilience.state.columns import Cell


class Independent(Provider):
    """A family-owned provider. Its owner gives up after a spell of losses, retires, sells or goes insolvent."""

    owner_retires = Cell()

    @property
    def months_to_retirement(self) -> int:
        """Months until the owner retires."""
        return int(self.owner_retires) - self.state.month
