"""A Mesa agent as a live view of one row of its model's columns."""

from typing import TYPE_CHECKING, Any

import mesa

if TYPE_CHECKING:
    from resilience.model import CareMarket
    from resilience.state.columns import Table
    from resilience.state.market_state import MarketState


class View(mesa.Agent):  # type: ignore[misc]
    """Base of the agents: it holds a row number; every attribute reads and writes the model's column."""

    model: "CareMarket"

    def __init__(self, model: "CareMarket", row: int) -> None:
        super().__init__(model)
        self.row = row

    @property
    def state(self) -> "MarketState":
        """The state of this agent's own model."""
        return self.model.state

    @property
    def table(self) -> "Table":
        """The table that holds this agent's row."""
        raise TypeError(f"{type(self).__name__} does not say which table holds it")

    def values(self) -> dict[str, Any]:
        """Return every column of the agent's row by name."""
        return {name: getattr(self.table, name)[self.row] for name in self.table.columns()}
