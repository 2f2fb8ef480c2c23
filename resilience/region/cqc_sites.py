"""From the regulator's locations to sites: which are homes and branches, of which council, what is left out and why.

A location that is a care home and gives home care as well becomes two sites. The directory does not say how many people
a branch cares for: branches take a size drawn from the published distribution, the same for one location every time.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from resilience.region import home_care
from resilience.region.errors import RegionError, nearest
from resilience.region.own_councils import known_names
from resilience.region.tables import table
from resilience.state.randomness import hash_text, normal

SHARED_OUT = "bournemouth, christchurch and poole"
BY_TOWN = {"poole": "Poole", "christchurch": "Dorset"}
"""Councils of towns that today's council of that name was made of; Bournemouth for every other town."""

TAKEN_OVER = pd.Timestamp(2011, 4, 1)
"""Registrations of before this day were carried over from the earlier law, so they say nothing about age."""

OLDER = ("Older People", "Dementia", "Whole Population")
YOUNGER = (
    "Younger Adults",
    "Learning disabilities or autistic spectrum disorder",
    "Mental Health",
    "People who misuse drugs and alcohol",
    "People with an eating disorder",
    "Physical Disability",
    "Sensory Impairment",
)
BAND = "Service user band - "

REPEATED = "its Location ID stands in an earlier row"
DORMANT = "dormant"
SECOND = "the second registration of a location that is registered twice"
NO_CARE = "neither a care home nor a home-care branch"
CHILDREN = "serves children only"
NO_BEDS = "a care home without a number of beds"


@dataclass
class Located:
    """Sites of all England from the directory, and the locations left out with their reason.

    ``sites`` has a row a site: location, group, provider, provider_id, charity, public, council (the project's name),
    code, care_type, capacity, nursing_beds, age_years (NaN: not known). ``unknown`` counts locations by names of local
    authorities that are no council here.
    """

    sites: pd.DataFrame
    dropped: pd.DataFrame
    unknown: dict[str, int] = field(default_factory=dict)


def locate(directory: pd.DataFrame, renamed: Mapping[str, str] | None = None) -> Located:
    """Return the sites in a directory. ``renamed`` gives the council for names of local authorities.

    Raises RegionError for a name in ``renamed`` that is no council, and where no location can be used at all.
    """
    places = _places(renamed or {})
    councils = [
        _council(authority, town, places)
        for authority, town in zip(directory["Location Local Authority"], directory["Location City"], strict=True)
    ]
    frame = directory.assign(council=councils)
    reasons = _reasons(frame)
    unknown = frame["Location Local Authority"][(frame["council"] == "") & (reasons == "")]
    counts = {str(name): int(count) for name, count in unknown.value_counts().items()}
    lost = frame["Location Local Authority"].map(lambda name: _unknown(str(name), places))
    reasons = reasons.mask((frame["council"] == "") & (reasons == ""), lost)
    kept = frame[reasons == ""]
    if kept.empty:
        common = reasons.value_counts().index[0]
        raise RegionError(f"no location of the directory can be used; the commonest reason: {common}")
    columns = ["line", "Location ID", "Location Name", "Location Local Authority"]
    dropped = frame.loc[reasons != "", columns].assign(reason=reasons[reasons != ""])
    dropped.columns = pd.Index(["line", "location", "name", "local_authority", "reason"])
    return Located(_sites(kept), dropped.reset_index(drop=True), counts)


def _places(renamed: Mapping[str, str]) -> dict[str, str]:
    """Return the council's name by every name in use for it, in lower case."""
    names = {
        str(code): str(name) for code, name in zip(table("councils")["code"], table("councils")["council"], strict=True)
    }
    places = {name: names[code] for name, code in known_names().items()}
    for given, council in renamed.items():
        if council.lower() not in places:
            raise RegionError(f"council {council!r} is not known.{nearest(council, places.values())}")
        places[given.strip().lower()] = places[council.lower()]
    return places


def _council(authority: str, town: str, places: Mapping[str, str]) -> str:
    """Return the council on the boundaries of 2014 to 2019; "" where there is none of that name."""
    name = authority.lower()
    if name == SHARED_OUT and name not in places:
        return BY_TOWN.get(town.lower(), "Bournemouth")
    return places.get(name, "")


def _unknown(name: str, places: Mapping[str, str]) -> str:
    return f"local authority {name!r} is no council of England here.{nearest(name, places.values())}"


def _reasons(frame: pd.DataFrame) -> "pd.Series[str]":
    """Return why each location is left out; "" for those that stay."""
    reasons = pd.Series("", index=frame.index, dtype=object)
    primary = frame["Primary ID (Dual registration locations)"]
    second = _yes(frame, "Location Dual Registered") & ~primary.isin(["", "-"]) & (primary != frame["Location ID"])
    home = is_home(frame)
    beds = pd.to_numeric(frame["Care homes beds"], errors="coerce").fillna(0)
    branch = _yes(frame, "Service type - Domiciliary care service")
    bands = [f"{BAND}{name}" for name in (*OLDER, *YOUNGER)]
    adults = pd.concat([_yes(frame, name) for name in bands], axis=1).any(axis=1)
    for reason, holds in (
        (REPEATED, frame["Location ID"].duplicated()),
        (DORMANT, _yes(frame, "Dormant (Y/N)")),
        (SECOND, second),
        (NO_CARE, ~(home | branch)),
        (CHILDREN, _yes(frame, f"{BAND}Children 0-18 years") & ~adults),
        (NO_BEDS, home & ~branch & (beds < 1)),
    ):
        reasons = reasons.mask(holds & (reasons == ""), reason)
    return reasons


def _yes(frame: pd.DataFrame, name: str) -> "pd.Series[bool]":
    return frame[name].str.upper().isin(["Y", "YES", "TRUE", "1"])


def is_home(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Return which locations are care homes."""
    types = [f"Service type - Care home service {how} nursing" for how in ("with", "without")]
    return _yes(frame, "Care home?") | _yes(frame, types[0]) | _yes(frame, types[1])


def _sites(kept: pd.DataFrame) -> pd.DataFrame:
    """Return a row a site: the homes, then the branches, each in the order of the directory."""
    home = is_home(kept) & (pd.to_numeric(kept["Care homes beds"], errors="coerce").fillna(0) >= 1)
    branch = _yes(kept, "Service type - Domiciliary care service")
    homes, branches = _named(kept[home]), _named(kept[branch])
    beds = pd.to_numeric(kept.loc[home, "Care homes beds"]).round().to_numpy(dtype=np.float64)
    nursing = _yes(kept[home], "Service type - Care home service with nursing").to_numpy()
    younger = _serves_younger(kept[home]).to_numpy()
    kind = np.where(younger, "younger_adults", np.where(nursing, "nursing", "residential"))
    homes = homes.assign(care_type=kind, capacity=beds, nursing_beds=np.where(nursing, beds, 0.0))
    branches = branches.assign(care_type="home_care", capacity=np.nan, nursing_beds=0.0)
    branches["capacity"] = _clients(branches)
    return pd.concat([homes, branches], ignore_index=True)


def _serves_younger(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Return which homes serve younger adults only; a home that names no group counts as one for older people."""
    older, younger = (
        pd.concat([_yes(frame, f"{BAND}{name}") for name in names], axis=1).any(axis=1) for names in (OLDER, YOUNGER)
    )
    return younger & ~older


def _named(frame: pd.DataFrame) -> pd.DataFrame:
    """Return who runs the locations, where, and for how long."""
    start = pd.to_datetime(frame["Location HSCA start date"], errors="coerce", dayfirst=True, format="mixed")
    age = (start.max() - start).dt.days / 365.25
    brand = (
        frame["Brand Name"].str.replace(r"^BRAND\s+", "", regex=True, case=False).mask(frame["Brand Name"] == "-", "")
    )
    return pd.DataFrame(
        {
            "location": frame["Location ID"],
            "brand": brand,
            "provider": frame["Provider Name"],
            "provider_id": frame["Provider ID"],
            "charity": ~frame["Provider Charity Number"].isin(["", "-"]),
            "public": frame["Provider Type/Sector"].str.contains("NHS", case=False),
            "council": frame["council"],
            "age_years": age.where(start >= TAKEN_OVER).round(1),
        }
    )


def _clients(branches: pd.DataFrame) -> np.ndarray:
    """Return the people each branch cares for: local ones by E02-135, those of groups round the usual chain branch."""
    key = np.array([hash_text(f"cqc location {location}") for location in branches["location"]], dtype=np.uint64)
    luck = normal(1, "region/cqc_branch_size", 0, key)
    local = np.exp(home_care.CLIENTS_LOG_MEAN + home_care.CLIENTS_LOG_SPREAD * luck)
    usual = home_care.CHAIN_BRANCH_HOURS / home_care.HOURS_PER_PERSON
    of_group = usual * np.exp(home_care.CHAIN_BRANCH_SPREAD * luck)
    group = branches["brand"].where(branches["brand"] != "", branches["provider_id"])
    large = group.map(group.value_counts()).to_numpy() >= 3
    return np.asarray(np.round(np.clip(np.where(large, of_group, local), *home_care.CLIENTS_RANGE), 1))


def is_council(provider: str, council: str) -> bool:
    """Tell whether a provider is the council itself: "Birmingham City Council" in Birmingham."""
    return is_any_council(provider) and _bare(provider) == _bare(council)


def is_any_council(provider: str) -> bool:
    """Tell whether a provider's name is that of a council."""
    return bool(re.search(r"\bcouncil$|\bborough of\b|\bcouncil of\b", provider.strip(), re.IGNORECASE))


def _bare(name: str) -> str:
    """Return a council's name without what it calls itself."""
    words = re.sub(r"[^a-z ]", " ", name.lower()).split()
    empty = {"council", "city", "county", "borough", "metropolitan", "district", "london", "royal", "of", "the", "mbc"}
    return " ".join(word for word in words if word not in empty)
