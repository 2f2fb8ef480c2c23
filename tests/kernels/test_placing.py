"""Sharing out and choosing: the compiled forms place everybody where the NumPy forms do."""

import numpy as np
import pytest

from resilience.market import choice, placement
from resilience.state.randomness import hash_keys, uniforms
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


@pytest.mark.parametrize("word", range(8))
@pytest.mark.parametrize("seekers", [1, 30, 900])
def test_choosing(word, seekers):
    market, order, _, _ = sites(90, word)
    luck = draws(4, 90, 300 + word)
    room = (luck[0] * 9.0).astype(np.int64)
    pulls = np.where(luck[1] < 0.3, 0.0, np.exp(8.0 * (draws(6, 90, 400 + word) - 0.5)))
    wanted = (draws(1, seekers, 500 + word)[0] * 6 * MARKETS).astype(np.int64)
    plain, compiled = twins(
        choice.seek,
        wanted,
        pulls,
        room,
        draws(3, seekers, 600 + word),
        np.round(draws(3, seekers, 700 + word), 2),  # some stand in the queue at the same place
        MARKETS,
        market,
        order,
    )
    assert same(plain, compiled)
    assert seekers == 1 or compiled[2][-1] > 0


def test_nobody_chooses_where_there_is_no_site():
    nothing = np.zeros(0, dtype=np.int64)
    plain, compiled = twins(
        choice.seek,
        np.array([3, 4]),
        np.zeros((6, 0)),
        nothing,
        draws(3, 2, 1),
        draws(3, 2, 2),
        MARKETS,
        nothing,
        nothing,
    )
    assert same(plain, compiled)
    assert compiled[0].size == 0
