"""Room and work at sites, and people who leave: the compiled forms count what the NumPy forms count."""

import numpy as np
import pytest
from scipy.special import ndtri

from resilience.market import need, savings
from resilience.market import sites as at
from resilience.state.codes import HOME_CARE
from resilience.state.randomness import BinomialTable, hash_keys, uniforms
from tests.kernels.test_twins import same, twins

COUNT = 3_000
LIMITS = np.array([0.1, 0.1, 0.1, 0.15])
FIXED = np.array([0.45, 0.45, 0.45, 0.0])
STAFF_HOURS = np.array([31.0, 36.5, 52.0, 13.7])
HOURS = np.array([22.0, 22.0, 22.0, 12.5])


def luck(word):
    return uniforms(hash_keys(9, np.arange(COUNT)), np.uint64(word))


def whole(word, below):
    return (luck(word) * below).astype(np.int64)


def test_person_equivalents():
    counts = [whole(word, 30) for word in range(4)]
    plain, compiled = twins(at.person_equivalents, *counts, luck(4) * 90.0, HOURS, whole(5, 4))
    assert same(plain, compiled)


def test_everybody():
    counts = [whole(word, 30) for word in range(5)]
    plain, compiled = twins(at.everybody, *counts)
    assert same(plain, compiled)
    assert plain[0][7] == sum(count[7] for count in counts)


def test_people_and_hours():
    counts = [whole(word, 30) for word in range(5)]
    plain, compiled = twins(at.people_and_hours, *counts, luck(6) * 90.0, HOURS, whole(7, 4))
    assert same(plain, compiled)
    assert plain[0][7] == sum(count[7] for count in counts)


def test_hours_of_people():
    plain, compiled = twins(at.hours_of_people, luck(1) * 90.0, HOURS * 1.013, whole(2, 4))
    assert same(plain, compiled)


def test_run_by():
    plain, compiled = twins(at.run_by, np.array([2, 0, 1, 3, 3]), whole(1, 5), 3)
    assert same(plain, compiled)
    assert plain[0].tolist() == (whole(1, 5) >= 3).tolist()


@pytest.mark.parametrize("places_per_client", [0, 3])
def test_room_with_staff(places_per_client):
    capacity = whole(1, 90)
    people = [(capacity * luck(word) * 0.35).astype(np.int64) for word in (2, 3, 4, 5, 6)]
    plain, compiled = twins(
        at.room_with_staff,
        luck(7) < 0.8,
        whole(8, 50),
        np.arange(50) % 5,
        whole(9, 4),
        capacity,
        *people,
        people[4] * 40.0 * luck(10),
        sum(people) * (0.7 + luck(11)),
        0.8 + 0.4 * luck(12),
        HOURS,
        LIMITS,
        FIXED,
        STAFF_HOURS,
        37.5,
        0.96,
        places_per_client,
        2,
    )
    assert same(plain, compiled)
    assert 0.2 < (compiled[0] > 0).mean() < 0.8


def words_by_council(word, streams):
    """Words of some streams, another for each of seven councils."""
    return hash_keys(word, np.arange(7 * streams)).reshape(streams, 7)


def test_leaving():
    chances = np.array([0.03, 0.05, 0.01, 0.04]), np.array([0.02, 0.03, 0.01, 0.04])
    keys, words = hash_keys(10, np.arange(COUNT)), words_by_council(77, 1)
    plain, compiled = twins(need.leaving, keys, whole(8, 7), words, whole(1, 30), whole(2, 4), *chances, 12)
    assert same(plain, compiled)
    assert 0.01 < compiled[0].size / COUNT < 0.05


@pytest.mark.parametrize("largest", [12, 400])
def test_leaving_in_two_phases(largest):
    tables = (
        BinomialTable((0.06, 0.05, 0.01, 0.04)),
        BinomialTable((0.03, 0.02, 0.01, 0.04)),
        BinomialTable((1 / 12,) * 4),
    )
    new, settled = whole(3, largest), whole(4, largest)
    keys, words = hash_keys(10, np.arange(COUNT)), words_by_council(78, 3)
    leavers = np.zeros((7, 4, 3), dtype=np.int64)
    places = whole(7, 7), words, luck(5) < 0.9, whole(6, 4)
    plain, compiled = twins(need.leave_in_phases, keys, *places, new, settled, tables, leavers, 2)
    assert same(plain, compiled)
    assert compiled[-1][:, :, 2].sum() > COUNT // 10


def queues(most, number):
    """A queue of seven councils, four kinds of care and three payers."""
    return [whole(word, most)[:84].reshape(7, 12) for word in range(20, 20 + number)]


@pytest.mark.parametrize("most", [3, 500])
def test_leaving_queues(most):
    pytest.importorskip("numba")
    results = []
    before = np.concatenate([queue.ravel() for queue in queues(most, 4)]).sum() + whole(30, most)[:28].sum()
    for form in (need.leave_queues.plain, need.leave_queues.compiled):
        own, rationed, leavers = tuple(queues(most, 4)), whole(30, most)[:28].reshape(7, 4), np.zeros((7, 4, 3), int)
        keys = hash_keys(1, np.arange(84)), hash_keys(2, np.arange(28)), words_by_council(3, 5)
        form(own, rationed, leavers, *keys, BinomialTable((0.03, 0.02, 0.01, 0.4)))
        results.append((*own, rationed, leavers))
    assert same(*results)
    assert sum(int(part.sum()) for part in results[1]) == before
    assert leavers.sum() > before // 50
    assert own[0].sum() + own[2].sum() == 0


def test_expected_arrivals():
    shape = 500.0 * luck(1)[:84].reshape(7, 4, 3)
    factors = [0.5 + luck(word)[:count] for word, count in ((2, 4), (3, 4), (4, 3))]
    plain, compiled = twins(need.expected_arrivals, shape, *factors, 0.1, luck(5)[:7])
    assert same(plain, compiled)


@pytest.mark.parametrize("most", [3, 900])
def test_rationing(most):
    pytest.importorskip("numba")
    results = []
    arrivals, eligibility = whole(1, most)[:84].reshape(7, 4, 3), 0.7 + 0.3 * luck(2)[:7]
    for form in (need.ration.plain, need.ration.compiled):
        rationed, waiting = whole(3, most)[:28].reshape(7, 4), queues(most, 1)[0]
        keys = hash_keys(2, np.arange(28)), words_by_council(3, 2)
        form(arrivals, eligibility, rationed, waiting, *keys, BinomialTable((0.2,)))
        results.append((rationed, waiting))
    assert same(*results)
    newly = (rationed.sum() - whole(3, most)[:28].sum()) + (waiting.sum() - queues(most, 1)[0].sum())
    assert newly == arrivals[:, :, 0].sum()


def test_leavers_are_counted_and_the_others_grow_older():
    council, care, gone = whole(1, 14), whole(2, 4), np.flatnonzero(luck(3) < 0.1)
    plain, compiled = twins(need.count_leavers, gone, council, care, np.zeros((14, 4, 3), dtype=np.int64), 1)
    assert same(plain, compiled)
    assert compiled[-1][:, :, 1].sum() == gone.size
    plain, compiled = twins(need.grow_older, whole(4, 9) - 1, whole(5, 40), whole(6, 3))
    assert same(plain, compiled)
    assert compiled[2].sum() - whole(6, 3).sum() == (whole(4, 9) == 0).sum()


def test_wanting_little():
    plain, compiled = twins(need.want_little, 30.0 * luck(1), COUNT // 2, 0.4, 8.0)
    assert same(plain, compiled)
    assert compiled[0][: COUNT // 2].max() > 25.0
    assert set(compiled[0][COUNT // 2 :].tolist()) > {1.0, 8.0}


def test_scaling_normals():
    plain, compiled = twins(
        need.scaled, ndtri(np.stack([luck(1), luck(2), luck(3)])), np.array([0.8, 0.3]), np.array([0.32, 0.0])
    )
    assert same(plain, compiled)


def test_funding_those_whose_savings_run_out():
    site, rows = whole(1, 200) - 40, np.flatnonzero(luck(2) < 0.3)
    people = np.maximum(site, -1), whole(3, 7), whole(4, 4), whole(5, 30), luck(6) < 0.4
    served, queues = (
        [whole(word, 30)[:160] for word in (7, 8)],
        [whole(word, 9)[:84].reshape(7, 12) for word in (9, 10)],
    )
    plain, compiled = twins(
        savings.fund, rows, *people, *served, *queues, np.zeros((7, 4), dtype=np.int64), 12, np.arange(4) * 3
    )
    assert same(plain, compiled)
    joined = [after.sum() - before.sum() for after, before in zip(compiled[6:10], served + queues, strict=True)]
    assert min(joined) > 0
    assert sum(joined) == rows.size == compiled[10].sum()


def test_moving_out():
    site = whole(1, 200) - 1
    before = np.bincount(site[site >= 0], minlength=199), 5.0 * np.arange(199)
    plain, compiled = twins(need.move_out, np.flatnonzero(luck(2) < 0.3), site, luck(3) * 40.0, *before)
    assert same(plain, compiled)
    assert 0 < np.count_nonzero(compiled[-1]) < 199


@pytest.mark.parametrize("places_per_client", [0, 3])
def test_places_of_micro_enterprises(places_per_client):
    provider, council = whole(1, 90), whole(2, 14)
    columns = [whole(word, below) for word, below in ((3, 12), (4, 6), (5, 2), (6, 2))]
    plain, compiled = twins(
        need.known_places_of_micro,
        luck(7) < 0.8,
        provider,
        np.arange(90) % 3,
        np.arange(90) % 2 == 0,
        *columns,
        council,
        14,
        places_per_client,
        2,
    )
    assert same(plain, compiled)
    assert (compiled[0] > 0.0).all()


@pytest.mark.parametrize("most", [0, 1, 12])
def test_newcomers(most):
    counts = np.stack([whole(1, most + 1)[:56], whole(2, most + 1)[:56]])
    plain, compiled = twins(need.newcomers, counts, np.array([1, 2]), 7, hash_keys(np.arange(14)))
    assert same(plain, compiled)
    assert compiled[0].size == np.unique(compiled[0]).size == counts.sum()


def test_traits():
    care_type, in_class, edges = whole(5, 4), luck(3), np.array([0.33, 0.67])
    in_class[:4] = (0.33, 0.67, np.nextafter(0.33, 0.0), np.nextafter(0.67, 0.0))
    two = np.array([20_000.0, 90_000.0]), np.array([1.0, 1.2]), np.array([0.8, 1.0])
    own_hours, relative = np.exp(ndtri(luck(0)[care_type == HOME_CARE])), np.exp(ndtri(np.stack([luck(1), luck(2)])))
    drawn = own_hours, relative, in_class, edges
    plain, compiled = twins(need.traits_of, care_type, *drawn, HOURS, *two, 1.1, 24_000.0, HOME_CARE)
    assert same(plain, compiled)
    assert compiled[3][:4].tolist() == [1, 2, 0, 1]
