"""Runs of a market of three neighbouring councils, with and without a shock, on the same draws.

The market starts in October 2016, every shock strikes in April 2017 (month 6), and every run checks its accounts.
"""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd

from resilience.model import CareMarket
from resilience.scenario import Scenario, load

BEFORE, MONTHS = 6, 20
STRIKES = "2017-04"
SEEDS = (1, 2)
COUNCILS = ("Sandwell", "Walsall", "Dudley")
_FOLDER = TemporaryDirectory(prefix="shocks-")


@lru_cache(maxsize=1)
def base_scenario() -> Scenario:
    """The three councils from October 2016, with accounts checked every month."""
    councils = Path(_FOLDER.name) / "three-councils.csv"
    councils.write_text("\n".join(["council", *COUNCILS, ""]), encoding="utf-8")
    values = {"region": str(councils), "start": "2016-10", "months": MONTHS, "measures.check_accounts": True}
    return load("west-midlands-2016", **values)


def shocked(kind: str, **values: Any) -> dict[str, Any]:
    """Settings that switch a shock on from the month in which shocks strike."""
    return {f"shocks.{kind}.{name}": value for name, value in {"start": STRIKES, **values}.items()}


class Run:
    """One run to its end: its measures by month, its ledger, and the market as it then is."""

    def __init__(self, seed: int, values: dict[str, Any]) -> None:
        scenario = base_scenario()
        self.market = CareMarket(scenario.with_values(values) if values else scenario, rng=seed)
        self.results = self.market.run()
        self.months = self.results.tables["months"]
        self.events = self.results.tables["events"]

    def later(self, measure: str) -> float:
        """A measure summed over the months from the strike on."""
        return float(self.months[measure].iloc[BEFORE:].sum())

    def table_before(self, name: str) -> pd.DataFrame:
        """A table's rows of the months before the strike."""
        frame = self.results.tables[name]
        return frame[frame["month"] < pd.Timestamp(STRIKES)].reset_index(drop=True)


@lru_cache(maxsize=64)
def _run(seed: int, values: tuple[tuple[str, Any], ...]) -> Run:
    return Run(seed, dict(values))


def run(seed: int, values: dict[str, Any] | None = None) -> Run:
    """The run of a seed under some settings; each is made once."""
    return _run(seed, tuple(sorted((values or {}).items())))


def change(measure: str, seed: int, values: dict[str, Any], base: dict[str, Any] | None = None) -> float:
    """How much larger a measure is, over the months from the strike on, under some settings than under others."""
    return run(seed, values).later(measure) - run(seed, base).later(measure)
