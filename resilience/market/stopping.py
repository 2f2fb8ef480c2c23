"""A provider that stops today: its end by the same path as any failure, between two months."""

import numpy as np

from resilience.market import reprovision
from resilience.market.closure import close_sites, end_empty_providers, fail_providers
from resilience.market.sale import to_market
from resilience.state.codes import COUNCIL_SERVICE
from resilience.state.columns import Ints
from resilience.state.market_state import MarketState

STOPPED = "stopped"
"""Reason of the failures that a stress test brings about."""


def stop_providers(state: MarketState, rows: Ints, *, with_buyers: bool = False) -> None:
    """Let living providers fail at the end of the month just done; their sites close, or come to market first.

    With ``with_buyers`` False every site closes at once. Displaced people then look for a place straight away. With no
    rows only this second look takes place, which a continuation without failures needs to stay comparable. Raises
    ValueError for a provider that does not trade, or is a council's own service, which cannot fail.
    """
    p, s = state.providers, state.sites
    if not p.alive[rows].all() or (p.kind[rows] == COUNCIL_SERVICE).any():
        raise ValueError("only providers that trade, and no council's own service, can be stopped")
    state.month -= 1
    try:
        fail_providers(state, rows, STOPPED)
        p.cause[rows] = -1
        sites = np.flatnonzero(s.alive & np.isin(s.provider, rows))
        reasons = ["provider_failure"] * sites.size
        if with_buyers:
            to_market(state, sites, reasons)
        else:
            close_sites(state, sites, reasons)
        end_empty_providers(state, {}, set())
        reprovision.step(state)
    finally:
        state.month += 1
