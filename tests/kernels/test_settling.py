"""Booking the month: the compiled forms book at sites and owners what the NumPy forms do."""

import numpy as np
import pytest

from resilience.market import settling
from resilience.market.accounts import Constants, SiteAccounts, SiteColumns
from resilience.market.settling import Here, Keeping, Owners, SiteBooks, Starts
from resilience.state.codes import HOME_CARE, N_CAUSES, N_KINDS, N_TYPES
from tests.kernels.test_twins import same, twins

SITES, PROVIDERS, MARKETS, MONTH = 900, 300, 20, 31
HOURS = np.array([22.0, 22.0, 22.0, 12.5])
START_UP = np.array([18, 18, 18, 12])
KEEPING = Keeping(1.5, 1.0, 0.6)


@pytest.fixture
def rng():
    return np.random.default_rng(31)


def columns(rng) -> SiteColumns:
    """Sites of every kind, a quarter of them closed."""
    amounts = {
        name: rng.uniform(0.0, 90.0, SITES)
        for name in ("self_funder_hours", "load", "staff", "pay", "cover", "agency_hours", "efficiency")
    }
    amounts |= {name: rng.uniform(0.0, 90.0, SITES) for name in ("rent", "price", "shock", "subsidy")}
    amounts["scale"] = rng.uniform(0.0, 90.0, (N_TYPES, 40))
    counts = ("capacity", "council_people", "nhs_people", "self_funders", "council")
    return SiteColumns(
        alive=rng.random(SITES) < 0.75,
        kind=rng.integers(0, N_KINDS, SITES),
        care_type=rng.integers(0, N_TYPES, SITES),
        **{name: rng.integers(0, 40, SITES) for name in counts},
        **amounts,
    )


def accounts(rng) -> SiteAccounts:
    """Accounts of sites with and without revenue, in profit and in loss."""
    some = [rng.uniform(0.0, 9_000.0, SITES) * (rng.random(SITES) < 0.7) for _ in SiteAccounts._fields]
    return SiteAccounts(*some)._replace(council=some[0] * 6.0)


def books(rng) -> SiteBooks:
    return SiteBooks(
        rng.integers(0, PROVIDERS, SITES),
        rng.integers(-3, MONTH, SITES),
        *(rng.normal(0.0, 5_000.0, SITES) for _ in range(5)),
        rng.normal(0.0, 0.05, SITES),
        rng.integers(0, 9, SITES),
        rng.normal(0.0, 9.0, (SITES, N_CAUSES)),
        rng.uniform(0.0, 1.0, SITES),
        rng.uniform(0.0, 1.0, SITES) * (rng.random(SITES) < 0.5),
    )


def owners(rng) -> Owners:
    elsewhere = rng.random(PROVIDERS) < 0.3
    return Owners(
        rng.random(PROVIDERS) < 0.8,
        rng.integers(0, N_KINDS, PROVIDERS),
        rng.integers(0, 500, PROVIDERS) * elsewhere,
        rng.uniform(0.0, 900.0, PROVIDERS) * elsewhere,
        *(rng.normal(1_000.0, 4_000.0, PROVIDERS) for _ in range(6)),
    )


def providers_and_sites(rng):
    """What the size of providers is worked out from."""
    of, p = columns(rng), owners(rng)
    people = [rng.integers(0, 9, SITES) for _ in range(4)]
    sites = of.alive, books(rng).provider, of.care_type, of.capacity, *people, of.self_funder_hours
    return *sites, HOURS, p.outside_beds, p.outside_hours, HOME_CARE


def test_interest_of_sites(rng):
    of, owner = columns(rng), rng.integers(0, PROVIDERS, SITES)
    owed = rng.uniform(0.0, 9e5, PROVIDERS), rng.uniform(0.0, 0.1, PROVIDERS), rng.normal(0.0, 0.05, PROVIDERS)
    plain, compiled = twins(settling.interest_of_sites, of.alive, of.capacity, owner, *owed)
    assert same(plain, compiled)


def test_book(rng):
    a = accounts(rng)
    investor_return = rng.uniform(0.0, 2_000.0, PROVIDERS)
    known = columns(rng), books(rng), investor_return, HOURS, START_UP
    plain, compiled = twins(settling.book, a, *known, 6.0, MONTH, 1e-6, Constants())
    assert same(plain, compiled)
    assert min(found.size for found in plain[:3]) > 10


@pytest.mark.parametrize("rows", [np.arange(3, SITES, 17), np.zeros(0, dtype=np.int64)])
def test_take_start(rng, rows):
    by_cause = [rng.normal(0.0, 9.0, (SITES, N_CAUSES)) for _ in range(3)]
    starts = Starts(rng.random(SITES), by_cause[0], rng.random(SITES), *by_cause[1:])
    share = np.array([0.45, 0.45, 0.45, 0.0])
    plain, compiled = twins(settling.take_start, rows, accounts(rng), columns(rng), starts, HOURS, share, 4.3)
    assert same(plain, compiled)


def test_size_here(rng):
    plain, compiled = twins(settling.size_here, *providers_and_sites(rng))
    assert same(plain, compiled)
    assert (Here(*plain[:3]).group > 1.0).sum() > 10


def test_settle(rng):
    here = settling.size_here.plain(*providers_and_sites(rng))
    sector = np.array([310.0, 4.5]) * rng.uniform(0.5, 2.0, (here.beds.size, 2))
    plain, compiled = twins(
        settling.settle, accounts(rng), columns(rng), books(rng), owners(rng), here, sector, KEEPING, Constants()
    )
    assert same(plain, compiled)


@pytest.mark.parametrize("rate", [1.0, 0.8])
def test_payments(rng, rate):
    market, residents = rng.integers(0, MARKETS, SITES), rng.integers(0, 30, SITES)
    plain, compiled = twins(
        settling.payments, accounts(rng), columns(rng), market, residents, rate, 12.5, MARKETS, Constants()
    )
    assert same(plain, compiled)
    assert plain[0].shape == (len(settling.PAYMENTS), MARKETS)
