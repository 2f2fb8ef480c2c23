"""Small worlds for tests of the whole model: four towns of the tests' own, one of them without neighbours."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from resilience.measures.results import Results
from resilience.model import CareMarket
from resilience.scenario import Scenario
from resilience.state.market_state import MarketState

FOUR_TOWNS = Path(__file__).parent / "four-towns.csv"
TABLES = ("sites", "providers", "councils", "self_funders")


@lru_cache(maxsize=1)
def four_towns() -> Scenario:
    """Two years of four towns from April 2016, every identity checked after every month."""
    base = Scenario(name="four towns", region=str(FOUR_TOWNS), start="2016-04", months=24)
    return base.with_values({"measures.check_accounts": True})


def town_scenario(**values: Any) -> Scenario:
    """The scenario of four towns with some values changed; dots in names are written as two underscores."""
    return four_towns().with_values({name.replace("__", "."): value for name, value in values.items()})


def market(scenario: Scenario | None = None, *, seed: int = 1, months: int = 0) -> CareMarket:
    """A market of four towns, stepped that many months."""
    model = CareMarket(scenario or four_towns(), rng=seed)
    model.run_for(months)
    return model


@lru_cache(maxsize=64)
def finished(scenario: Scenario, seed: int = 1) -> Results:
    """The results of a whole run, kept for other tests: read, never write."""
    return CareMarket(scenario, rng=seed).run()


def fingerprint(state: MarketState) -> dict[str, bytes]:
    """Every column of the four tables and the ledger, bit for bit."""
    columns = {
        f"{table}.{name}": np.ascontiguousarray(getattr(getattr(state, table), name)).tobytes()
        for table in TABLES
        for name in getattr(state, table).columns()
    }
    return columns | {"events": repr(state.ledger.rows).encode()}


def differences(one: MarketState, other: MarketState) -> list[str]:
    """The names of the columns in which two states differ."""
    first, second = fingerprint(one), fingerprint(other)
    return [name for name in first if first[name] != second[name]]
