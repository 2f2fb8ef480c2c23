"""Where it happens: maps of councils with their legends, and the councils most exposed."""

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup

from resilience.region.errors import RegionError
from resilience.region.tiles import Tile, region_tiles
from resilience.reports.drawing import cartogram
from resilience.reports.figures import NOT_KNOWN, plain, rate, ticks
from resilience.reports.read import Material, keys_and

SHADES = 6
"""Steps of the colours of a map, from q0 to q5; of a change from d0 (better) by d3 (none) to d6 (worse)."""

MOST_EXPOSED = 10
"""Councils in the table of those most exposed; the table behind the map has all."""

SUMMED = ("need_hours", "care_hours_lost", "unmet_hours", "site_closures", "provider_failures")
AVERAGED = ("replacement_gap", "replacement_gap_share", "dtr_exposure")


@dataclass(frozen=True, slots=True)
class Map:
    """One map: its title, the drawing, and the steps of its colours with what each means."""

    title: str
    drawing: Markup
    legend: list[tuple[str, str]]


def by_council(material: Material) -> pd.DataFrame:
    """Return scenario x council: mean over runs of the totals, the share of need missed, and the mean exposures."""
    table = material.table("councils", keys_and("council", *SUMMED, *AVERAGED))
    keys = ["scenario", "run_id", "council"]
    grouped = table.groupby(keys, sort=False)
    runs = grouped[list(SUMMED)].sum().join(grouped[list(AVERAGED)].mean())
    runs["missed_share"] = (runs["care_hours_lost"] + runs["unmet_hours"]) / runs["need_hours"].where(
        runs["need_hours"] > 0
    )
    return runs.groupby(["scenario", "council"], sort=False).mean().fillna({"missed_share": 0.0})


def tiles_of(material: Material) -> list[Tile]:
    """Return the map of the region; none where its table of councils can no longer be read."""
    scenario = next(iter(material.scenarios.values()))
    try:
        return region_tiles(scenario.region)
    except RegionError:
        return []


def level_map(title: str, tiles: Sequence[Tile], shares: Mapping[str, float]) -> Map:
    """Return a map of shares, in steps of one colour."""
    known = {tile.council: shares.get(tile.council, 0.0) for tile in tiles}
    return _map(title, tiles, known, _breaks(known.values()), "q", signed=False)


def change_maps(titles: Sequence[str], tiles: Sequence[Tile], changes: Sequence[Mapping[str, float]]) -> list[Map]:
    """Return maps of changes of shares on one scale, worse in one colour and better in another."""
    every = [abs(shares.get(tile.council, 0.0)) for shares in changes for tile in tiles]
    step = _round_up(max([*every, 1e-4]) / 3)
    breaks = [-3 * step, -2 * step, -step, -step / 4, step / 4, step, 2 * step, 3 * step]
    return [
        _map(title, tiles, {tile.council: shares.get(tile.council, 0.0) for tile in tiles}, breaks, "d", signed=True)
        for title, shares in zip(titles, changes, strict=True)
    ]


def _round_up(number: float) -> float:
    """Return the next number with one figure: 0.0037 as 0.004."""
    power: float = 10.0 ** math.floor(math.log10(number))
    return math.ceil(number / power - 1e-9) * power


def _breaks(numbers: Any) -> list[float]:
    """Return the ends of the steps: round numbers over the range, at most ``SHADES`` steps."""
    low, high = min(numbers), max(numbers)
    if high - low < 1e-9:
        return [low, high + 1e-9]
    return ticks(low, high, SHADES - 1)[: SHADES + 1]


def _map(
    title: str,
    tiles: Sequence[Tile],
    shares: Mapping[str, float],
    breaks: Sequence[float],
    family: str,
    *,
    signed: bool,
) -> Map:
    def place(share: float) -> int:
        inside = [at for at, end in enumerate(breaks[1:-1], start=1) if share >= end]
        return inside[-1] if inside else 0

    step = min(b - a for a, b in itertools.pairwise(breaks))
    decimals = 0 if step >= 0.00999 else 1 if step >= 0.00099 else 2
    shades = {council: f"{family}{place(share)}" for council, share in shares.items()}
    values = {council: points(share, signed=signed, decimals=max(decimals, 1)) for council, share in shares.items()}
    used = sorted({place(share) for share in shares.values()})
    ends = [points(end, signed=signed, decimals=decimals) for end in breaks]
    legend = [(f"{family}{at}", f"{ends[at]} to {ends[at + 1]}") for at in range(used[0], used[-1] + 1)]
    worst = sorted(shares, key=lambda council: -shares[council])[:3]
    label = f"Map: {title}. Highest: {', '.join(f'{council} {values[council]}' for council in worst)}."
    return Map(title, cartogram(tiles, shades, values, label), legend)


def points(share: float, *, signed: bool = False, decimals: int = 1) -> str:
    """Return a share as a percentage, or a change of one with its sign."""
    if not math.isfinite(share):
        return NOT_KNOWN
    text = plain(100 * share, decimals)
    plus = "+" if signed and share > 0 and any(digit in text for digit in "123456789") else ""
    return f"{plus}{text}{'' if signed else '%'}"


def maps_of(material: Material, councils: pd.DataFrame) -> list[Map]:
    """Return the maps of a run or a comparison: the base's level, and each other scenario's change from it."""
    tiles = tiles_of(material)
    if not tiles:
        return []
    present = [title for title in material.titles if material.finished[title]]
    base = _shares(councils, present[0], "missed_share")
    if len(present) == 1:
        gap = _shares(councils, present[0], "replacement_gap_share")
        return [
            level_map("Need lost or unmet, share of all need", tiles, base),
            level_map("Largest replacement gap, share of all hours", tiles, gap),
        ]
    others = [_shares(councils, title, "missed_share") for title in present[1:]]
    changes = [{council: share - base[council] for council, share in shares.items()} for shares in others]
    titles = [f"{title}: change in percentage points" for title in present[1:]]
    return [level_map(f"{present[0]}: share of need", tiles, base), *change_maps(titles, tiles, changes)]


def _shares(councils: pd.DataFrame, title: str, name: str) -> dict[str, float]:
    """Return one column of one scenario by council."""
    column = councils.xs(title, level="scenario")[name]
    return dict(zip(column.index.astype(str), column.to_numpy(dtype=np.float64).tolist(), strict=True))


COUNCIL_HEADS = (
    "Council", "Need lost or unmet", "Care hours lost", "Replacement gap, hours a week", "Replacement gap, share",
    "Difficult to replace, share of hours", "Closures a run", "Failures a run",
)  # fmt: skip


def council_table(councils: pd.DataFrame, titles: Sequence[str]) -> tuple[list[str], list[list[str]]]:
    """Return headings and a row a council and scenario, councils in alphabetical order."""
    scenarios = [title for title in titles if title in councils.index.get_level_values("scenario")]
    rows = []
    for council in sorted(councils.index.get_level_values("council").unique()):
        for title in scenarios:
            row = councils.loc[(title, council)]
            cells = [
                points(row["missed_share"]),
                plain(row["care_hours_lost"]),
                plain(row["replacement_gap"]),
                points(row["replacement_gap_share"]),
                points(row["dtr_exposure"]),
                rate(row["site_closures"]),
                rate(row["provider_failures"]),
            ]
            rows.append([council, *([title] if len(scenarios) > 1 else []), *cells])
    heads = [COUNCIL_HEADS[0], *(["Scenario"] if len(scenarios) > 1 else []), *COUNCIL_HEADS[1:]]
    return heads, rows


def council_rows(councils: pd.DataFrame, titles: Sequence[str]) -> list[dict[str, Any]]:
    """Return every council, the most exposed first, with bars of what it misses and of its gap in each scenario."""
    scenarios = [title for title in titles if title in councils.index.get_level_values("scenario")]
    worst = councils.groupby("council")[["missed_share", "replacement_gap_share"]].max()
    order = worst.sort_values(["missed_share", "replacement_gap_share"], ascending=False, kind="stable").index
    return [
        {
            "council": council,
            "missed": _bars(councils, scenarios, council, "missed_share"),
            "gap": _bars(councils, scenarios, council, "replacement_gap_share"),
        }
        for council in order
    ]


def _bars(councils: pd.DataFrame, scenarios: Sequence[str], council: str, name: str) -> list[dict[str, Any]]:
    top = max(float(councils[name].max()), 1e-9)
    cells = []
    for title in scenarios:
        share = _shares(councils, title, name)[council]
        cells.append({"scenario": title, "text": points(share), "width": 100 * share / top})
    return cells
