"""The councils of a region as the model needs them: one row each, in the units of ``data/columns.toml``."""

from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.errors import RegionError, nearest
from resilience.region.tables import region_names, table

FloatArray = NDArray[np.float64]

COLUMNS = (
    "council",
    "code",
    "region",
    "population_65plus",
    "population_75plus",
    "population_85plus",
    "population_all",
    "care_home_beds",
    "idaopi_percent",
    "gross_current_expenditure_gbp_m",
    "residential_fee_gbp_week",
    "nursing_fee_gbp_week",
    "home_care_fee_gbp_hour",
    "home_care_hours_per_week",
    "home_care_in_house_share",
    "supported_residents",
    "supported_residents_2022_23",
    "self_funder_share",
    "home_care_services",
    "map_column",
    "map_row",
)
AMOUNTS = ("home_care_hours_per_week", "supported_residents", "supported_residents_2022_23")  # need not be whole


def region_codes(name: str) -> list[str]:
    """Return the council codes of a shipped region: "west-midlands", "england" or any official region's name.

    Raises RegionError with the nearest name when there is no such region.
    """
    councils = table("councils")
    wanted = name.strip().lower().replace(" ", "-")
    if wanted == "england":
        return list(councils["code"])
    known = {region.lower().replace(" ", "-"): region for region in region_names()}
    if wanted not in known:
        allowed = ", ".join(["england", *known])
        raise RegionError(
            f"region '{name}' is not known.{nearest(wanted, ['england', *known])} "
            f"Allowed: {allowed}, or the path of a csv table of councils."
        )
    return list(councils["code"][councils["region"] == known[wanted]])


def council_rows(codes: list[str]) -> pd.DataFrame:
    """Return the shipped councils with these codes, in this order, with the columns ``COLUMNS``.

    ``care_home_beds`` are those of the register of April 2021, the same that the sites add up to.
    """
    councils = table("councils").assign(
        self_funder_share=self_funder_shares(), care_home_beds=beds_by_council().to_numpy(np.int64)
    )
    rows = councils.set_index("code", drop=False).loc[codes]
    west_midlands = table("tiles_west_midlands").set_index("code")
    own_map = set(codes) == set(west_midlands.index)
    tiles = west_midlands if own_map else table("tiles_england").set_index("code")
    rows[["map_column", "map_row"]] = tiles.loc[codes, ["map_column", "map_row"]]
    return rows[list(COLUMNS)].reset_index(drop=True).astype(dict.fromkeys(AMOUNTS, np.float64))


@lru_cache(maxsize=1)
def beds_by_council() -> pd.Series:
    """Return the care-home beds of April 2021 by council code, in the order of the councils table (0 for none)."""
    beds = table("register").groupby("code")["beds"].sum()
    return beds.reindex(table("councils")["code"], fill_value=0)


@lru_cache(maxsize=1)
def self_funder_shares() -> FloatArray:
    """Return the self-funded share (0-1) of older people's home places in 2016 for every council of England.

    The estimate by deprivation is right for differences within a region but too flat between regions. Each region's
    councils are shifted by one number in log-odds so that the bed-weighted mean is the region's level.
    """
    councils = table("councils")
    raw = councils["self_funder_percent"].to_numpy(np.float64) / 100.0
    beds = beds_by_council().to_numpy(np.float64)
    shares = np.empty_like(raw)
    for region, level in region_levels().items():
        rows = (councils["region"] == region).to_numpy()
        shares[rows] = shift_to_mean(raw[rows], beds[rows], level)
    return shares


@lru_cache(maxsize=1)
def region_levels() -> dict[str, float]:
    """Return the self-funded share (0-1) of each region in 2016: published for three, an estimate for six.

    The estimate: level = lowest + (highest - lowest) x t^p, where t runs from 0 at the lowest published region to 1 at
    the highest along the bed-weighted mean of the flat estimate, and p makes England's mean "almost half".
    """
    councils, levels = table("councils"), table("self_funder_levels")
    published = dict(zip(levels["region"].to_list(), (levels["percent"] / 100.0).to_list(), strict=True))
    england = published.pop("England")
    names, group = np.unique(councils["region"].to_numpy(str), return_inverse=True)
    beds = beds_by_council().to_numpy(np.float64)
    weight = np.bincount(group, weights=beds)
    flat = np.bincount(group, weights=beds * councils["self_funder_percent"].to_numpy(np.float64)) / weight
    known = np.array([published.get(name, np.nan) for name in names.tolist()])
    low, high = int(np.nanargmin(known)), int(np.nanargmax(known))
    along = np.clip((flat - flat[low]) / (flat[high] - flat[low]), 0.0, 1.0)
    bottom, top = 0.0, 3.0
    for _ in range(60):  # a larger power lowers every level between the two ends
        power = (bottom + top) / 2
        level = np.where(np.isnan(known), known[low] + (known[high] - known[low]) * along**power, known)
        bottom, top = (power, top) if np.average(level, weights=weight) > england else (bottom, power)
    return dict(zip(names.tolist(), level.tolist(), strict=True))


def shift_to_mean(shares: FloatArray, weights: FloatArray, target: float) -> FloatArray:
    """Shift shares (0-1) by one number in log-odds so that their weighted mean is ``target`` (Newton's method)."""
    odds = np.log(shares / (1.0 - shares))
    shift = 0.0
    for _ in range(50):
        moved = 1.0 / (1.0 + np.exp(-(odds + shift)))
        gap = target - np.average(moved, weights=weights)
        if abs(gap) < 1e-12:
            break
        shift += float(gap / np.average(moved * (1.0 - moved), weights=weights))
    return np.asarray(moved)
