"""Why did it happen: the change in monthly surplus per care hour since the start, split into its causes.

Components per hour are revenue (fee), pay (wage_floor), agency, rent, interest, investor return and other costs. What
does not follow occupancy costs more per hour when places empty; that part is named occupancy. The parts sum exactly to
the change in surplus per hour.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.columns import Codes, Counts, Floats, Ints, Rows
from resilience.state.market_state import MarketState

OCCUPANCY = 3


class Booked(NamedTuple):
    """What the bridges are drawn up from, by site (see ``state/tables.py``); the first three are (sites, causes)."""

    start: Floats
    latest: Floats
    fixed: Floats
    occupied_start: Floats
    occupied_now: Floats


def booked(state: MarketState) -> Booked:
    """Return what the sites have booked."""
    s = state.sites
    return Booked(s.bridge_start, s.bridge_now, s.fixed_start, s.occupied_start, s.occupied_now)


def bridges(rows: Ints, b: Booked, occupancy: int) -> tuple[Floats, Floats, Floats]:
    """Return (bridge, surplus per hour at the start, now) of the named sites; zeros where no start was taken.

    With c the cost per hour of a cause, f its part that does not follow occupancy and o occupancy, the cause number
    ``occupancy`` takes the sum of f0 (o0 / o1 - 1) and each cause the rest of its own change.
    """
    start, now, fixed = b.start[rows], b.latest[rows], b.fixed[rows]
    known = b.occupied_start[rows] > 0.0
    # The occupancy at which the month's components per hour were booked.
    occupied = np.maximum(b.occupied_now[rows], 1e-9)
    dilution = np.where(known, b.occupied_start[rows] / occupied - 1.0, 0.0)
    emptied = fixed * dilution[:, None]
    parts = now - start - emptied
    parts[:, occupancy] += over_causes(emptied)
    bridge = np.where(known[:, None], parts, 0.0)
    return bridge, np.where(known, over_causes(start), 0.0), np.where(known, over_causes(now), 0.0)


def over_causes(parts: Floats) -> Floats:
    """Return the sum of each row's eight parts, added two by two so that every form rounds alike."""
    pairs = parts[:, 0::2] + parts[:, 1::2]
    fours = pairs[:, 0::2] + pairs[:, 1::2]
    return np.asarray(fours[:, 0] + fours[:, 1])


def provider_bridges(state: MarketState, providers: Ints, rows: Ints) -> tuple[Floats, Floats, Floats]:
    """Return (bridge, surplus per hour at the start, now) of each provider over its sites among ``rows``."""
    s = state.sites
    per_person = state.coefficients.hours_per_person
    among = len(state.providers)
    return bridges_of_providers(
        providers, rows, booked(state), s.provider, s.capacity, s.care_type, per_person, among, OCCUPANCY
    )


@compiled_in("bridge")
def bridges_of_providers(
    providers: Ints,
    rows: Ints,
    b: Booked,
    provider: Rows,
    capacity: Counts,
    care_type: Codes,
    hours_per_person: Floats,
    among: int,
    occupancy: int,
) -> tuple[Floats, Floats, Floats]:
    """Return (bridge, surplus per hour at the start, now) of each of these ``providers`` over its sites in ``rows``.

    There are ``among`` providers in all; ``provider``, ``capacity`` and ``care_type`` are columns of the sites. Sites
    are weighted by their hours; sites whose start was not taken count for nothing.
    """
    wanted = np.zeros(among, dtype=np.bool_)
    wanted[providers] = True
    rows = rows[wanted[provider[rows]]]
    owner = provider[rows]
    hours = np.maximum(b.occupied_now[rows] * capacity[rows], 1.0) * hours_per_person[care_type[rows]]
    hours = np.where(b.occupied_start[rows] > 0.0, hours, 0.0)
    total = np.bincount(owner, weights=hours, minlength=among)
    weight = hours / np.maximum(total[owner], 1e-9)
    parts, start, now = bridges(rows, b, occupancy)
    bridge = np.zeros((among, parts.shape[1]))
    np.add.at(bridge, owner, parts * weight[:, None])
    at_start = np.bincount(owner, weights=weight * start, minlength=among)
    at_end = np.bincount(owner, weights=weight * now, minlength=among)
    return bridge[providers], at_start[providers], at_end[providers]


def main_causes(bridge: Floats) -> Ints:
    """Return the code of the cause that took most from each surplus; 'occupancy' where a bridge is empty."""
    return np.where(bridge.any(axis=1), bridge.argmin(axis=1), OCCUPANCY)
