"""Compiled forms of keyed draws (see ``resilience/state/randomness.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.normal import quantiles_of
from resilience.state import randomness
from resilience.state.columns import Floats, Ints, Keys, Rows

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / (1 << 53)
_TOO_CLOSE = 1e-10
"""Distance from a step of the distribution below which the exact functions decide."""
_OVER = 1.0 / np.maximum(np.arange(1_024), 1)
"""One over whole numbers: multiplying takes a fraction of the time of dividing."""


@kernel
def mixed(word: np.uint64) -> np.uint64:
    """Return the splitmix64 finaliser of one 64-bit word."""
    word += _GAMMA
    word ^= word >> _SHIFT_30
    word *= _MIX_1
    word ^= word >> _SHIFT_27
    word *= _MIX_2
    return word ^ (word >> _SHIFT_31)


@kernel
def uniform(key: np.uint64, word: np.uint64) -> float:
    """Return the keyed uniform in (0, 1) of one key."""
    return (np.float64(mixed(key ^ word) >> _SHIFT_11) + 0.5) * _TO_UNIT


@kernel
def uniforms(keys: Keys, word: np.uint64) -> Floats:
    """Return one uniform in (0, 1) for each key."""
    drawn = np.empty(keys.size, dtype=np.float64)
    for place in range(keys.size):
        drawn[place] = uniform(keys[place], word)
    return drawn


@kernel
def uniforms_at(rows: Ints, keys: Keys, words: Keys, council: Rows) -> Floats:
    """Return the uniforms of several streams at some rows: one row a stream, one column a row."""
    streams = words.shape[0]
    drawn = np.empty((streams, rows.size), dtype=np.float64)
    for place in range(rows.size):
        key, where = keys[rows[place]], council[rows[place]]
        for stream in range(streams):
            drawn[stream, place] = uniform(key, words[stream, where])
    return drawn


@kernel
def uniforms_of(keys: Keys, words: Keys, council: Rows) -> Floats:
    """Return the uniforms of several streams: one row a stream, one column a key."""
    streams = words.shape[0]
    drawn = np.empty((streams, keys.size), dtype=np.float64)
    for row in range(streams):
        for place in range(keys.size):
            drawn[row, place] = uniform(keys[place], words[row, council[place]])
    return drawn


@kernel
def absorbed(key: Keys, words: Keys) -> Keys:
    """Return the keys with one more part mixed into them."""
    size = words.size if key.size == 1 else key.size
    absorbing = np.empty(size, dtype=np.uint64)
    for place in range(size):
        own = key[0] if key.size == 1 else key[place]
        word = words[0] if words.size == 1 else words[place]
        absorbing[place] = mixed(own ^ mixed(word))
    return absorbing


def normal_quantiles(u: Floats) -> Floats:
    """Return the standard normal quantile of each uniform."""
    return quantiles_of(u.ravel()).reshape(u.shape)


def poisson(mean: Floats, u: Floats) -> Ints:
    """Return the Poisson quantile of each uniform: by adding up probabilities, and exactly where that is too close."""
    flat = np.asarray(mean, dtype=np.float64).ravel()
    flat_u = u.ravel()
    counts, sure = _poisson_sums(flat, np.exp(-flat), flat_u)
    if not sure:
        unsure = counts < 0
        counts[unsure] = randomness.poisson.plain(flat[unsure], flat_u[unsure])
    return counts.reshape(u.shape)


@kernel
def _poisson_sums(mean: Floats, nobody: Floats, u: Floats) -> tuple[Ints, bool]:
    """Return the Poisson quantiles, -1 where a sum is so close to ``u`` that rounding might decide, and if none is."""
    counts, sure = np.zeros(mean.size, dtype=np.int64), True
    for place in range(mean.size):
        if mean[place] <= 0.0:
            continue
        mass = nobody[place]
        upto = mass
        count = 0
        while upto < u[place] - _TOO_CLOSE and mass > 1e-300:
            count += 1
            mass *= mean[place] * (_OVER[count] if count < _OVER.size else 1.0 / count)
            upto += mass
        counts[place] = count if upto > u[place] + _TOO_CLOSE else -1
        sure &= counts[place] >= 0
    return counts, sure
