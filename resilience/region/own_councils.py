"""A user's own table of councils: known councils with some numbers changed, or councils of their own.

A known council takes whatever its row leaves blank from the shipped table. A council of the user's own must bring the
columns in ``NEEDED``; the rest is estimated from England's ratios to its people aged 65 and over.
"""

import re
from functools import lru_cache

import numpy as np
import pandas as pd

from resilience.region.councils import COLUMNS, council_rows
from resilience.region.csv_input import Column, Row, read_table, stop_at
from resilience.region.errors import nearest
from resilience.region.tables import table

TABLE = (
    Column("council", "the council's name", text=True, required=True),
    Column("code", "code of a shipped council", text=True),
    Column("region", "the region's name", text=True),
    Column("population_all", "people", whole=True),
    Column("population_65plus", "people", whole=True, low=1),
    Column("population_75plus", "people", whole=True),
    Column("population_85plus", "people", whole=True),
    Column("care_home_beds", "beds of all care homes", whole=True),
    Column("care_homes", "number of care homes", whole=True),
    Column("nursing_beds", "beds in homes registered for nursing", whole=True),
    Column("idaopi_percent", "per cent of older people income deprived", high=100),
    Column("gross_current_expenditure_gbp_m", "GBP million a year"),
    Column("residential_fee_gbp_week", "GBP per week", low=1, high=10_000),
    Column("nursing_fee_gbp_week", "GBP per week", low=1, high=10_000),
    Column("home_care_fee_gbp_hour", "GBP per hour", low=1, high=200),
    Column("home_care_hours_per_week", "hours per week commissioned by the council"),
    Column("home_care_in_house_share", "share, 0-1", high=1),
    Column("supported_residents", "people", low=0),
    Column("supported_residents_2022_23", "people", low=0),
    Column("self_funder_share", "share of older people's home places, 0-1", low=0.001, high=0.999),
    Column("home_care_services", "registered services", whole=True),
    Column("map_column", "column on the map of tiles", low=-1000, high=1000, whole=True),
    Column("map_row", "row on the map of tiles", low=-1000, high=1000, whole=True),
    Column("neighbours", "names of neighbouring councils, separated by ';'", text=True),
)
NEEDED = (
    "population_65plus",
    "care_home_beds",
    "residential_fee_gbp_week",
    "nursing_fee_gbp_week",
    "home_care_fee_gbp_hour",
    "home_care_hours_per_week",
)
PER_OLDER_PERSON = (
    "population_all",
    "population_75plus",
    "population_85plus",
    "gross_current_expenditure_gbp_m",
    "supported_residents",
    "supported_residents_2022_23",
    "home_care_services",
)
AS_ENGLAND = ("idaopi_percent", "home_care_in_house_share", "self_funder_share")
SMALLER_AND_LARGER = (  # a row may not have more of the first than of the second
    ("population_85plus", "population_75plus"),
    ("population_75plus", "population_65plus"),
    ("population_65plus", "population_all"),
    ("nursing_beds", "care_home_beds"),
    ("care_homes", "care_home_beds"),
)
DRAWN_FROM = ("care_home_beds", "care_homes", "nursing_beds")  # another number here means other homes than shipped
NO_EXTRAS = {"neighbours": "", "care_homes": np.nan, "nursing_beds": np.nan}


def read_councils(path: str) -> pd.DataFrame:
    """Return the councils of a user's table: ``COLUMNS`` and what ``NO_EXTRAS`` names, ``own``, ``placed``.

    ``own`` is true where the homes must be drawn from this row, false where the shipped register serves; ``placed``
    where the tile on the map says nothing about neighbours. Raises RegionError naming file, line, column, value and
    what is allowed.
    """
    rows = read_table(path, TABLE)
    problems: list[str] = []
    seen: dict[str, int] = {}
    records = []
    codes = [known_council(row) for row in rows]
    shipped = council_rows(list(dict.fromkeys(code for code in codes if code))).set_index("code", drop=False)
    for row, code in zip(rows, codes, strict=True):
        record = _changed(row, dict(shipped.loc[code])) if code else _own(path, row, problems)
        if record is None:
            continue
        code = str(record["code"])
        if code in seen:
            problems.append(f"{path}:{row.line}: council = {row.text('council')!r} is already on line {seen[code]}.")
        seen[code] = row.line
        _compare(path, row.line, record, problems)
        records.append(record)
    stop_at(problems)
    frame = pd.DataFrame(records)
    _place_on_map(frame)
    whole = [column.name for column in TABLE if column.whole and column.name in COLUMNS]
    return frame.astype(dict.fromkeys(whole, np.int64))


@lru_cache(maxsize=1)
def known_names() -> dict[str, str]:
    """Return code by name, in lower case, for every shipped council and every name the other tables use for it."""
    councils, moves = table("councils"), table("boundaries")
    names = {str(area).lower(): str(code) for area, code, share in moves.itertuples(index=False) if share == 1}
    names |= {str(name).lower(): str(code) for name, code in zip(councils["council"], councils["code"], strict=True)}
    return names


def known_council(row: Row) -> str:
    """Return the code of the shipped council that a row names (by code or by name), or ""."""
    if row.text("code") in set(table("councils")["code"]):
        return row.text("code")
    return known_names().get(row.text("council").lower(), "")


def _changed(row: Row, shipped: dict[str, object]) -> dict[str, object]:
    """Return a shipped council with the values that its row gives in place of the shipped ones."""
    given = {name: value for name, value in row.values.items() if value is not None}
    changed = any(given.get(name, shipped.get(name)) != shipped.get(name) for name in DRAWN_FROM)
    return NO_EXTRAS | shipped | given | {"code": shipped["code"], "own": changed}


def _own(path: str, row: Row, problems: list[str]) -> dict[str, object] | None:
    """Return a council of the user's own, blanks estimated; None (and a problem) where it lacks a number."""
    given = {name: value for name, value in row.values.items() if value is not None}
    name = row.text("council")
    missing = [column for column in NEEDED if column not in given]
    if missing:
        hint = nearest(name, (str(known) for known in table("councils")["council"]))
        problems.append(
            f"{path}:{row.line}: council = {name!r} is not a council of the shipped table.{hint} "
            f"A council of your own also needs: {', '.join(missing)}."
        )
        return None
    england = england_ratios()
    older = float(row.number("population_65plus") or 0.0)
    estimated: dict[str, object] = {column: float(round(england[column] * older)) for column in PER_OLDER_PERSON}
    estimated |= {column: england[column] for column in AS_ENGLAND}
    estimated |= {"gross_current_expenditure_gbp_m": england["gross_current_expenditure_gbp_m"] * older}
    estimated |= {"map_column": np.nan, "map_row": np.nan, "region": "Own"}
    return NO_EXTRAS | estimated | given | {"code": own_code(name), "own": True}


def own_code(name: str) -> str:
    """Return a stable code for a council of the user's own: "own-" and its name in plain letters."""
    return "own-" + re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


@lru_cache(maxsize=1)
def england_ratios() -> dict[str, float]:
    """Return England's amounts per person aged 65+ (``PER_OLDER_PERSON``) and medians of rates (``AS_ENGLAND``)."""
    england = council_rows(list(table("councils")["code"]))
    older = float(england["population_65plus"].sum())
    ratios = {name: float(england[name].sum()) / older for name in PER_OLDER_PERSON}
    return ratios | {name: float(england[name].median()) for name in AS_ENGLAND}


def _compare(path: str, line: int, record: dict[str, object], problems: list[str]) -> None:
    """Add a problem for every pair of numbers in a row that cannot both be right."""
    for smaller, larger in SMALLER_AND_LARGER:
        small, large = float(record[smaller]), float(record[larger])  # type: ignore[arg-type]
        if small > large:
            problems.append(
                f"{path}:{line}: {smaller} = {small:g}: is above {larger} ({large:g}). Allowed: at most {larger}."
            )
    if float(record["care_home_beds"]) > 0 and record["care_homes"] == 0:  # type: ignore[arg-type]
        problems.append(f"{path}:{line}: care_homes = 0: but there are care_home_beds. Allowed: a whole number from 1.")


def _place_on_map(frame: pd.DataFrame) -> None:
    """Give councils without a tile a free one below the map, and mark them ``placed`` (changes ``frame``)."""
    column, row = frame["map_column"].to_numpy(np.float64).copy(), frame["map_row"].to_numpy(np.float64).copy()
    missing = np.flatnonzero(np.isnan(column) | np.isnan(row))
    missing = missing[np.argsort(frame["code"].to_numpy()[missing], kind="stable")]
    bottom = 0.0 if len(missing) == len(frame) else float(np.nanmax(row)) + 2.0
    column[missing] = np.arange(len(missing)) % 6
    row[missing] = bottom + np.arange(len(missing)) // 6
    frame["map_column"], frame["map_row"] = column, row
    frame["placed"] = np.isin(np.arange(len(frame)), missing)
