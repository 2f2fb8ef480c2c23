"""The map of a region: one tile a council, for every map that the app or the report draws.

The tiles are hexagons in rows; every other row stands half a tile further right. Places come from the table of councils
(``map_column`` and ``map_row``; row 0 is north), so a map needs neither outlines nor anything from the internet.
"""

import math
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resilience.region.councils import council_rows, region_codes

ROW_HEIGHT = 0.75
"""Distance of two rows, in heights of a tile whose corner points up."""

TILE_HEIGHT = 2.0 / math.sqrt(3.0)
"""Height of a tile, in its width."""


@dataclass(frozen=True, slots=True)
class Tile:
    """One council on the map; ``x`` and ``y`` are the tile's centre in widths of a tile, from the top left."""

    council: str
    short: str
    """The name in few letters, for maps of many tiles."""
    x: float
    y: float

    @property
    def corners(self) -> list[tuple[float, float]]:
        """Return the six corners, in widths of a tile, from the top one clockwise."""
        half = TILE_HEIGHT / 2.0
        steps = (
            (0.0, -half),
            (0.5, -half / 2.0),
            (0.5, half / 2.0),
            (0.0, half),
            (-0.5, half / 2.0),
            (-0.5, -half / 2),
        )
        return [(self.x + along, self.y + down) for along, down in steps]


def region_tiles(region: str) -> list[Tile]:
    """Return the tiles of a region by its name, or of a user's table of councils by its path.

    Raises RegionError for a region that is not known and a table that cannot be read.
    """
    if region.endswith(".csv"):
        from resilience.region.own_councils import read_councils

        return tiles(read_councils(str(Path(region))))
    return tiles(council_rows(region_codes(region)))


def tiles(councils: pd.DataFrame) -> list[Tile]:
    """Return the tile of each council of a table with ``council``, ``map_column`` and ``map_row``, in its order."""
    rows = councils["map_row"].to_numpy(float)
    across = councils["map_column"].to_numpy(float) + 0.5 * (rows % 2)
    down = rows * ROW_HEIGHT * TILE_HEIGHT
    left, top = across.min() - 0.5, down.min() - TILE_HEIGHT / 2.0
    return [
        Tile(str(name), short_name(str(name)), float(x - left), float(y - top))
        for name, x, y in zip(councils["council"], across, down, strict=True)
    ]


def short_name(name: str) -> str:
    """Return a council's name in at most four letters: "Birm" for Birmingham, "TW" for Telford and Wrekin."""
    words = [word for word in name.replace("-", " ").split() if word.lower() not in ("and", "of", "upon", "on", "the")]
    if len(words) == 1:
        return words[0][:4]
    return "".join(word[0] for word in words)[:4].upper()
