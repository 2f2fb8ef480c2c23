"""Compare scenarios on the same seeds: what differs is the scenario, not the luck."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from resilience.runs import benefits, statistics
from resilience.runs.ensemble import Keep, Order, RunSet, RunsInterrupted, run_set
from resilience.runs.one import ModelFactory, care_market
from resilience.runs.work import Progress
from resilience.scenario import Scenario, load


@dataclass
class Comparison:
    """Runs of a base scenario and others on common seeds; ``run_set`` has the runs and tables of them all.

    ``precision`` is how closely differences are to be known, as a share of them; ``more_seeds`` in ``differences`` says
    how many more seeds that takes.
    """

    run_set: RunSet
    precision: float = statistics.PRECISION

    def __post_init__(self) -> None:
        """Refuse an impossible precision."""
        if not 0 < self.precision < 1:
            raise ValueError(f"precision = {self.precision}: must lie between 0 and 1, such as 0.1 for a tenth")

    @property
    def labels(self) -> list[str]:
        """Return the label of each scenario, the base first."""
        return list(self.run_set.scenarios)

    @property
    def base(self) -> str:
        """Return the label of the base scenario."""
        return self.labels[0]

    @property
    def others(self) -> list[str]:
        """Return the labels of the scenarios compared with the base."""
        return self.labels[1:]

    @property
    def path(self) -> Path | None:
        """Return the results folder, None without one."""
        return self.run_set.path

    def summary(self, label: str | None = None) -> pd.DataFrame:
        """Return the summary of one scenario, by default the base."""
        return self.run_set.summary(label)

    def differences(self, label: str | None = None) -> pd.DataFrame:
        """Return other minus base, a row per measure, for one of the others or (by default) all, one after the other.

        Columns as in ``statistics.differences``: ``low`` to ``high`` is the 90% t-interval of the mean difference over
        the seeds that both finished, ``range_low`` to ``range_high`` the 5th to 95th percentile of the differences.
        """
        chosen = self.others if label is None else [label]
        first, measures = self.run_set.of(self.base), self.run_set.measures
        frames = [
            statistics.differences(first, self.run_set.of(other), other, measures, self.precision) for other in chosen
        ]
        return pd.concat(frames, ignore_index=True)

    def benefits(self, label: str | None = None) -> pd.DataFrame:
        """Return what the policies cost and bring that the others add to the base: see ``benefits.costs_and_benefits``.

        One of the others or (by default) all, one after the other; nothing for a scenario that adds no policy.
        """
        first, scenarios = self.run_set.of(self.base), self.run_set.scenarios
        frames = [
            benefits.costs_and_benefits(first, self.run_set.of(other), other)
            for other in (self.others if label is None else [label])
            if benefits.adds_policies(scenarios[self.base], scenarios[other])
        ]
        found = [frame for frame in frames if len(frame)]
        return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=benefits.COLUMNS)


def compare(
    scenarios: Sequence[Scenario | str | Path],
    runs: int = 1,
    workers: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    model_factory: ModelFactory = care_market,
) -> Comparison:
    """Run a base scenario (the first) and others on the same seeds.

    Arguments as in ``run``. Scenarios of one name are told apart by a number. Raises as ``run`` does, and
    ValueError for fewer than two scenarios.
    """
    chosen = [item if isinstance(item, Scenario) else load(item) for item in scenarios]
    order = Order(labelled(chosen), runs, workers, seed, progress, model_factory)
    return compare_order(order, None if out is None else Keep(Path(out), overwrite=overwrite))


def compare_order(order: Order, keep: Keep | None) -> Comparison:
    """Do the runs of an order of two or more scenarios. Raises as ``compare`` does."""
    if len(order.scenarios) < 2:
        raise ValueError("a comparison needs at least two scenarios: a base and another")
    try:
        return Comparison(run_set(order, keep))
    except RunsInterrupted as stopped:
        raise RunsInterrupted(Comparison(stopped.finished), str(stopped)) from None


def labelled(scenarios: Sequence[Scenario]) -> dict[str, Scenario]:
    """Return the scenarios by name, the second of one name as "name (2)" and so on."""
    found: dict[str, Scenario] = {}
    for scenario in scenarios:
        label, number = scenario.name, 1
        while label in found:
            number += 1
            label = f"{scenario.name} ({number})"
        found[label] = scenario
    return found
