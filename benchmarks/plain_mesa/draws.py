"""Random draws for one agent at a time: the model's keyed draws in plain Python, or Mesa's own generator."""

import math
import random
from functools import lru_cache
from statistics import NormalDist

from resilience.state import randomness

MASK = (1 << 64) - 1
_TO_UNIT = 1.0 / (1 << 53)
_EXACT_UP_TO = 160
_NORMAL = NormalDist()
stream_word = lru_cache(maxsize=65536)(randomness.stream_word)
"""The word of a decision is the same for every agent of the month, so it is worked out once."""


def mix(word: int) -> int:
    """Return the splitmix64 finaliser of one 64-bit word."""
    word = (word + 0x9E3779B97F4A7C15) & MASK
    word = ((word ^ (word >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    word = ((word ^ (word >> 27)) * 0x94D049BB133111EB) & MASK
    return word ^ (word >> 31)


def key_of(*parts: int) -> int:
    """Combine whole numbers into one stable 64-bit key, as ``resilience.state.randomness.hash_keys`` does."""
    key = 0
    for part in parts:
        key = mix(key ^ mix(part & MASK))
    return key


def poisson_quantile(mean: float, u: float) -> int:
    """Return the Poisson quantile of a uniform: the least count whose cumulated probability reaches it.

    Raises OverflowError above a mean of 700, where the first term is too small for a float.
    """
    if mean > 700.0:
        raise OverflowError(f"a mean of {mean} people a month is beyond what this version draws")
    probability = cumulative = math.exp(-mean)
    count = 0
    while u > cumulative and count < 2000:
        count += 1
        probability *= mean / count
        cumulative += probability
    return count


def binomial_quantile(n: int, p: float, u: float) -> int:
    """Return the binomial quantile of a uniform, by inversion; the rounded normal approximation above 160 people."""
    if n > _EXACT_UP_TO:
        mean = n * p
        return min(max(round(mean + math.sqrt(mean * (1.0 - p)) * _NORMAL.inv_cdf(u)), 0), n)
    odds = p / (1.0 - p)
    probability = cumulative = (1.0 - p) ** n
    count = 0
    while u > cumulative and count < n:
        probability *= (n - count) / (count + 1) * odds
        cumulative += probability
        count += 1
    return count


class KeyedDraws:
    """The model's draws: functions of (seed, decision, month, stable key), so that both versions share their luck."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.month = 0

    def uniform(self, decision: str, key: int) -> float:
        return ((mix(key ^ stream_word(self.seed, decision, self.month)) >> 11) + 0.5) * _TO_UNIT

    def trait(self, decision: str, key: int) -> float:
        """Return a uniform that belongs to the agent, not to the month."""
        return ((mix(key ^ stream_word(self.seed, decision, 0)) >> 11) + 0.5) * _TO_UNIT

    def normal(self, decision: str, key: int) -> float:
        return _NORMAL.inv_cdf(self.uniform(decision, key))

    def normal_trait(self, decision: str, key: int) -> float:
        """Return a standard normal that belongs to the agent, not to the month."""
        return _NORMAL.inv_cdf(self.trait(decision, key))

    def binomial(self, decision: str, key: int, n: int, p: float) -> int:
        return binomial_quantile(n, p, self.uniform(decision, key)) if n else 0

    def poisson(self, decision: str, key: int, mean: float) -> int:
        return poisson_quantile(mean, self.uniform(decision, key))

    def key(self, *parts: int) -> int:
        return key_of(*parts)


class MesaDraws:
    """What an ordinary Mesa model does: the next number of ``model.random``. Quicker; results agree only on average."""

    def __init__(self, generator: random.Random) -> None:
        self.random = generator
        self.month = 0

    def uniform(self, decision: str, key: int) -> float:
        return self.random.random()

    def trait(self, decision: str, key: int) -> float:
        return self.random.random()

    def normal(self, decision: str, key: int) -> float:
        return self.random.gauss(0.0, 1.0)

    def normal_trait(self, decision: str, key: int) -> float:
        return self.random.gauss(0.0, 1.0)

    def binomial(self, decision: str, key: int, n: int, p: float) -> int:
        return self.random.binomialvariate(n, p)

    def poisson(self, decision: str, key: int, mean: float) -> int:
        return poisson_quantile(mean, self.random.random())

    def key(self, *parts: int) -> int:
        return self.random.getrandbits(64)
