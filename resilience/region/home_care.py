"""Draws home-care branches: how many per council, how large, and which belong to a national chain.

A branch's size is in clients and only relative: the model shares a council's hours among its branches by size. The
sizes of chain branches are set so that a chain's hours come out as drawn here.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.region.tables import table
from resilience.state.randomness import hash_keys, hash_text, normal, uniform

FloatArray = NDArray[np.float64]

BRANCH_SCALE = 0.82  # registered services 2016 over 2021: about 8,465 (between 7,852 in 2014 and 9,079 in 2018, E02-130) / 10,349
CLIENTS_LOG_MEAN = 3.45  # log clients of an agency (E02-135)
CLIENTS_LOG_SPREAD = 1.2
CLIENTS_RANGE = (3.0, 600.0)
SELF_FUNDED_SHARE = 0.2  # of all home-care hours (E02-043, E06-002)
HOURS_PER_PERSON = 12.7  # per week, 2013/14 (EVIDENCE section 7)
TOP_FOUR_SHARE = 0.091  # of hours: just over 9% (E02-133)
TOP_FOUR_WEIGHTS = (1.0, 0.71, 0.58, 0.50)  # relative size of the four largest; assumption
FOLLOWERS = 30  # further national groups; assumption
FOLLOWER_HOURS = 25_000.0  # per week, the largest of them; assumption: just under the statutory 2,000 people
FOLLOWER_EXPONENT = 0.8  # rank-size exponent, as for care homes (E02-151)
CHAIN_BRANCH_HOURS = 1_400.0  # per week; assumption
SECOND_BRANCH_SHARE = 0.08  # of local branches that belong to a provider with two; assumption (8,891 providers, E02-137)
COOPERATIVE_SHARE = 0.006  # of local providers, under 1% of the market (EVIDENCE section 8)


def commissioned_and_private_hours() -> FloatArray:
    """Return the weekly home-care hours of each council of England in table order, self-funded hours included."""
    hours = table("councils")["home_care_hours_per_week"].to_numpy(np.float64)
    return np.asarray(hours / (1.0 - SELF_FUNDED_SHARE))


def national_chains() -> FloatArray:
    """Return the weekly hours in England of each national home-care chain, largest first."""
    total = commissioned_and_private_hours().sum()
    weights = np.array(TOP_FOUR_WEIGHTS)
    top = total * TOP_FOUR_SHARE * weights / weights.sum()
    followers = FOLLOWER_HOURS * np.arange(1, FOLLOWERS + 1) ** -FOLLOWER_EXPONENT
    return np.concatenate([top, followers])


def chain_branches(seed: int) -> pd.DataFrame:
    """Place every national chain's branches in England's councils in proportion to their hours.

    Columns: chain (0 is the largest), branch (ordinal), council (row of the councils table), hours (per week), key.
    """
    hours = national_chains()
    branches = np.maximum(np.rint(hours / CHAIN_BRANCH_HOURS), 3).astype(np.int64)
    chain = np.repeat(np.arange(len(hours)), branches)
    ordinal = np.concatenate([np.arange(count) for count in branches]).astype(np.uint64)
    key = hash_keys(hash_text("home care chain"), chain.astype(np.uint64), ordinal)
    market = commissioned_and_private_hours()
    council = np.searchsorted(np.cumsum(market) / market.sum(), uniform(seed, "region/home_care_chain", 0, key))
    weight = np.exp(0.5 * normal(seed, "region/home_care_chain_size", 0, key))
    share = weight / np.bincount(chain, weights=weight)[chain]
    return pd.DataFrame({"chain": chain, "branch": ordinal, "council": council, "hours": hours[chain] * share, "key": key})


def local_branches(code: str, count: int, seed: int) -> pd.DataFrame:
    """Draw a council's branches that belong to no national chain.

    Columns: owner (ordinal in the council), capacity (clients), cooperative, key. The first branches are the same
    whatever the count.
    """
    key = hash_keys(hash_text("home care"), hash_text(code), np.arange(count, dtype=np.uint64))
    clients = np.exp(CLIENTS_LOG_MEAN + CLIENTS_LOG_SPREAD * normal(seed, "region/branch_size", 0, key))
    second = uniform(seed, "region/second_branch", 0, key) < SECOND_BRANCH_SHARE
    second &= np.arange(count) > 0
    second[1:] &= ~second[:-1]  # two branches at most
    owner = np.cumsum(~second) - 1
    cooperative = (uniform(seed, "region/cooperative", 0, key) < COOPERATIVE_SHARE)[~second][owner]
    return pd.DataFrame(
        {"owner": owner, "capacity": np.clip(clients, *CLIENTS_RANGE), "cooperative": cooperative, "key": key}
    )
