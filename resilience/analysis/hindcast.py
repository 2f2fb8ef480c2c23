"""The years 2011 to 2016 played again, and what came of them beside what happened.

    python -m resilience.analysis.hindcast --runs 30 --workers 2 --write docs

Councils pay and spend what they returned to 2014/15, the minimum wage, prices and real spending follow their paths.
What happened is England's register of care homes (E04-104 to E04-109); the model plays the West Midlands.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd

from resilience.analysis.observed import HINDCAST_YEARS, Observed, by_month, closure_rates
from resilience.model import CareMarket
from resilience.runs.ensemble import Order, RunSet, run_set
from resilience.runs.statistics import interval_of_mean, range_of_runs
from resilience.runs.work import Progress
from resilience.scenario import Scenario, load
from resilience.scenario.months import month_number
from resilience.state.columns import Floats

YEARS: Final = HINDCAST_YEARS
CONFIG: Final = "hindcast-2010"
BASE: Final = "west-midlands-2016"

HAPPENED: Final = pd.DataFrame(
    {
        "homes_closed": [3.60, 4.69, 3.41, 4.16, 4.70, 4.95],
        "beds_closed": [2.54, 2.79, 2.31, 2.64, 3.78, 3.78],
        "homes": [17_460, 18_377, 17_740, 17_551, 17_328, 17_030],
        "beds": [460_973, 479_965, 475_627, 474_481, 476_735, 475_662],
    },
    index=pd.Index(YEARS, name="year"),
)
"""England: homes and beds closed in a calendar year, per cent of those there; homes and beds (E04-104 to E04-109)."""


class HindcastMarket:
    """A market that notes what the hindcast compares."""

    def __init__(self, scenario: Scenario, seed: int) -> None:
        self.market = CareMarket(scenario, rng=seed)
        self.running = bool(self.market.running)
        self.beds_closed: list[float] = []

    def step(self) -> None:
        """Let one month pass."""
        self.market.step()
        s, month = self.market.state.sites, self.market.month - 1
        home = (s.closed == month) & (s.care_type < 3)
        self.beds_closed.append(float(s.capacity[home].sum()))
        self.running = bool(self.market.running)

    def results(self) -> Observed:
        """Return the measures of the run and what happened in each year."""
        region = {**by_month(self.market), "beds_closed": np.array(self.beds_closed)}
        found = by_year(region, self.market.scenario, closure_rates(self.market, YEARS))
        return Observed({**self.market.results().headline, **found})


def hindcast_market(scenario: Scenario, seed: int) -> HindcastMarket:
    """Build the watched market of a scenario."""
    return HindcastMarket(scenario, seed)


def by_year(region: dict[str, Floats], scenario: Scenario, closures: dict[int, float]) -> dict[str, float]:
    """Return what is compared, by name and calendar year (``homes_closed_2011``), NaN for years not played.

    Homes (from ``closures``, shares) and beds closed are per cent of those there at the year's start; occupancy,
    premium and turnover are per cent too, means of the year's months.
    """
    found: dict[str, float] = {}
    start, months = month_number(scenario.start), region["homes"].size
    for year in YEARS:
        first = month_number(f"{year}-01") - start
        whole = first >= 1 and first + 12 <= months
        span = slice(first, first + 12)
        values = {name: float("nan") for name in COMPARED}
        if whole:
            values["homes_closed"] = 100.0 * closures[year]
            values["beds_closed"] = 100.0 * region["beds_closed"][span].sum() / region["beds"][first - 1]
            values["homes"], values["beds"] = region["homes"][first - 1], region["beds"][first - 1]
            for name in ("occupancy", "self_funder_premium", "turnover_rate"):
                values[name] = 100.0 * region[name][span].mean()
        found |= {f"{name}_{year}": float(value) for name, value in values.items()}
    return found


COMPARED: Final = (
    "homes_closed", "beds_closed", "homes", "beds", "occupancy", "self_funder_premium", "turnover_rate",
)  # fmt: skip


def hindcast_of(base: Scenario) -> Scenario:
    """Return a scenario's parameters in the years of the hindcast: what the shipped hindcast changes is changed."""
    shipped, usual = load(CONFIG), load(BASE)
    known = {info.name: info.value for info in usual.parameters()}
    changes: dict[str, Any] = {
        info.name: info.value for info in shipped.parameters() if known.get(info.name) != info.value
    }
    return base.with_values({"start": shipped.start, "months": shipped.months, **changes})


def hindcast(
    base: Scenario | None = None,
    runs: int = 30,
    *,
    seed: int = 1,
    workers: int | None = None,
    months: int | None = None,
    progress: Progress | None = None,
) -> RunSet:
    """Play the hindcast with a scenario's parameters (those of the 2016 vintage unless given) on so many seeds.

    ``months`` shortens it; years that are not wholly played cannot be compared.
    """
    scenario = hindcast_of(load(BASE) if base is None else base)
    if months is not None:
        scenario = scenario.with_values({"months": min(months, scenario.months)})
    return run_set(Order({"hindcast": scenario}, runs, workers, seed, progress, hindcast_market), None)


def table(done: RunSet) -> pd.DataFrame:
    """Return a row per measure and year: what happened (NaN where unknown), the simulated mean, its 90% interval.

    ``run_low`` and ``run_high`` hold nine runs in ten.
    """
    rows = []
    for name in COMPARED:
        for year in YEARS:
            values = done.runs[f"{name}_{year}"].to_numpy(np.float64)
            low, high = interval_of_mean(values)
            run_low, run_high = range_of_runs(values)
            known = HAPPENED[name].get(year, float("nan")) if name in HAPPENED else float("nan")
            rows.append((name, year, known, values.mean(), low, high, run_low, run_high))
    columns = ["measure", "year", "happened", "mean", "mean_low", "mean_high", "run_low", "run_high"]
    return pd.DataFrame(rows, columns=columns)


def mean_gap(compared: pd.DataFrame) -> float:
    """Return the simulated closures of homes less those that happened, mean of the years, percentage points a year."""
    closed = compared[compared["measure"] == "homes_closed"]
    return float((closed["mean"] - closed["happened"]).mean())


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the hindcast from the command line; with ``--write FOLDER`` write page, table and figure there."""
    import argparse
    from pathlib import Path

    from resilience.analysis.hindcast_page import write

    parser = argparse.ArgumentParser(prog="python -m resilience.analysis.hindcast", description=__doc__.split("\n")[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--months", type=int, default=None, help="play fewer months")
    parser.add_argument(
        "--write", type=Path, default=None, metavar="FOLDER", help="where to put page, table and figure"
    )
    chosen = parser.parse_args(arguments)
    done = hindcast(runs=chosen.runs, seed=chosen.seed, workers=chosen.workers, months=chosen.months)
    compared = table(done)
    print(compared[compared["measure"] == "homes_closed"].round(2).to_string(index=False))
    print(f"Closures of homes, simulated less happened, mean of 2011 to 2016: {mean_gap(compared):+.2f} points a year")
    if chosen.write is not None:
        write(compared, done, chosen.write)
    return 0


if __name__ == "__main__":
    # Worker processes look for what they run under the module's own name.
    from resilience.analysis import hindcast as itself

    raise SystemExit(itself.main())
