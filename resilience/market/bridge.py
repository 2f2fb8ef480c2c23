"""Why did it happen: the change in monthly surplus per care hour since the start, split into its causes.

Components per hour are revenue (fee), pay (wage_floor), agency, rent, interest, investor return and other costs. What
does not follow occupancy costs more per hour when places empty; that part is named occupancy. The parts sum exactly to
the change in surplus per hour.
"""

import numpy as np

from resilience.state.codes import N_CAUSES
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

OCCUPANCY = 3


def site_bridge(state: MarketState, rows: Ints) -> Floats:
    """Return the cause bridge of each named site, GBP an hour, shape (rows, causes); zeros where no start was taken.

    With c the cost per hour of a cause, f its part that does not follow occupancy and o occupancy, occupancy takes the
    sum of f0 (o0 / o1 - 1) and each cause the rest of its own change.
    """
    s = state.sites
    start, now, fixed = s.bridge_start[rows], s.bridge_now[rows], s.fixed_start[rows]
    parts = now - start
    known = s.occupied_start[rows] > 0.0
    # The occupancy at which the month's components per hour were booked.
    occupied = np.maximum(s.occupied_now[rows], 1e-9)
    dilution = np.where(known, s.occupied_start[rows] / occupied - 1.0, 0.0)
    emptied = fixed * dilution[:, None]
    parts -= emptied
    parts[:, OCCUPANCY] += emptied.sum(axis=1)
    return np.where(known[:, None], parts, 0.0)


def provider_bridges(state: MarketState, providers: Ints, rows: Ints) -> tuple[Floats, Floats, Floats]:
    """Return (bridge, surplus per hour at the start, now) of each provider over its sites among ``rows``.

    Sites are weighted by their hours; sites whose start was not taken count for nothing.
    """
    s, n = state.sites, len(state.providers)
    wanted = np.zeros(n, dtype=np.bool_)
    wanted[providers] = True
    rows = rows[wanted[s.provider[rows]]]
    owner = s.provider[rows]
    per_person = state.coefficients.hours_per_person[s.care_type[rows]]
    hours = np.maximum(s.occupied_now[rows] * s.capacity[rows], 1.0) * per_person
    hours = np.where(s.occupied_start[rows] > 0.0, hours, 0.0)
    total = np.bincount(owner, weights=hours, minlength=n)
    weight = hours / np.maximum(total[owner], 1e-9)
    parts = site_bridge(state, rows) * weight[:, None]
    bridge = np.zeros((n, N_CAUSES))
    np.add.at(bridge, owner, parts)
    start = np.bincount(owner, weights=weight * s.bridge_start[rows].sum(axis=1), minlength=n)
    now = np.bincount(owner, weights=weight * s.bridge_now[rows].sum(axis=1), minlength=n)
    return bridge[providers], start[providers], now[providers]


def main_causes(bridge: Floats) -> Ints:
    """Return the code of the cause that took most from each surplus; 'occupancy' where a bridge is empty."""
    return np.where(bridge.any(axis=1), bridge.argmin(axis=1), OCCUPANCY)
