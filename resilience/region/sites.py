"""Homes and home-care branches of a region as columns, each with its owner's name."""

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.home_care import SELF_FUNDED_SHARE, chain_branches, local_branches, own_chain_branches
from resilience.region.register import Register
from resilience.region.tables import table
from resilience.state.randomness import hash_keys, hash_text, uniform

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

COUNCIL_HOMES_AIM = 0.048  # of homes; with owners of the sizes there are, gives the published 2.7% (E02-054)
COUNCILS_WITH_HOMES = 0.6  # of councils still run homes; assumption
MEAN_AGE_HOME = 18.0  # years since opening; assumption
MEAN_AGE_BRANCH = 7.0  # years; assumption, consistent with 10-17% leaving a year (E04-091, E04-092)
AGE_LIMIT = 60.0  # years

CARE_TYPES = {"r": "residential", "n": "nursing", "y": "younger_adults", "m": "younger_adults"}


@dataclass
class Sites:
    """Sites as columns of one length. ``owner`` names the provider, ``council`` is the row of the council.

    ``capacity`` is beds, or clients for home care; ``hours`` are weekly home-care hours where they are fixed (chains).
    ``group_of_council`` is the rank of the published group that stands for the homes a council runs, by owner.
    """

    key: NDArray[np.uint64]
    owner: list[str]
    council: IntArray
    care_type: NDArray[np.str_]
    nursing: NDArray[np.bool_]
    capacity: FloatArray
    age_years: FloatArray
    hours: FloatArray
    group_of_council: dict[str, int] = field(default_factory=dict)

    @staticmethod
    def joined(parts: list["Sites"]) -> "Sites":
        """Return several sets of sites as one, in order."""
        return Sites(
            key=np.concatenate([part.key for part in parts]),
            owner=[owner for part in parts for owner in part.owner],
            council=np.concatenate([part.council for part in parts]),
            care_type=np.concatenate([part.care_type for part in parts]),
            nursing=np.concatenate([part.nursing for part in parts]),
            capacity=np.concatenate([part.capacity for part in parts]),
            age_years=np.concatenate([part.age_years for part in parts]),
            hours=np.concatenate([part.hours for part in parts]),
            group_of_council={owner: rank for part in parts for owner, rank in part.group_of_council.items()},
        )

    def kept(self, keep: NDArray[np.bool_]) -> "Sites":
        """Return only the sites marked true."""
        return Sites(
            key=self.key[keep],
            owner=[owner for owner, stays in zip(self.owner, keep.tolist(), strict=True) if stays],
            council=self.council[keep],
            care_type=self.care_type[keep],
            nursing=self.nursing[keep],
            capacity=self.capacity[keep],
            age_years=self.age_years[keep],
            hours=self.hours[keep],
            group_of_council=self.group_of_council,
        )


def homes_of(codes: list[str], register: Register, seed: int) -> Sites:
    """Return the care homes of these councils (in their order) from the register, some of them run by councils."""
    parts = [register.rows(code) for code in codes]
    index = np.concatenate([np.arange(part.start, part.stop) for part in parts])
    council = np.repeat(np.arange(len(codes)), [part.stop - part.start for part in parts])
    ordinal = np.concatenate([np.arange(part.stop - part.start, dtype=np.uint64) for part in parts])
    code_key = np.array([hash_text(code) for code in codes], dtype=np.uint64)
    key = hash_keys(hash_text("care home"), code_key[council], ordinal)
    letters = register.kind[index]
    owner = [register.owner[row] for row in index.tolist()]
    one_council = owners_in_one_council(register)
    group_of_council = {}
    for place, (code, part) in enumerate(zip(codes, parts, strict=True)):
        mine = np.flatnonzero(council == place)
        chosen = council_run(code, register.owner[part], one_council, seed)
        for row in mine.tolist():
            owner[row] = f"council {code}" if owner[row] == chosen else owner[row]
        if chosen.startswith("G"):
            group_of_council[f"council {code}"] = int(chosen[1:])
    return Sites(
        key=key,
        owner=owner,
        council=council,
        care_type=np.array([CARE_TYPES[letter] for letter in letters.tolist()], dtype="U14"),
        nursing=(letters == "n") | (letters == "m"),
        capacity=register.beds[index].astype(np.float64),
        age_years=ages(key, MEAN_AGE_HOME, seed),
        hours=np.zeros(len(index)),
        group_of_council=group_of_council,
    )


def owners_in_one_council(register: Register) -> set[str]:
    """Return the owners all of whose homes in England lie in one council."""
    where: dict[str, int] = {}
    several = set()
    for owner, council in zip(register.owner, register.council.tolist(), strict=True):
        if where.setdefault(owner, council) != council:
            several.add(owner)
    groups = table("groups_2021")
    spread = {f"G{rank}" for rank in groups["rank"][groups["councils"] > 1].tolist()}
    return set(where) - several - spread


def council_run(code: str, owners: tuple[str, ...], one_council: set[str], seed: int) -> str:
    """Return the owner among a council's homes that is the council itself, or "" where it runs none.

    It is the owner with all its homes in this council whose number of homes is closest to the usual one, so the number
    of groups and their sizes stay as published.
    """
    if uniform(seed, "region/council_homes", 0, hash_keys(hash_text(code)))[0] >= COUNCILS_WITH_HOMES:
        return ""
    counts: dict[str, int] = {}
    for owner in owners:
        counts[owner] = counts.get(owner, 0) + 1
    usual = COUNCIL_HOMES_AIM * len(owners) / COUNCILS_WITH_HOMES
    candidates = [owner for owner in counts if owner in one_council and counts[owner] <= 2 * usual]
    return min(candidates, key=lambda owner: (abs(counts[owner] - usual), owner), default="")


def branches_of(councils: pd.DataFrame, scale: float, seed: int) -> Sites:
    """Return the home-care branches of these councils, and each council's own service (capacity 0)."""
    placed = chain_branches(seed)
    england = {code: row for row, code in enumerate(table("councils")["code"].to_list())}
    all_hours = councils["home_care_hours_per_week"].to_numpy(np.float64) / (1.0 - SELF_FUNDED_SHARE)
    services = councils["home_care_services"].to_numpy(np.float64)  # registered in 2021
    parts = []
    for row, code in enumerate(councils["code"].to_list()):
        chains = placed.of(england[code]) if code in england else own_chain_branches(code, float(all_hours[row]), seed)
        local = local_branches(code, max(round(float(services[row]) * scale) - len(chains.key), 1), seed)
        # Clients per chain branch, so that its share of all the council's clients is its share of the hours.
        left = max(float(all_hours[row] - chains.hours.sum()), 0.5 * float(all_hours[row]), 1.0)
        sizes = chains.hours * (float(local.clients.sum()) / left)
        key = np.concatenate([chains.key, local.key, hash_keys(hash_text("council service"), hash_text(code))])
        count = len(key)
        parts.append(
            Sites(
                key=key,
                owner=[f"home care group {one}" for one in chains.chain.tolist()] + local.owner + [f"council {code}"],
                council=np.full(count, row),
                care_type=np.full(count, "home_care", dtype="U14"),
                nursing=np.zeros(count, dtype=bool),
                capacity=np.concatenate([sizes, local.clients, [0.0]]),
                age_years=ages(key, MEAN_AGE_BRANCH, seed),
                hours=np.concatenate([chains.hours, np.zeros(len(local.clients) + 1)]),
            )
        )
    return Sites.joined(parts)


def ages(key: NDArray[np.uint64], mean: float, seed: int) -> FloatArray:
    """Return the years since each site opened: exponential, capped."""
    return np.minimum(-mean * np.log(uniform(seed, "region/age", 0, key)), AGE_LIMIT)
