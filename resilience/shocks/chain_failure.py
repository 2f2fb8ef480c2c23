"""One named provider stops trading at a date."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from resilience.market.sites import hours_due
from resilience.scenario.declare import parameter
from resilience.scenario.errors import Problem, nearest
from resilience.shocks.base import Shock
from resilience.state.codes import CHAIN, COUNCIL_SERVICE, MICRO_ENTERPRISE
from resilience.state.columns import Flags, Floats, Ints

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState

LARGEST = "largest"
GONE = -1
"""The row of a provider that is no longer there; of the second of several runs it is one less, and so on."""
"""Stands for a provider that does not trade any more."""


class ChainFailure(Shock):
    """The failure of one provider in the month of the start, whatever its accounts say.

    It goes the way of every failure: its homes and branches are put to market and sold or closed, people in those that
    close are displaced, and the hours that they go without are lost. Councils pay for new places at their fees. Large
    failures on record are Southern Cross (E04-044) and Four Seasons (E04-053).
    """

    kind: ClassVar[str] = "chain_failure"
    title: ClassVar[str] = "Failure of one provider"
    group: ClassVar[str] = "Failures"

    provider: str = parameter(
        LARGEST,
        unit="",
        label="The provider that fails: its id (such as 'P12') or name, or 'largest': the chain with most care hours.",
        source="assumption",
        role="lever",
    )

    def apply(self, state: MarketState) -> None:
        """Name the provider that fails, in the first month only."""
        if self.months_since_start(state.month, state.scenario) == 0:
            for run in range(state.n_runs):
                state.conditions.forced_failures.setdefault(self._row(state, run), "scenario: chain failure")

    def _row(self, state: MarketState, run: int) -> int:
        if self.provider.strip().lower() != LARGEST:
            return rows_called(state, self.provider, run)[0]
        p = state.providers
        hours = np.where(state.providers_of(run) & p.alive & (p.kind == CHAIN), hours_of_providers(state), 0.0)
        return int(hours.argmax()) if hours.max(initial=0.0) > 0.0 else GONE - run

    def misfits(self, state: MarketState, name: str) -> list[Problem]:
        """Return a problem where no such provider stands in the market, or one that cannot fail."""
        chains = state.providers.kind == CHAIN
        message, suggestion = "", None
        rows = rows_called(state, self.provider)
        allowed = f"'{LARGEST}', or the id or name of a provider in this market{_examples(state, chains)}"
        if self.provider.strip().lower() == LARGEST:
            message = "" if chains.any() else "cannot be found, for there is no chain in this market"
        elif not rows:
            known = [*state.provider_names, *(f"P{row}" for row in range(len(state.providers)))]
            message, suggestion = "is no provider in this market", nearest(self.provider, known)
        elif len(rows) > 1:
            message, allowed = "is the name of several providers", ", ".join(f"'P{row}'" for row in rows)
        elif not may_fail(state)[rows[0]]:
            micro = state.providers.kind[rows[0]] == MICRO_ENTERPRISE
            message = f"is {'a micro-enterprise' if micro else "a council's own service"}, which cannot fail"
        key = f"shocks.{name}.provider"
        return [Problem("", None, key, self.provider, message, allowed, suggestion)] if message else []


def _examples(state: MarketState, chains: Flags) -> str:
    """Return the ids of the market's largest chains, ready to end a sentence; empty where it has none."""
    largest = largest_providers(state, chains)[:3].tolist()
    named = ", ".join(f"'P{row}' ({state.provider_names[row]})" for row in largest)
    return f"; its largest chains are {named}" if named else ""


def rows_called(state: MarketState, provider: str, run: int = 0) -> list[int]:
    """Return the rows of a run's providers with this id ('P12') or name; capitals make no difference."""
    wanted = provider.strip().lower()
    own = np.flatnonzero(state.providers_of(run)).tolist()
    if wanted[:1] == "p" and wanted[1:].isdecimal() and int(wanted[1:]) < len(own):
        return [own[int(wanted[1:])]]
    return [row for row in own if state.provider_names[row].lower() == wanted]


def may_fail(state: MarketState) -> Flags:
    """Return the living providers that can fail; councils' services cannot, and micro-enterprises fold instead."""
    p = state.providers
    return p.alive & (p.kind != COUNCIL_SERVICE) & (p.kind != MICRO_ENTERPRISE)


def hours_of_providers(state: MarketState) -> Floats:
    """Return the care hours a week due at each provider's sites in the region."""
    s = state.sites
    return np.bincount(s.provider, weights=np.where(s.alive, hours_due(state), 0.0), minlength=len(state.providers))


def largest_providers(state: MarketState, among: Flags) -> Ints:
    """Return the rows of the marked providers, most care hours first, then by row."""
    rows = np.flatnonzero(among)
    return rows[np.argsort(-hours_of_providers(state)[rows], kind="stable")]
