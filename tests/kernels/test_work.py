"""Staff, cover, hours delivered and quality: the compiled forms reckon what the NumPy forms reckon."""

import numpy as np
import pytest

from resilience.market import delivery, labour, quality
from resilience.state.codes import CHAIN, COOPERATIVE, COUNCIL_SERVICE, HOME_CARE, INADEQUATE, MICRO_ENTERPRISE
from tests.kernels.test_twins import same, twins

SITES, PROVIDERS, COUNCILS = 900, 80, 6
FIXED = np.array([0.45, 0.45, 0.45, 0.0])
STAFF_HOURS = np.array([31.0, 36.5, 52.0, 13.7])
LIMITS = np.array([0.1, 0.1, 0.1, 0.15])


@pytest.fixture
def made():
    """Made-up columns by name: codes and flags, and ``amount()`` for numbers with many digits."""
    rng = np.random.default_rng(12)

    class Columns:
        alive = rng.integers(0, 4, SITES) < 3
        young = rng.integers(0, 5, SITES) == 0
        provider = rng.integers(0, PROVIDERS, SITES)
        council = rng.integers(0, COUNCILS, SITES)
        care_type = rng.integers(0, 4, SITES)
        capacity = rng.integers(0, 90, SITES)
        kind = np.arange(PROVIDERS) % 5

        @staticmethod
        def amount(least: float, most: float, shape: int | tuple[int, int] = SITES) -> np.ndarray:
            return rng.uniform(least, most, shape)

    return Columns


@pytest.mark.parametrize("kept", [1.0, 0.83])
def test_new_pay(made, kept):
    columns = made.amount(0.0, 0.3), made.amount(-0.1, 0.1), made.amount(0.0, 30.0), made.amount(0.0, 30.0)
    plain, compiled = twins(labour.new_pay, *columns, kept, 0.19, 7.2)
    assert same(plain, compiled)
    assert plain[0].max() == 0.19


def test_planned_posts(made):
    plain, compiled = twins(
        labour.planned_posts,
        made.alive,
        made.provider,
        made.council,
        made.care_type,
        made.capacity,
        made.young,
        made.amount(0.8, 1.2),
        made.amount(0.0, 90.0),
        made.kind,
        made.amount(0.0, 0.2, (COUNCILS, 4)),
        np.array([3.0, 3.0, 2.0, 3.0, 3.0]),
        np.array([1.02, 1.03, 1.01, 1.04]),
        FIXED,
        STAFF_HOURS,
        37.5,
        MICRO_ENTERPRISE,
    )
    assert same(plain, compiled)
    assert (plain[0] > 0.0).tolist() == made.alive.tolist()


def test_staff_as_posts(made):
    amounts = made.amount(0.0, 9.0), made.amount(0.0, 9.0)
    rest = made.provider, made.council, made.kind, COUNCILS, MICRO_ENTERPRISE
    plain, compiled = twins(labour.staff_as_posts, *amounts, *rest)
    assert same(plain, compiled)
    assert (plain[1] != amounts[0]).sum() == (made.kind[made.provider] == MICRO_ENTERPRISE).sum()


@pytest.mark.parametrize("people", [SITES, 0])
def test_people_by_market_and_without_place(made, people):
    council, care_type = made.council[:people], made.care_type[:people]
    counts = [made.capacity[:people] + phase for phase in range(5)]
    plain, compiled = twins(labour.people_by_market, council * 4 + care_type, *counts, COUNCILS * 4)
    assert same(plain, compiled)
    site = np.where(made.alive, made.provider, -1)[:people]
    plain, compiled = twins(labour.without_place, site, council, care_type, COUNCILS, 4)
    assert same(plain, compiled)
    assert plain[0].sum() == (site < 0).sum()


@pytest.mark.parametrize("small_scale", [-1, 25])
def test_turnover(made, small_scale):
    plain, compiled = twins(
        labour.turnover,
        made.amount(0.5, 1.5),
        made.alive,
        made.provider,
        made.council,
        made.capacity,
        made.kind,
        made.amount(0.7, 1.0, COUNCILS),
        small_scale,
        0.37,
        0.8,
        0.6,
        (CHAIN, COOPERATIVE, MICRO_ENTERPRISE, COUNCIL_SERVICE),
    )
    assert same(plain, compiled)
    assert (plain[0] < 0.0).tolist() == (made.kind[made.provider] != MICRO_ENTERPRISE).tolist()


def test_staff_who_leave_and_are_counted(made):
    staff, posts = made.amount(0.0, 30.0), made.amount(0.0, 30.0)
    going = np.zeros(staff.size), posts, made.amount(0.9, 1.0), made.council
    plain, compiled = twins(labour.let_go, staff, *going, 0.4, COUNCILS)
    assert same(plain, compiled)
    hires = made.amount(0.0, 3.0), made.amount(0.0, 1.0, COUNCILS)
    plain, compiled = twins(labour.take_on, staff, *hires, made.council)
    assert same(plain, compiled)
    plain, compiled = twins(labour.pay_over_usual, staff, made.council, made.amount(10.0, 12.0, COUNCILS), 1.03)
    assert same(plain, compiled)
    plain, compiled = twins(labour.staff_by_council, staff, made.amount(0.8, 1.2), made.council, COUNCILS)
    assert same(plain, compiled)


def test_wanted_hires(made):
    plain, compiled = twins(
        labour.wanted_hires,
        made.alive,
        made.amount(0.0, 30.0),
        made.amount(0.0, 30.0),
        made.young,
        made.amount(0.8, 1.2),
        made.council,
        made.amount(0.2, 0.8, COUNCILS),
        3.0,
    )
    assert same(plain, compiled)
    assert plain[1].sum() == pytest.approx(plain[0].sum())


def test_agency_and_cover(made):
    plain, compiled = twins(
        labour.agency_and_cover,
        made.alive,
        made.provider,
        made.care_type,
        made.capacity,
        made.amount(0.8, 1.2),
        made.amount(0.0, 60.0),
        np.where(made.young, 0.0, made.amount(0.0, 60.0)),
        made.kind,
        LIMITS,
        FIXED,
        STAFF_HOURS,
        37.5,
        0.96,
        COUNCIL_SERVICE,
    )
    assert same(plain, compiled)
    assert 0.0 < plain[1].min() < plain[1].max() == 1.0


def test_hours_at_sites(made):
    counts = [made.capacity // (2 + phase) for phase in range(4)]
    amounts = made.amount(0.0, 90.0), made.amount(0.5, 1.0)
    hours = np.array([22.0, 22.3, 25.1, 12.7])
    columns = made.council, made.care_type, *counts, *amounts, hours
    plain, compiled = twins(delivery.hours_at_sites, *columns, COUNCILS, (0, 1, 2))
    assert same(plain, compiled)
    assert (plain[1] <= plain[0]).all()
    delivered = made.amount(100.0, 900.0, COUNCILS)
    by_site = plain[2], made.council, made.provider, made.amount(0.0, 1.0), made.kind, delivered
    plain, compiled = twins(delivery.shares_by_kind, *by_site, 5)
    assert same(plain, compiled)
    assert plain[0].sum(axis=1) == pytest.approx(delivered)


@pytest.mark.parametrize("people", [SITES, 0])
def test_hours_without_place(made, people):
    site = np.where(made.alive, made.provider, -1)
    columns = [column[:people] for column in (site, made.young, made.council, made.care_type, made.amount(1.0, 40.0))]
    plain, compiled = twins(delivery.hours_without_place, *columns, COUNCILS, 4)
    assert same(plain, compiled)
    assert plain[0].sum() + plain[1].sum() == pytest.approx(columns[4][columns[0] < 0].sum())


def test_quality_supported(made):
    plain, compiled = twins(
        quality.quality_supported,
        made.provider,
        made.care_type,
        made.capacity,
        np.where(made.alive, made.amount(0.0, 30.0), 0.0),
        np.where(made.alive, made.amount(0.0, 30.0), 0.0),
        made.amount(0.0, 2.0),
        made.amount(-0.3, 0.2),
        made.capacity % 4,
        made.amount(-0.2, 0.2),
        made.kind,
        np.arange(PROVIDERS) % 3,
        made.amount(-0.1, 0.1, (2, 90)),
        (0.7, 0.93, 0.3),
        (0.9, 0.25, 0.5, 0.04, 0.15),
        (HOME_CARE, COOPERATIVE, MICRO_ENTERPRISE, 1, INADEQUATE),
    )
    assert same(plain, compiled)
    assert 0.0 <= plain[0].min() < 0.3 < 0.9 < plain[0].max() <= 1.0


def test_drift_inspections_and_mishaps(made):
    living = np.flatnonzero(made.alive)
    plain, compiled = twins(
        quality.drift_and_inspect,
        made.amount(0.2, 1.0),
        made.capacity % 4,
        made.capacity // 9,
        living,
        made.amount(0.2, 1.0),
        made.amount(-2.0, 2.0, living.size),
        made.amount(0.0, 1.0, living.size),
        made.provider,
        made.kind,
        (0.1, 0.05, 0.1, 0.3),
        (0.4, 0.6, 0.9),
        quality.RATINGS_BY_QUALITY,
        MICRO_ENTERPRISE,
    )
    assert same(plain, compiled)
    shocks = made.amount(-0.1, 0.1), made.capacity, living, made.amount(-2.0, 2.0, living.size)
    plain, compiled = twins(quality.renew_shocks, *shocks, made.amount(0.01, 0.05, 90), 0.9)
    assert same(plain, compiled)
    assert not plain[0][~made.alive].any()
