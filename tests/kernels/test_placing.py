"""Sharing out and choosing: the compiled forms place everybody where the NumPy forms do."""

import numpy as np
import pytest

from resilience.market import choice, council_queues, placement
from resilience.market.choice import Candidates, Liking, People, Places
from resilience.market.council_queues import Queues
from resilience.state.market_index import MarketIndex
from resilience.state.randomness import hash_keys, uniforms
from resilience.state.tables import Councils, Sites
from tests.kernels.test_twins import same, twins

MARKETS = 12


def draws(rounds, count, word):
    """Uniforms of some rounds, one for each of ``count``."""
    return uniforms(hash_keys(5, np.arange(rounds * count)), np.uint64(word)).reshape(rounds, count)


def sites(count, word):
    """Markets of ``count`` sites in an order of their own, with the stable order and where each market stands in it."""
    market = (draws(1, count, word)[0] * (MARKETS - 1)).astype(np.int64)
    order = np.argsort(market, kind="stable")
    ends = np.cumsum(np.bincount(market, minlength=MARKETS))
    return market, order, np.concatenate([[0], ends[:-1]]), ends


@pytest.mark.parametrize("word", range(8))
@pytest.mark.parametrize("crowd", [0, 3, 40, 400])
def test_sharing_out(word, crowd):
    market, order, starts, ends = sites(90, word)
    luck = draws(4, 90, 100 + word)
    room = (luck[0] * 12.0).astype(np.int64)
    weight = np.where(luck[1] < 0.3, 0.0, np.exp(8.0 * (luck[2] - 0.5)))
    people = (draws(1, MARKETS, 200 + word)[0] * crowd).astype(np.int64)
    plain, compiled = twins(
        placement.spread, people, room, weight, draws(3, MARKETS, word), market, order, starts, ends
    )
    assert same(plain, compiled)
    assert compiled[0].sum() + compiled[1].sum() == people.sum()


COUNCILS, KINDS, PAYERS = 5, 4, 3


def words_by_council(word, streams):
    """Words of some streams, another for each council."""
    return hash_keys(word, np.arange(streams * COUNCILS)).reshape(streams, COUNCILS)


def market_of_councils(word, crowd):
    """Sites of five councils, their room and pull, and the people of every payer who wait."""
    luck = draws(8, 200, word)
    table = Sites(200)
    table.council[:], table.care_type[:] = luck[0] * COUNCILS, luck[1] * KINDS
    councils = Councils(COUNCILS)
    councils.key[:] = hash_keys(word, np.arange(COUNCILS))
    borders = draws(COUNCILS, COUNCILS, 900 + word) < 0.4
    index = MarketIndex.of(table, councils, borders | borders.T)
    room, new, settled = (np.floor(luck[row] * most).astype(np.int64) for row, most in ((2, 5), (3, 9), (4, 30)))
    pull = np.where(luck[5] < 0.2, 0.0, np.exp(luck[6]))
    shape = (COUNCILS, KINDS * PAYERS)
    people = [
        np.floor(draws(1, COUNCILS * KINDS * PAYERS, 30 * number + word)[0] * most).astype(np.int64).reshape(shape)
        for number, most in enumerate((crowd, crowd / 2, crowd / 3, crowd / 3, 5))
    ]
    return Queues(*people[:4], np.full(shape, 0.25), people[4]), new, settled, room, pull, index


def together(market):
    """The market's own arrays one by one, for the comparison."""
    queues, *columns, _ = market
    return [*queues, *columns]


@pytest.mark.parametrize("word", range(6))
@pytest.mark.parametrize("crowd", [0, 12, 90])
@pytest.mark.parametrize("rule", ["place_payer", "replace_payer"])
def test_placing_a_payers_queue(rule, crowd, word):
    pytest.importorskip("numba")
    results = []
    before = together(market_of_councils(word, crowd))
    rounds = 7 if rule == "place_payer" else 3
    words = hash_keys(7, np.arange(rounds * COUNCILS)).reshape(rounds, COUNCILS)
    lag = () if rule == "place_payer" else (np.array([0.3, 0.4, 0.5, 0.1]), np.linspace(0.3, 1.0, 20).reshape(5, 4))
    for form in ("plain", "compiled"):
        queues, *columns, index = market = market_of_councils(word, crowd)
        getattr(getattr(council_queues, rule), form)(1, queues, *columns, index, words, 0.05, 10, *lag)
        results.append(tuple(together(market)))
    assert same(*results)
    after, left = (sum(int(queue.sum()) for queue in all_[:4]) for all_ in (results[1], before))
    assert left - after == results[1][6].sum() - before[6].sum() == before[8].sum() - results[1][8].sum()
    assert (left > after) == (crowd > 0)


def test_who_is_without_a_place():
    site = np.floor(draws(1, 500, 3)[0] * 9.0).astype(np.int64) - 1
    plain, compiled = twins(choice.without_place, site)
    assert same(plain, compiled)
    assert compiled[0].size == (site < 0).sum() > 20


def seekers_and_sites(word, seekers):
    """Self-funders who look for a place among the sites of five councils."""
    _, new, _, room, _, index = market_of_councils(word, 0)
    luck, people = draws(6, 200, 40 + word), draws(5, max(seekers, 1), 60 + word)[:, :seekers]
    whole = [np.floor(part * most).astype(np.int64) for part, most in zip(people, (COUNCILS, KINDS, 3), strict=False)]
    nowhere = np.full(seekers, -1)
    table = People(
        hash_keys(word, np.arange(seekers))[:seekers],
        whole[0],
        whole[1],
        nowhere,
        16.0 * people[3],
        whole[2],
        np.ones(seekers, dtype=np.int64),
        people[4] < 0.5,
    )
    places = Places(
        luck[0] < 0.9,
        index.market // KINDS,
        np.arange(200) % 40,
        np.floor(luck[1] * 4.0).astype(np.int64),
        500.0 + 500.0 * luck[2],
        0.5 + luck[3],
        room,
        new,
        20.0 * luck[4],
    )
    return table, places, index


@pytest.mark.parametrize("word", range(8))
@pytest.mark.parametrize("seekers", [1, 30, 900])
def test_choosing(word, seekers):
    people, places, index = seekers_and_sites(word, seekers)
    twin = np.arange(seekers) // 2 * 2  # two who choose alike stand in the queue at the same place
    for column in (people.key, people.council, people.price_class):
        column[:] = column[twin]
    site = index.order[places.alive[index.order]]
    size = site.size
    pulls = np.where(draws(1, size, 20 + word)[0] < 0.3, 0.0, np.exp(8.0 * (draws(3, size, 400 + word) - 0.5)))
    candidates = Candidates(site, index.market[site], pulls, draws(1, size, 30 + word)[0] < 0.2)
    wanted = (draws(1, seekers, 500 + word)[0] * COUNCILS * KINDS).astype(np.int64)[twin]
    settings = people, candidates, places, words_by_council(word, 6), COUNCILS * KINDS, 8.0
    plain, compiled = twins(choice.choose_in, np.arange(seekers), wanted, *settings)
    assert same(plain, compiled)
    assert seekers == 1 or compiled[0].size < seekers


def test_nobody_chooses_where_there_is_no_site():
    people, places, _ = seekers_and_sites(1, 3)
    nothing = np.zeros(0, dtype=np.int64)
    candidates = Candidates(nothing, nothing, np.zeros((3, 0)), nothing.astype(np.bool_))
    settings = people, candidates, places, words_by_council(1, 6), COUNCILS * KINDS, 8.0
    plain, compiled = twins(choice.choose_in, np.arange(3), np.array([3, 4, 3]), *settings)
    assert same(plain, compiled)
    assert compiled[0].tolist() == [0, 1, 2]


@pytest.mark.parametrize("word", range(4))
@pytest.mark.parametrize("seekers", [1, 40, 900])
def test_self_funders_choose(seekers, word):
    pytest.importorskip("numba")
    results = []
    before = seekers_and_sites(word, seekers)[1]
    for form in ("plain", "compiled"):
        people, places, index = seekers_and_sites(word, seekers)
        fee = np.linspace(500.0, 900.0, COUNCILS * KINDS).reshape(COUNCILS, KINDS)
        who, run_by, sizes = np.arange(seekers), np.arange(40) % 5, np.arange(places.alive.size) % 30
        log_of, quality = np.log(1.0 + np.arange(30)), np.linspace(0.3, 0.9, sizes.size)
        liking = Liking(quality, sizes, log_of, run_by, np.arange(40) % 3 == 0, fee.ravel(), 1.3, 0.4, 2.7)
        home = getattr(choice.homes_of, form)(who, people, KINDS)
        wanted = np.isin(np.arange(COUNCILS * KINDS), home)
        may = getattr(choice.open_to_choice, form)(places, run_by, 0, 3)
        found = getattr(choice.sites_within, form)(wanted, may, places, liking, index, 4)
        site, market, known, appeal, dearness, micro = found
        light = known * np.exp(appeal) * np.exp(dearness) ** np.array([[0.5], [1.0], [1.5]])
        candidates, words = Candidates(site, market, light, micro), words_by_council(word, 6)
        settings = people, candidates, places, words, COUNCILS * KINDS, 8.0
        left = getattr(choice.choose_in, form)(who, home, *settings)
        host = getattr(choice.host_markets, form)(left, people, places.room, index, words_by_council(90 + word, 1))
        results.append((home, may, *found, left, host, *people, *places))
    assert same(*results)
    assert np.array_equal(before.room - places.room, places.self_funders - before.self_funders)
    assert (before.room - places.room).sum() == seekers - left.size
    assert seekers < 900 or 0 < (host >= 0).sum() <= left.size < seekers
