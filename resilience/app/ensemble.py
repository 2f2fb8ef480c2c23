"""The replicates of one scenario that are there, and what they show together, as the command line would say it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from resilience.app.engine.engine import Engine, Wish
from resilience.app.engine.replicate import COLUMN, Floats, Replicate
from resilience.measures.catalogue import MEASURES
from resilience.runs.answer import COMPARED, UNMET_REASONS
from resilience.runs.benefits import NEEDED
from resilience.runs.compare import Comparison
from resilience.runs.ensemble import RunSet
from resilience.runs.statistics import HIGH, LOW, interval_of_mean, range_of_runs
from resilience.runs.tables import KEYS
from resilience.scenario import Scenario

ANSWERED = tuple(dict.fromkeys((*COMPARED, "need_hours", *UNMET_REASONS, *NEEDED)))
"""Measures that answers are made of."""

WEIGHED = (*NEEDED, "jobs", "leaving_the_local_economy", "delayed_discharge_days")
"""Measures that costs and benefits are made of."""


@dataclass(frozen=True)
class Ensemble:
    """Finished replicates of a scenario, by seed. Two are equal when they hold the same replicates."""

    scenario: Scenario
    wished: int
    """Replicates asked for."""
    replicates: tuple[Replicate, ...]
    first: Replicate | None
    """The first replicate, whose events are told, with the months that are there."""
    problems: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Ensemble) and self.signature == other.signature

    def __hash__(self) -> int:
        return hash(self.signature)

    @property
    def signature(self) -> tuple[object, ...]:
        """What tells it from others."""
        return self.scenario.name, tuple(run.key for run in self.replicates), self.wished, self.problems

    @property
    def count(self) -> int:
        """Replicates that are there."""
        return len(self.replicates)

    @property
    def seeds(self) -> tuple[int, ...]:
        """The seeds of the replicates that are there."""
        return tuple(run.key.seed for run in self.replicates)

    def by_month(self, name: str, months: int, council: int = -1) -> Floats:
        """One measure in the first months of each replicate, replicates x months."""
        return np.array([run.measure(name, months, council) for run in self.replicates]).reshape(self.count, -1)

    def over_councils(self, name: str, months: int) -> Floats:
        """One measure by month and council, the mean over replicates, months x councils."""
        return np.asarray(np.mean([run.over_councils(name, months) for run in self.replicates], axis=0))

    def totals(self, names: Sequence[str], months: int, council: int = -1) -> Floats:
        """Measures over the first months as they add up over time, replicates x names; equal to the results'."""
        columns = [COLUMN[name] for name in names]
        return np.array([_over_time(run.values(months, council)[:, columns], names) for run in self.replicates])

    def causes(self, months: int) -> Counter[str]:
        """How many providers failed of each cause in the first months, over all replicates."""
        return sum((run.causes(months) for run in self.replicates), Counter())


def _over_time(values: Floats, names: Sequence[str]) -> Floats:
    """Months as one number for each measure: sum, mean, last or greatest, as it is declared."""
    if not len(values):
        return np.zeros(len(names))
    ways = {"sum": values.sum(axis=0), "mean": values.mean(axis=0), "last": values[-1], "max": values.max(axis=0)}
    return np.array([ways[MEASURES[name].over_time][place] for place, name in enumerate(names)])


def wishes_for(scenario: Scenario, seed: int, replicates: int) -> list[Wish]:
    """The wishes for a scenario's replicates, whose seeds are counted from the first."""
    return [Wish(scenario, seed + place, place + 1) for place in range(replicates)]


def gather(engine: Engine, scenario: Scenario, seed: int, replicates: int) -> Ensemble:
    """The replicates that the engine has of a scenario."""
    found = [engine.look(wish) for wish in wishes_for(scenario, seed, replicates)]
    there = tuple(run for run in found if run is not None and run.finished)
    problems = tuple(dict.fromkeys(run.problem for run in found if run is not None and run.problem))
    return Ensemble(scenario, replicates, there, found[0], problems)


def paired(one: Ensemble, other: Ensemble) -> tuple[Ensemble, Ensemble]:
    """Two ensembles with only the seeds that both have."""
    common = set(one.seeds) & set(other.seeds)
    return tuple(  # type: ignore[return-value]
        Ensemble(
            each.scenario,
            each.wished,
            tuple(run for run in each.replicates if run.key.seed in common),
            each.first,
            each.problems,
        )
        for each in (one, other)
    )


@dataclass(frozen=True, slots=True)
class Spread:
    """A mean with its two intervals: where 90% of the runs lie, and how well the mean is known."""

    mean: float
    low: float
    high: float
    mean_low: float
    mean_high: float


def spread_of(values: npt.NDArray[np.float64]) -> Spread:
    """The mean of some runs' values, the 5th and 95th percentile, and the 90% interval of the mean."""
    return Spread(float(values.mean()), *range_of_runs(values), *interval_of_mean(values))


def fan_of(values: Floats) -> tuple[Floats, Floats, Floats]:
    """Mean, 5th and 95th percentile over the replicates of values by month."""
    low, high = np.quantile(values, [LOW, HIGH], axis=0)
    return values.mean(axis=0), low, high


def as_run_set(ensembles: Mapping[str, Ensemble], months: int, names: Sequence[str] = ANSWERED) -> RunSet:
    """The ensembles over the first months as a set of runs with some measures, by label."""
    rows: list[dict[str, Any]] = []
    for label, ensemble in ensembles.items():
        totals = ensemble.totals(names, months)
        for run, values in zip(ensemble.replicates, totals, strict=True):
            keys = {"run_id": "", "scenario": label, "seed": run.key.seed}
            rows.append({**keys, **dict(zip(names, values.tolist(), strict=True))})
    scenarios = {label: each.scenario.model_copy(update={"months": months}) for label, each in ensembles.items()}
    first = next(iter(ensembles.values()))
    return RunSet(
        scenarios=scenarios,
        seeds=list(first.seeds),
        runs=pd.DataFrame(rows, columns=[*KEYS, *names]),
        failed=pd.DataFrame(),
        causes={label: each.causes(months) for label, each in ensembles.items()},
        seconds=0.0,
    )


def as_comparison(ensembles: Mapping[str, Ensemble], months: int, names: Sequence[str] = ANSWERED) -> Comparison:
    """The ensembles as a comparison with the first, over the first months, of some measures."""
    return Comparison(as_run_set(ensembles, months, names))
