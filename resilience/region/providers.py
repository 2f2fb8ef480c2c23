"""Puts homes, branches and their owners together as the two tables the model reads: sites and providers."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.home_care import (
    HOURS_PER_PERSON,
    SELF_FUNDED_SHARE,
    chain_branches,
    local_branches,
    national_chains,
)
from resilience.region.tables import table
from resilience.state.randomness import hash_keys, hash_text, uniform

THIRD_SECTOR_SHARE = 0.122  # of homes not run by councils: 11.9 / (85.4 + 11.9) (E02-054)
COUNCIL_HOMES_SHARE = 0.027  # of homes (E02-054)
COUNCILS_WITH_HOMES = 0.6  # of councils that still run homes; assumption
MEAN_AGE_HOME = 18.0  # years since opening; assumption
MEAN_AGE_BRANCH = 7.0  # years; assumption, consistent with 12% leaving a year
AGE_LIMIT = 60.0

SITE_COLUMNS = ["key", "provider", "council", "care_type", "nursing", "capacity", "age_years"]
PROVIDER_COLUMNS = [
    "key",
    "name",
    "kind",
    "sector",
    "group_rank",
    "outside_homes",
    "outside_beds",
    "outside_councils",
    "outside_councils_over_10_percent",
    "outside_home_care_hours",
    "outside_home_care_people",
]


def assemble(
    councils: pd.DataFrame, register: pd.DataFrame, branch_scale: float, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return (sites, providers) of these councils from the register of homes and the drawn home-care branches."""
    homes = homes_of(councils, register, seed)
    branches = branches_of(councils, branch_scale, seed)
    sites = pd.concat([homes, branches], ignore_index=True)
    providers = providers_of(councils, sites, seed)
    row = {owner: number for number, owner in enumerate(providers["owner"])}
    sites["provider"] = sites["owner"].map(row).astype(np.int64)
    _add_outside(providers, sites, councils, register)
    _add_outside_home_care(providers, sites)
    return sites[SITE_COLUMNS], providers[PROVIDER_COLUMNS]


def homes_of(councils: pd.DataFrame, register: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return the homes of these councils, in the order of the councils, owners as text."""
    place = {code: row for row, code in enumerate(councils["code"])}
    homes = register[register["code"].isin(place)]
    homes = homes.assign(council=homes["code"].map(place)).sort_values(["council", "home"], kind="stable")
    code_key = np.array([hash_text(code) for code in homes["code"]], dtype=np.uint64)
    key = hash_keys(hash_text("care home"), code_key, homes["home"].to_numpy(np.uint64))
    older, nursing = homes["older"].to_numpy(bool), homes["nursing"].to_numpy(bool)
    return pd.DataFrame(
        {
            "key": key,
            "owner": _owner_names(homes, seed),
            "council": homes["council"].to_numpy(np.int64),
            "care_type": np.where(older, np.where(nursing, "nursing", "residential"), "younger_adults"),
            "nursing": nursing,
            "capacity": homes["beds"].to_numpy(np.float64),
            "age_years": _ages(key, MEAN_AGE_HOME, seed),
        }
    )


def _owner_names(homes: pd.DataFrame, seed: int) -> list[str]:
    """Return the owner of each home as text: "group 12", "local 404-3" or, for the homes a council runs, "council 404"."""
    owner = homes["owner"].to_numpy(np.int64)
    names = [f"group {one}" if one > 0 else f"local {-one // 1000}-{-one % 1000}" for one in owner.tolist()]
    for code, rows in homes.reset_index(drop=True).groupby("code").groups.items():
        draw = uniform(seed, "region/council_homes", 0, hash_keys(hash_text(str(code))))[0]
        wanted = round(COUNCIL_HOMES_SHARE * len(rows) / COUNCILS_WITH_HOMES)
        if draw < COUNCILS_WITH_HOMES and wanted > 0:
            local = [row for row in rows if owner[row] < 0]
            counts = pd.Series([names[row] for row in local]).value_counts()
            taken, chosen = 0, set()
            for name, count in counts.items():
                if taken + count <= wanted and not chosen:
                    chosen.add(name)
                    taken += count
            for row in local:
                if names[row] in chosen:
                    names[row] = f"council {code}"
    return names


def branches_of(councils: pd.DataFrame, scale: float, seed: int) -> pd.DataFrame:
    """Return the home-care branches of these councils, each council's own service (capacity 0) last."""
    placed = chain_branches(seed)
    england = {code: row for row, code in enumerate(table("councils")["code"])}
    frames = []
    for row, council in councils.iterrows():
        code = str(council["code"])
        total = max(round(float(council["home_care_services"]) * scale), 1)
        chains = placed[placed["council"] == england[code]]
        local = local_branches(code, max(total - len(chains), 1), seed)
        kinds = np.where(local["cooperative"], "cooperative", "agency")
        names = [f"{kind} {code}-{number}" for kind, number in zip(kinds, local["owner"], strict=True)]
        hours = float(council["home_care_hours_per_week"]) / (1.0 - SELF_FUNDED_SHARE)
        chain_hours = chains["hours"].to_numpy(np.float64)
        # Clients per chain branch, so that its share of all the council's clients is its share of the hours.
        left = max(hours - chain_hours.sum(), 0.5 * hours)
        sizes = chain_hours * float(local["capacity"].sum()) / left
        own_key = hash_keys(hash_text("council service"), hash_text(code))
        key = np.concatenate([chains["key"], local["key"], own_key])
        frames.append(
            pd.DataFrame(
                {
                    "key": key,
                    "owner": [f"home care group {one}" for one in chains["chain"]] + names + [f"council {code}"],
                    "council": row,
                    "care_type": "home_care",
                    "nursing": False,
                    "capacity": np.concatenate([sizes, local["capacity"], [0.0]]),
                    "age_years": _ages(key, MEAN_AGE_BRANCH, seed),
                    "hours": np.concatenate([chain_hours, np.zeros(len(local) + 1)]),
                }
            )
        )
    return pd.concat(frames, ignore_index=True)


def _ages(key: NDArray[np.uint64], mean: float, seed: int) -> NDArray[np.float64]:
    """Return the years since each site opened: exponential, capped."""
    return np.minimum(-mean * np.log(uniform(seed, "region/age", 0, key)), AGE_LIMIT)


def providers_of(councils: pd.DataFrame, sites: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return one row per owner among the sites: key, name, kind and sector (outside columns are added later)."""
    owners = pd.unique(sites["owner"])
    rank = np.array([int(name.split()[1]) if name.startswith("group ") else 0 for name in owners])
    key = np.array([hash_text(name) for name in owners], dtype=np.uint64)
    first = [name.split()[0] for name in owners]
    kinds = {"group": "chain", "home": "chain", "council": "council_service", "cooperative": "cooperative"}
    kind = np.array([kinds.get(word, "independent") for word in first])
    third = uniform(seed, "region/third_sector", 0, key) < THIRD_SECTOR_SHARE
    sector = np.where(kind == "council_service", "council", np.where(third, "third_sector", "for_profit"))
    sector[kind == "cooperative"] = "third_sector"
    names = dict(zip(councils["code"], councils["council"], strict=True))
    return pd.DataFrame(
        {
            "owner": owners,
            "key": key,
            "name": [_title(name, names) for name in owners],
            "kind": kind,
            "sector": sector,
            "group_rank": rank,
        }
    )


def _title(owner: str, councils: dict[str, str]) -> str:
    """Return the name a reader sees for an owner."""
    word, _, rest = owner.partition(" ")
    if word == "group":
        return f"Care home group {rest}"
    if word == "home":
        return f"Home care group {int(rest.split()[-1]) + 1}"
    code, _, number = rest.partition("-")
    place = councils.get(code, code)
    titles = {"council": "council service", "cooperative": "home care co-operative", "agency": "home care"}
    return f"{place} {titles.get(word, 'homes')} {number}".strip()


def _add_outside(
    providers: pd.DataFrame, sites: pd.DataFrame, councils: pd.DataFrame, register: pd.DataFrame
) -> None:
    """Add each chain's homes, beds and councils outside the region: England minus inside (changes ``providers``)."""
    groups = table("groups_2021").set_index("rank")
    homes = sites[sites["care_type"] != "home_care"]
    inside = homes.groupby("provider").agg(
        homes=("capacity", "size"), beds=("capacity", "sum"), councils=("council", "nunique")
    )
    inside = inside.reindex(range(len(providers)), fill_value=0)
    national = groups.reindex(providers["group_rank"])
    for name in ("homes", "beds", "councils"):
        outside = national[name].to_numpy() - inside[name].to_numpy()
        providers[f"outside_{name}"] = np.where(providers["group_rank"] > 0, np.maximum(outside, 0), 0).astype(np.int64)
    elsewhere = register[~register["code"].isin(set(councils["code"])) & (register["owner"] > 0)]
    held = elsewhere.groupby(["owner", "code"])["beds"].sum()
    share = held / register.groupby("code")["beds"].sum().reindex(held.index.get_level_values(1)).to_numpy()
    over = share[share > 0.10].groupby("owner").size()
    providers["outside_councils_over_10_percent"] = (
        over.reindex(providers["group_rank"]).fillna(0).to_numpy().astype(np.int64)
    )


def _add_outside_home_care(providers: pd.DataFrame, sites: pd.DataFrame) -> None:
    """Add each home-care chain's weekly hours and people outside the region (changes ``providers``)."""
    hours = national_chains()
    inside = sites.groupby("provider")["hours"].sum().reindex(range(len(providers)), fill_value=0.0).to_numpy()
    number = [int(name.split()[-1]) if name.startswith("home care group") else -1 for name in providers["owner"]]
    total = np.array([hours[one] if one >= 0 else 0.0 for one in number])
    providers["outside_home_care_hours"] = np.maximum(total - np.where(total > 0, inside, 0.0), 0.0)
    providers["outside_home_care_people"] = providers["outside_home_care_hours"] / HOURS_PER_PERSON
