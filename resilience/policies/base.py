"""What every policy is: dated, with its own parameters, and with a payer for its cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np
import numpy.typing as npt

from resilience.scenario.declare import Component, parameter

if TYPE_CHECKING:
    from resilience.state.columns import Floats
    from resilience.state.market_state import MarketState

PAYER_LABEL = "Who pays: the councils, out of what they have for care, or government, with new money."


class Policy(Component):
    """Something councils or government decide to do, from a month on; it books its own cost."""

    turn: ClassVar[int] = 0
    """Policies of a lower turn act first in a month, so that they can steer others."""

    who_pays: Literal["council", "government"] = parameter(
        "council", unit="", label=PAYER_LABEL, source="assumption", role="lever"
    )

    def apply(self, state: MarketState) -> None:
        """Change this month's conditions and book the month's cost; called every month from the policy's start."""
        raise TypeError(f"the policy {self.kind!r} does not say what it does")

    def months_run(self, state: MarketState) -> int:
        """Return the whole months since the policy began: 0 in its first."""
        return self.months_since_start(state.month, state.scenario)

    def runs(self, state: MarketState, years: int) -> bool:
        """Return true while a policy of so many years runs."""
        return self.months_run(state) < 12 * years

    def built_up(self, state: MarketState, months: float) -> float:
        """Return the share (0 to 1) of an effect that has built up in a straight line over so many months."""
        return min(1.0, (self.months_run(state) + 1) / max(months, 1.0))

    def book(self, state: MarketState, cost: npt.ArrayLike, *, buys_care: bool = False) -> None:
        """Book this month's cost (GBP, by council or the same for each) with the policy's payer.

        ``buys_care`` says that the money buys care and so shows in council spend as well. What councils pay beside
        care leaves them with less for care; what government pays for care reaches them as a grant.
        """
        now, effects = state.conditions, state.conditions.policies
        amount = np.broadcast_to(np.asarray(cost, dtype=np.float64), now.programme_cost.shape)
        now.programme_cost += amount
        if buys_care:
            effects.cost_in_spend += amount
        if self.who_pays == "council":
            effects.cost_council += amount
            if not buys_care:
                effects.cost_beside_care += amount


def community_share(state: MarketState) -> Floats:
    """Return community-scale providers' share of councils' people at private providers, by council; 1 where none."""
    from resilience.market import sites as at
    from resilience.state.codes import COUNCIL_SERVICE

    s = state.sites
    private = s.alive & (state.providers.kind[s.provider] != COUNCIL_SERVICE)
    hours = at.council_people(state) * at.hours_per_person(state)
    whole = np.bincount(s.council, weights=hours * private, minlength=state.n_councils)
    small = np.bincount(s.council, weights=hours * at.is_community_scale(state), minlength=state.n_councils)
    return np.where(whole > 0.0, small / np.maximum(whole, 1e-9), 1.0)
