"""Self-funders: people who choose and pay for their own care until their savings reach the capital limit.

They come and go by the thousand a month, so they live as rows; an agent is made when somebody looks, is not registered
with the model, and stays a live view of its spell for as long as the spell lasts.
"""

from typing import TYPE_CHECKING, Any

import mesa
import numpy as np

from resilience.state.codes import CARE_TYPES
from resilience.state.columns import Cell

if TYPE_CHECKING:
    from resilience.agents.provider import Provider
    from resilience.model import CareMarket
    from resilience.state.tables import SelfFunders


class SelfFunder(mesa.Agent):  # type: ignore[misc]
    """One self-funder's spell in care. Decisions: :mod:`resilience.market.choice`, :mod:`resilience.market.savings`."""

    hours = Cell()
    savings = Cell()
    income = Cell()
    months_in_care = Cell()
    waiting_months = Cell()
    price_class = Cell()
    displaced = Cell()
    site = Cell()

    def __init__(self, model: "CareMarket", spell: int) -> None:
        # Not registered: mesa.Agent.__init__ would add the person to model.agents.
        self.model = model
        self.unique_id = spell
        self.pos: Any = None

    @property
    def table(self) -> "SelfFunders":
        """The self-funders' table."""
        return self.model.state.self_funders

    @property
    def row(self) -> int:
        """The row of this spell now; raises LookupError once the spell has ended."""
        spells = self.table.spell
        row = int(np.searchsorted(spells, self.unique_id))
        if row >= len(spells) or int(spells[row]) != self.unique_id:
            raise LookupError(f"the spell of self-funder {self.unique_id} has ended")
        return row

    @property
    def in_need(self) -> bool:
        """True while the spell lasts."""
        spells = self.table.spell
        row = int(np.searchsorted(spells, self.unique_id))
        return row < len(spells) and int(spells[row]) == self.unique_id

    @property
    def care_type(self) -> str:
        """Kind of care needed."""
        return CARE_TYPES[int(self.table.care_type[self.row])]

    @property
    def provider(self) -> "Provider | None":
        """The provider that cares for the person; None while waiting."""
        site = int(self.site)
        return None if site < 0 else self.model.provider(int(self.model.state.sites.provider[site]))
