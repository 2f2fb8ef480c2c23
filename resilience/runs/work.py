"""Carry out the runs of one or several scenarios and gather them in order, whichever finished first.

Run i of every scenario has the same seed. Runs are gathered in the order seed by seed, scenario by scenario, so the
tables are the same for any number of workers and however runs are grouped, and an interrupt leaves whole pairs but for
those of the last groups.
"""

import functools
from collections import Counter
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import pandas as pd

from resilience.runs import interrupts
from resilience.runs.groups import GroupWork, Kin, most_together, outcomes_by_group
from resilience.runs.one import (
    MarketsFactory,
    ModelFactory,
    RunResult,
    markets_factory_of,
    run_identity,
    run_one,
    run_several,
)
from resilience.runs.parcel import Parcel
from resilience.runs.pool import Failed, Outcome
from resilience.runs.statistics import ordered_measures
from resilience.runs.tables import KEYS, to_arrow
from resilience.scenario import Scenario
from resilience.state.codes import NEVER_FILLED

type Progress = Callable[[int, int], None]
"""Called with the runs done (failed ones too) and the runs asked for, after each run."""

FAILED_COLUMNS = (*KEYS, "error", "traceback")


@dataclass(frozen=True, slots=True)
class Task:
    """One run to do."""

    label: str
    scenario: Scenario
    seed: int


@dataclass(frozen=True, slots=True)
class PackedRun:
    """A finished run as a worker hands it over: headline, tables ready to be kept, and what its failures came from."""

    run_id: str
    headline: dict[str, float]
    tables: Mapping[str, Any]
    causes: Counter[str]
    seconds: float


class TableSink(Protocol):
    """Takes tables run by run."""

    def add(self, name: str, table: Any) -> None:
        """Take one table of one run."""
        ...


def tasks_of(scenarios: Mapping[str, Scenario], seeds: Sequence[int]) -> list[Task]:
    """Return the runs of all scenarios: by seed, then by scenario."""
    return [Task(label, scenario, seed) for seed in seeds for label, scenario in scenarios.items()]


def pack_run(task: Task, *, model_factory: ModelFactory, tables: Container[str] | None = None) -> PackedRun:
    """Do one run and pack what it gives for the way home; ``tables`` names those wanted, None wants all."""
    return _packed(run_one(task.scenario, task.seed, label=task.label, model_factory=model_factory), tables)


def pack_several(
    tasks: Sequence[Task], *, markets_factory: MarketsFactory, tables: Container[str] | None = None
) -> list[PackedRun]:
    """Do runs of one scenario side by side and pack each as ``pack_run`` does."""
    first = tasks[0]
    seeds = [task.seed for task in tasks]
    results = run_several(first.scenario, seeds, label=first.label, markets_factory=markets_factory)
    return [_packed(result, tables) for result in results]


def _packed(result: RunResult, tables: Container[str] | None) -> PackedRun:
    packed = {
        name: to_arrow(frame, run_id=result.run_id, scenario=result.scenario, seed=result.seed)
        for name, frame in result.tables.items()
        if tables is None or name in tables
    }
    return PackedRun(result.run_id, result.headline, Parcel(packed), failure_causes(result), result.seconds)


def failure_causes(result: RunResult) -> Counter[str]:
    """Return how many providers failed of each cause, by the largest part of their cause bridge."""
    providers = result.tables.get("providers")
    if providers is None or not {"fate", "cause"} <= set(providers.columns):
        return Counter()
    wanted = [name for name in ("cause", "opened") if name in providers]
    failed = providers.loc[(providers["fate"] == "failed") & providers["cause"].notna(), wanted]
    causes = failed["cause"].astype(str)
    if "opened" in failed:
        young = failed["opened"].notna() & (causes == "occupancy")
        causes = causes.mask(young, NEVER_FILLED)
    return Counter(cause for cause in causes if cause)


@dataclass
class Gathered:
    """The runs of a set so far, in order.

    ``causes`` counts failed providers by cause for each scenario; ``seconds`` has the time of each finished run.
    """

    tasks: Sequence[Task]
    sink: TableSink
    interrupted: bool = False
    causes: dict[str, Counter[str]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)
    _runs: list[dict[str, object]] = field(default_factory=list)
    _failed: list[dict[str, object]] = field(default_factory=list)
    _early: dict[int, Outcome[PackedRun]] = field(default_factory=dict)
    _next: int = 0

    def add(self, outcome: Outcome[PackedRun]) -> None:
        """Take an outcome; it is gathered once all before it are there."""
        self._early[outcome.index] = outcome
        while self._next in self._early:
            self._gather(self._early.pop(self._next))
            self._next += 1

    def close_gaps(self) -> None:
        """Gather what finished early although runs before it never will."""
        for index in sorted(self._early):
            self._gather(self._early.pop(index))

    @property
    def done(self) -> int:
        """Return how many runs have an outcome."""
        return len(self._runs) + len(self._failed) + len(self._early)

    def _gather(self, outcome: Outcome[PackedRun]) -> None:
        task = self.tasks[outcome.index]
        keys: dict[str, object] = {"scenario": task.label, "seed": task.seed}
        if isinstance(outcome, Failed):
            keys = {"run_id": run_identity(task.label, task.scenario.hash, task.seed), **keys}
            self._failed.append({**keys, "error": outcome.error, "traceback": outcome.traceback})
            return
        run = outcome.value
        for name, table in run.tables.items():
            self.sink.add(name, table)
        self._runs.append({"run_id": run.run_id, **keys, **run.headline})
        self.causes.setdefault(task.label, Counter()).update(run.causes)
        self.seconds.append(run.seconds)

    @property
    def runs(self) -> pd.DataFrame:
        """Return a row per finished run: run_id, scenario, seed and its headline measures."""
        measures = ordered_measures({name for row in self._runs for name in row} - set(KEYS))
        return _typed(pd.DataFrame(self._runs, columns=[*KEYS, *measures]))

    @property
    def failed(self) -> pd.DataFrame:
        """Return a row per failed run: run_id, scenario, seed, error and traceback."""
        return _typed(pd.DataFrame(self._failed, columns=list(FAILED_COLUMNS)))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with the same types whether it has rows or not."""
    kinds = {name: "str" for name in ("run_id", "scenario", "error", "traceback") if name in frame}
    return frame.astype({**kinds, "seed": "int64"})


def carry_out(
    tasks: Sequence[Task],
    sink: TableSink,
    *,
    workers: int | None,
    progress: Progress | None,
    model_factory: ModelFactory,
) -> Gathered:
    """Do the tasks and gather them; an interrupt ends the work early and marks what is gathered as interrupted.

    What ``sink`` or ``progress`` raises comes through.
    """
    gathered = Gathered(tasks, sink)
    several = markets_factory_of(model_factory)
    work = GroupWork(
        functools.partial(pack_run, model_factory=model_factory),
        None if several is None else functools.partial(pack_several, markets_factory=several),
    )
    regions = {task.label: task.scenario.region for task in tasks}
    most = {label: most_together(region, model_factory) for label, region in regions.items()}
    coming = outcomes_by_group(tasks, work, Kin([task.label for task in tasks], most), workers=workers)
    try:
        for group in coming:
            with interrupts.held():
                while group:  # each run is let go of as it is gathered
                    gathered.add(group.pop(0))
                    if progress is not None:
                        progress(gathered.done, len(tasks))
    except KeyboardInterrupt:
        gathered.interrupted = True
    with interrupts.held(forget=True):
        coming.close()
        gathered.close_gaps()
    return gathered
