"""The drawn register of care homes: every council of England, every home, its beds, kind and owner.

The West Midlands and the rest of England are two blocks, drawn one after the other, so that the chains' published
footprint inside the West Midlands holds exactly as published and the rest of each chain lies outside it.
"""

import numpy as np
import pandas as pd

from resilience.region.footprints import Area, Chains, place_chains
from resilience.region.homes import draw_homes
from resilience.region.market import market_by_council
from resilience.region.operators import own_homes
from resilience.region.tables import table

HOME_REGION = "West Midlands"  # the region whose chain footprints are published


def draw_block(codes: list[str], chains: Chains, seed: int) -> pd.DataFrame:
    """Draw the homes of some councils and their owners.

    Columns: code, home (ordinal in the council), beds, older, nursing, owner. An owner above 0 is a group's rank in the
    table of groups, below 0 a local owner numbered -(1000 x council code + ordinal).
    """
    market = market_by_council().loc[codes]
    area = area_of(codes, market)
    homes = [draw_homes(code, market.loc[code], seed) for code in codes]
    count = place_chains(area, chains, seed)
    owners = own_homes(area, chains, homes, count, seed)
    frames = []
    for code, drawn, owner in zip(codes, homes, owners, strict=True):
        named = np.where(owner >= 0, chains.rank[np.maximum(owner, 0)], -1000 * int(code) + owner)
        frames.append(
            pd.DataFrame(
                {
                    "code": code,
                    "home": np.arange(len(owner)),
                    "beds": drawn.beds,
                    "older": drawn.older,
                    "nursing": drawn.nursing,
                    "owner": named,
                }
            )
        )
    return pd.concat([frame for frame in frames if len(frame)], ignore_index=True)


def area_of(codes: list[str], market: pd.DataFrame) -> Area:
    """Return the councils' homes, beds, concentration and place on the map for the drawing of footprints."""
    tiles = table("tiles_england").set_index("code").loc[codes]
    beds = market["beds"].to_numpy(np.int64)
    return Area(
        codes=tuple(codes),
        homes=market["homes"].to_numpy(np.int64),
        beds=beds,
        groups=market["groups"].to_numpy(np.int64),
        largest=market["largest_group_share"].to_numpy(np.float64) * beds,
        top_ten=market["top_10_group_share"].to_numpy(np.float64) * beds,
        hhi=market["group_bed_hhi"].to_numpy(np.float64),
        column=tiles["map_column"].to_numpy(np.float64),
        row=tiles["map_row"].to_numpy(np.float64),
    )


def chains_inside(inside: bool) -> Chains:
    """Return the groups' footprint inside the West Midlands, or outside it (only groups with a home there)."""
    groups = table("groups_2021")
    homes, beds, councils = (groups[f"west_midlands_{name}"].to_numpy(np.int64) for name in ("homes", "beds", "councils"))
    if not inside:
        homes, beds = groups["homes"].to_numpy(np.int64) - homes, groups["beds"].to_numpy(np.int64) - beds
        councils = groups["councils"].to_numpy(np.int64) - councils
    there = homes > 0
    total = groups["beds"].to_numpy(np.float64)
    return Chains(
        rank=groups["rank"].to_numpy(np.int64)[there],
        homes=homes[there],
        beds=beds[there],
        councils=np.maximum(councils, 1)[there],
        older_share=(groups["older_people_beds"].to_numpy(np.float64) / total)[there],
        nursing_share=(groups["nursing_beds"].to_numpy(np.float64) / total)[there],
    )


def draw_register(seed: int, inside_only: bool = False) -> pd.DataFrame:
    """Draw the register of England (or of the West Midlands only: the same homes and owners)."""
    councils = table("councils")
    within = councils["region"] == HOME_REGION
    blocks = [draw_block(list(councils["code"][within]), chains_inside(True), seed)]
    if not inside_only:
        outside = list(councils["code"][~within])
        blocks.append(draw_block(outside, chains_inside(False), seed))
    return pd.concat(blocks, ignore_index=True)
