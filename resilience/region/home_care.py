"""Draws home-care branches: how many per council, how large, and which belong to a national chain.

A branch's size is in clients and only relative: the model shares a council's hours among its branches by size. The
sizes of chain branches are set so that a chain's hours come out as drawn here.
"""

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resilience.region.tables import table
from resilience.state.randomness import hash_keys, hash_text, normal, uniform

FloatArray = NDArray[np.float64]

BRANCH_SCALE = 0.82
"""Registered services of 2016 over those of 2021: about 8,465 (7,852 in 2014, 9,079 in 2018; E02-130) over 10,349."""
CLIENTS_LOG_MEAN = 3.45  # log clients of an agency (E02-135)
CLIENTS_LOG_SPREAD = 1.2
CLIENTS_RANGE = (3.0, 600.0)
SELF_FUNDED_SHARE = 0.2  # of all home-care hours (E02-043, E06-002)
HOURS_PER_PERSON = 12.7  # per week, 2013/14 (E07-057)
TOP_FOUR_SHARE = 0.091  # of hours: just over 9% (E02-133)
TOP_FOUR_WEIGHTS = (1.0, 0.71, 0.58, 0.50)  # relative size of the four largest; assumption
FOLLOWERS = 30  # further national groups; assumption
FOLLOWER_HOURS = 25_000.0  # per week, the largest of them; assumption: just under the statutory 2,000 people
FOLLOWER_EXPONENT = 0.8  # rank-size exponent, as for care homes (E02-151)
CHAIN_BRANCH_HOURS = 1_400.0  # per week; assumption
CHAIN_BRANCH_SPREAD = 0.5  # log hours; assumption
SECOND_BRANCH_SHARE = 0.08  # of local branches are a provider's second; assumption (8,891 providers, E02-137)
COOPERATIVE_SHARE = 0.006  # of local providers, under 1% of the market (E08-001)


def hours_with_self_funded() -> FloatArray:
    """Return the weekly home-care hours of each council of England in table order, self-funded hours included."""
    hours = table("councils")["home_care_hours_per_week"].to_numpy(np.float64)
    return np.asarray(hours / (1.0 - SELF_FUNDED_SHARE))


@lru_cache(maxsize=1)
def national_chains() -> FloatArray:
    """Return the weekly hours in England of each national home-care chain, largest first."""
    total = hours_with_self_funded().sum()
    weights = np.array(TOP_FOUR_WEIGHTS)
    top = total * TOP_FOUR_SHARE * weights / weights.sum()
    followers = FOLLOWER_HOURS * np.arange(1, FOLLOWERS + 1) ** -FOLLOWER_EXPONENT
    return np.concatenate([top, followers])


class ChainBranches(NamedTuple):
    """Branches of the national chains, as columns: chain (0 is the largest), council (row of the councils table),
    hours a week, stable key.
    """

    chain: NDArray[np.int64]
    council: NDArray[np.int64]
    hours: FloatArray
    key: NDArray[np.uint64]

    def of(self, council: int) -> "ChainBranches":
        """Return the branches in one council."""
        mine = self.council == council
        return ChainBranches(self.chain[mine], self.council[mine], self.hours[mine], self.key[mine])


class LocalBranches(NamedTuple):
    """Branches of one council that belong to no national chain, as columns: owner's name, clients, stable key."""

    owner: list[str]
    clients: FloatArray
    key: NDArray[np.uint64]


@lru_cache(maxsize=4)
def chain_branches(seed: int) -> ChainBranches:
    """Place every national chain's branches in England's councils in proportion to their hours."""
    hours = national_chains()
    branches = np.maximum(np.rint(hours / CHAIN_BRANCH_HOURS), 3).astype(np.int64)
    chain = np.repeat(np.arange(len(hours)), branches)
    ordinal = np.concatenate([np.arange(count) for count in branches]).astype(np.uint64)
    key = hash_keys(hash_text("home care chain"), chain.astype(np.uint64), ordinal)
    market = hours_with_self_funded()
    council = np.searchsorted(np.cumsum(market) / market.sum(), uniform(seed, "region/home_care_chain", 0, key))
    weight = np.exp(CHAIN_BRANCH_SPREAD * normal(seed, "region/home_care_chain_size", 0, key))
    share = weight / np.bincount(chain, weights=weight)[chain]
    return ChainBranches(chain, council, hours[chain] * share, key)


def own_chain_branches(code: str, hours: float, seed: int) -> ChainBranches:
    """Draw the national chains' branches in a council of a user's own, in proportion to its hours a week."""
    total = national_chains()
    branches = np.maximum(np.rint(total / CHAIN_BRANCH_HOURS), 3)
    chains = np.arange(len(total), dtype=np.uint64)
    luck = uniform(seed, "region/own_home_care_chain", 0, hash_keys(hash_text(code), chains))
    count = np.floor(branches * hours / hours_with_self_funded().sum() + luck).astype(np.int64)
    chain = np.repeat(np.arange(len(total)), count)
    key = hash_keys(hash_text("home care chain"), hash_text(code), np.arange(len(chain), dtype=np.uint64))
    return ChainBranches(chain, np.full(len(chain), -1), (total / branches)[chain], key)


def local_branches(code: str, count: int, seed: int) -> LocalBranches:
    """Draw a council's branches that belong to no national chain. The first are the same whatever the count.

    Owners are "agency 404-3" or "cooperative 404-3": the third local home-care provider of the council with code 404.
    """
    key = hash_keys(hash_text("home care"), hash_text(code), np.arange(count, dtype=np.uint64))
    clients = np.exp(CLIENTS_LOG_MEAN + CLIENTS_LOG_SPREAD * normal(seed, "region/branch_size", 0, key))
    second = uniform(seed, "region/second_branch", 0, key) < SECOND_BRANCH_SHARE
    second[0] = False
    second[1:] &= ~second[:-1]  # two branches at most
    owner = np.cumsum(~second)
    cooperative = (uniform(seed, "region/cooperative", 0, key) < COOPERATIVE_SHARE)[~second][owner - 1]
    names = [
        f"{'cooperative' if shared else 'agency'} {code}-{number}"
        for number, shared in zip(owner.tolist(), cooperative.tolist(), strict=True)
    ]
    return LocalBranches(names, np.clip(clients, *CLIENTS_RANGE), key)
