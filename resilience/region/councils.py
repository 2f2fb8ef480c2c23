"""The councils of a region as the model needs them: one row each, in the units of ``data/columns.toml``."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.errors import RegionError, nearest
from resilience.region.market import market_by_council
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
    """Return the shipped councils with these codes, in this order, with the columns ``COLUMNS``."""
    councils = table("councils").copy()
    councils["self_funder_share"] = self_funder_shares(councils)
    councils["care_home_beds"] = market_by_council()["beds"].to_numpy()
    rows = councils.set_index("code", drop=False).loc[codes]
    west_midlands = table("tiles_west_midlands").set_index("code")
    own_map = set(codes) == set(west_midlands.index)
    tiles = west_midlands if own_map else table("tiles_england").set_index("code")
    rows[["map_column", "map_row"]] = tiles.loc[codes, ["map_column", "map_row"]]
    return rows[list(COLUMNS)].reset_index(drop=True)


def self_funder_shares(councils: pd.DataFrame) -> FloatArray:
    """Return the self-funded share (0-1) of older people's home places in 2016, for every council of England.

    The estimate by deprivation is right for differences within a region but too flat between regions. Each region's
    councils are shifted by one number in log-odds so that the bed-weighted mean is the region's published level (or the
    estimated one, see ``region_levels``).
    """
    raw = councils["self_funder_percent"].to_numpy(np.float64) / 100.0
    beds = market_by_council()["beds"].to_numpy(np.float64)
    levels = region_levels(councils["region"], raw, beds)
    shares = np.empty_like(raw)
    for region, level in levels.items():
        rows = (councils["region"] == region).to_numpy()
        shares[rows] = shift_to_mean(raw[rows], beds[rows], level)
    return shares


def region_levels(regions: pd.Series, raw: FloatArray, beds: FloatArray) -> dict[str, float]:
    """Return each region's level (0-1): as published, else interpolated between the published ones (an estimate).

    Interpolation: the straight line through the published levels (weighted least squares, bed-weighted means of the flat
    estimate as the horizontal axis).
    """
    published = dict(zip(table("self_funder_levels")["region"], table("self_funder_levels")["percent"] / 100.0, strict=True))
    means = {
        region: float(np.average(raw[(regions == region).to_numpy()], weights=beds[(regions == region).to_numpy()]))
        for region in region_names()
    }
    x = np.array([means[region] for region in published])
    order = np.argsort(x)
    y = np.array(list(published.values()))
    return {
        region: float(published.get(region, np.interp(means[region], x[order], y[order]))) for region in region_names()
    }


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
