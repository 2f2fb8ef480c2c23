"""One agent's draws in plain Python are the model's keyed draws, bit for bit where they are whole-number work."""

import random

import numpy as np
import pytest

from benchmarks.plain_mesa import draws
from resilience.state import randomness

KEYS = randomness.hash_keys(7, np.arange(2_000))


def test_one_uniform_at_a_time_is_the_array_of_uniforms():
    plain = draws.KeyedDraws(seed=11)
    plain.month = 5
    expected = randomness.uniform(11, "leave_new/0", 5, KEYS)
    assert [plain.uniform("leave_new/0", key) for key in KEYS.tolist()] == expected.tolist()


def test_a_trait_is_drawn_as_in_month_nought():
    plain = draws.KeyedDraws(seed=11)
    plain.month = 5
    expected = randomness.uniform(11, "orderly", 0, KEYS)
    assert [plain.trait("orderly", key) for key in KEYS.tolist()] == expected.tolist()
    assert plain.uniform("orderly", int(KEYS[0])) != expected[0]


def test_keys_are_combined_in_the_same_way():
    council = np.array([3, 2**64 - 1, 2**63 + 12345], dtype=np.uint64)
    expected = randomness.hash_keys(1, 17, council, 3, np.array([0, 1, 2]))
    assert [draws.key_of(1, 17, key, 3, i) for i, key in enumerate(council.tolist())] == expected.tolist()


@pytest.mark.parametrize("word", [0, 1, 2**64 - 1, 0xDEADBEEFCAFEF00D])
def test_the_mixer_agrees_at_the_edges_of_64_bits(word):
    assert draws.mix(word) == int(randomness._mix(np.array([word], dtype=np.uint64))[0])


def test_normals_agree_to_float_precision():
    plain = draws.KeyedDraws(seed=3)
    plain.month = 2
    expected = randomness.normal(3, "quality", 2, KEYS)
    np.testing.assert_allclose([plain.normal("quality", key) for key in KEYS.tolist()], expected, rtol=0, atol=1e-13)


@pytest.mark.parametrize("mean", [0.0, 0.01, 0.7, 5.0, 43.0, 180.0, 460.0])
def test_poisson_counts_agree(mean):
    u = randomness.uniform(1, "arrivals", 0, KEYS)
    expected = randomness.poisson(np.full(u.shape, mean), u)
    assert [draws.poisson_quantile(mean, x) for x in u.tolist()] == expected.tolist()


def test_a_mean_beyond_floats_is_refused():
    with pytest.raises(OverflowError, match="701"):
        draws.poisson_quantile(701.0, 0.5)


@pytest.mark.parametrize("probability", [0.0, 0.003, 0.04, 0.09])
@pytest.mark.parametrize("people", [0, 1, 3, 40, 160, 161, 900])
def test_binomial_counts_agree(people, probability):
    u = randomness.uniform(1, "leave", 0, KEYS)
    table = randomness.BinomialTable((probability,))
    expected = table.draw(np.full(u.shape, people), u)
    assert [draws.binomial_quantile(people, probability, x) for x in u.tolist()] == expected.tolist()


def test_mesas_own_draws_have_the_same_means():
    plain = draws.MesaDraws(random.Random(5))
    n = 20_000
    assert np.mean([plain.uniform("any", 0) for _ in range(n)]) == pytest.approx(0.5, abs=0.01)
    assert np.std([plain.normal("any", 0) for _ in range(n)]) == pytest.approx(1.0, abs=0.02)
    assert np.mean([plain.binomial("any", 0, 30, 0.05) for _ in range(n)]) == pytest.approx(1.5, abs=0.05)
    assert np.mean([plain.poisson("any", 0, 2.5) for _ in range(n)]) == pytest.approx(2.5, abs=0.05)
