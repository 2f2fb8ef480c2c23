"""The providers that are hardest to replace fail at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.measures.functional import replacement_gaps
from resilience.scenario.declare import parameter
from resilience.scenario.errors import Problem
from resilience.shocks.base import Shock
from resilience.shocks.chain_failure import hours_of_providers, may_fail
from resilience.state.columns import Ints

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState


class MultipleFailure(Shock):
    """The failure, in the month of the start, of the providers whose replacement gap is largest.

    The gap is what all other staffed room near by could not take within 28 days (see the measure ``replacement_gap``).
    Each goes the way of every failure; coming to market at once makes buyers scarcer (``distress.sale_congestion``).
    """

    kind: ClassVar[str] = "multiple_failure"
    title: ClassVar[str] = "Failure of several providers"
    group: ClassVar[str] = "Failures"

    k: int = parameter(
        3,
        unit="providers",
        low=1,
        high=50,
        label="How many providers fail at once.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Name the providers that fail, in the first month only."""
        if self.months_since_start(state.month, state.scenario) == 0:
            for run in range(state.n_runs):
                for row in most_exposed(state, self.k, run).tolist():
                    state.conditions.forced_failures.setdefault(row, "scenario: multiple failure")

    def misfits(self, state: MarketState, name: str) -> list[Problem]:
        """Return a problem where the market has fewer providers than are to fail."""
        most = int(may_fail(state).sum())
        if self.k <= most:
            return []
        allowed = f"1 to {most} providers"
        return [Problem("", None, f"shocks.{name}.k", self.k, "is more than this market has", allowed)]


def most_exposed(state: MarketState, k: int, run: int = 0) -> Ints:
    """Return the ``k`` living providers of a run with the largest replacement gap, those of equal gap by care hours."""
    rows = np.flatnonzero(may_fail(state) & state.providers_of(run))
    gap, hours = replacement_gaps(state).by_provider[rows], hours_of_providers(state)[rows]
    return rows[np.lexsort((rows, -hours, -gap))[:k]]
