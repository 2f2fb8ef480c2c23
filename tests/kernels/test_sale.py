"""The market for sites: the compiled forms see the prospects and buyers that the NumPy forms see."""

import numpy as np
import pytest

from resilience.market import sale
from resilience.market.accounts import Constants
from resilience.market.sale import Bought, Buyers, Financing, ForSale, Sold
from resilience.state.codes import CHAIN, HOME_CARE, N_KINDS, N_TYPES
from tests.kernels.test_twins import same, twins

SITES, PROVIDERS, COUNCILS = 900, 200, 6
HOURS = np.array([22.0, 22.0, 22.0, 12.5])
ROWS = [np.arange(1, SITES, 13), np.array([7]), np.zeros(0, dtype=np.int64)]


@pytest.fixture
def rng():
    return np.random.default_rng(41)


@pytest.mark.parametrize("runs", [1, 3])
@pytest.mark.parametrize("rows", ROWS)
def test_prospects(rng, rows, runs):
    counts = [rng.integers(0, 12, SITES) for _ in range(4)]
    sites = ForSale(
        *(rng.random(SITES) < 0.7, rng.integers(0, N_TYPES, SITES), rng.uniform(0.0, 9e4, SITES)),
        *(rng.normal(3e3, 9e3, SITES), *counts, rng.uniform(0.0, 90.0, SITES), HOURS),
    )
    run = rng.integers(0, runs, SITES)
    plain, compiled = twins(sale.prospects, rows, sites, Buyers(0.5, 0.2, 0.1), run, runs, HOME_CARE)
    assert same(plain, compiled)
    assert plain[0].size == rows.size


def test_homes_and_branches(rng):
    columns = rng.random(SITES) < 0.7, rng.integers(0, PROVIDERS, SITES), rng.integers(0, N_KINDS, PROVIDERS)
    places = rng.integers(0, COUNCILS, SITES), rng.integers(0, N_TYPES, SITES)
    plain, compiled = twins(sale.homes_and_branches, *columns, *places, COUNCILS, Constants())
    assert same(plain, compiled)
    assert plain[0].shape == (COUNCILS, 2)


@pytest.mark.parametrize("rows", ROWS)
def test_pass_on(rng, rows):
    sold = Sold(
        *(rng.integers(0, most, SITES) for most in (PROVIDERS, COUNCILS, N_TYPES)),
        *(rng.uniform(0.0, 2.0, SITES) for _ in range(4)),
        *(rng.integers(0, 30, SITES) for _ in range(2)),
        np.zeros((COUNCILS, N_TYPES), dtype=np.int64),
    )
    plain, compiled = twins(sale.pass_on, rows, rng.integers(0, PROVIDERS, rows.size), sold, 0.55)
    assert same(plain, compiled)
    assert plain[-1].sum() == rows.size


def test_sound_chains(rng):
    owners = (
        *(rng.random(PROVIDERS) < 0.8, np.where(rng.random(PROVIDERS) < 0.5, CHAIN, 1)),
        *(rng.integers(0, 2, PROVIDERS), rng.normal(0.0, 9.0, PROVIDERS)),
    )
    sites = (
        *(rng.random(SITES) < 0.8, rng.integers(0, PROVIDERS, SITES)),
        *(rng.integers(0, N_TYPES, SITES), rng.integers(1, 90, SITES)),
    )
    plain, compiled = twins(sale.sound_chains, *owners, *sites, Constants())
    assert same(plain, compiled)
    assert plain[0].size > 5


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("chains", [np.array([9, 4, 77, 150]), np.zeros(0, dtype=np.int64)])
def test_choose_chains(rng, rows, chains):
    places = rng.integers(0, 60, (2, chains.size)).astype(np.float64)
    places[1, :1] = 0.0
    sites = Bought(
        *(rng.integers(0, most, SITES) for most in (PROVIDERS, N_TYPES, 90)),
        np.where(rng.random(SITES) < 0.5, 0.0, 300.0),
        *(rng.uniform(0.0, 9e5, PROVIDERS) for _ in range(2)),
    )
    luck = rng.random(rows.size), rng.random(rows.size)
    plain, compiled = twins(
        sale.choose_chains, rows, *luck, chains, places, sites, Financing(1.3, 2e4, 3e4, 0.11), HOME_CARE
    )
    assert same(plain, compiled)
    assert (plain[0] >= 0).sum() > 5 or rows.size < 9 or chains.size == 0
