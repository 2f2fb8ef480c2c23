"""Builds a region: councils, sites, providers and neighbours, ready for the model."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.councils import council_rows, region_codes
from resilience.region.home_care import BRANCH_SCALE
from resilience.region.neighbours import neighbour_matrix
from resilience.region.providers import providers_of
from resilience.region.register import HOME_REGION, register_for
from resilience.region.sites import Sites, branches_of, homes_of
from resilience.region.tables import table


@dataclass(frozen=True)
class Region:
    """A region ready for the model. The frames are shared between runs: read, never write.

    ``councils``: one row a council; ``sites``: one row a home or branch (``provider`` and ``council`` are row numbers);
    ``providers``: one row a provider; ``neighbours``: shape (councils, councils).
    """

    name: str
    councils: pd.DataFrame
    sites: pd.DataFrame
    providers: pd.DataFrame
    neighbours: NDArray[np.bool_]


@lru_cache(maxsize=16)
def build_region(
    name_or_path: str,
    *,
    home_care_branch_scale: float = BRANCH_SCALE,
    population_seed: int = 1,
    providers_file: str | None = None,
) -> Region:
    """Return the region by name ("west-midlands", "england", "north-west" ...) or from a csv table of councils.

    ``home_care_branch_scale`` is the number of home-care branches per service registered in 2021; ``population_seed``
    draws another synthetic market that agrees with the same tables. The result is cached: treat it as read-only.
    Raises RegionError for an unknown region or a table that cannot be used.
    """
    codes = region_codes(name_or_path)
    within = set(table("councils")["code"][table("councils")["region"] == HOME_REGION])
    register = register_for(population_seed, inside_only=set(codes) <= within)
    councils = council_rows(codes)
    sites = Sites.joined(
        [homes_of(codes, register, population_seed), branches_of(councils, home_care_branch_scale, population_seed)]
    )
    providers, row = providers_of(councils, sites, register, population_seed)
    return Region(name_or_path, councils, site_frame(sites, row), providers, neighbour_matrix(councils))


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
