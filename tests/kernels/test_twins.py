"""Each compiled kernel gives, bit for bit, what its NumPy form gives."""

from itertools import pairwise
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest
from scipy import stats

from resilience.state import columns, market_index, market_state, randomness
from resilience.state.randomness import hash_keys

KEYS = hash_keys(11, np.arange(5_000))
WORD = np.uint64(0xFEDC_BA98_7654_3210)


def same(one, other):
    """True when both results have the same types, shapes and bits."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def as_declared(value, hint):
    """A copy of an argument, whole numbers in arrays as wide as the annotation says."""
    if isinstance(value, tuple):
        named = hasattr(value, "_fields")
        hints = list(get_type_hints(type(value)).values()) if named else get_args(hint)
        hints = hints[:1] * len(value) if hints[1:] == (...,) else hints
        parts = [as_declared(each, its) for each, its in zip(value, hints, strict=True)]
        return type(value)(*parts) if named else tuple(parts)
    if not isinstance(value, np.ndarray):
        return value
    width = get_args(hint)[0]
    return value.copy() if value.dtype.kind != "i" or width is Any else value.astype(width)


def twins(kernel, *arguments):
    """What the NumPy form and the compiled form make of the same arguments, each with copies of its own.

    Whole numbers are given as wide as the kernel says that it takes them, as the columns of the state are. A kernel
    may change its arguments, arrays or named tuples of arrays, so these count as part of what it returns.
    """
    pytest.importorskip("numba")
    declared = [hint for name, hint in get_type_hints(kernel.plain).items() if name != "return"]

    def arrays(value):
        values = value if isinstance(value, tuple) else (value,)
        return tuple(each for each in values if isinstance(each, np.ndarray))

    def run(form):
        own = [as_declared(value, hint) for value, hint in zip(arguments, declared, strict=True)]
        result = form(*own)
        results = result if isinstance(result, tuple) else () if result is None else (result,)
        return (*results, *(each for value in own for each in arrays(value)))

    return run(kernel.plain), run(kernel.compiled)


def test_the_comparison_sees_the_last_bit_and_the_type():
    one = np.array([0.1, 0.2])
    assert same(one, one.copy())
    assert not same(one, np.nextafter(one, 1.0))
    assert not same(np.zeros(2), np.zeros(2, dtype=np.int64))
    assert not same(np.zeros(1), -np.zeros(1))


@pytest.mark.parametrize("keys", [KEYS, KEYS[:0], np.array([0, 2**64 - 1], dtype=np.uint64)])
def test_uniforms(keys):
    plain, compiled = twins(randomness.uniforms, keys, WORD)
    assert same(plain, compiled)


@pytest.mark.parametrize(
    ("keys", "words"),
    [(KEYS, KEYS[::-1].copy()), (KEYS[:1], KEYS), (KEYS, KEYS[:1]), (KEYS[:1], KEYS[:1]), (KEYS[:1], KEYS[:0])],
)
def test_absorbed(keys, words):
    plain, compiled = twins(randomness.absorbed, keys, words)
    assert same(plain, compiled)


def test_uniforms_at_some_rows():
    words, council, rows = KEYS[:21].reshape(3, 7).copy(), np.arange(KEYS.size) % 7, np.arange(3, KEYS.size, 5)
    plain, compiled = twins(randomness.uniforms_at, rows, KEYS, words, council)
    assert same(plain, compiled)
    assert compiled[0].tolist() == randomness.uniforms_of.plain(KEYS, words, council)[:, rows].tolist()


def test_normal_quantiles_out_to_the_ends():
    u, edge = randomness.uniforms(KEYS, WORD), np.exp(-2.0)
    edges = np.array([edge, 1.0 - edge, np.exp(-32.0), 0.5, 2.0**-54, 1.0 - 2.0**-53])
    edges = np.concatenate([edges, np.nextafter(edges, 0.5), np.nextafter(edges, edges - 0.5)])
    small = np.geomspace(1e-300, 0.2, 1_000)
    u = np.concatenate([u, edges[(edges > 0.0) & (edges < 1.0)], small, 1.0 - small])
    u = u[u < 1.0]
    u = u[: u.size // 2 * 2].reshape(2, -1)
    plain, compiled = twins(randomness.normal_quantiles, u)
    assert same(plain, compiled)


def test_runs_in_turn():
    council = (np.arange(4_000) * 37) % 42
    plain, compiled = twins(market_state.in_turn, council, 7, 6)
    assert same(plain, compiled)
    order, ends = compiled[:2]
    assert all((council[order[first:last]] // 7 == run).all() for run, (first, last) in enumerate(pairwise(ends)))


def test_poisson_where_steps_of_the_distribution_are_hit():
    mean = np.concatenate([np.zeros(500), np.geomspace(1e-9, 900.0, 4_500)])
    u = randomness.uniforms(KEYS, WORD)
    plain, compiled = twins(randomness.poisson, mean, u)
    assert same(plain, compiled)
    assert compiled[0].max() > 850
    # Exactly on a step, and beside it, the sums leave the decision to the exact functions.
    steps = stats.poisson.cdf(np.arange(20) % 7, mean[2_000:2_020])
    for edge in (steps, np.nextafter(steps, 0.0), np.nextafter(steps, 1.0), np.full(20, 1.0 - 2.0**-53)):
        plain, compiled = twins(randomness.poisson, mean[2_000:2_020], edge)
        assert same(plain, compiled)


@pytest.mark.parametrize("bits", [np.int64, np.int32, np.int16, np.int8])
@pytest.mark.parametrize("gone", [[0], [4_999], [0, 1, 2, 17, 18, 600, 4_998], list(range(5_000))])
def test_closing_up(bits, gone):
    data = np.arange(5_000).astype(bits)
    plain, compiled = twins(columns.close_up, data, np.array(gone))
    left = 5_000 - len(gone)
    assert same(plain[0][:left], compiled[0][:left])
    assert compiled[0][:left].tolist() == np.delete(data, gone).tolist()


def test_closing_up_a_column_of_two_dimensions():
    data, gone = np.arange(3_000).reshape(1_000, 3), np.array([5, 6, 700])
    plain, compiled = twins(columns.close_up, data, gone)
    assert same(plain[0][:997], compiled[0][:997])
    assert same(compiled[0][:997], np.delete(data, gone, axis=0))


@pytest.mark.parametrize("sites", [600, 0])
def test_places_of_markets(sites):
    council, care_type = np.arange(sites) * 5 % 7, np.arange(sites) * 3 % 4
    plain, compiled = twins(market_index.places_of_markets, council, care_type, 4, 8)
    assert same(plain, compiled)
    market, order, starts, ends = compiled[:4]
    assert ends.tolist() == np.cumsum(ends - starts).tolist()
    assert (np.diff(market[order] * sites + order) > 0).all()


def test_uniforms_of_several_streams():
    words, council = hash_keys(np.arange(12)).reshape(3, 4), np.arange(KEYS.size) % 4
    plain, compiled = twins(randomness.uniforms_of, KEYS, words, council)
    assert same(plain, compiled)
    for stream, row in zip(words, compiled[0], strict=True):
        for number, word in enumerate(stream):
            own = council == number
            assert row[own].tobytes() == randomness.uniforms.plain(KEYS[own], word).tobytes()
