"""Sharing people out over sites with room: used by councils' placement, self-funders' choice and re-provision.

Both ways keep common random numbers aligned: candidates stand in a stable order, and a draw picks by the inverse of the
cumulated weights, so a site that changes a little moves few people.
"""

import numpy as np

from resilience.state.codes import N_TYPES
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState

_ROUNDS = 3
"""Times that people who found a site full may try another in the same month."""


def site_order(state: MarketState) -> Ints:
    """Return the sites' rows ordered by market, then by row: the stable order of candidates."""
    return np.argsort(state.market_of_site(), kind="stable")


def share_out(
    state: MarketState, decision: str, people: Ints, room: Ints, weight: Floats, order: Ints
) -> tuple[Ints, Ints]:
    """Place counts of people of each market over its sites by systematic sampling.

    ``people`` counts those to place by market (councils x kinds of care, laid flat), ``room`` free places by site,
    ``weight`` the pull of one free place of each site (zero: not a candidate). Returns (placed by site, left over by
    market); ``room`` is not changed. One keyed uniform a market places everybody: the k-th of n people stands at
    (k + u) / n of the cumulated pull.
    """
    placed = np.zeros(len(state.sites), dtype=np.int64)
    left = people.astype(np.int64)
    free = np.where(weight > 0.0, room, 0)
    market = state.market_of_site()
    keys = np.repeat(state.councils.key, N_TYPES) + np.tile(np.arange(N_TYPES, dtype=np.uint64), state.n_councils)
    for attempt in range(_ROUNDS):
        open_markets = np.bincount(market, weights=free, minlength=left.size) > 0
        trying = np.where(open_markets, left, 0)
        if not trying.any():
            break
        u = state.uniform(f"{decision}/{attempt}", keys)
        index = np.repeat(np.arange(trying.size), trying)
        first = np.repeat(np.cumsum(trying) - trying, trying)
        position = (np.arange(index.size) - first + u[index]) / trying[index]
        site = pick(weight * free, market, order, index, position)
        taken = np.minimum(np.bincount(site, minlength=len(placed)), free)
        placed += taken
        free = free - taken
        left = left - np.bincount(market, weights=taken, minlength=left.size).astype(np.int64)
    return placed, left


def pick(pull: Floats, market: Ints, order: Ints, chooser_market: Ints, position: Floats) -> Ints:
    """Return the site at ``position`` (0 to 1) of the cumulated pull of each chooser's market.

    Markets that anyone chooses in must have a positive total pull.
    """
    pull_ordered = pull[order]
    total = np.cumsum(pull_ordered)
    n_markets = int(market.max()) + 1 if market.size else 0
    sizes = np.bincount(market, minlength=max(n_markets, int(chooser_market.max()) + 1))
    ends = np.cumsum(sizes)
    starts = ends - sizes
    before = np.where(starts > 0, total[np.maximum(starts, 1) - 1], 0.0)
    whole = np.where(sizes > 0, total[np.maximum(ends, 1) - 1], 0.0) - before
    target = before[chooser_market] + position * whole[chooser_market]
    found = np.searchsorted(total, target, side="right")
    # Rounding at a market's edge must not pick a neighbour's site, nor one without pull.
    found = np.clip(found, starts[chooser_market], ends[chooser_market] - 1)
    empty = pull_ordered[found] <= 0.0
    if empty.any():
        usable = np.flatnonzero(pull_ordered > 0.0)
        low = np.searchsorted(usable, starts[chooser_market[empty]], side="left")
        last = np.searchsorted(usable, found[empty], side="right") - 1
        found[empty] = usable[np.maximum(last, low)]
    return order[found]


def neighbours_for(state: MarketState, decision: str, left: Ints, room: Ints) -> Ints:
    """Spread people left over in each market over neighbouring councils' markets of the same kind by free places.

    Returns where they go: an array markets x markets in sparse form is not needed, the result has one row for each
    person: (home market, host market).
    """
    kinds = np.tile(np.arange(N_TYPES), state.n_councils)
    home = np.repeat(np.arange(left.size), left)
    if home.size == 0:
        return np.zeros((0, 2), dtype=np.int64)
    free = np.bincount(state.market_of_site(), weights=room, minlength=left.size).reshape(-1, N_TYPES)
    reach = state.neighbours[home // N_TYPES] * free[:, kinds[home]].T
    total = reach.sum(axis=1)
    first = np.repeat(np.cumsum(left) - left, left)
    ordinal = np.arange(home.size) - first
    u = state.uniform(decision, np.repeat(state.councils.key, N_TYPES))[home]
    position = np.mod(u + ordinal * 0.6180339887498949, 1.0) * total
    host = (np.cumsum(reach, axis=1) <= position[:, None]).sum(axis=1)
    able = total > 0
    return np.stack([home[able], host[able] * N_TYPES + kinds[home[able]]], axis=1)
