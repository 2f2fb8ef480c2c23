"""Sharing people out over sites with room: used by councils' placement, self-funders' choice and re-provision.

Both ways keep common random numbers aligned: candidates stand in a stable order, and a draw picks by the inverse of the
cumulated weights, so a site that changes a little moves few people.
"""

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import N_TYPES
from resilience.state.columns import Counts, Floats, Ints
from resilience.state.market_index import MarketIndex
from resilience.state.market_state import MarketState

ROUNDS = 3
"""Times that people who found a site full may try another in the same month."""


def share_out(state: MarketState, decision: str, people: Ints, room: Ints, weight: Floats) -> tuple[Counts, Ints]:
    """Place counts of people of each market over its sites by systematic sampling.

    ``people`` counts those to place by market (councils x kinds of care, laid flat), ``room`` free places by site,
    ``weight`` the pull of one free place of each site (zero: not a candidate). Returns (placed by site, left over by
    market); ``room`` is not changed. One keyed uniform a market places everybody: the k-th of n people stands at
    (k + u) / n of the cumulated pull.
    """
    index = state.index
    if not people.any():
        return np.zeros(room.size, dtype=np.int32), people.astype(np.int64)
    draws = state.uniforms(tuple(f"{decision}/{attempt}" for attempt in range(ROUNDS)), index.keys)
    return spread(people, room, weight, draws, index.market, index.order, index.starts, index.ends)


@compiled_in("placement")
def spread(
    people: Ints, room: Ints, weight: Floats, draws: Floats, market: Ints, order: Ints, starts: Ints, ends: Ints
) -> tuple[Counts, Ints]:
    """Place counts of people of each market over its sites; ``draws`` holds a uniform a round and market."""
    placed = np.zeros(room.size, dtype=np.int32)
    left = people.astype(np.int64)
    free = np.where(weight > 0.0, room, 0)
    for u in draws:
        pull = CumulatedPull((weight * free)[order], order, starts, ends)
        trying = np.where(pull.whole > 0.0, left, 0)
        if not trying.any():
            break
        index = np.repeat(np.arange(trying.size), trying)
        ordinal = np.arange(index.size) - np.repeat(np.cumsum(trying) - trying, trying)
        site = pull.pick(index, (ordinal + u[index]) / trying[index])
        taken = np.minimum(np.bincount(site, minlength=placed.size), free)
        placed += taken
        free -= taken
        left -= np.bincount(market, weights=taken, minlength=left.size).astype(np.int64)
    return placed, left


class CumulatedPull:
    """The cumulated pull of sites in the stable order of candidates; ``whole`` is the total pull of each market."""

    __slots__ = ("_ends", "_order", "_pull", "_starts", "_total", "whole")

    def __init__(self, pull: Floats, order: Ints, starts: Ints, ends: Ints) -> None:
        self._pull, self._order, self._starts, self._ends = pull, order, starts, ends
        # Each market adds up from nought, so that what happens in one cannot move another's sums by a rounding.
        self._total, self.whole = np.zeros(pull.size), np.zeros(starts.size)
        for which, (start, end) in enumerate(zip(starts.tolist(), ends.tolist(), strict=True)):
            if start < end:
                np.cumsum(pull[start:end], out=self._total[start:end])
                self.whole[which] = self._total[end - 1]

    def pick(self, market: Ints, position: Floats) -> Ints:
        """Return the site at ``position`` (0 to 1) of the pull of each chooser's market, which must be positive."""
        if market.size == 0:
            return np.zeros(0, dtype=np.int64)
        found = np.empty(market.size, dtype=np.int64)
        for which in np.unique(market).tolist():
            of_it, start, end = market == which, int(self._starts[which]), int(self._ends[which])
            place = np.searchsorted(self._total[start:end], position[of_it] * self.whole[which], side="right")
            # Rounding at a market's edge must not pick a neighbour's site, nor one without pull.
            found[of_it] = start + np.minimum(place, end - start - 1)
        empty = np.flatnonzero(self._pull[found] <= 0.0)
        if empty.size:
            usable = np.flatnonzero(self._pull > 0.0)
            first = np.searchsorted(usable, self._starts[market[empty]], side="left")
            last = np.searchsorted(usable, found[empty], side="right") - 1
            found[empty] = usable[np.maximum(last, first)]
        return self._order[found]


def cumulated_pulls(
    pulls: Floats, room: Ints, wanted: Ints, markets: int, site_market: Ints, order: Ints
) -> CumulatedPull:
    """Return the cumulated pulls of free places on several classes of people; number = class x markets + market.

    ``pulls`` is classes x sites. Only sites with room in the markets of ``wanted`` (such numbers) are looked at; the
    others have no pull. ``order`` is the stable order of candidates.
    """
    asked = np.zeros(markets, dtype=np.bool_)
    asked[wanted % markets] = True
    rows = order[(asked[site_market] & (room > 0))[order]]
    bounds = np.searchsorted(site_market[rows], np.arange(markets + 1))
    classes = pulls.shape[0]
    step = np.arange(classes)[:, None] * rows.size
    return CumulatedPull(
        (pulls[:, rows] * room[rows]).ravel(),
        np.tile(rows, classes),
        (bounds[:-1] + step).ravel(),
        (bounds[1:] + step).ravel(),
    )


def neighbours_for(left: Ints, room: Ints, u: Floats, index: MarketIndex) -> Ints:
    """Spread people left over in each market over neighbouring councils' markets of the same kind by free places.

    ``u`` is a uniform a council. Returns one row for each person who has a neighbour with room: (home market, host
    market).
    """
    if not left.any():
        return np.zeros((0, 2), dtype=np.int64)
    home = np.repeat(np.arange(left.size), left)
    council, care_type = np.divmod(home, N_TYPES)
    free = np.bincount(index.market, weights=room, minlength=left.size).reshape(-1, N_TYPES)
    reach = index.neighbours[council] * free[:, care_type].T
    total = reach.sum(axis=1)
    ordinal = np.arange(home.size) - np.repeat(np.cumsum(left) - left, left)
    position = np.mod(u[council] + ordinal * 0.6180339887498949, 1.0) * total
    host = council_at(index.council_order, reach, position)
    able = total > 0
    return np.stack([home[able], host[able] * N_TYPES + care_type[able]], axis=1)


def council_at(council_order: Ints, reach: Floats, position: Floats) -> Ints:
    """Return the council at ``position`` of each row's cumulated ``reach`` (people x councils; some must be positive).

    Councils stand in the order of their keys, so their order in the region's table is of no account.
    """
    place = (np.cumsum(reach[:, council_order], axis=1) <= position[:, None]).sum(axis=1)
    return council_order[np.minimum(place, council_order.size - 1)]
