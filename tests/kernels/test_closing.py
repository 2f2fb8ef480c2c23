"""How sites and providers end: the compiled forms displace, bridge and pay off what the NumPy forms do."""

import numpy as np
import pytest

from resilience.market import bridge, closure, contagion, displaced
from resilience.market.bridge import OCCUPANCY, Booked
from resilience.market.closure import AtSites
from resilience.market.displaced import Closing, Payers, Places, Residents
from resilience.state.codes import HOME_CARE, N_CAUSES, N_PAYERS, N_TYPES
from resilience.state.ledger import AMOUNTS, COUNTS, OF_SITES
from tests.kernels.test_twins import same, twins

SITES, PROVIDERS, COUNCILS, PEOPLE = 400, 150, 5, 900
HOURS = np.array([22.0, 22.0, 22.0, 12.5])
CELLS = N_TYPES * N_PAYERS


@pytest.fixture
def some():
    """A source of made-up columns: whole numbers below a limit, amounts with many digits, flags."""
    rng = np.random.default_rng(17)

    class Some:
        def whole(self, below, size=SITES):
            return rng.integers(0, below, size)

        def amounts(self, *shape):
            return rng.normal(0.0, 30.0, shape or SITES)

        def flags(self, size=SITES, share=0.7):
            return rng.random(size) < share

    return Some()


def booked(some) -> Booked:
    """Booked components of sites, of which a third have taken no start."""
    shape = SITES, N_CAUSES
    started = np.where(some.flags(share=0.66), np.abs(some.amounts()), 0.0)
    return Booked(some.amounts(*shape), some.amounts(*shape), some.amounts(*shape), started, np.abs(some.amounts()))


def people(some) -> AtSites:
    where = some.whole(PROVIDERS), some.whole(COUNCILS), some.whole(N_TYPES)
    return AtSites(*where, *(some.whole(30) for _ in range(5)), np.abs(some.amounts()))


ROWS = [np.arange(3, SITES, 7), np.array([11]), np.zeros(0, dtype=np.int64)]
GOING = [np.arange(2, PROVIDERS, 5), np.array([4])]


def test_parts_are_added_up_two_by_two():
    parts = np.array([[1e16, 1.0, -1e16, 1.0, 2.0, 3.0, 4.0, 5.0]])
    assert bridge.over_causes(parts).tolist() == [((1e16 + 1.0) + (-1e16 + 1.0)) + 14.0]
    assert bridge.over_causes(parts).tolist() == parts.sum(axis=1).tolist()


@pytest.mark.parametrize("providers", GOING)
def test_bridges_of_providers(some, providers):
    columns = some.whole(PROVIDERS), some.whole(90), some.whole(N_TYPES)
    rows = np.flatnonzero(some.flags())
    plain, compiled = twins(
        bridge.bridges_of_providers, providers, rows, booked(some), *columns, HOURS, PROVIDERS, OCCUPANCY
    )
    assert same(plain, compiled)
    assert plain[0].shape == (providers.size, N_CAUSES)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("everybody", [True, False])
def test_events_at(some, rows, everybody):
    given = some.whole(9, 0 if everybody else rows.size)
    plain, compiled = twins(closure.events_at, rows, everybody, given, people(some), booked(some), HOURS, OCCUPANCY)
    assert same(plain, compiled)
    assert plain[0].shape == (rows.size, len(COUNTS) - OF_SITES)
    assert plain[1].shape == (rows.size, len(AMOUNTS))


@pytest.mark.parametrize("providers", GOING)
def test_sites_of_providers_and_whom_they_serve(some, providers):
    alive, at = some.flags(), people(some)
    plain, compiled = twins(closure.sites_of, providers, alive, at.provider, PROVIDERS)
    assert same(plain, compiled)
    plain, compiled = twins(closure.served_by, providers, plain[0], at, HOURS, PROVIDERS)
    assert same(plain, compiled)
    assert plain[0].sum() > 0


def test_without_sites(some):
    plain, compiled = twins(closure.without_sites, some.flags(PROVIDERS), some.flags(share=0.3), some.whole(PROVIDERS))
    assert same(plain, compiled)
    assert 0 < plain[0].size < PROVIDERS


@pytest.mark.parametrize("rows", ROWS)
def test_count_in(some, rows):
    queues = [some.whole(6, (COUNCILS, CELLS)) for _ in range(3)]
    share = some.whole(100, (COUNCILS, CELLS)) / 100.0
    joining = [some.whole(most, rows.size) for most in (COUNCILS, CELLS, 4)]
    plain, compiled = twins(contagion.count_in, share, *queues, *joining, some.flags(rows.size))
    assert same(plain, compiled)


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("self_funders", [0, 9])
def test_move_out(some, rows, self_funders):
    sites = Closing(
        *(some.flags(share=1.0), np.full(SITES, -1), some.whole(COUNCILS), some.whole(N_TYPES)),
        *(some.whole(9) for _ in range(4)),
        some.whole(1 + self_funders),
        *(np.abs(some.amounts()) for _ in range(4)),
    )
    residents = Residents(
        some.whole(SITES + 1, PEOPLE) - 1,
        some.whole(COUNCILS, PEOPLE),
        some.whole(N_TYPES, PEOPLE),
        some.flags(PEOPLE, 0.3),
        some.whole(5, PEOPLE),
    )
    places = Places(
        some.whole(6, (COUNCILS, CELLS)),
        some.whole(6, (COUNCILS, CELLS)),
        some.whole(100, (COUNCILS, CELLS)) / 100.0,
        some.whole(6, (COUNCILS, 6)),
        np.abs(some.amounts(COUNCILS)),
        np.zeros(COUNCILS, dtype=np.int64),
        np.zeros(COUNCILS),
        np.zeros((COUNCILS, N_TYPES), dtype=np.int64),
        np.zeros(COUNCILS, dtype=np.int64),
    )
    micro, second = some.flags(rows.size, 0.3), some.flags(rows.size, 0.4)
    plain, compiled = twins(displaced.move_out, rows, micro, second, sites, residents, places, 0.7, 12, Payers())
    assert same(plain, compiled)


@pytest.mark.parametrize("rows", ROWS)
def test_pay_off(some, rows):
    rent = np.where(some.flags(), 0.0, 500.0)
    columns = some.flags(), some.whole(N_TYPES), some.whole(90), rent, some.whole(PROVIDERS)
    owed = [np.abs(some.amounts(PROVIDERS)) for _ in range(2)]
    plain, compiled = twins(displaced.pay_off, rows, *columns, *owed, HOME_CARE)
    assert same(plain, compiled)
    assert (plain[-1] < owed[1]).any() == (rows.size > 0)
