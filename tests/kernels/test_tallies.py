"""The compiled forms of sums that the recorder and entrants need: by council, provider, market and cell."""

import numpy as np
import pytest

from resilience.market import entry, newcomers
from resilience.measures import functional, statutory, tallies
from resilience.state.codes import HOME_CARE, MICRO_ENTERPRISE, N_KINDS, YOUNGER_ADULTS
from tests.kernels.test_twins import same, twins

COUNCILS, PROVIDERS = 7, 60


class Made:
    """Columns of made-up sites: amounts with many digits, codes and flags."""

    def __init__(self, sites: int) -> None:
        self._rng = np.random.default_rng(6)
        self._sites = sites
        self.alive, self.kind = self.code(4) < 3, np.arange(PROVIDERS) * 7 % N_KINDS
        self.provider, self.council, self.care_type = self.code(PROVIDERS), self.code(COUNCILS), self.code(4)
        self.micro = self.kind[self.provider] == MICRO_ENTERPRISE

    def code(self, below: int) -> np.ndarray:
        return self._rng.integers(0, below, self._sites)

    def amount(self) -> np.ndarray:
        return self._rng.uniform(0.0, 1_000.0, self._sites)


@pytest.mark.parametrize("sites", [500, 0])
def test_tally_by_provider(sites):
    made = Made(sites)
    plain, compiled = twins(
        tallies.tally_by_provider,
        made.alive,
        made.provider,
        made.care_type,
        made.code(90),
        made.code(80),
        made.amount(),
        PROVIDERS,
        HOME_CARE,
    )
    assert same(plain, compiled)
    assert plain[0].shape == (len(tallies.ByProvider._fields), PROVIDERS)


@pytest.mark.parametrize("sites", [500, 0])
def test_tally_by_council(sites):
    made = Made(sites)
    rng = np.random.default_rng(7)
    plain, compiled = twins(
        tallies.tally_by_council,
        made.alive,
        made.council,
        made.provider,
        made.kind,
        made.care_type,
        made.code(90),
        made.code(80),
        made.code(30),
        *(made.amount() for _ in range(11)),
        rng.uniform(0.0, 900.0, (COUNCILS, 4)),
        rng.uniform(0.0, 0.2, PROVIDERS),
        np.arange(PROVIDERS) % 5 == 0,
        HOME_CARE,
        YOUNGER_ADULTS,
        MICRO_ENTERPRISE,
    )
    assert same(plain, compiled)
    assert plain[0].shape == (len(tallies.ByCouncil._fields), COUNCILS)


@pytest.mark.parametrize("sites", [500, 0])
def test_what_stands_for_entrants(sites):
    made = Made(sites)
    of_sites = made.alive, made.provider, made.kind, made.council, made.care_type
    people, amounts = [made.code(80) for _ in range(5)], (made.amount(), made.amount() - 500.0)
    codes = COUNCILS, HOME_CARE, MICRO_ENTERPRISE
    plain, compiled = twins(entry.what_stands, *of_sites, made.code(90), *people, *amounts, *codes)
    assert same(plain, compiled)
    assert plain[0].shape == (len(entry.Standing._fields), COUNCILS)
    price = np.where(made.code(5) > 0, made.amount(), 0.0)
    plain, compiled = twins(newcomers.prices_by_market, *of_sites, price, COUNCILS, 4, MICRO_ENTERPRISE)
    assert same(plain, compiled)
    assert plain[0].sum() == np.count_nonzero(made.alive & ~made.micro & (price > 0.0))


@pytest.mark.parametrize("sites", [500, 1, 0])
def test_squares_of_beds(sites):
    made = Made(sites)
    columns = made.alive, made.provider, made.council, made.care_type, made.code(90)
    plain, compiled = twins(tallies.squares_of_beds, *columns, COUNCILS, HOME_CARE)
    assert same(plain, compiled)


def test_squares_add_up_a_providers_homes_first():
    pytest.importorskip("numba")
    alive = np.array([True, True, True, True, False, True])
    provider, council = np.array([1, 0, 1, 1, 0, 0]), np.array([0, 0, 1, 0, 0, 0])
    care_type, beds = np.array([0, 1, 0, 2, 0, HOME_CARE]), np.array([10, 20, 30, 5, 99, 99])
    for form in (tallies.squares_of_beds.plain, tallies.squares_of_beds.compiled):
        found = form(alive, provider, council, care_type, beds, 3, HOME_CARE)
        assert found.tolist() == [15.0**2 + 20.0**2, 30.0**2, 0.0]


@pytest.mark.parametrize("sites", [500, 0])
def test_spread_of_homes(sites):
    made = Made(sites)
    columns = made.alive, made.provider, made.council, made.care_type, made.code(90)
    groups = np.array([3, 11, 40])
    plain, compiled = twins(
        statutory.spread_of_homes, *columns, groups, PROVIDERS, COUNCILS, HOME_CARE, statutory.SHARE_CONCENTRATED
    )
    assert same(plain, compiled)
    assert (plain[0] > 0).any() == (sites > 0)


def test_large_providers():
    rng = np.random.default_rng(9)
    sizes = [rng.integers(0, 40, PROVIDERS) * step for step in (50.0, 40.0, 900.0, 20, 11.0, 300.0)]
    alive, kind = np.arange(PROVIDERS) % 4 < 3, np.arange(PROVIDERS) % 5
    plain, compiled = twins(statutory.large_providers, alive, kind, *sizes, (1_000.0, 800.0, 30_000.0), 4)
    assert same(plain, compiled)
    assert 0 < plain[0].size < PROVIDERS


@pytest.mark.parametrize("sites", [900, 1, 0])
def test_gaps_of_cells(sites):
    made, rng = Made(sites), np.random.default_rng(8)
    reach = rng.uniform(size=(COUNCILS, COUNCILS)) < 0.4
    reach |= reach.T | np.eye(COUNCILS, dtype=np.bool_)
    owner, council, care_type, hours, spare, _ = functional.sums_by_cell.plain(
        made.alive,
        made.provider,
        made.council * 4 + made.care_type,
        made.amount(),
        made.code(40) * 12.9,
        PROVIDERS,
        COUNCILS,
        4,
    )
    nearby = rng.uniform(0.0, 20_000.0, (COUNCILS, 4))
    plain, compiled = twins(functional.room_of_others, owner, council, care_type, spare, nearby, reach, 0.8)
    assert same(plain, compiled)
    tested = np.arange(PROVIDERS) % 5 > 0
    plain, compiled = twins(functional.largest_gaps, owner, council, hours, plain[0] / 9.0, tested, COUNCILS)
    assert same(plain, compiled)
    assert (plain[1] > 0.0).any() == (sites > 1)
    plain, compiled = twins(functional.hours_nearby, reach, nearby)
    assert same(plain, compiled)
