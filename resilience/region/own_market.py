"""The care-home market of a user's own councils, estimated from their beds, and the national chains that reach them.

Everything is read off the market of April 2021: the spread of home sizes, the share for older people, how concentration
falls with the number of homes, and how a chain's presence in a region depends on its number of councils.
"""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtri

from resilience.region.footprints import Chains
from resilience.region.homes import settle
from resilience.region.market import market_by_council
from resilience.region.register import some_chains
from resilience.region.tables import table
from resilience.state.randomness import hash_keys, hash_text, uniform

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

SIZE_LOG_SPREAD = 0.995  # log beds of all homes (E02-050)
SIZE_RANGE = (1, 220)  # beds of a home
PRESENCE_POWER = 0.75  # chances to reach a region grow with a chain's councils to this power (West Midlands, 2021)
CHAIN_HOMES_SHARE = 0.64  # most of a region's homes that chains may hold (England 63%, West Midlands 63%)


def own_market(councils: pd.DataFrame) -> pd.DataFrame:
    """Return the market rows (index: code) of councils from their beds and, where given, homes and nursing beds."""
    rows = {str(row["code"]): market_row(row) for _, row in councils.sort_values("code").iterrows()}
    return pd.DataFrame.from_dict(rows, orient="index")


def market_row(council: pd.Series) -> dict[str, float]:
    """Return one council's homes, bands, kinds and concentration, all consistent with its beds."""
    england = market_by_council()[["homes", "beds", "older_people_homes", "nursing_beds", "nursing_homes"]].sum()
    beds = int(council["care_home_beds"])
    given = council["care_homes"]
    homes = int(given) if given == given else max(round(beds * float(england["homes"] / england["beds"])), min(beds, 1))
    homes = max(homes, -(-beds // SIZE_RANGE[1]))
    sizes = _sizes(homes, beds)
    older = round(homes * float(england["older_people_homes"] / england["homes"])) if homes > 1 else homes
    older_sizes = sizes[homes - older :]  # the larger homes
    nursing = council["nursing_beds"]
    nursing_beds = (
        int(nursing) if nursing == nursing else round(beds * float(england["nursing_beds"] / england["beds"]))
    )
    per_home = float(england["nursing_beds"] / england["nursing_homes"])
    logs = np.log(older_sizes) if older else np.zeros(1)
    return {
        "homes": homes,
        "beds": beds,
        "older_people_homes": older,
        "older_people_beds": int(older_sizes.sum()),
        "nursing_homes": min(max(round(nursing_beds / per_home), min(nursing_beds, 1)), homes),
        "nursing_beds": nursing_beds,
        "homes_1_10_beds": int((sizes <= 10).sum()),
        "homes_11_49_beds": int(((sizes > 10) & (sizes < 50)).sum()),
        "homes_50_plus_beds": int((sizes >= 50).sum()),
        "older_log_beds_mean": float(logs.mean()),
        "older_log_beds_sd": float(logs.std(ddof=1)) if older > 1 else np.nan,
        "map_column": float(council["map_column"]),
        "map_row": float(council["map_row"]),
    } | concentration(homes, beds, int(sizes[-1]) if homes else 0)


def _sizes(homes: int, beds: int) -> IntArray:
    """Return plausible beds of each home, smallest first, adding up to ``beds``."""
    if homes == 0:
        return np.zeros(0, dtype=np.int64)
    score = SIZE_LOG_SPREAD * ndtri((np.arange(homes) + 0.5) / homes)
    bottom, top = -10.0, 15.0
    for _ in range(60):
        level = (bottom + top) / 2
        total = np.clip(np.exp(level + score), *SIZE_RANGE).sum()
        bottom, top = (level, top) if total < beds else (bottom, level)
    low, high = np.full(homes, SIZE_RANGE[0]), np.full(homes, SIZE_RANGE[1])
    return np.sort(settle(np.clip(np.exp(bottom + score), *SIZE_RANGE), low, high, beds))


def concentration(homes: int, beds: int, largest_home: int) -> dict[str, float]:
    """Return groups, largest group's share, top ten's share and HHI, as councils with that many homes have them."""
    if homes == 0:
        return {"groups": 0, "largest_group_share": 0.0, "top_10_group_share": 0.0, "group_bed_hhi": 0.0}
    lines = concentration_lines()
    log_homes = np.log(homes)
    groups = int(np.clip(round(float(np.exp(np.polyval(lines["groups"], log_homes)))), 1, homes))
    largest = float(np.clip(np.exp(np.polyval(lines["largest_group_share"], log_homes)), 1.0 / groups, 1.0))
    largest = max(largest, largest_home / beds)
    top = 1.0 - np.exp(-np.exp(np.polyval(lines["top_10_group_share"], log_homes)))
    hhi = float(np.exp(np.polyval(lines["group_bed_hhi"], log_homes)))
    return {
        "groups": groups,
        "largest_group_share": largest,
        "top_10_group_share": 1.0 if groups <= 10 else float(np.clip(top, max(largest, 10.0 / groups), 1.0)),
        "group_bed_hhi": float(np.clip(hhi, max(largest**2, 1.0 / groups), 1.0)),
    }


@lru_cache(maxsize=1)
def concentration_lines() -> dict[str, FloatArray]:
    """Return the straight lines of concentration against log homes over the councils of April 2021 (least squares)."""
    market = market_by_council()
    market = market[(market["homes"] > 0) & ~market["estimated"].astype(bool)]
    log_homes = np.log(market["homes"].to_numpy(np.float64))
    top = np.minimum(market["top_10_group_share"].to_numpy(np.float64), 0.99)
    targets = {
        "groups": np.log(market["groups"].to_numpy(np.float64)),
        "largest_group_share": np.log(market["largest_group_share"].to_numpy(np.float64)),
        "top_10_group_share": np.log(-np.log(1.0 - top)),
        "group_bed_hhi": np.log(market["group_bed_hhi"].to_numpy(np.float64)),
    }
    return {name: np.polyfit(log_homes, values, 1) for name, values in targets.items()}


def own_chains(market: pd.DataFrame, seed: int) -> Chains:
    """Return the national chains' footprint inside own councils: who is there, with how many homes, beds and councils.

    A region with a share f of England's homes is reached by a chain of k councils with probability
    1 - (1 - f)^(k^0.75); those that reach it hold there what makes the average right.
    """
    groups = table("groups_2021")
    share = float(market["homes"].sum()) / float(market_by_council()["homes"].sum())
    councils = groups["councils"].to_numpy(np.float64)
    chance = 1.0 - (1.0 - min(share, 1.0)) ** (councils**PRESENCE_POWER)
    rank = groups["rank"].to_numpy(np.uint64)
    keys = hash_keys(*[hash_text(str(code)) for code in market.index], rank)
    there = uniform(seed, "region/own_chain", 0, keys) < chance
    rounding = uniform(seed, "region/own_chain_size", 0, keys)
    places = int((market["homes"] > 0).sum())
    usual = councils * min(share, 1.0) / np.maximum(chance, 1e-12)
    inside = np.clip(np.floor(usual + rounding), 1, np.minimum(councils, places))
    all_homes = groups["homes"].to_numpy(np.float64)
    homes = np.where(there, np.clip(np.rint(all_homes * inside / councils), inside, all_homes), 0.0)
    homes = np.where(np.cumsum(homes) <= CHAIN_HOMES_SHARE * float(market["homes"].sum()), homes, 0.0)
    beds = np.rint(homes * groups["beds"].to_numpy(np.float64) / all_homes)
    return some_chains(homes.astype(np.int64), np.maximum(beds, homes).astype(np.int64), inside.astype(np.int64))
