"""Gives every home of a block of councils an owner: chains by the fit, families with one or two homes the rest.

Owners are named in text that stays the same whoever else is drawn: "G12" is the group ranked 12 in the table of groups,
"404-3" the third local owner of the council with code 404.
"""

import numpy as np
from numpy.typing import NDArray

from resilience.region.fit import LOCAL, Fit, kind_mismatch
from resilience.region.footprints import Area, Chains, place_chains
from resilience.region.homes import Homes
from resilience.region.moves import Luck, refine
from resilience.state.randomness import hash_keys, hash_text, uniform

IntArray = NDArray[np.int64]

ROUNDS = 150  # visits to each council while chains and councils are fitted
CROSS_BORDER_PAIRS = 297 / 5174  # local owners with homes in two councils, per local owner (April 2021)
SIZE_NOISE = 0.2  # squared log beds; keeps homes from being sorted into chains by size alone


def own_homes(area: Area, chains: Chains, homes: list[Homes], seed: int, rounds: int = ROUNDS) -> list[list[str]]:
    """Return the owner of each home by council, fitted to the chains' footprints and the councils' concentration."""
    if len(chains.rank) == 0:
        owner = np.full(sum(len(one.beds) for one in homes), LOCAL)
        return _named(area, chains, homes, owner, seed)
    count = place_chains(area, chains, seed)
    first = first_owners(area, chains, homes, count, seed)
    fit = Fit(area, chains, homes, first)
    refine(fit, Luck(seed, area.codes[0]), rounds)
    return _named(area, chains, homes, fit.owner, seed)


def first_owners(area: Area, chains: Chains, homes: list[Homes], count: IntArray, seed: int) -> IntArray:
    """Return a first owner for each home, all councils in a row: chains get what suits them by size and kind."""
    from scipy.optimize import linear_sum_assignment

    mismatch = kind_mismatch(chains, homes)
    usual = np.log(chains.beds / chains.homes)
    owners = []
    start = 0
    for place, one in enumerate(homes):
        total = len(one.beds)
        owner = np.full(total, LOCAL, dtype=np.int64)
        slots = np.repeat(np.arange(len(count)), count[:, place])
        if total and len(slots):
            noise = uniform(seed, "region/match", 0, home_keys(area.codes[place], total))
            cost = (np.log(one.beds)[:, None] - usual[slots]) ** 2 + SIZE_NOISE * noise[:, None]
            cost += 3.0 * mismatch[start : start + total, slots]
            rows, columns = linear_sum_assignment(cost)
            owner[rows] = slots[columns]
        owners.append(owner)
        start += total
    return np.concatenate(owners)


def home_keys(code: str, count: int) -> NDArray[np.uint64]:
    """Return the stable keys of a council's first ``count`` homes."""
    return hash_keys(hash_text("care home"), hash_text(code), np.arange(count, dtype=np.uint64))


def _named(area: Area, chains: Chains, homes: list[Homes], owner: IntArray, seed: int) -> list[list[str]]:
    """Return the owners' names by council; local homes are shared out among as many local owners as the council has."""
    names: list[list[str]] = []
    start = 0
    for place, one in enumerate(homes):
        mine = owner[start : start + len(one.beds)]
        start += len(one.beds)
        local = np.flatnonzero(mine < 0)
        groups = int(area.groups[place]) - len(np.unique(mine[mine >= 0]))
        owners = int(np.clip(groups, (len(local) + 1) // 2, len(local)))
        luck = uniform(seed, "region/local_owner", 0, home_keys(area.codes[place], len(mine)))
        order = local[np.argsort(luck[local], kind="stable")]
        number = np.zeros(len(mine), dtype=np.int64)
        number[order] = np.arange(len(order)) % max(owners, 1) + 1
        code = area.codes[place]
        names.append(
            [f"G{chains.rank[who]}" if who >= 0 else f"{code}-{n}" for who, n in zip(mine, number, strict=True)]
        )
    _join_across_borders(area, names, seed)
    return names


def _join_across_borders(area: Area, names: list[list[str]], seed: int) -> None:
    """Let some local owners of one home own a second one in a nearby council (changes ``names``).

    The owners that take part are drawn; each is joined to the nearest one left in another council.
    """
    single = [
        (place, row)
        for place, owners in enumerate(names)
        for row, owner in enumerate(owners)
        if owner[0] != "G" and owners.count(owner) == 1
    ]
    local = sum(len({owner for owner in owners if owner[0] != "G"}) for owners in names)
    wanted = 2 * round(local * CROSS_BORDER_PAIRS)
    keys = np.array([hash_text(f"{names[place][row]}/{row}") for place, row in single], dtype=np.uint64)
    order = np.argsort(uniform(seed, "region/cross_border", 0, keys), kind="stable")[:wanted]
    waiting = [single[number] for number in order.tolist()]
    while len(waiting) > 1:
        place, row = waiting.pop(0)
        others = np.array([other for other, _ in waiting])
        apart = np.abs(area.column[others] - area.column[place]) + np.abs(area.row[others] - area.row[place])
        distance = np.where(others == place, np.inf, apart)
        nearest = int(np.argmin(distance))
        if np.isfinite(distance[nearest]):
            other, other_row = waiting.pop(nearest)
            names[other][other_row] = names[place][row]
