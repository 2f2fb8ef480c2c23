"""The drawn register of care homes: every council of England, every home, its beds, kind and owner.

The West Midlands and the rest of England are two blocks, drawn one after the other, so that the chains' published
footprint inside the West Midlands holds as published and the rest of each chain lies outside it. Drawing England takes
about fifteen seconds, so the register of the usual population seed is shipped (``data/register.csv``, rebuilt by
``python -m resilience.region.build_register``); every other seed is drawn when asked for.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.footprints import Area, Chains
from resilience.region.tables import table

IntArray = NDArray[np.int64]

HOME_REGION = "West Midlands"  # the region whose chain footprints are published
SHIPPED_SEED = 1  # the population seed of the shipped register
KIND_LETTERS = "rnym"  # residential, nursing, for younger adults, for younger adults with nursing


@dataclass(frozen=True)
class Register:
    """Homes by council: council ``i`` has the homes ``first[i]`` to ``first[i + 1]``.

    ``kind`` is a letter of ``KIND_LETTERS``; an owner is named "G12" (the group ranked 12) or "404-3" (the third local
    owner of the council with code 404); ``rank`` is the group's rank, 0 for local owners.
    """

    codes: tuple[str, ...]
    first: IntArray
    beds: IntArray
    kind: NDArray[np.str_]
    owner: tuple[str, ...]
    rank: IntArray

    def rows(self, code: str) -> slice:
        """Return the homes of one council (an empty slice for a council without homes)."""
        if code not in self.codes:
            return slice(0, 0)
        place = self.codes.index(code)
        return slice(int(self.first[place]), int(self.first[place + 1]))

    @property
    def council(self) -> IntArray:
        """Return the place of each home's council in ``codes``."""
        return np.repeat(np.arange(len(self.codes)), np.diff(self.first))


def as_register(homes: pd.DataFrame) -> Register:
    """Return homes (columns code, owner, beds, kind; each council's rows together) as a Register."""
    code = homes["code"].to_numpy(object)
    starts = np.flatnonzero(np.concatenate([[True], code[1:] != code[:-1]]))
    owner = tuple(homes["owner"].to_list())
    return Register(
        codes=tuple(code[starts].tolist()),
        first=np.append(starts, len(code)),
        beds=homes["beds"].to_numpy(np.int64),
        kind=homes["kind"].to_numpy(str),
        owner=owner,
        rank=np.array([int(name[1:]) if name[0] == "G" else 0 for name in owner], dtype=np.int64),
    )


@lru_cache(maxsize=4)
def register_for(seed: int, inside_only: bool) -> Register:
    """Return the register of a population seed: the shipped one, or drawn (once in a process).

    ``inside_only`` may leave out everything but the West Midlands where the rest would have to be drawn.
    """
    return as_register(table("register") if seed == SHIPPED_SEED else draw_register(seed, inside_only))


def draw_register(seed: int, inside_only: bool = False) -> pd.DataFrame:
    """Draw the homes of England (or of the West Midlands only: the same homes and owners)."""
    from resilience.region.market import market_by_council

    councils = table("councils")
    market = market_by_council()
    within = councils["region"] == HOME_REGION
    blocks = [draw_block(market.loc[list(councils["code"][within])], chains_inside(True), seed)]
    if not inside_only:
        blocks.append(draw_block(market.loc[list(councils["code"][~within])], chains_inside(False), seed))
    return pd.concat(blocks, ignore_index=True)


def draw_block(market: pd.DataFrame, chains: Chains, seed: int) -> pd.DataFrame:
    """Draw the homes of some councils and their owners from their rows of the market (index: council code).

    Columns: code, owner, beds, kind; the councils in the order of ``market``.
    """
    from resilience.region.homes import draw_homes
    from resilience.region.operators import own_homes

    codes = [str(code) for code in market.index]
    homes = [draw_homes(code, row, seed) for code, (_, row) in zip(codes, market.iterrows(), strict=True)]
    owners = own_homes(area_of(market), chains, homes, seed)
    older = np.concatenate([one.older for one in homes])
    nursing = np.concatenate([one.nursing for one in homes])
    return pd.DataFrame(
        {
            "code": np.repeat(codes, [len(one.beds) for one in homes]),
            "owner": [owner for names in owners for owner in names],
            "beds": np.concatenate([one.beds for one in homes]),
            "kind": np.array(list(KIND_LETTERS))[np.where(older, 0, 2) + nursing],
        }
    )


def area_of(market: pd.DataFrame) -> Area:
    """Return the councils' homes, beds, concentration and place on the map for the drawing of footprints."""
    beds = market["beds"].to_numpy(np.int64)
    return Area(
        codes=tuple(str(code) for code in market.index),
        homes=market["homes"].to_numpy(np.int64),
        beds=beds,
        groups=market["groups"].to_numpy(np.int64),
        largest=market["largest_group_share"].to_numpy(np.float64) * beds,
        top_ten=market["top_10_group_share"].to_numpy(np.float64) * beds,
        hhi=market["group_bed_hhi"].to_numpy(np.float64),
        column=market["map_column"].to_numpy(np.float64),
        row=market["map_row"].to_numpy(np.float64),
    )


def chains_inside(inside: bool) -> Chains:
    """Return the groups' footprint inside the West Midlands, or outside it (only groups with a home there)."""
    groups = table("groups_2021")
    homes, beds, councils = (
        groups[f"west_midlands_{name}"].to_numpy(np.int64) for name in ("homes", "beds", "councils")
    )
    if not inside:
        homes, beds = groups["homes"].to_numpy(np.int64) - homes, groups["beds"].to_numpy(np.int64) - beds
        councils = groups["councils"].to_numpy(np.int64) - councils
    return some_chains(homes, beds, np.minimum(np.maximum(councils, 1), homes))


def some_chains(homes: IntArray, beds: IntArray, councils: IntArray) -> Chains:
    """Return the groups that have homes here; arrays are in the order of the table of groups.

    The kinds of care are assumed to be the same here as in all of a group's homes.
    """
    groups = table("groups_2021")
    there = homes > 0
    total = groups["beds"].to_numpy(np.float64)
    return Chains(
        rank=groups["rank"].to_numpy(np.int64)[there],
        homes=homes[there],
        beds=beds[there],
        councils=councils[there],
        older_share=(groups["older_people_beds"].to_numpy(np.float64) / total)[there],
        nursing_share=(groups["nursing_beds"].to_numpy(np.float64) / total)[there],
    )
