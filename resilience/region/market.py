"""The care-home market of April 2021 by council, on the boundaries of 2014-2019 that the other tables use.

The published table is on today's boundaries. Three new areas are merged back (Cumbria, Northamptonshire) and one is
split back (Bournemouth, Christchurch and Poole); all else is carried over unchanged. City of London has no homes.
"""

from functools import lru_cache

import numpy as np
import pandas as pd

from resilience.region.tables import table

COUNTS = (
    "homes",
    "beds",
    "older_people_homes",
    "older_people_beds",
    "nursing_homes",
    "nursing_beds",
    "homes_1_10_beds",
    "homes_11_49_beds",
    "homes_50_plus_beds",
    "groups",
)
RATES = ("older_log_beds_mean", "older_log_beds_sd", "largest_group_share", "top_10_group_share", "group_bed_hhi")


@lru_cache(maxsize=1)
def market_by_council() -> pd.DataFrame:
    """Return homes, beds and concentration by council code: ``COUNTS``, ``RATES``, ``estimated`` and the map tile.

    ``estimated`` is true where a boundary change made an estimate necessary (five councils), or no homes exist.
    """
    councils = table("councils")
    published = table("market_2021")
    moves = table("boundaries")
    renamed = moves.groupby("area")["code"].agg(["first", "size"])
    plain = dict(zip(councils["council"], councils["code"], strict=True))
    plain |= {str(area): str(row["first"]) for area, row in renamed.iterrows() if row["size"] == 1}
    parts: dict[str, list[tuple[pd.Series, float]]] = {}
    for _, row in published.iterrows():
        area = str(row["area"])
        pieces = moves[moves["area"] == area]
        shares = [(plain[area], 1.0)] if len(pieces) < 2 else list(zip(pieces["code"], pieces["share"], strict=True))
        for code, share in shares:
            parts.setdefault(code, []).append((row, float(share)))
    rows = {code: _combine(parts.get(code, [])) for code in councils["code"]}
    frame = pd.DataFrame.from_dict(rows, orient="index")
    frame[list(COUNTS)] = frame[list(COUNTS)].astype(np.int64)
    tiles = table("tiles_england").set_index("code")
    return frame.join(tiles)


def _combine(parts: list[tuple[pd.Series, float]]) -> dict[str, float | bool]:
    """Return one council's row from the published areas (and the share of each) that make it up."""
    if len(parts) == 1 and parts[0][1] == 1.0:
        row = parts[0][0]
        return {name: row[name] for name in COUNTS + RATES} | {"estimated": False}
    counts = {name: round(sum(row[name] * share for row, share in parts)) for name in COUNTS}
    if not parts:
        return counts | dict.fromkeys(RATES, 0.0) | {"estimated": True}
    counts["homes_11_49_beds"] = counts["homes"] - counts["homes_1_10_beds"] - counts["homes_50_plus_beds"]
    return counts | _combined_rates(parts, counts) | {"estimated": True}


def _combined_rates(parts: list[tuple[pd.Series, float]], counts: dict[str, int]) -> dict[str, float]:
    """Return the concentration and the home sizes of merged or split areas.

    Assumptions: of two merged areas the groups overlap a little (a twelfth of the smaller list is counted once only); a
    part of a split area has the structure of the whole, so its groups are fewer and its shares larger by the square
    root of the fraction. Bed shares add up by beds.
    """
    weights = np.array([row["beds"] * share for row, share in parts])
    weights = weights / weights.sum()
    fractions = np.array([share for _, share in parts])
    hhi = np.array([row["group_bed_hhi"] for row, _ in parts]) / np.sqrt(fractions)
    largest = np.array([row["largest_group_share"] for row, _ in parts]) / np.sqrt(fractions)
    top = np.minimum(np.array([row["top_10_group_share"] for row, _ in parts]) / np.sqrt(fractions), 0.98)
    groups = np.array([row["groups"] * share**0.85 for row, share in parts])
    counts["groups"] = min(round(groups.sum() - (groups.min() / 12 if len(parts) > 1 else 0)), counts["homes"])
    older = np.array([row["older_people_homes"] * share for row, share in parts])
    means = np.array([row["older_log_beds_mean"] for row, _ in parts])
    spreads = np.array([row["older_log_beds_sd"] for row, _ in parts])
    mean = float(np.average(means, weights=older))
    return {
        "older_log_beds_mean": mean,
        "older_log_beds_sd": float(np.sqrt(np.average(spreads**2 + (means - mean) ** 2, weights=older))),
        "largest_group_share": float((weights * largest).max() * 1.1 if len(parts) > 1 else largest[0]),
        "top_10_group_share": float((weights * top).sum() * (0.85 if len(parts) > 1 else 1.0)),
        "group_bed_hhi": float((weights**2 * hhi).sum() * (1.3 if len(parts) > 1 else 1.0)),
    }
