"""Builds a region: councils, sites, providers and neighbours, ready for the model."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.councils import COLUMNS, council_rows, region_codes
from resilience.region.errors import RegionError
from resilience.region.home_care import BRANCH_SCALE
from resilience.region.neighbours import neighbour_matrix
from resilience.region.providers import providers_of
from resilience.region.register import HOME_REGION, SHIPPED_SEED, Register, as_register, register_for
from resilience.region.sites import Sites, branches_of, homes_of
from resilience.region.tables import table


@dataclass(frozen=True, eq=False)
class Region:
    """A region ready for the model, equal to itself alone. The frames are shared between runs: read, never write.

    ``councils``: one row a council; ``sites``: one row a home or branch (``provider`` and ``council`` are row numbers);
    ``providers``: one row a provider; ``neighbours``: shape (councils, councils), symmetric.
    """

    name: str
    councils: pd.DataFrame
    sites: pd.DataFrame
    providers: pd.DataFrame
    neighbours: NDArray[np.bool_]


def build_region(
    name_or_path: str,
    *,
    home_care_branch_scale: float = BRANCH_SCALE,
    population_seed: int = 1,
    providers_file: str | None = None,
) -> Region:
    """Return the region by name ("west-midlands", "england", "north-west" ...) or from a csv table of councils.

    ``home_care_branch_scale`` is the number of home-care branches per service registered in 2021; ``population_seed``
    draws another synthetic market that agrees with the same tables; ``providers_file`` is a csv with one row a site
    that takes the place of synthetic sites. The result is cached (a file: until it changes): treat it as read-only.
    Raises RegionError for an unknown region or a table that cannot be used.
    """
    if not 0.0 < home_care_branch_scale < 100.0:
        raise RegionError(f"home_care_branch_scale = {home_care_branch_scale}: Allowed: above 0 and below 100.")
    stamps = tuple(_stamp(path) for path in (name_or_path, providers_file) if path and path.endswith(".csv"))
    return _build(name_or_path, float(home_care_branch_scale), population_seed, providers_file, stamps)


def _stamp(path: str) -> tuple[int, int]:
    """Return what changes when a file changes: its time in nanoseconds and its size (0, 0 where there is none)."""
    try:
        status = Path(path).stat()
    except OSError:
        return 0, 0
    return status.st_mtime_ns, status.st_size


@lru_cache(maxsize=16)
def _build(
    name: str, scale: float, seed: int, providers_file: str | None, stamps: tuple[tuple[int, int], ...]
) -> Region:
    """Build a region; ``stamps`` are part of the cache's key only."""
    if name.endswith(".csv"):
        councils, register, drawn = own_region(name, seed)
    else:
        codes = region_codes(name)
        councils, drawn = council_rows(codes), frozenset[str]()
        register = register_for(seed, inside_only=set(codes) <= home_region_codes())
    sites = Sites.joined([homes_of(list(councils["code"]), register, seed), branches_of(councils, scale, seed)])
    if providers_file is None:
        providers, owners, row = providers_of(councils, sites, register, drawn, seed)
    else:
        from resilience.region import own_providers

        own = own_providers.read_providers(providers_file, councils, seed)
        sites = own_providers.merge(sites, own, len(councils))
        providers, owners, row = providers_of(councils, sites, register, drawn, seed)
        providers = own_providers.apply(providers, owners, own)
    in_homes = np.where(sites.care_type == "home_care", 0.0, sites.capacity)
    beds = np.bincount(sites.council, weights=in_homes, minlength=len(councils))
    near = neighbour_matrix(councils)
    councils = councils[list(COLUMNS)].assign(care_home_beds=beds.astype(np.int64))
    return Region(Path(name).stem, councils, site_frame(sites, row), providers, near)


@lru_cache(maxsize=1)
def home_region_codes() -> frozenset[str]:
    """Return the codes of the councils of the West Midlands, whose register can be drawn alone."""
    councils = table("councils")
    return frozenset(councils["code"][councils["region"] == HOME_REGION])


def own_region(path: str, seed: int) -> tuple[pd.DataFrame, Register, frozenset[str]]:
    """Return the councils of a user's table, a register that holds their homes, and the codes drawn for it.

    Known councils keep the homes of the shipped register unless the table changes their beds.
    """
    from resilience.region.own_councils import read_councils

    councils = read_councils(path)
    fresh = councils[councils["own"]]
    kept = set(councils["code"]) - set(fresh["code"])
    register = register_for(seed if kept else SHIPPED_SEED, inside_only=kept <= home_region_codes())
    if len(fresh) == 0:
        return councils, register, frozenset()
    from resilience.region.own_market import own_chains, own_market
    from resilience.region.register import draw_block

    market = own_market(fresh)
    homes = draw_block(market, own_chains(market, seed), seed)
    return councils, replaced(register, homes), frozenset(fresh["code"])


def replaced(register: Register, homes: pd.DataFrame) -> Register:
    """Return the register with the homes of some councils put in place of what it had for them."""
    drawn = set(homes["code"])
    kept = pd.DataFrame(
        {
            "code": np.array(register.codes, dtype=object)[register.council],
            "owner": list(register.owner),
            "beds": register.beds,
            "kind": register.kind,
        }
    )
    return as_register(pd.concat([kept[~kept["code"].isin(drawn)], homes], ignore_index=True))


def site_frame(sites: Sites, provider: NDArray[np.int64]) -> pd.DataFrame:
    """Return the sites as the table the model reads."""
    return pd.DataFrame(
        {
            "key": sites.key,
            "provider": provider,
            "council": sites.council,
            "care_type": sites.care_type,
            "nursing": sites.nursing,
            "capacity": sites.capacity,
            "age_years": sites.age_years,
        }
    )
