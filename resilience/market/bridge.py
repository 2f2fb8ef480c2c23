"""Why did it happen: the change in monthly surplus per care hour since the start, split into its causes.

Components per hour are revenue (fee), pay (wage_floor), agency, rent, interest, investor return and other costs. What
does not follow occupancy costs more per hour when places empty; that part is named occupancy. The parts sum exactly to
the change in surplus per hour.
"""

import numpy as np

from resilience.market import sites as at
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
    occupied = np.maximum(at.workload(state)[rows], 1.0) / np.maximum(s.capacity[rows], 1)
    dilution = np.where(known, s.occupied_start[rows] / occupied - 1.0, 0.0)
    emptied = fixed * dilution[:, None]
    parts -= emptied
    parts[:, OCCUPANCY] += emptied.sum(axis=1)
    return np.where(known[:, None], parts, 0.0)


def provider_bridge(state: MarketState, rows: Ints) -> tuple[Floats, float, float]:
    """Return (bridge, surplus per hour at the start, surplus per hour now) over sites, weighted by their hours due."""
    if rows.size == 0:
        return np.zeros(N_CAUSES), 0.0, 0.0
    s = state.sites
    hours = np.maximum(at.workload(state)[rows], 1.0) * at.hours_per_person(state)[rows]
    hours = np.where(s.occupied_start[rows] > 0.0, hours, 0.0)
    if hours.sum() <= 0.0:
        return np.zeros(N_CAUSES), 0.0, 0.0
    weights = hours / hours.sum()
    start = float(weights @ s.bridge_start[rows].sum(axis=1))
    now = float(weights @ s.bridge_now[rows].sum(axis=1))
    return weights @ site_bridge(state, rows), start, now


def main_cause(bridge: Floats) -> int:
    """Return the code of the cause that took most from the surplus; 'occupancy' where the bridge is empty."""
    return int(np.argmin(bridge)) if np.any(bridge) else OCCUPANCY
