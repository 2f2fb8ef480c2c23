"""What councils pay and where they may place: the compiled forms reckon what the NumPy forms reckon."""

import numpy as np
import pytest

from resilience.market import commissioning
from resilience.state.randomness import hash_keys, uniforms
from tests.kernels.test_twins import same, twins

SITES, COUNCILS, KINDS = 600, 7, 4
KIND_OF_PROVIDER = np.arange(50) % 5


def luck(word, count=SITES):
    return uniforms(hash_keys(13, np.arange(count)), np.uint64(word))


def whole(word, below, count=SITES):
    return (luck(word, count) * below).astype(np.int64)


def test_weekly_cost():
    people = whole(1, 20), whole(2, 40)
    fee = 500.0 + 300.0 * luck(3, COUNCILS * KINDS).reshape(COUNCILS, KINDS)
    places = whole(4, 50), KIND_OF_PROVIDER, whole(5, KINDS), whole(6, COUNCILS)
    plain, compiled = twins(commissioning.weekly_cost, *people, *places, fee, 1.3, 0.9, 3, 4, 2)
    assert same(plain, compiled)
    assert (compiled[0] > 0.0).all()


@pytest.mark.parametrize("gap", [-0.2, 0.0, 0.2])
def test_steering_eligibility(gap):
    budget = 1e6 * (0.5 + luck(1, COUNCILS))
    eligibility, reserves = 0.4 + 0.6 * luck(2, COUNCILS), 3e5 * luck(3, COUNCILS) - 1e5
    cost = budget * (1.0 - gap + 0.1 * luck(4, COUNCILS))
    plain, compiled = twins(commissioning.steer, eligibility, reserves, budget, cost, 1.2, 0.4)
    assert same(plain, compiled)
    assert not np.array_equal(compiled[0], eligibility)


def test_pulls_of_payers():
    columns = luck(1) < 0.8, whole(2, 4), luck(3) < 0.6, whole(4, 50), KIND_OF_PROVIDER, whole(5, KINDS)
    plain, compiled = twins(commissioning.pulls_of_payers, *columns, luck(6), np.exp(luck(7)), 0.25, 0, 3, 4, 2)
    assert same(plain, compiled)
    assert 0.2 < (compiled[0] > 0.0).mean() < (compiled[1] > 0.0).mean() < 0.6


@pytest.mark.parametrize("waiting", [20, 90])
def test_shared_room(waiting):
    people = whole(1, SITES, 3_000) - 200, whole(2, COUNCILS, 3_000), whole(3, KINDS, 3_000)
    room, queues = whole(4, 9), tuple(whole(20 + row, waiting, 84).reshape(COUNCILS, 12) for row in range(4))
    places = whole(6, COUNCILS * KINDS), hash_keys(3, np.arange(SITES)), hash_keys(9, np.arange(COUNCILS))[None]
    plain, compiled = twins(commissioning.shared_room, room, *people, queues, (0, 2), *places, KINDS)
    assert same(plain, compiled)
    assert (compiled[0] <= room).all()
    assert compiled[0].sum() < room.sum()
