"""The four largest chains are given more beds only where a scenario claims that they have them."""

import numpy as np
import pytest

from resilience import CareMarket, load
from resilience.market.concentration import concentrate
from resilience.state.codes import SOLD
from tests.market.small import SmallMarket


def market():
    small = SmallMarket()
    chain = small.provider("chain", outside_beds=500)
    small.site(chain, capacity=20)
    for _ in range(8):
        small.site("independent", capacity=10)
    return small, chain


def beds_of(small, provider):
    s = small.state.sites
    return int(s.capacity[s.provider == provider].sum())


def test_nothing_changes_below_what_they_hold():
    small, chain = market()
    before = small.state.sites.provider.copy()
    concentrate(small.state, 0.20)
    np.testing.assert_array_equal(small.state.sites.provider, before)
    assert beds_of(small, chain) == 20


@pytest.mark.parametrize(("share", "beds"), [(0.25, 30), (0.5, 50), (1.0, 100)])
def test_homes_pass_to_them_until_they_hold_the_share(share, beds):
    small, chain = market()
    concentrate(small.state, share)
    assert beds_of(small, chain) == beds
    p = small.state.providers
    assert (~p.alive).sum() == (beds - 20) // 10
    assert (p.fate[~p.alive] == SOLD).all()


def test_a_larger_share_takes_the_same_homes_and_more():
    taken = []
    for share in (0.3, 0.6):
        small, chain = market()
        concentrate(small.state, share)
        taken.append(set(np.flatnonzero(small.state.sites.provider == chain).tolist()))
    assert taken[0] < taken[1]


def test_without_chains_there_is_nobody_to_give_them_to():
    small = SmallMarket()
    small.site("independent", capacity=10)
    concentrate(small.state, 0.5)
    assert small.state.providers.alive.all()


def test_the_contested_claims_run_and_keep_every_account():
    market = CareMarket(load("claims-2017", **{"measures.check_accounts": True, "months": 3}), rng=1)
    market.run_for(3)
    s, p = market.state.sites, market.state.providers
    homes = s.care_type != 3
    beds = np.bincount(s.provider[homes], weights=s.capacity[homes], minlength=len(p))
    assert np.sort(beds)[-4:].sum() / beds.sum() > 0.19
