"""One saved month of a market, and continuations from it.

A market pickles and resumes bit for bit, and every draw is keyed, so each continuation meets the same luck: what
differs between two of them is what was done to them.
"""

import functools
import pickle
from pathlib import Path

import numpy as np

from resilience.measures.recorder import remember_trouble
from resilience.model import CareMarket
from resilience.scenario import Scenario
from resilience.state.columns import Ints
from resilience.state.market_state import MarketState


class NoRecord:
    """Stands in for the recorder where no tables are wanted; keeps only what the market itself uses."""

    months_done = 0

    def record(self, state: MarketState) -> None:
        """Move the six-month window of closures on."""
        remember_trouble(state)


def market_at(scenario: Scenario, seed: int, month: int) -> CareMarket:
    """Return a market after ``month`` months, ready for continuations beyond the scenario's end if need be."""
    market = CareMarket(scenario, rng=seed)
    market.run_for(month)
    return market


def save(market: CareMarket, path: Path) -> None:
    """Keep the market in a file, without the record of its past."""
    recorder, collector = market.recorder, market.datacollector
    market.recorder, market.datacollector = NoRecord(), NoCollector()  # type: ignore[assignment]
    try:
        path.write_bytes(pickle.dumps(market, protocol=pickle.HIGHEST_PROTOCOL))
    finally:
        market.recorder, market.datacollector = recorder, collector


class NoCollector:
    """Stands in for Mesa's data collector."""

    def collect(self, model: CareMarket) -> None:
        """Collect nothing."""


@functools.lru_cache(maxsize=1)
def _bytes_of(path: Path) -> bytes:
    """Return a saved market; each worker process reads it once."""
    return path.read_bytes()


def continuation(path: Path, seed: int) -> CareMarket:
    """Return a fresh copy of a saved market whose luck from now on is that of ``seed``."""
    market: CareMarket = pickle.loads(_bytes_of(path))
    market.state.seed = seed
    return market


def providers_to_test(state: MarketState, min_hours: float) -> Ints:
    """Return the trading providers with more than ``min_hours`` a week, a council's own service apart."""
    from resilience.market import sites as at
    from resilience.state.codes import COUNCIL_SERVICE

    s, p = state.sites, state.providers
    hours = np.bincount(s.provider, weights=at.hours_due(state) * s.alive, minlength=len(p))
    return np.flatnonzero(p.alive & (p.kind != COUNCIL_SERVICE) & (hours > min_hours))
