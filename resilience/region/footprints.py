"""Places the chains: how many homes each group has in each council (the first matrix, which ``fit`` refines).

Two published facts steer it: how many beds each council's largest group has, and how many homes a council has beyond
one a group. The largest group of every council is found first; all other chains then go where there is room.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resilience.state.randomness import hash_keys, hash_text, uniform

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

LOCAL_SECOND_HOMES = 0.08  # homes of a council that are a local owner's second one, per group (register of April 2021)
CHAIN_SHARE = 0.5  # of the groups in a council that are chains (4,466 of 9,640 in April 2021)
ANCHOR_TOLERANCE = 0.35  # log; how far a chain's beds in one council may be from what its footprint suggests


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
    """What is known of each group with three or more homes, inside the block (arrays of one length)."""

    rank: IntArray  # stable name: its rank in the table of groups
    homes: IntArray
    beds: IntArray
    councils: IntArray
    older_share: FloatArray
    nursing_share: FloatArray


@dataclass
class Room:
    """What is left while chains are placed (changed in place)."""

    count: IntArray  # homes placed, shape (chains, councils)
    excess: FloatArray  # homes beyond one a group that chains may still take, by council
    slots: FloatArray  # further chains a council has room for
    homes: FloatArray  # homes without an owner

    def take(self, chain: int, council: int, homes: int) -> None:
        """Place ``homes`` homes of a chain in a council where it has none yet."""
        self.count[chain, council] = homes
        self.excess[council] -= homes - 1
        self.slots[council] -= 1.0
        self.homes[council] -= homes


def place_chains(area: Area, chains: Chains, seed: int) -> IntArray:
    """Return homes by chain and council, shape (chains, councils), each chain with its homes and councils."""
    room = Room(
        count=np.zeros((len(chains.rank), len(area.codes)), dtype=np.int64),
        excess=np.maximum(area.homes - (1.0 + LOCAL_SECOND_HOMES) * area.groups, 0.0),
        slots=CHAIN_SHARE * area.groups.astype(np.float64),
        homes=area.homes.astype(np.float64),
    )
    keys = np.array([hash_text(code) for code in area.codes], dtype=np.uint64)
    luck = np.stack([hash_keys(int(rank), keys) for rank in chains.rank])
    anchor_largest(area, chains, room, uniform(seed, "region/anchor", 0, luck))
    distance = np.hypot(area.column[:, None] - area.column, area.row[:, None] - area.row)
    left = chains.beds - room.count.sum(axis=1) * chains.beds / chains.homes
    open_councils = np.maximum(chains.councils - (room.count > 0).sum(axis=1), 1)
    for chain in np.argsort(-left / open_councils, kind="stable"):
        place_rest(area, chains, room, int(chain), distance, uniform(seed, "region/chain_council", 0, luck[chain]))
    return room.count


def anchor_largest(area: Area, chains: Chains, room: Room, luck: FloatArray) -> None:
    """Give each council its largest group, the largest in beds first (changes ``room``)."""
    mean = chains.beds / chains.homes
    harmonic = np.cumsum(1.0 / np.arange(1, int(chains.councils.max()) + 2))
    for council in np.argsort(-area.largest, kind="stable"):
        beds = float(area.largest[council])
        if area.homes[council] == 0:
            continue
        homes_left = chains.homes - room.count.sum(axis=1)
        councils_left = chains.councils - (room.count > 0).sum(axis=1)
        homes = np.maximum(np.rint(beds / mean), 1).astype(np.int64)
        only = councils_left == 1
        homes = np.where(only, homes_left, homes)
        possible = (councils_left >= 1) & (homes_left - homes >= councils_left - 1) & (homes <= area.homes[council])
        # A chain's largest council usually holds its total over the sum of 1/rank of its councils.
        usual = np.maximum(homes_left, 1) * mean / harmonic[np.maximum(councils_left, 1) - 1]
        misfit = ((homes * mean - beds) / (0.02 * beds)) ** 2 + (np.log(beds / usual) / ANCHOR_TOLERANCE) ** 2
        misfit += np.maximum(homes - 1 - room.excess[council], 0.0) ** 2 - 2.0 * np.log(luck[:, council])
        if possible.any():
            best = int(np.argmin(np.where(possible, misfit, np.inf)))
            if misfit[best] < 60.0:
                room.take(best, int(council), int(homes[best]))


def place_rest(area: Area, chains: Chains, room: Room, chain: int, distance: FloatArray, luck: FloatArray) -> None:
    """Place a chain's other homes: in councils that are near, have room and stay below their largest group."""
    taken = room.count[chain] > 0
    homes = int(chains.homes[chain] - room.count[chain].sum())
    councils = int(chains.councils[chain] - taken.sum())
    if councils <= 0 or homes <= 0:
        return
    mean = float(chains.beds[chain] / chains.homes[chain])
    each = homes / councils
    weight = np.maximum(room.slots, 0.02) * (room.homes >= np.ceil(each)) + 1e-12
    # Room for the usual number of homes: below the council's largest group, and within its homes beyond one a group.
    weight *= np.clip(area.largest / (mean * each), 0.01, 1.0) ** 4
    weight *= np.clip((room.excess + 1.0) / each, 0.05, 1.0) ** 4
    gumbel = -np.log(-np.log(luck))
    score = np.log(weight) + gumbel
    anchor = int(np.argmax(np.where(taken, room.count[chain] + 1e6, score)))
    near = distance[anchor] / (1.5 + chains.councils[chain] / 6.0)
    chosen = np.argsort(-np.where(taken, -np.inf, score - near), kind="stable")[:councils]
    placed = np.ones(councils, dtype=np.int64)
    cap = np.maximum(area.largest[chosen] / mean, 1.0)
    free = room.homes[chosen]
    for _ in range(homes - councils):
        pull = room.excess[chosen] - (placed - 1) + 0.3
        pull = np.where(placed + 1 <= cap, pull / (1.0 + 0.5 * placed), -10.0 * placed / cap)
        pull = np.where(placed + 1 <= free, pull, -np.inf)
        placed[int(np.argmax(pull))] += 1
    for council, number in zip(chosen.tolist(), placed.tolist(), strict=True):
        room.take(chain, council, number)
