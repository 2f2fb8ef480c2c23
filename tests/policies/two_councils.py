"""Runs of two councils under the squeeze, kept for the whole session: policies are compared on common seeds."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pandas as pd

from resilience import CareMarket, load
from resilience.scenario import Scenario

MONTHS = 24
START = "2016-10"
"""Every policy starts in the seventh month of the run."""
BEFORE = 6
"""Months before it."""
SEEDS = (1, 2)


@cache
def table() -> str:
    """The path of a table with two councils, one much poorer than the other."""
    path = Path(mkdtemp(prefix="two-councils-")) / "councils.csv"
    path.write_text("council\nSandwell\nSolihull\n", encoding="utf-8")
    return str(path)


def squeezed(**values: Any) -> Scenario:
    """The squeeze from the run's first month, with every account checked every month."""
    plain: dict[str, Any] = {
        "region": table(),
        "start": "2016-04",
        "months": MONTHS,
        "measures.check_accounts": True,
        "shocks.funding_cut.start": "2016-04",
        "shocks.wage_rise.start": "2016-04",
    }
    return load("austerity-and-wage-rise", **(plain | values))


def policy(kind: str, **own: Any) -> dict[str, Any]:
    """The settings that add a policy of a kind, started with START unless another start is given."""
    return {f"policies.{kind}.{name}": value for name, value in ({"start": START} | own).items()}


@cache
def _run(settings: tuple[tuple[str, Any], ...], seed: int) -> CareMarket:
    market = CareMarket(squeezed(**dict(settings)), rng=seed)
    market.run_for(MONTHS)
    return market


def run(settings: dict[str, Any], seed: int) -> CareMarket:
    """The market at the end of a run with these settings; the same run is done once only."""
    return _run(tuple(sorted(settings.items())), seed)


def councils(settings: dict[str, Any], seed: int) -> pd.DataFrame:
    """Every measure by month and council."""
    return run(settings, seed).results().tables["councils"]


def total(settings: dict[str, Any], seed: int, measure: str) -> float:
    """One measure over the whole run."""
    return run(settings, seed).results().headline[measure]
