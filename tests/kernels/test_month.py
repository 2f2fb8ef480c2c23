"""The compiled forms of what a month adds up: bills, components per hour, cells of providers and markets."""

import numpy as np
import pytest

from resilience.market import accounts, settling
from resilience.market.accounts import Constants, Rates, SiteColumns
from resilience.measures import functional
from resilience.state.codes import HOME_CARE
from resilience.state.columns import Floats
from tests.kernels.test_twins import same, twins

SITES, PEOPLE, PROVIDERS, MARKETS = 500, 4_000, 60, 28
PLACES = {"provider": PROVIDERS, "market": MARKETS, "care_type": 4, "kind": 5, "council": 7}


@pytest.fixture
def some():
    """A source of made-up columns: amounts with many digits, and codes."""
    rng = np.random.default_rng(5)

    def column(what: str, rows: int = SITES) -> np.ndarray:
        if what in PLACES:
            return rng.integers(0, PLACES[what], rows)
        return rng.uniform(0.0, 1_000.0, rows)

    return column


def site_columns(some) -> SiteColumns:
    """Sites of every kind, a quarter of them closed, with people and money of many digits."""
    given = {name: some(name) for name in SiteColumns._fields if SiteColumns.__annotations__[name] is Floats}
    counts = ("capacity", "council_people", "nhs_people", "self_funders")
    given |= {name: some(name).astype(np.int64) for name in counts}
    given["scale"] = some("scale", 4_000).reshape(4, -1)
    return SiteColumns(
        **given, alive=np.arange(SITES) % 4 != 3, **{name: some(name) for name in ("kind", "care_type", "council")}
    )


def rates(some, **given: float) -> Rates:
    """Fees and prices of a market of seven councils."""
    shapes = {"fee": (7, 4), "local_cost": 7}
    arrays = {
        name: np.random.default_rng(number).uniform(0.5, 2.0, shapes.get(name, 4))
        for number, name in enumerate(Rates._fields)
        if Rates.__annotations__[name] is Floats
    }
    numbers = {name: 0.1 + 0.07 * place for place, name in enumerate(Rates._fields) if name not in arrays}
    return Rates(**(arrays | numbers | given))


@pytest.mark.parametrize("direct_payment_rate", [1.0, 0.8])
def test_accounts_of_sites(some, direct_payment_rate):
    columns = site_columns(some)
    plain, compiled = twins(
        accounts.accounts_of_sites, columns, rates(some, direct_payment_rate=direct_payment_rate), Constants()
    )
    assert same(plain, compiled)
    assert {column.shape for column in compiled[: len(accounts.ACCOUNTS)]} == {(SITES,)}


@pytest.mark.parametrize("people", [PEOPLE, 0])
def test_bills_of_self_funders(some, people):
    site = np.arange(people, dtype=np.int64) * 7919 % (SITES + 1) - 1
    person = [some("care_type", people), *(some(what, people) for what in ("hours", "income", "savings"))]
    at_site = [some("cover") / 1_000.0, some("price"), some("market")]
    plain, compiled = twins(settling.bills_of_self_funders, site, *person, *at_site, 1.07, MARKETS, HOME_CARE, 4.3)
    assert same(plain, compiled)
    assert (plain[0] > 0.0).any() == (people > 0)


def test_a_bill_beyond_income_comes_out_of_savings():
    pytest.importorskip("numba")
    for form in (settling.bills_of_self_funders.plain, settling.bills_of_self_funders.compiled):
        savings = np.array([9_000.0, 9_000.0, 9_000.0])
        bills, people = form(
            np.array([0, 1, -1]),
            np.array([0, HOME_CARE, 0]),
            np.array([25.0, 10.0, 25.0]),
            np.array([100.0, 400.0, 100.0]),
            savings,
            np.array([1.0, 0.5]),
            np.array([700.0, 20.0]),
            np.array([0, 3]),
            1.0,
            4,
            HOME_CARE,
            weeks := 4.25,
        )
        assert bills.tolist() == pytest.approx([700.0 * weeks, 0.0, 0.0, 100.0 * weeks])
        assert people.tolist() == [1, 1]
        assert savings.tolist() == pytest.approx([9_000.0 - 600.0 * weeks, 9_000.0, 9_000.0])


@pytest.mark.parametrize("sites", [SITES, 1, 0])
def test_sums_by_cell(some, sites):
    alive = np.arange(sites) % 4 != 3
    provider, council, care_type, *columns = (
        some(what, sites) for what in ("provider", "council", "care_type", "hours", "spare")
    )
    plain, compiled = twins(
        functional.sums_by_cell, alive, provider, council * 4 + care_type, *columns, PROVIDERS, 7, 4
    )
    assert same(plain, compiled)
    assert plain[3].sum() == pytest.approx(columns[0][alive].sum())
    assert plain[5].sum() == pytest.approx(columns[1][alive].sum())


def test_hours_of_room(some):
    room = np.maximum(some("provider") - 20, 0)
    kind = np.arange(PROVIDERS) % 5
    hours = np.array([22.0, 22.3, 25.1, 12.7])
    plain, compiled = twins(functional.hours_of_room, room, some("provider"), some("care_type"), kind, hours, 3)
    assert same(plain, compiled)


def test_a_provider_has_a_cell_in_each_of_its_markets():
    pytest.importorskip("numba")
    alive = np.array([True, True, True, True, False])
    provider, council, care_type = np.array([2, 0, 2, 2, 1]), np.array([1, 0, 0, 1, 1]), np.array([1, 1, 0, 1, 0])
    hours, spare = np.array([10.0, 20.0, 30.0, 40.0, 50.0]), np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    for form in (functional.sums_by_cell.plain, functional.sums_by_cell.compiled):
        found = form(alive, provider, council * 2 + care_type, hours, spare, 3, 2, 2)
        owner, where, care, own_hours, own_spare, all_spare = (column.tolist() for column in found)
        assert (owner, where, care) == ([0, 2, 2], [0, 0, 1], [1, 0, 1])
        assert (own_hours, own_spare) == ([20.0, 30.0, 50.0], [2.0, 3.0, 5.0])
        assert all_spare == [[3.0, 2.0], [0.0, 5.0]]
