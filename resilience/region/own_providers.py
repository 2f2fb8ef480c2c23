"""A user's own file of providers, one row a site: it takes the place of the synthetic sites where it has any.

For every council and setting (care homes, home care) that the file covers, its rows replace the synthetic ones; all
other councils and settings stay synthetic. A provider is one name, over all its rows.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.csv_input import Column, Row, read_table, stop_at
from resilience.region.errors import nearest
from resilience.region.own_councils import known_names
from resilience.region.sites import MEAN_AGE_BRANCH, MEAN_AGE_HOME, Sites, ages
from resilience.state.randomness import hash_keys, hash_text

KINDS = ("chain", "independent", "cooperative", "council_service")
SECTORS = ("for_profit", "third_sector", "council")
CARE_TYPES = ("residential", "nursing", "younger_adults", "home_care")
CHAIN_SITES = 3  # a provider with as many sites, here and outside, is a chain unless the file says otherwise
OUTSIDE = (
    Column("outside_homes", "homes outside the region", whole=True),
    Column("outside_beds", "beds outside the region", whole=True),
    Column("outside_councils", "councils outside the region with a home", whole=True, high=152),
    Column(
        "outside_councils_over_10_percent", "councils outside with over 10% of the beds its own", whole=True, high=152
    ),
    Column("outside_home_care_hours", "hours per week outside the region"),
    Column("outside_home_care_people", "people outside the region"),
)
TABLE = (
    Column("provider", "the provider's name", text=True, required=True),
    Column("council", "the council's name", text=True, required=True),
    Column("care_type", "the kind of care", choices=CARE_TYPES, required=True),
    Column("capacity", "beds, or clients for home care", low=1, high=5_000, required=True),
    Column("kind", "the kind of provider", choices=KINDS),
    Column("sector", "the sector", choices=SECTORS),
    Column("nursing_beds", "beds registered for nursing", whole=True),
    Column("age_years", "years since opening", high=200),
    *OUTSIDE,
)


@dataclass
class OwnProviders:
    """What a provider file says: its sites, and per owner the name, kind, sector and footprint outside the region."""

    sites: Sites
    names: dict[str, str]
    kinds: dict[str, str]
    sectors: dict[str, str]
    outside: dict[str, dict[str, float]]


def read_providers(path: str, councils: pd.DataFrame, seed: int) -> OwnProviders:
    """Return the sites and providers of a user's file for a region with these councils.

    Raises RegionError naming file, line, column, value and what is allowed.
    """
    rows = read_table(path, TABLE)
    place = council_places(councils)
    problems: list[str] = []
    for row in rows:
        _check(path, row, place, problems)
    _check_one_voice(path, rows, problems)
    stop_at(problems)
    owners, kinds, sectors, outside = {}, {}, {}, {}
    for name in dict.fromkeys(row.text("provider") for row in rows):
        mine = [row for row in rows if row.text("provider") == name]
        owner = owners[name] = _owner(name, mine, place, councils)
        kinds[owner] = _first(mine, "kind") or _usual_kind(mine)
        sectors[owner] = _first(mine, "sector") or _usual_sector(kinds[owner])
        outside[owner] = {column.name: _number(mine, column.name) for column in OUTSIDE}
    return OwnProviders(
        sites=_sites(rows, owners, place, seed),
        names={owner: name for name, owner in owners.items()},
        kinds=kinds,
        sectors=sectors,
        outside=outside,
    )


def merge(synthetic: Sites, own: OwnProviders, councils: int) -> Sites:
    """Return the synthetic sites without the councils and settings that the file covers, and the file's sites."""
    covered = np.zeros((councils, 2), dtype=bool)
    covered[own.sites.council, (own.sites.care_type == "home_care").astype(int)] = True
    service = np.array([owner.startswith("council ") for owner in synthetic.owner]) & (synthetic.capacity == 0)
    gone = covered[synthetic.council, (synthetic.care_type == "home_care").astype(int)] & ~service
    return Sites.joined([synthetic.kept(~gone), own.sites])


def apply(providers: pd.DataFrame, owners: list[str], own: OwnProviders) -> pd.DataFrame:
    """Return the providers with what the file says of its own in place of what was drawn."""
    providers = providers.copy()
    for row, owner in enumerate(owners):
        if owner in own.names:
            if own.kinds[owner] != "council_service":
                providers.loc[row, "name"] = own.names[owner]
            providers.loc[row, "kind"] = own.kinds[owner]
            providers.loc[row, "sector"] = own.sectors[owner]
            for name, value in own.outside[owner].items():
                providers.loc[row, name] = value
    return providers


def council_places(councils: pd.DataFrame) -> dict[str, int]:
    """Return the row of each council by every name in use for it, in lower case."""
    rows = {str(code): row for row, code in enumerate(councils["code"])}
    place = {name: rows[code] for name, code in known_names().items() if code in rows}
    return place | {str(name).lower(): row for row, name in enumerate(councils["council"])}


def _check(path: str, row: Row, place: dict[str, int], problems: list[str]) -> None:
    """Add what is wrong with one row beyond its single cells."""
    council, nursing = row.text("council"), row.number("nursing_beds")
    capacity = row.number("capacity") or 0.0
    if council.lower() not in place:
        problems.append(
            f"{path}:{row.line}: council = {council!r}: is not in the region.{nearest(council, place)} "
            "Allowed: the names of the region's councils."
        )
    if row.text("care_type") != "home_care" and capacity != int(capacity):
        problems.append(
            f"{path}:{row.line}: capacity = {capacity:g}: beds must be whole. Allowed: a whole number from 1."
        )
    if nursing is not None and nursing > capacity:
        problems.append(
            f"{path}:{row.line}: nursing_beds = {nursing:g}: is above capacity. Allowed: at most {capacity:g}."
        )
    if row.text("kind") == "council_service" and row.text("sector") not in ("", "council"):
        problems.append(
            f"{path}:{row.line}: sector = {row.text('sector')!r}: a council_service is council. Allowed: council."
        )


def _check_one_voice(path: str, rows: list[Row], problems: list[str]) -> None:
    """Add a problem where two rows of one provider say different things about the provider."""
    said: dict[tuple[str, str], tuple[object, int]] = {}
    for row in rows:
        for column in ("kind", "sector", *(one.name for one in OUTSIDE)):
            value = row.values.get(column)
            if value is None:
                continue
            first, line = said.setdefault((row.text("provider"), column), (value, row.line))
            if first != value:
                problems.append(
                    f"{path}:{row.line}: {column} = {value!r}: line {line} says {first!r} of the same provider "
                    f"{row.text('provider')!r}. Allowed: the same on all its rows, or blank."
                )


def _first(rows: list[Row], column: str) -> str:
    """Return the first text a provider's rows give for a column, or ""."""
    return next((row.text(column) for row in rows if row.text(column)), "")


def _number(rows: list[Row], column: str) -> float:
    """Return the first number a provider's rows give for a column, or 0."""
    return next((float(number) for row in rows if (number := row.number(column)) is not None), 0.0)


def _owner(name: str, rows: list[Row], place: dict[str, int], councils: pd.DataFrame) -> str:
    """Return the stable owner name of a provider of the file; a council's service joins that council's own."""
    if _first(rows, "kind") == "council_service":
        return f"council {councils['code'].iloc[place[rows[0].text('council').lower()]]}"
    return f"own {name}"


def _usual_kind(rows: list[Row]) -> str:
    """Return "chain" for three or more sites inside and outside together, else "independent"."""
    return "chain" if len(rows) + _number(rows, "outside_homes") >= CHAIN_SITES else "independent"


def _usual_sector(kind: str) -> str:
    """Return the sector of a provider whose rows do not say it."""
    return {"council_service": "council", "cooperative": "third_sector"}.get(kind, "for_profit")


def _sites(rows: list[Row], owners: dict[str, str], place: dict[str, int], seed: int) -> Sites:
    """Return the file's rows as sites; ages that are not given are drawn."""
    ordinal: dict[str, int] = {}
    keys = []
    for row in rows:
        name = row.text("provider")
        ordinal[name] = ordinal.get(name, -1) + 1
        keys.append(int(hash_keys(hash_text("own site"), hash_text(name), ordinal[name])[0]))
    key = np.array(keys, dtype=np.uint64)
    care_type = np.array([row.text("care_type") for row in rows], dtype="U14")
    home_care = care_type == "home_care"
    drawn = np.where(home_care, ages(key, MEAN_AGE_BRANCH, seed), ages(key, MEAN_AGE_HOME, seed))
    return Sites(
        key=key,
        owner=[owners[row.text("provider")] for row in rows],
        council=np.array([place[row.text("council").lower()] for row in rows], dtype=np.int64),
        care_type=care_type,
        nursing=_nursing(rows, care_type),
        capacity=np.array([row.number("capacity") or 0.0 for row in rows]),
        age_years=_given_or(drawn, rows),
        hours=np.zeros(len(rows)),
    )


def _nursing(rows: list[Row], care_type: NDArray[np.str_]) -> NDArray[np.bool_]:
    """Return which sites are registered for nursing: nursing homes, and any home with nursing beds."""
    return np.asarray((care_type == "nursing") | [(row.number("nursing_beds") or 0.0) > 0 for row in rows])


def _given_or(drawn: NDArray[np.float64], rows: list[Row]) -> NDArray[np.float64]:
    """Return each row's age in years, or the drawn one where the file leaves it blank."""
    given = [row.number("age_years") for row in rows]
    return np.array([one if age is None else age for one, age in zip(drawn, given, strict=True)])
