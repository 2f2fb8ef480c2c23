"""Gives every home an owner: chains take the homes that suit them, families with one or two homes take the rest."""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from resilience.region.footprints import Area, Chains
from resilience.region.homes import Homes
from resilience.state.randomness import hash_keys, hash_text, uniform

IntArray = NDArray[np.int64]


def own_homes(area: Area, chains: Chains, homes: list[Homes], count: IntArray, seed: int) -> list[IntArray]:
    """Return for each council the owner of each home: a chain's row, or -1, -2, ... for local owners of the council."""
    return [_own_council(area, chains, homes[place], count[:, place], place, seed) for place in range(len(area.codes))]


def _own_council(area: Area, chains: Chains, homes: Homes, count: IntArray, place: int, seed: int) -> IntArray:
    """Match one council's homes to its chains by size and kind of care, then share the rest among local owners."""
    total = len(homes.beds)
    slots = np.repeat(np.arange(len(count)), count)[:total]
    owner = np.full(total, -1, dtype=np.int64)
    if total == 0:
        return owner
    key = hash_keys(hash_text(area.codes[place]), np.arange(total, dtype=np.uint64))
    noise = uniform(seed, "region/match", 0, key)
    if len(slots):
        usual = np.log(chains.beds / chains.homes)[slots]
        log_beds = np.log(homes.beds)
        cost = (log_beds[:, None] - usual) ** 2 + 0.2 * noise[:, None]
        cost += np.where(homes.older[:, None], 1 - chains.older_share[slots], chains.older_share[slots])
        cost += 0.7 * np.where(homes.nursing[:, None], 1 - chains.nursing_share[slots], chains.nursing_share[slots])
        rows, columns = linear_sum_assignment(cost)
        owner[rows] = slots[columns]
    local = np.flatnonzero(owner == -1)
    owners = int(np.clip(area.groups[place] - (count > 0).sum(), (len(local) + 1) // 2, len(local)))
    local = local[np.argsort(uniform(seed, "region/local_owner", 0, key[local]), kind="stable")]
    owner[local] = -1 - np.arange(len(local)) % max(owners, 1)
    return owner
