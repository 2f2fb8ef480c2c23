"""Hold the model against published facts: one set of runs for each scenario, shared by all targets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from resilience.analysis import fitted
from resilience.analysis.facts import FACTS, HOLDS_IN, Fact
from resilience.analysis.observed import observed_market
from resilience.analysis.scenarios import build
from resilience.analysis.target import Part, Range, Status, Target, status_of, worst
from resilience.analysis.targets import TARGETS
from resilience.region import build_region
from resilience.runs.ensemble import Order, RunSet, run_set
from resilience.runs.one import ModelFactory
from resilience.runs.statistics import interval_of_mean, range_of_runs
from resilience.runs.work import Progress
from resilience.scenario import Scenario

NO_RUN = "england"
"""The label of what is measured without a run."""


@dataclass(frozen=True)
class Validation:
    """What came of holding a scenario against the targets.

    parts: a row per part of a target. facts: a row per qualitative fact. ``runs`` has every statistic of every run.
    """

    base: Scenario
    runs: RunSet
    parts: pd.DataFrame
    facts: pd.DataFrame

    @property
    def statuses(self) -> dict[str, Status]:
        """Return the status of each target: the worst of its parts."""
        if self.parts.empty:
            return {}
        return {
            str(name): worst([*rows["status"]])
            for name, rows in self.parts.groupby("target", sort=False, observed=True)
        }

    @property
    def passed(self) -> int:
        """Return how many targets pass."""
        return sum(status == "PASS" for status in self.statuses.values())

    @property
    def score(self) -> float:
        """Return the share of the targets that pass; NaN when none was asked for."""
        return self.passed / len(self.statuses) if self.statuses else float("nan")

    @property
    def distance(self) -> float:
        """Return the sum of the squared deviations of all parts measured, each 1 at the end of what is allowed."""
        return 0.0 if self.parts.empty else float((self.parts["deviation"] ** 2).sum())


def validate(
    base: Scenario,
    runs: int = 30,
    *,
    seed: int = 1,
    workers: int | None = None,
    months: int | None = None,
    progress: Progress | None = None,
    targets: Sequence[Target] = TARGETS,
    facts: Sequence[Fact] = FACTS,
    model_factory: ModelFactory = observed_market,
) -> Validation:
    """Run every scenario that the targets and facts need, on the same seeds, and hold the results against them.

    ``months`` shortens all scenarios; what then cannot be measured is said to be so. Runs that fail are in
    ``runs.failed``, and the others count. Raises as ``resilience.runs.ensemble.run_set`` does, and ScenarioError for
    a scenario with shocks or policies of its own.
    """
    scenarios = build(base, labels_of(targets, facts), months)
    done = run_set(Order(scenarios, runs, workers, seed, progress, model_factory), None)
    parts = parts_table(base, targets, done.runs)
    return Validation(base, done, parts, pd.DataFrame([fact_row(fact, done.runs) for fact in facts]))


def parts_table(base: Scenario, targets: Sequence[Target], runs: pd.DataFrame) -> pd.DataFrame:
    """Return a row for each part of each target; ``runs`` has a row per run with its scenario's label."""
    static = concentration(base) if any(part.scenario == NO_RUN for target in targets for part in target.parts) else {}
    return pd.DataFrame([part_row(target, part, runs, static) for target in targets for part in target.parts])


def labels_of(targets: Sequence[Target], facts: Sequence[Fact]) -> list[str]:
    """Return the scenarios that targets and facts are measured in, the first needed first."""
    wanted = [part.scenario for target in targets for part in target.parts if part.scenario != NO_RUN]
    return list(dict.fromkeys([*wanted, *(label for fact in facts for label in fact.scenarios)]))


def concentration(base: Scenario) -> dict[str, float]:
    """Return the shares of England's beds that the five and the thirty largest owners hold, councils apart."""
    region = build_region("england", population_seed=base.providers.population_seed)
    homes = region.sites[region.sites["care_type"] != "home_care"]
    owner = homes["provider"].to_numpy(np.int64)
    beds = homes["capacity"].to_numpy(np.float64)
    councils = region.providers["kind"].eq("council_service").to_numpy()[owner]
    five, thirty = fitted.top_shares(owner[~councils], beds[~councils], (5, 30), float(beds.sum()))
    return {"top_5_share": five, "top_30_share": thirty}


def part_row(target: Target, part: Part, runs: pd.DataFrame, static: Mapping[str, float]) -> dict[str, Any]:
    """Return a row of the table: what is published and allowed, what was simulated, and how the two agree."""
    if part.scenario == NO_RUN:
        values = np.array([static[part.measure]])
    else:
        its = runs[runs["scenario"] == part.scenario]
        values = its[part.measure].to_numpy(np.float64) if part.measure in its else np.empty(0)
    values = part.scale * values[np.isfinite(values)]
    mean = float(values.mean()) if values.size else float("nan")
    interval, over_runs = interval_of_mean(values), range_of_runs(values)
    return {
        "target": target.name,
        "part": part.name,
        "status": status_of(mean, interval, part.allowed),
        "published_low": part.figures.low,
        "published_high": part.figures.high,
        "allowed_low": part.allowed.low,
        "allowed_high": part.allowed.high,
        "mean": mean,
        "mean_low": interval[0],
        "mean_high": interval[1],
        "run_low": over_runs[0],
        "run_high": over_runs[1],
        "runs": int(values.size),
        "deviation": part.deviation(mean),
        "strict_status": status_of(mean, interval, Range(*part.strict)),
        "unit": part.unit,
        "decimals": part.decimals,
        "scenario": part.scenario,
        "measure": part.measure,
        "source": part.source,
        "how": part.how,
        "note": target.note,
    }


def fact_row(fact: Fact, runs: pd.DataFrame) -> dict[str, Any]:
    """Return in how many seeds a fact holds, of those that say anything about it, and how large it is."""
    sizes = np.array([fact.size(seed) for seed in seeds_of(runs, fact.scenarios)])
    sizes = sizes[np.isfinite(sizes)]
    holds = int((sizes > 0.0).sum())
    mean = float(sizes.mean()) if sizes.size else float("nan")
    interval = interval_of_mean(sizes)
    held = holds >= HOLDS_IN * sizes.size
    status: Status = "NOT MEASURED" if not sizes.size else "PASS" if held else "WARN" if mean > 0.0 else "FAIL"
    return {
        "fact": fact.name,
        "status": status,
        "holds": holds,
        "seeds": int(sizes.size),
        "mean": mean,
        "mean_low": interval[0],
        "mean_high": interval[1],
        "unit": fact.unit,
        "scenarios": ", ".join(fact.scenarios),
        "how": fact.how,
    }


def seeds_of(runs: pd.DataFrame, labels: Sequence[str]) -> list[dict[str, dict[str, float]]]:
    """Return the statistics by scenario for every seed whose runs of all these scenarios finished."""
    chosen = runs[runs["scenario"].isin(labels)]
    whole = [rows for _, rows in chosen.groupby("seed") if len(rows) == len(labels)]
    return [
        {str(row["scenario"]): {str(name): value for name, value in row.items()} for row in rows.to_dict("records")}
        for rows in whole
    ]
