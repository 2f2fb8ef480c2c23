"""Places the chains: how many homes each group has in each council (first draft of the matrix that the fit refines)."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resilience.state.randomness import hash_keys, hash_text, uniform

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]


class Area(NamedTuple):
    """What is known of each council in a block of councils (arrays of one length)."""

    codes: tuple[str, ...]
    homes: IntArray
    beds: IntArray
    groups: IntArray
    largest: FloatArray  # beds of the largest group
    top_ten: FloatArray  # beds of the ten largest groups
    hhi: FloatArray  # 0-1, by group
    column: FloatArray  # place on the map of tiles
    row: FloatArray


class Chains(NamedTuple):
    """What is known of each group with three or more homes inside the block (arrays of one length)."""

    rank: IntArray  # stable name: its rank in the table of groups
    homes: IntArray
    beds: IntArray
    councils: IntArray
    older_share: FloatArray
    nursing_share: FloatArray


def place_chains(area: Area, chains: Chains, seed: int) -> IntArray:
    """Return homes by chain and council, shape (chains, councils), every chain with its homes and number of councils.

    Large chains choose first: their anchor is the council whose largest group they would fit, the other councils are
    near it or have room.
    """
    count = np.zeros((len(chains.rank), len(area.codes)), dtype=np.int64)
    excess = np.maximum(area.homes - area.groups - 0.08 * area.groups, 0.0)  # homes beyond one a group, for chains
    slots = 0.62 * area.groups  # different chains a council has room for
    room = area.homes.astype(np.float64)
    distance = np.hypot(area.column[:, None] - area.column, area.row[:, None] - area.row)
    council_keys = np.array([hash_text(code) for code in area.codes], dtype=np.uint64)
    mean = chains.beds / chains.homes
    for chain in np.argsort(-chains.beds, kind="stable"):
        keys = hash_keys(int(chains.rank[chain]), council_keys)
        luck = uniform(seed, "region/chain_council", 0, keys)
        homes, councils = int(chains.homes[chain]), int(min(chains.councils[chain], chains.homes[chain]))
        weight = np.maximum(slots, 0.05) * np.where(room > 0, 1.0, 1e-6)
        anchor = int(np.argmax(np.log(weight) - np.log(-np.log(luck))))
        near = np.exp(-distance[anchor] / (1.5 + councils / 6.0))
        luck = uniform(seed, "region/chain_spread", 0, keys)
        score = np.log(weight * near + 1e-300) - np.log(-np.log(luck))
        score[anchor] = np.inf
        chosen = np.argsort(-score, kind="stable")[:councils]
        count[chain, chosen] = 1
        for _ in range(homes - councils):
            cap = area.largest[chosen] - (count[chain, chosen] + 1) * mean[chain]
            pull = excess[chosen] / (1.0 + count[chain, chosen]) + np.where(cap < 0, -1e3, 0.0)
            best = chosen[int(np.argmax(pull))]
            count[chain, best] += 1
            excess[best] -= 1
        slots -= count[chain] > 0
        room -= count[chain]
    return count
