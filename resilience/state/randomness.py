"""Keyed randomness: every draw is a function of (seed, decision, month, stable agent key).

A uniform is a hash, not the next number of a stream. Two scenarios with the same seed therefore share every draw that
they both need (common random numbers), results do not depend on who else drew or on the number of workers, and an
agent that appears in one scenario only changes nobody else's luck. The hash is splitmix64 applied to the stable key
after mixing it with a word for (seed, decision, month).
"""

from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resilience.kernels import compiled_in

KeyArray = NDArray[np.uint64]
FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
RowArray = NDArray[np.int32]
AnyIntArray = NDArray[np.signedinteger[Any]]

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_MASK = (1 << 64) - 1
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = (np.uint64(n) for n in (30, 27, 31, 11))
_TO_UNIT = 1.0 / (1 << 53)


def _mix(words: KeyArray) -> KeyArray:
    """Return the splitmix64 finaliser of each 64-bit word (same shape)."""
    words = words + _GAMMA
    shifted = words >> _SHIFT_30
    words ^= shifted
    words *= _MIX_1
    np.right_shift(words, _SHIFT_27, out=shifted)
    words ^= shifted
    words *= _MIX_2
    np.right_shift(words, _SHIFT_31, out=shifted)
    words ^= shifted
    return words


def stream_word(seed: int, decision: str, month: int) -> int:
    """Return the 64-bit word that names one decision in one month of one seed (stable across processes)."""
    named = _decision_of(seed, decision).copy()
    named.update(b"%d" % month)
    return int.from_bytes(named.digest(), "little")


@lru_cache(maxsize=4096)
def _decision_of(seed: int, decision: str) -> blake2b:
    """Return the hash begun with a seed and a decision; every month goes on from it."""
    return blake2b(f"{seed}|{decision}|".encode(), digest_size=8)


@lru_cache(maxsize=256)
def _begun(seeds: tuple[int, ...], decisions: tuple[str, ...]) -> list[blake2b]:
    """Return the hashes begun with each decision, and within it each seed."""
    return [_decision_of(seed, decision) for decision in decisions for seed in seeds]


@lru_cache(maxsize=8192)
def words_of(seeds: tuple[int, ...], decisions: tuple[str, ...], month: int) -> KeyArray:
    """Return the words of several decisions in a month, decisions x seeds: read only.

    Those of about 350 months are kept, for scenarios are compared on the same seeds, often in one process. Those of
    traits, which are drawn by the words of month 0 whenever somebody comes, are asked for so often that they stay.
    """
    # The same words as stream_word's, without a whole number in between for each.
    in_month, digests = b"%d" % month, []
    for begun in _begun(seeds, decisions):
        named = begun.copy()
        named.update(in_month)
        digests.append(named.digest())
    words = np.frombuffer(b"".join(digests), dtype="<u8").astype(np.uint64).reshape(len(decisions), len(seeds))
    words.flags.writeable = False
    return words


def hash_text(text: str) -> int:
    """Return a stable 64-bit key for a name, for example a council's code."""
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "little")


def hash_keys(*parts: int | KeyArray | NDArray[np.int64]) -> KeyArray:
    """Combine integers (scalars or arrays that broadcast) into one array of stable 64-bit keys.

    The order of the parts matters: ``hash_keys(a, b)`` differs from ``hash_keys(b, a)``.
    """
    key: KeyArray = np.zeros(1, dtype=np.uint64)
    for part in parts:
        if isinstance(part, int):
            words = np.array([part & _MASK], dtype=np.uint64)
        else:
            words = np.atleast_1d(part).astype(np.uint64)
        if key.ndim == words.ndim == 1 and (words.size == key.size or 1 in (words.size, key.size)):
            key = absorbed(key, words)
        else:
            key = absorbed.plain(key, words)
    return key


@compiled_in("draws")
def absorbed(key: KeyArray, words: KeyArray) -> KeyArray:
    """Return the keys with one more part mixed into them; keys and words have one axis, or one of them one entry."""
    return _mix(key ^ _mix(words))


def uniform(seed: int, decision: str, month: int, keys: KeyArray) -> FloatArray:
    """Return one uniform in the open interval (0, 1) for each key, shape of ``keys``.

    Parameters are the run's seed, the decision's name, the month (0 is the first) and the agents' stable keys.
    """
    word = np.uint64(stream_word(seed, decision, month))
    if keys.ndim == 1 and keys.flags.carray:
        return uniforms(keys, word)
    return uniforms(keys.flatten(), word).reshape(keys.shape)


@compiled_in("draws")
def uniforms(keys: KeyArray, word: np.uint64) -> FloatArray:
    """Return one uniform in (0, 1) for each key (one axis) of the stream that ``word`` names."""
    return ((_mix(keys ^ word) >> _SHIFT_11).astype(np.float64) + 0.5) * _TO_UNIT


@compiled_in("draws")
def uniforms_of(keys: KeyArray, words: KeyArray, council: RowArray) -> FloatArray:
    """Return the uniforms of several streams: one row a stream, one column a key.

    ``words`` are streams x councils (see ``MarketState.words``), ``council`` is the one that each key belongs to.
    """
    return ((_mix(keys ^ words[:, council]) >> _SHIFT_11).astype(np.float64) + 0.5) * _TO_UNIT


@compiled_in("draws")
def uniforms_at(rows: IntArray, keys: KeyArray, words: KeyArray, council: RowArray) -> FloatArray:
    """Return the uniforms of several streams at some ``rows`` of keys and councils; see :func:`uniforms_of`."""
    return uniforms_of(keys[rows], words, council[rows])


def normal(seed: int, decision: str, month: int, keys: KeyArray) -> FloatArray:
    """Return one standard normal for each key: the normal quantile of its uniform."""
    return normal_quantiles(uniform(seed, decision, month, keys))


@compiled_in("draws")
def normal_quantiles(u: FloatArray) -> FloatArray:
    """Return the standard normal quantile of each uniform."""
    from scipy.special import ndtri

    return np.asarray(ndtri(u))


def normal_probabilities(quantiles: FloatArray) -> FloatArray:
    """Return the uniform at which each standard normal quantile is reached."""
    from scipy.special import ndtr

    return np.asarray(ndtr(quantiles))


@compiled_in("draws")
def poisson(mean: FloatArray, u: FloatArray) -> NDArray[np.int64]:
    """Return the Poisson quantile of each uniform ``u`` for each ``mean`` (people a month): the least k with F(k) >= u.

    A larger mean never gives a smaller count for the same uniform, so arrivals stay paired between scenarios.
    """
    from scipy.special import pdtr, pdtrik

    mean = np.maximum(np.asarray(mean, dtype=np.float64), 0.0)
    positive = np.maximum(mean, 1e-12)
    # pdtrik inverts the smooth continuation of F; the whole number it points at is then checked on both sides.
    guess = np.ceil(np.nan_to_num(pdtrik(u, positive), nan=0.0, posinf=0.0))
    guess = np.maximum(guess, 0.0)
    guess += pdtr(guess, positive) < u
    guess -= (guess > 0.0) & (pdtr(np.maximum(guess - 1.0, 0.0), positive) >= u)
    return np.where(u <= np.exp(-mean), 0.0, guess).astype(np.int64)


class BinomialTable:
    """Binomial quantiles for a few probabilities, by a table of cumulative probabilities.

    ``draw(n, u, which)`` is the number of successes among ``n`` for the uniform ``u`` with probability number
    ``which``: exact inversion up to ``n_exact``, the rounded normal approximation above it. It never exceeds ``n`` and
    never falls when ``n`` or ``u`` rises.
    """

    def __init__(self, probabilities: tuple[float, ...], n_exact: int = 160) -> None:
        self.probabilities = np.array(probabilities, dtype=np.float64)
        if not ((self.probabilities >= 0.0) & (self.probabilities < 1.0)).all():
            raise ValueError(f"probabilities must be in [0, 1), got {probabilities}")
        self.n_exact = n_exact
        sizes = np.arange(n_exact + 1, dtype=np.float64)
        failing = (1.0 - self.probabilities)[:, None]
        odds = self.probabilities[:, None] / failing
        mass = failing**sizes
        cumulative = [mass]
        successes = 0
        while cumulative[-1].min() < 1.0 - 1e-12 and successes < n_exact:
            mass = mass * np.maximum(sizes - successes, 0.0) / (successes + 1) * odds
            cumulative.append(cumulative[-1] + mass)
            successes += 1
        # One row a number of successes; columns are (probability, n) laid flat, and stand together in memory.
        # No uniform lies above the last row, so that a search for the first number whose row is not exceeded ends.
        cumulative[-1] = np.ones_like(mass)
        self.cumulative = np.asfortranarray(np.minimum(np.array(cumulative), 1.0).reshape(len(cumulative), -1))

    def draw(self, n: AnyIntArray, u: FloatArray, which: AnyIntArray | int = 0) -> NDArray[np.int64]:
        """Return the number of successes for each ``n`` (people) and uniform ``u``; shapes must agree."""
        counts = binomials(n, u, np.atleast_1d(which).astype(np.int64), self.cumulative, self.n_exact)
        large = np.flatnonzero(n > self.n_exact)
        if large.size:
            from scipy.special import ndtri

            probability = self.probabilities[np.broadcast_to(which, n.shape)[large]]
            mean = n[large] * probability
            spread = np.sqrt(mean * (1.0 - probability))
            counts[large] = np.maximum(np.rint(mean + spread * ndtri(u[large])), 0.0).astype(np.int64)
        return np.minimum(counts, n)


def binomials(n: IntArray, u: FloatArray, which: IntArray, cumulative: FloatArray, n_exact: int) -> IntArray:
    """Return the successes among each ``n`` up to ``n_exact``, and 0 for larger ones.

    ``cumulative`` has a row a number of successes and a column a probability (number ``which``) and ``n``.
    """
    cell = np.minimum(n, n_exact) + which * (n_exact + 1)
    more = np.flatnonzero((u > cumulative[0][cell]) & (n <= n_exact))
    counts = np.zeros(n.shape, dtype=np.int64)
    for row in cumulative[1:]:
        if more.size == 0:
            break
        counts[more] += 1
        more = more[u[more] > row[cell[more]]]
    return counts
