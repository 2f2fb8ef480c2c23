"""The moves that fit chains and councils to the published market, many tried at once and only the best one made.

Every move keeps each chain's number of homes and of councils: two homes of one council swap owners, or a chain gives up
a home in one council and takes a local home in another.
"""

import numpy as np
from numpy.typing import NDArray

from resilience.region.fit import LOCAL, Fit
from resilience.state.randomness import hash_text, uniform

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

TRIES = 96  # moves tried at once
GOOD_ENOUGH = 1.0  # misfit of a council below which it is visited every few rounds only
EXACT_SCALE = 0.5  # beds; the last rounds weigh every bed of a chain's error


class Luck:
    """A keyed stream of uniforms for one block of councils: call it for the next ``count`` of them."""

    def __init__(self, seed: int, name: str) -> None:
        self.seed, self.key, self.draws = seed, np.uint64(hash_text(name)), 0

    def __call__(self, count: int) -> FloatArray:
        """Return the next ``count`` uniforms."""
        self.draws += 1
        return uniform(self.seed, "region/fit", self.draws, np.arange(count, dtype=np.uint64) + self.key)


def refine(fit: Fit, luck: Luck, rounds: int) -> None:
    """Improve a fit by ``rounds`` visits to every council that is not yet good, then settle the chains' beds."""
    councils = len(fit.area.codes)
    for number in range(rounds):
        partner = (luck(councils) * councils).astype(np.int64)
        for place in range(councils):
            if number % 4 == 0 or fit.council_misfit(place) > GOOD_ENOUGH:
                swap_within(fit, place, luck)
                if partner[place] != place:
                    shift_between(fit, place, int(partner[place]), luck)
    fit.scale = np.full_like(fit.scale, EXACT_SCALE)
    for chain in np.argsort(-fit.chains.beds, kind="stable").tolist():
        for _ in range(3):
            if fit.error[chain] == 0 or not settle(fit, chain):
                break


def swap_within(fit: Fit, place: int, luck: Luck) -> bool:
    """Try random swaps of two homes in one council; make the best that helps. Return whether one was made."""
    start, size = int(fit.first[place]), int(fit.first[place + 1] - fit.first[place])
    owned = np.flatnonzero(fit.owner[start : start + size] >= 0)
    if size < 2 or len(owned) == 0:
        return False
    draws = luck(2 * TRIES)
    one = start + owned[(draws[:TRIES] * len(owned)).astype(np.int64)]
    other = start + (draws[TRIES:] * size).astype(np.int64)
    useful = (fit.owner[one] != fit.owner[other]) & (fit.beds[one] != fit.beds[other])
    return try_swaps(fit, place, one[useful], other[useful])


def try_swaps(fit: Fit, place: int, one: IntArray, other: IntArray) -> bool:
    """Make the swap of owners (of homes ``one`` and ``other``) that lowers the misfit most, if any does."""
    if len(one) == 0:
        return False
    held, entry, _ = fit.entries(place)
    start = int(fit.first[place])
    change = fit.beds[other] - fit.beds[one]
    rows = np.tile(held, (len(one) + 1, 1))  # the last row stays as it is now
    index = np.arange(len(one))
    rows[index, entry[one - start]] += change
    rows[index, entry[other - start]] -= change
    misfit = fit.misfit(place, rows)
    mine, theirs = fit.owner[one], fit.owner[other]
    gain = misfit[:-1] - misfit[-1] + fit.chain_change(mine, change) + fit.chain_change(theirs, -change)
    gain += fit.mismatch[one, theirs] + fit.mismatch[other, mine]
    gain -= fit.mismatch[one, mine] + fit.mismatch[other, theirs]
    best = int(np.argmin(gain))
    if gain[best] >= -1e-9:
        return False
    new_one, new_other = int(theirs[best]), int(mine[best])
    fit.give(int(one[best]), new_one)
    fit.give(int(other[best]), new_other)
    return True


def shift_between(fit: Fit, source: int, target: int, luck: Luck) -> bool:
    """Try moving chains' homes from one council to another; make the best move that helps. Return whether one was made.

    A chain with several homes in the source and some in the target moves one of them; a chain with one home in the
    source and none in the target moves altogether.
    """
    free = int(fit.first[target]) + np.flatnonzero(fit.owner[fit.first[target] : fit.first[target + 1]] < 0)
    owned = int(fit.first[source]) + np.flatnonzero(fit.owner[fit.first[source] : fit.first[source + 1]] >= 0)
    chain = fit.owner[owned]
    several = (fit.count[source, chain] > 1) & (fit.count[target, chain] > 0)
    whole = (fit.count[source, chain] == 1) & (fit.count[target, chain] == 0)
    owned, several = owned[several | whole], several[several | whole]
    if len(owned) == 0 or len(free) == 0:
        return False
    draws = luck(2 * TRIES)
    pick = (draws[:TRIES] * len(owned)).astype(np.int64)
    one, several = owned[pick], several[pick]
    other = free[(draws[TRIES:] * len(free)).astype(np.int64)]
    chain = fit.owner[one]
    gain = fit.chain_change(chain, fit.beds[other] - fit.beds[one])
    gain += fit.mismatch[other, chain] - fit.mismatch[one, chain]
    gain += _leave(fit, source, one, chain, several) + _join(fit, target, other, chain, several)
    crowd = fit.crowding(source, 1) + fit.crowding(target, -1) - fit.crowding(source) - fit.crowding(target)
    gain += np.where(several, crowd, 0.0)
    best = int(np.argmin(gain))
    if gain[best] >= -1e-9:
        return False
    winner = int(chain[best])
    fit.give(int(one[best]), LOCAL)
    fit.give(int(other[best]), winner)
    return True


def _leave(fit: Fit, place: int, home: IntArray, chain: IntArray, several: NDArray[np.bool_]) -> FloatArray:
    """Return the change of a council's misfit when each home leaves its chain for a local owner.

    Where the chain had this home only (not ``several``) nothing changes but the owner's name.
    """
    held, _, of_chain = fit.entries(place)
    rows = np.tile(np.append(held, 0.0), (len(home) + 1, 1))
    index = np.flatnonzero(several)
    rows[index, of_chain[chain[index]]] -= fit.beds[home[index]]
    rows[index, -1] += fit.beds[home[index]]
    misfit = fit.misfit(place, rows)
    return np.asarray(misfit[:-1] - misfit[-1])


def _join(fit: Fit, place: int, home: IntArray, chain: IntArray, several: NDArray[np.bool_]) -> FloatArray:
    """Return the change of a council's misfit when each local home joins a chain that already has homes there."""
    held, of_home, of_chain = fit.entries(place)
    rows = np.tile(held, (len(home) + 1, 1))
    index = np.flatnonzero(several)
    rows[index, of_home[home[index] - int(fit.first[place])]] -= fit.beds[home[index]]
    rows[index, of_chain[chain[index]]] += fit.beds[home[index]]
    misfit = fit.misfit(place, rows)
    return np.asarray(misfit[:-1] - misfit[-1])


def settle(fit: Fit, chain: int) -> bool:
    """Swap one of a chain's homes with a local one so that its beds come closer to the published number.

    Per council the pairs that close most of the error are compared; the first council with a swap that helps is used,
    exact ones first.
    """
    offers: list[tuple[float, int, IntArray, IntArray]] = []
    for place in np.flatnonzero(fit.count[:, chain]).tolist():
        homes = np.arange(int(fit.first[place]), int(fit.first[place + 1]))
        mine, local = homes[fit.owner[homes] == chain], homes[fit.owner[homes] < 0]
        if len(local) == 0:
            continue
        left = np.abs(fit.error[chain] + fit.beds[local][None, :] - fit.beds[mine][:, None])
        row, column = np.nonzero(left <= left.min() + 1e-9)
        offers.append((float(left.min()), place, mine[row[:TRIES]], local[column[:TRIES]]))
    offers.sort(key=lambda offer: offer[0])
    return any(try_swaps(fit, place, one, other) for left, place, one, other in offers if left < abs(fit.error[chain]))
