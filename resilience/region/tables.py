"""The package's own tables: councils, the care-home market of 2021, chains, maps and borders.

Every column of every table is described (unit, year, source, estimate or not) in ``data/columns.toml``.
"""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO

import pandas as pd

TABLES = (
    "borders_west_midlands",
    "boundaries",
    "councils",
    "groups_2021",
    "market_2021",
    "register",
    "returns",
    "self_funder_levels",
    "tiles_england",
    "tiles_west_midlands",
)


@lru_cache(maxsize=32)
def table(name: str) -> pd.DataFrame:
    """Return one shipped table by its file name without ``.csv`` (read-only: it is shared). Codes are text."""
    raw = (files("resilience.region") / "data" / f"{name}.csv").read_bytes()
    text_columns = {"code": str, "neighbour_code": str}
    return pd.read_csv(BytesIO(raw), dtype=text_columns, keep_default_na=True)


@lru_cache(maxsize=1)
def region_names() -> tuple[str, ...]:
    """Return the nine English regions by their official names, in alphabetical order."""
    return tuple(sorted(table("councils")["region"].unique()))
