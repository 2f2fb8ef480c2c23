"""Each compiled kernel gives, bit for bit, what its NumPy form gives."""

import numpy as np
import pytest

from resilience.state import randomness
from resilience.state.randomness import hash_keys

KEYS = hash_keys(11, np.arange(5_000))
WORD = np.uint64(0xFEDC_BA98_7654_3210)


def same(one, other):
    """True when both results have the same types, shapes and bits."""
    if isinstance(one, tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one.dtype == other.dtype and one.shape == other.shape and one.tobytes() == other.tobytes()


def twins(kernel, *arguments):
    """What the NumPy form and the compiled form make of the same arguments, each with copies of its own.

    A kernel may change its arguments, so these count as part of what it returns.
    """
    pytest.importorskip("numba")

    def run(form):
        own = [value.copy() if isinstance(value, np.ndarray) else value for value in arguments]
        result = form(*own)
        results = result if isinstance(result, tuple) else () if result is None else (result,)
        return (*results, *(value for value in own if isinstance(value, np.ndarray)))

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
