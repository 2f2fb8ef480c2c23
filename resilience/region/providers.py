"""The providers of a region: who owns its sites, and what chains own beyond it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.home_care import HOURS_PER_PERSON, national_chains
from resilience.region.register import Register
from resilience.region.sites import Sites
from resilience.region.tables import table
from resilience.state.randomness import hash_text, uniform

IntArray = NDArray[np.int64]
FloatArray = NDArray[np.float64]

THIRD_SECTOR_SHARE = 0.122  # of homes not run by councils: 11.9 / (85.4 + 11.9) (E02-054)
LARGE_SHARE = 0.10  # of a council's beds: the third care-home test of SI 2015/314

KINDS = {"home": "chain", "council": "council_service", "cooperative": "cooperative"}
TITLES = {"council": "council service", "cooperative": "home care co-operative", "agency": "home care", "": "homes"}


def providers_of(
    councils: pd.DataFrame, sites: Sites, register: Register, drawn: frozenset[str], seed: int
) -> tuple[pd.DataFrame, list[str], IntArray]:
    """Return the providers (one row an owner, in the order of the sites), the owners' names, each site's provider row.

    ``drawn`` are the codes of councils that are not in England's register: their homes come off the chains' outside.
    """
    place: dict[str, int] = {}
    row = np.array([place.setdefault(owner, len(place)) for owner in sites.owner], dtype=np.int64)
    owners = list(place)
    key = np.array([hash_text(owner) for owner in owners], dtype=np.uint64)
    rank = np.array(
        [int(owner[1:]) if owner[0] == "G" else sites.group_of_council.get(owner, 0) for owner in owners],
        dtype=np.int64,
    )
    kind = np.array(["chain" if owner[0] == "G" else KINDS.get(owner.split()[0], "independent") for owner in owners])
    third = (uniform(seed, "region/third_sector", 0, key) < THIRD_SECTOR_SHARE) | (kind == "cooperative")
    names = dict(zip(councils["code"].to_list(), councils["council"].to_list(), strict=True))
    columns: dict[str, object] = {
        "key": key,
        "name": [title(owner, names) for owner in owners],
        "kind": kind,
        "sector": np.where(kind == "council_service", "council", np.where(third, "third_sector", "for_profit")),
        "group_rank": rank,
    }
    columns |= outside_homes(councils, sites, register, drawn, rank, row)
    columns |= outside_home_care(sites, owners, row)
    return pd.DataFrame(columns), owners, row


def title(owner: str, councils: dict[str, str]) -> str:
    """Return the name a reader sees for an owner; ``councils`` maps codes to names."""
    if owner[0] == "G":
        return f"Care home group {owner[1:]}"
    if owner.startswith("own "):
        return owner.removeprefix("own ")
    if owner.startswith("home care group"):
        return f"Home care group {int(owner.split()[-1]) + 1}"
    word, _, rest = owner.rpartition(" ")
    code, _, number = rest.rpartition("-") if word != "council" else (rest, "", "")
    return f"{councils.get(code, code)} {TITLES[word]} {number}".strip()


def outside_homes(
    councils: pd.DataFrame, sites: Sites, register: Register, drawn: frozenset[str], rank: IntArray, row: IntArray
) -> dict[str, IntArray]:
    """Return each chain's homes, beds and councils outside the region, and those where it has over 10% of the beds.

    From the register's other councils; where those were not drawn, or the region has councils of a user's own, the
    published totals of England less what is inside.
    """
    codes = set(councils["code"])
    complete = len(register.codes) >= len(table("councils")) - 1
    if drawn or not complete:
        columns = _published_less_inside(sites, rank, row)
        if not complete:
            return columns
    order = np.unique(register.rank)
    held = np.zeros((len(order), len(register.codes)))
    count = np.zeros_like(held)
    index = (np.searchsorted(order, register.rank), register.council)
    np.add.at(held, index, register.beds)
    np.add.at(count, index, 1)
    inside = np.array([code in codes for code in register.codes])
    held[:, inside], count[:, inside] = 0, 0
    total = np.add.reduceat(register.beds, register.first[:-1])
    mine = np.searchsorted(order, rank)
    found = {
        "outside_homes": count.sum(axis=1),
        "outside_beds": held.sum(axis=1),
        "outside_councils": (count > 0).sum(axis=1),
        "outside_councils_over_10_percent": (held > LARGE_SHARE * total).sum(axis=1),
    }
    outside = {name: np.where(rank > 0, values[mine], 0).astype(np.int64) for name, values in found.items()}
    if not drawn:
        return outside
    return columns | {"outside_councils_over_10_percent": outside["outside_councils_over_10_percent"]}


def _published_less_inside(sites: Sites, rank: IntArray, row: IntArray) -> dict[str, IntArray]:
    """Return the outside columns from the table of groups, less what each chain has inside the region.

    Councils where a chain has over 10% of the beds are unknown here and count 0. That changes no statutory
    flag: in the shipped register no group of 1,000-1,999 beds has over 10% of the beds of three councils.
    """
    groups = table("groups_2021").set_index("rank").reindex(rank).fillna(0)
    home = sites.care_type != "home_care"
    size = len(rank)
    pairs = np.unique(np.stack([row[home], sites.council[home]]), axis=1)
    inside = {
        "homes": np.bincount(row[home], minlength=size),
        "beds": np.bincount(row[home], weights=sites.capacity[home], minlength=size),
        "councils": np.bincount(pairs[0], minlength=size),
    }
    outside = {
        f"outside_{name}": np.where(rank > 0, np.maximum(groups[name].to_numpy() - values, 0), 0).astype(np.int64)
        for name, values in inside.items()
    }
    return outside | {"outside_councils_over_10_percent": np.zeros(size, dtype=np.int64)}


def outside_home_care(sites: Sites, owners: list[str], row: IntArray) -> dict[str, FloatArray]:
    """Return each home-care chain's weekly hours and people outside the region (0 for all other providers)."""
    chain = np.array([int(name.split()[-1]) if name.startswith("home care group") else -1 for name in owners])
    inside = np.bincount(row, weights=sites.hours, minlength=len(owners))
    hours = np.where(chain >= 0, np.maximum(national_chains()[chain] - inside, 0.0), 0.0)
    hours[hours < 1e-6] = 0.0
    return {"outside_home_care_hours": hours, "outside_home_care_people": hours / HOURS_PER_PERSON}
