"""Import of the regulator's care directory: the own provider file, a summary by council, and what was left out."""

import csv
import shutil
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from resilience.region.build import build_region
from resilience.region.councils import council_rows, region_codes
from resilience.region.cqc_directory import read_directory
from resilience.region.cqc_sites import is_any_council, is_council, locate
from resilience.region.errors import RegionError
from resilience.region.home_care import HOURS_PER_PERSON
from resilience.region.own_providers import CHAIN_SITES, OUTSIDE, TABLE

PROVIDERS, SUMMARY, DROPPED = "providers.csv", "summary.csv", "dropped.csv"
COOPERATIVE = r"\bco-?op(?:erative)?s?\b"
LARGE_SHARE = 0.1
"""Share of a council's beds from which the statutory test counts it (SI 2015/314)."""


@dataclass(frozen=True)
class Imported:
    """What an import gives: the provider file's rows, the summary by council, and the locations left out."""

    region: str
    providers: pd.DataFrame
    summary: pd.DataFrame
    dropped: pd.DataFrame
    unknown: dict[str, int]
    outside: int
    """Sites of the directory in councils outside the region: they make the groups' footprints."""


def import_cqc(path: str | Path, region: str, renamed: Mapping[str, str] | None = None) -> Imported:
    """Read a care directory and return what the model needs of it for a region.

    ``region`` is "england" or the name of a region; ``renamed`` gives councils for names of local authorities. Raises
    RegionError for a file that cannot be used, an unknown region or council, and a region without any site.
    """
    inside = set(council_rows(region_codes(region))["council"])
    located = locate(read_directory(path), renamed)
    sites = with_groups(located.sites)
    here = sites[sites["council"].isin(inside)]
    if here.empty:
        raise RegionError(f"{path}: has no home and no branch in {region}.")
    return Imported(
        region=region,
        providers=provider_rows(sites, inside),
        summary=summary(here, region),
        dropped=located.dropped,
        unknown=located.unknown,
        outside=len(sites) - len(here),
    )


def with_groups(sites: pd.DataFrame) -> pd.DataFrame:
    """Return the sites with ``group``, the name under which the model knows their owner, and what the owner is.

    Sites of one brand belong together, others by provider. Providers of one name with different numbers stay apart. A
    council is itself where its site is its own, and a provider of the third sector elsewhere.
    """
    several = sites[sites["brand"] == ""].groupby("provider")["provider_id"].nunique()
    twice = set(several[several > 1].index)
    names = []
    for row in sites.itertuples():
        alone = f"{row.provider} ({row.provider_id})" if row.provider in twice else str(row.provider)
        abroad = is_any_council(alone) and not is_council(str(row.provider), str(row.council))
        names.append(str(row.brand) or (f"{alone} outside its area" if abroad else alone))
    found = sites.assign(group=names)
    found["own_service"] = [
        not row.brand and is_council(str(row.provider), str(row.council)) for row in found.itertuples()
    ]
    return found.assign(kind=_kinds(found), sector=_sectors(found))


def _kinds(sites: pd.DataFrame) -> "pd.Series[str]":
    """Return the kind of each site's owner: by its name, or chain from three sites in England on."""
    large = sites["group"].map(sites["group"].value_counts()) >= CHAIN_SITES
    together = sites["provider"].str.contains(COOPERATIVE, case=False).groupby(sites["group"]).transform("all")
    kind = pd.Series(np.where(large, "chain", "independent"), index=sites.index)
    return kind.mask(together, "cooperative").mask(sites["own_service"], "council_service")


def _sectors(sites: pd.DataFrame) -> "pd.Series[str]":
    """Return the sector: council, third sector for charities, co-operatives and public bodies, else for profit."""
    council = sites["provider"].map(is_any_council)
    third = (sites["charity"] | sites["public"] | sites["provider"].str.contains(COOPERATIVE, case=False)).astype(float)
    mostly = third.groupby(sites["group"]).transform("mean") > 0.5
    sector = pd.Series(np.where(mostly, "third_sector", "for_profit"), index=sites.index)
    return sector.mask(council.groupby(sites["group"]).transform("all"), "council")


def provider_rows(sites: pd.DataFrame, inside: set[str]) -> pd.DataFrame:
    """Return the rows of the provider file: a row a site inside, a group's footprint outside on its first row."""
    order = ["council", "care_type", "group"]
    here = sites[sites["council"].isin(inside)].sort_values(order, kind="stable")
    rows = pd.DataFrame(
        {
            "provider": here["group"],
            "council": here["council"],
            "care_type": here["care_type"],
            "capacity": here["capacity"],
            "kind": here["kind"],
            "sector": here["sector"],
            "nursing_beds": here["nursing_beds"].where(here["care_type"] != "home_care"),
            "age_years": here["age_years"],
        }
    )
    feet = footprints(sites, inside).reindex(rows["provider"])
    first = ~rows["provider"].duplicated().to_numpy()
    for column in OUTSIDE:
        values = feet[column.name].to_numpy(dtype=np.float64)
        rows[column.name] = np.where(first & (values > 0), values, np.nan)
    return rows[[column.name for column in TABLE]].reset_index(drop=True)


def footprints(sites: pd.DataFrame, inside: set[str]) -> pd.DataFrame:
    """Return what each group has outside the region, by group: homes, beds, councils, and people cared for at home."""
    away = sites[~sites["council"].isin(inside)]
    homes = away[away["care_type"] != "home_care"]
    beds = homes.groupby(["group", "council"])["capacity"].sum()
    all_beds = sites[sites["care_type"] != "home_care"].groupby("council")["capacity"].sum()
    share = beds / all_beds.reindex(beds.index.get_level_values("council")).to_numpy()
    people = away[away["care_type"] == "home_care"].groupby("group")["capacity"].sum()
    found = pd.DataFrame(
        {
            "outside_homes": homes.groupby("group").size(),
            "outside_beds": beds.groupby("group").sum(),
            "outside_councils": beds.groupby("group").size(),
            "outside_councils_over_10_percent": (share > LARGE_SHARE).groupby("group").sum(),
            "outside_home_care_hours": (people * HOURS_PER_PERSON).round(1),
            "outside_home_care_people": people.round(1),
        }
    )
    return found.fillna(0.0)


def summary(here: pd.DataFrame, region: str) -> pd.DataFrame:
    """Return a row a council of the region: homes, beds, nursing homes and branches, beside the shipped register's."""
    shipped = build_region(region)
    names = shipped.councils["council"].to_numpy()
    drawn = shipped.sites.assign(council=names[shipped.sites["council"]], group=shipped.sites["provider"])
    ours, theirs = _counts(here), _counts(drawn)
    both = ours.join(theirs.add_prefix("shipped_"), how="outer").reindex(names).fillna(0).astype(np.int64)
    columns = [name for one in ours.columns for name in (one, f"shipped_{one}")]
    return both[columns].rename_axis("council").reset_index()


def _counts(sites: pd.DataFrame) -> pd.DataFrame:
    home = sites["care_type"] != "home_care"
    by = sites["council"]
    return pd.DataFrame(
        {
            "homes": home.groupby(by).sum(),
            "beds": sites["capacity"].where(home, 0.0).groupby(by).sum(),
            "nursing_homes": (sites["care_type"] == "nursing").groupby(by).sum(),
            "branches": (~home).groupby(by).sum(),
        }
    )


def write_import(found: Imported, out: Path, *, overwrite: bool = False) -> Path:
    """Write the three tables into a new folder, whole or not at all, and return the provider file's path.

    Raises RegionError when the folder holds anything (with ``overwrite``: anything but an earlier import), or cannot be
    written.
    """
    tables = {PROVIDERS: found.providers, SUMMARY: found.summary, DROPPED: found.dropped}
    partial = out.with_name(f".{out.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        _refuse_to_lose_work(out, set(tables), overwrite=overwrite)
        partial.mkdir(parents=True)
        for name, frame in tables.items():
            _write_csv(partial / name, frame)
        if out.exists():
            shutil.rmtree(out)
        partial.rename(out)
    except OSError as wrong:
        raise RegionError(f"{out}: cannot be written ({wrong.strerror}). Choose another folder with --out.") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return out / PROVIDERS


def _refuse_to_lose_work(out: Path, ours: set[str], *, overwrite: bool) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise RegionError(f"{out}: is a file, not a folder. Choose another folder with --out.")
    there = {path.name for path in out.iterdir()}
    if there and not (overwrite and there <= ours):
        hint = ", or replace an earlier import with --overwrite" if there <= ours else ""
        raise RegionError(f"{out}: is not empty. Choose another folder with --out{hint}.")


def _write_csv(path: Path, frame: pd.DataFrame) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(frame.columns)
        writer.writerows([[_cell(value) for value in row] for row in frame.itertuples(index=False)])


def _cell(value: Any) -> Any:
    """Return a cell as it is written: blank for nothing, 40 for 40.0."""
    if isinstance(value, float):
        return "" if np.isnan(value) else int(value) if value.is_integer() else value
    return value
