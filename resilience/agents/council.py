"""Councils: they set fees within a budget, decide who is eligible, place people, and step in."""

from typing import TYPE_CHECKING

import numpy as np

from resilience.agents.view import View
from resilience.state.codes import CARE_TYPES, COUNCIL, N_PAYERS
from resilience.state.columns import Cell, Ints

if TYPE_CHECKING:
    from resilience.state.tables import Councils


class Council(View):
    """An upper-tier council. Decisions: :mod:`resilience.market.commissioning`."""

    budget = Cell()
    reserves = Cell()
    eligibility = Cell()
    population = Cell()
    self_funder_share = Cell()
    pool = Cell()
    spend_year = Cell()

    @property
    def table(self) -> "Councils":
        """The councils' table."""
        return self.state.councils

    @property
    def name(self) -> str:
        """The council's name."""
        return self.state.council_names[self.row]

    @property
    def fees(self) -> dict[str, float]:
        """Fee by kind of care: GBP a week in homes, GBP an hour at home."""
        return dict(zip(CARE_TYPES, map(float, self.table.fee[self.row]), strict=True))

    @property
    def waiting_list(self) -> int:
        """Council-funded people who wait for a place, displaced people included."""
        table = self.table
        queues = table.waiting + table.waiting_long + table.displaced + table.displaced_long
        return int(queues[self.row, COUNCIL::N_PAYERS].sum())

    @property
    def sites(self) -> Ints:
        """Rows of the living sites in its area."""
        s = self.state.sites
        return np.flatnonzero(s.alive & (s.council == self.row))
