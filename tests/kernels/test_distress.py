"""Who stops, gives contracts back or runs out of money: the compiled forms find whom the NumPy forms find."""

import numpy as np
import pytest

from resilience.market import contracts, distress
from resilience.market.accounts import Constants
from resilience.market.contracts import Reviewed, Terms
from resilience.market.distress import Limits, Owners, Sites
from resilience.state.codes import N_KINDS, N_TYPES
from resilience.state.randomness import hash_keys
from tests.kernels.test_twins import same, twins

SITES, PROVIDERS, COUNCILS, MONTH = 3_000, 1_200, 5, 31
RNG = np.random.default_rng(23)


def whole(low, high, size=SITES):
    return RNG.integers(low, high, size)


def flags(share, size=SITES):
    return RNG.random(size) < share


def amounts(low, high, size=SITES):
    return RNG.uniform(low, high, size)


def reviewed() -> Reviewed:
    """Sites on both sides of every limit."""
    council = whole(0, 5)
    return Reviewed(
        *(hash_keys(np.arange(SITES)), flags(0.8), whole(0, N_KINDS), whole(0, N_TYPES), whole(0, COUNCILS)),
        *(whole(1, 14), council, whole(0, 4), whole(0, 2), whole(0, 2), whole(0, 9), amounts(0.0, 60.0)),
        *(flags(0.6), amounts(0.8, 1.2), amounts(7.0, 13.0), amounts(2e4, 5e4), amounts(-2e3, 8e3), amounts(-0.1, 0.1)),
    )


TERMS = Terms(
    fee=amounts(400.0, 900.0, (COUNCILS, N_TYPES)),
    local_cost=amounts(0.9, 1.1, COUNCILS),
    hours_per_person=np.array([22.0, 22.0, 22.0, 12.5]),
    staff_hours_per_person=np.array([31.0, 36.5, 52.0, 13.7]),
    fixed_staff_share=np.array([0.45, 0.45, 0.45, 0.0]),
    pay_mix=np.array([1.1, 1.2, 1.1, 1.05]),
    other_cost=np.array([80.0, 90.0, 110.0, 12.0]),
    cost_factor=np.array([1.0, 1.0, 1.0, 1.1]),
    funded_nursing_care=155.0,
    on_cost=0.2,
    cost_index=1.07,
    quarter=np.uint64(3),
    turn=np.uint64(1),
)


@pytest.mark.parametrize(("part_of_fee", "acting"), [(1.0, (0, 1)), (40.0, (2,))])
def test_look_at_contracts(part_of_fee, acting):
    terms = TERMS._replace(fee=TERMS.fee / part_of_fee)
    plain, compiled = twins(contracts.look_at_contracts, reviewed(), terms, -0.02, -0.1, Constants())
    assert same(plain, compiled)
    assert min(plain[which].size for which in acting) > 3


def owners() -> Owners:
    kind = whole(0, N_KINDS, PROVIDERS)
    return Owners(
        *(flags(0.8, PROVIDERS), kind, amounts(-2e4, 4e4, PROVIDERS), amounts(0.0, 1e4, PROVIDERS)),
        *(np.where(flags(0.7, PROVIDERS), amounts(0.0, 2e3, PROVIDERS), 0.0), amounts(-8e3, 8e3, PROVIDERS)),
        *(amounts(-1e3, 1e3, PROVIDERS), whole(0, 3, PROVIDERS)),
        *(whole(MONTH - 20, MONTH + 200, PROVIDERS), flags(0.5, PROVIDERS)),
    )


def test_money_used_up_and_breaches():
    books, group = owners(), amounts(1.0, 5.0, PROVIDERS)
    plain, compiled = twins(distress.money_used_up, books, group, Constants())
    assert same(plain, compiled)
    assert 0 < plain[1].sum() < plain[0].sum()
    plain, compiled = twins(distress.count_breaches, books, group, 1.1, Constants())
    assert same(plain, compiled)
    assert plain[0].size > 3


@pytest.mark.parametrize("council_closes", [0.0, 0.3])
def test_leaving(council_closes):
    sites = Sites(
        *(flags(0.8), whole(0, PROVIDERS), whole(0, N_TYPES), whole(-5, MONTH), whole(0, 14), whole(0, 17)),
        *(whole(0, 2) for _ in range(5)),
        amounts(0.0, 1.0),
    )
    limits = Limits(12, 8, 24, np.array([18, 18, 18, 12]), 15, council_closes)
    books = owners()
    failing, broke = flags(0.05, PROVIDERS), flags(0.3, PROVIDERS)
    plain, compiled = twins(distress.leaving, sites, books, failing, broke, limits, MONTH, Constants())
    assert same(plain, compiled)
    wanted = set(range(len(distress._REASONS))) - (set() if council_closes else {2})
    assert set(plain[1].tolist()) == wanted
