"""Keyed draws: what they are, what they depend on, and that nothing else moves them."""

import os
import subprocess
import sys
from hashlib import blake2b

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from resilience.state.randomness import (
    BinomialTable,
    hash_keys,
    hash_text,
    normal,
    poisson,
    stream_word,
    uniform,
    words_of,
)
from tests.project.files import ROOT

WORD = (1 << 64) - 1
KEYS = hash_keys(7, np.arange(20_000))


def splitmix64(word: int) -> int:
    """The published finaliser, in plain whole numbers."""
    word = (word + 0x9E3779B97F4A7C15) & WORD
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & WORD
    return word ^ (word >> 31)


def test_the_written_out_hash_is_the_published_one():
    assert splitmix64(0) == 0xE220A8397B1DCDAF


@pytest.mark.parametrize("key", [0, 1, 123_456_789, WORD])
def test_a_uniform_is_the_hash_of_seed_decision_month_and_key(key):
    word = int.from_bytes(blake2b(b"5|place/0|13", digest_size=8).digest(), "little")
    expected = ((splitmix64(key ^ word) >> 11) + 0.5) / 2**53
    assert uniform(5, "place/0", 13, np.array([key], dtype=np.uint64))[0] == expected


def test_the_words_of_several_decisions_and_seeds_are_those_of_each():
    seeds, decisions = (3, 1, -4), ("leave", "arrive")
    each = [[stream_word(seed, decision, 17) for seed in seeds] for decision in decisions]
    assert words_of(seeds, decisions, 17).tolist() == each
    assert words_of(seeds, (), 17).shape == (0, 3)


def test_a_name_has_one_key_for_ever():
    expected = int.from_bytes(blake2b(b"council/404", digest_size=8).digest(), "little")
    assert hash_text("council/404") == expected
    assert hash_text("council/405") != expected


def test_keys_combine_in_order_and_broadcast():
    assert hash_keys(1, 2)[0] != hash_keys(2, 1)[0]
    many = hash_keys(3, np.arange(5), 9)
    assert many.dtype == np.uint64
    assert [int(key) for key in many] == [int(hash_keys(3, number, 9)[0]) for number in range(5)]
    assert np.unique(hash_keys(np.arange(200)[:, None], np.arange(200)).ravel()).size == 40_000


def test_uniforms_are_uniform_and_never_at_the_ends():
    u = uniform(1, "buyer", 3, KEYS)
    assert u.min() > 0.0
    assert u.max() < 1.0
    assert stats.kstest(u, "uniform").pvalue > 0.001


def test_normals_are_normal():
    assert stats.kstest(normal(1, "quality", 3, KEYS), "norm").pvalue > 0.001


@pytest.mark.parametrize(
    ("seed", "decision", "month"),
    [(2, "buyer", 3), (1, "choice", 3), (1, "buyer", 4)],
    ids=["seed", "decision", "month"],
)
def test_draws_of_another_seed_decision_or_month_are_unrelated(seed, decision, month):
    one, other = uniform(1, "buyer", 3, KEYS), uniform(seed, decision, month, KEYS)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.03


def test_neighbouring_keys_draw_unrelated_numbers():
    u = uniform(1, "buyer", 3, np.arange(20_000, dtype=np.uint64))
    assert stats.kstest(u, "uniform").pvalue > 0.001
    assert abs(np.corrcoef(u[:-1], u[1:])[0, 1]) < 0.03


def test_a_draw_does_not_depend_on_who_else_draws():
    whole = uniform(1, "buyer", 3, KEYS)
    order = np.argsort(KEYS)
    assert np.array_equal(uniform(1, "buyer", 3, KEYS[order]), whole[order])
    assert np.array_equal(uniform(1, "buyer", 3, KEYS[100:103]), whole[100:103])
    assert np.array_equal(normal(1, "buyer", 3, KEYS[100:103]), normal(1, "buyer", 3, KEYS)[100:103])
    assert np.array_equal(uniform(1, "buyer", 3, KEYS[:6].reshape(2, 3)), whole[:6].reshape(2, 3))


def test_keys_are_not_changed_by_drawing():
    keys = KEYS.copy()
    normal(1, "buyer", 3, keys)
    assert np.array_equal(keys, KEYS)


def test_draws_are_the_same_in_every_process():
    code = (
        "import numpy as np\n"
        "from resilience.state.randomness import hash_keys, hash_text, normal, uniform\n"
        "keys = hash_keys(hash_text('x') % 1000, np.arange(4))\n"
        "print(uniform(1, 'a', 2, keys).tolist(), normal(1, 'a', 2, keys).tolist())"
    )
    outputs = set()
    for seed in ("0", "4242"):
        env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        outputs.add(subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, check=True).stdout)
    assert len(outputs) == 1


@given(
    mean=st.floats(0.0, 150.0),
    u=st.floats(1e-9, 1.0 - 1e-9),
)
@settings(max_examples=200, derandomize=True, deadline=None)
def test_poisson_is_the_quantile(mean, u):
    count = int(poisson(np.array([mean]), np.array([u]))[0])
    assert stats.poisson.cdf(count, mean) >= u - 1e-9
    assert count == 0 or stats.poisson.cdf(count - 1, mean) < u + 1e-9


@given(low=st.floats(0.0, 1_000.0), more=st.floats(0.0, 300.0), u=st.floats(1e-9, 1.0 - 1e-9))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_a_larger_mean_never_gives_fewer(low, more, u):
    few, many = poisson(np.array([low, low + more]), np.array([u, u]))
    assert few <= many


def test_poisson_of_large_means_has_their_mean_and_spread():
    u = uniform(1, "arrivals", 0, KEYS)
    counts = poisson(np.full(KEYS.size, 900.0), u)
    assert counts.mean() == pytest.approx(900.0, abs=4.5 * 30.0 / np.sqrt(KEYS.size))
    assert counts.std() == pytest.approx(30.0, rel=0.03)


def test_nobody_comes_where_none_is_expected():
    assert poisson(np.zeros(3), np.array([0.001, 0.5, 1.0 - 1e-12])).tolist() == [0, 0, 0]


@given(n=st.integers(0, 160), p=st.floats(0.0, 0.95), u=st.floats(1e-6, 1.0 - 1e-6))
@settings(max_examples=200, derandomize=True, deadline=None)
def test_binomial_is_the_quantile(n, p, u):
    count = int(BinomialTable((p,)).draw(np.array([n]), np.array([u]))[0])
    assert 0 <= count <= n
    assert stats.binom.cdf(count, n, p) >= u - 1e-9
    assert count == 0 or stats.binom.cdf(count - 1, n, p) < u + 1e-9


def test_binomial_never_falls_when_people_or_the_draw_rise():
    table = BinomialTable((0.03, 0.4))
    sizes = np.arange(400)
    for which in (0, 1):
        for u in (0.001, 0.3, 0.9, 0.9999):
            exact = table.draw(sizes, np.full(400, u), np.full(400, which))
            assert (exact <= sizes).all()
            assert (np.diff(exact[:161]) >= 0).all()
            assert (np.diff(exact[161:]) >= 0).all()
    rising = table.draw(np.full(99, 120), np.linspace(0.01, 0.99, 99), 1)
    assert (np.diff(rising) >= 0).all()


def test_binomial_picks_each_ones_own_probability():
    table = BinomialTable((0.0, 0.5, 0.9))
    n = np.full(3, 100)
    drawn = table.draw(n, np.full(3, 0.5), np.array([0, 1, 2]))
    assert drawn.tolist() == [0, 50, 90]


def test_many_people_leave_by_the_normal_approximation():
    u = uniform(1, "leave", 0, KEYS)
    counts = BinomialTable((0.2,)).draw(np.full(KEYS.size, 1_000), u)
    assert counts.mean() == pytest.approx(200.0, abs=0.5)
    assert counts.std() == pytest.approx(np.sqrt(160.0), rel=0.03)


@pytest.mark.parametrize("bad", [1.0, -0.1, float("nan")])
def test_a_probability_must_be_one(bad):
    with pytest.raises(ValueError, match="probabilities must be in"):
        BinomialTable((0.5, bad))
