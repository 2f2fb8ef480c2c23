"""Run a scenario many times, each with its own seed, and say what the runs show together."""

import shutil
import tempfile
import time
import weakref
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import pandas as pd

from resilience.region.errors import RegionError
from resilience.runs import interrupts, statistics
from resilience.runs.folder import ResultsFolder
from resilience.runs.manifest import manifest
from resilience.runs.one import ModelFactory, care_market
from resilience.runs.store import FolderTables, MemoryTables, Store, load_results
from resilience.runs.tables import KEYS
from resilience.runs.work import Gathered, Progress, carry_out, tasks_of
from resilience.scenario import Scenario, ScenarioError, load

RUNS_IN_MEMORY = 50
"""With no results folder, the tables of more runs than this are put in a temporary folder."""


class Tables(Protocol):
    """Tables over all runs, by name."""

    @property
    def names(self) -> list[str]:
        """Return the names of the tables."""
        ...

    def read(self, name: str) -> pd.DataFrame:
        """Return a table."""
        ...


class RunsInterrupted(KeyboardInterrupt):
    """Ctrl-C stopped a set of runs. ``finished`` has what was done by then: a RunSet, or a Comparison."""

    def __init__(self, finished: Any, message: str) -> None:
        super().__init__(message)
        self.finished = finished


@dataclass
class RunSet:
    """Finished runs of one or several scenarios.

    ``scenarios`` maps labels to scenarios; ``seeds`` are those asked for; ``runs`` has a row per finished run (run_id,
    scenario, seed, headline measures), ``failed`` one per failed run (error, traceback). ``causes`` counts failed
    providers by main cause for each scenario. ``path`` is the results folder, None without one. Tables are read by
    ``table(name)``.
    """

    scenarios: dict[str, Scenario]
    seeds: list[int]
    runs: pd.DataFrame
    failed: pd.DataFrame
    causes: dict[str, Counter[str]]
    seconds: float
    interrupted: bool = False
    path: Path | None = None
    _tables: Tables = field(default_factory=MemoryTables, repr=False)

    @property
    def label(self) -> str:
        """Return the label of the first scenario."""
        return next(iter(self.scenarios))

    @property
    def measures(self) -> list[str]:
        """Return the names of the measures in ``runs``."""
        return [name for name in self.runs.columns if name not in KEYS]

    @property
    def tables(self) -> list[str]:
        """Return the names of the tables that ``table`` can read."""
        return self._tables.names

    def table(self, name: str) -> pd.DataFrame:
        """Return ``months``, ``councils``, ``councils_by``, ``providers`` or ``events`` over all runs.

        Raises KeyError for a name that is not there.
        """
        return self._tables.read(name)

    def of(self, label: str) -> pd.DataFrame:
        """Return the rows of ``runs`` of one scenario."""
        return self.runs[self.runs["scenario"] == label].reset_index(drop=True)

    def summary(self, label: str | None = None) -> pd.DataFrame:
        """Return a row per measure for one scenario (by default the first): see ``statistics.summary``."""
        return statistics.summary(self.of(self.label if label is None else label), self.measures)


def run(
    scenario: Scenario | str | Path,
    runs: int = 1,
    workers: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    model_factory: ModelFactory = care_market,
) -> RunSet:
    """Run a scenario ``runs`` times with the seeds ``seed``, ``seed`` + 1, and so on.

    ``scenario`` may be a file or the name of a shipped scenario. ``workers`` is the number of processes: 1 means this
    one, None chooses by time; the results do not depend on it. ``progress`` is called with the runs done and asked for.
    ``out`` is a folder to keep the results in; without it tables stay in memory, or, of many runs, in a
    temporary folder that goes with the RunSet.

    A run that fails is recorded in ``failed`` and the others go on. Raises ScenarioError or RegionError when the
    input is wrong, OutputError when ``out`` cannot be written, ValueError for an impossible number of runs or
    workers, and RunsInterrupted on Ctrl-C, after what finished has been kept.
    """
    chosen = scenario if isinstance(scenario, Scenario) else load(scenario)
    order = Order({chosen.name: chosen}, runs, workers, seed, progress, model_factory)
    return run_set(order, None if out is None else Keep(Path(out), overwrite=overwrite))


@dataclass(frozen=True)
class Order:
    """Runs to do: scenarios by label, how many of each, on how many processes, from which seed on."""

    scenarios: dict[str, Scenario]
    runs: int = 1
    workers: int | None = None
    seed: int = 1
    progress: Progress | None = None
    model_factory: ModelFactory = care_market

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        if self.runs < 1:
            raise ValueError(f"runs = {self.runs}: must be at least 1")
        if self.workers is not None and self.workers < 1:
            raise ValueError(f"workers = {self.workers}: must be at least 1, or left out to choose by itself")
        if not 0 <= self.seed <= LARGEST_SEED - self.runs:
            raise ValueError(f"seed = {self.seed}: must be at least 0 and well below 2^63")

    @property
    def seeds(self) -> list[int]:
        """Return the seed of each run of a scenario."""
        return list(range(self.seed, self.seed + self.runs))


LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Keep:
    """Where and how results are kept: ``out`` None takes the default folder, ``command`` is the command line given.

    ``describe`` returns what the manifest says of the outcome beside the usual, from the set of runs.
    """

    out: Path | None = None
    overwrite: bool = False
    command: Sequence[str] | None = None
    describe: Callable[[RunSet], Mapping[str, Any]] | None = None


def run_set(order: Order, keep: Keep | None) -> RunSet:
    """Do the runs of an order and keep them, or not. Raises as ``run`` does."""
    _refuse_wrong_input(order)
    finished = _unkept(order) if keep is None else _kept(order, keep)
    if finished.interrupted:
        done, asked = len(finished.runs) + len(finished.failed), order.runs * len(order.scenarios)
        raise RunsInterrupted(finished, f"interrupted after {done} of {asked} runs")
    return finished


def _refuse_wrong_input(order: Order) -> None:
    """Build each scenario's market once, so that what is wrong with the input shows before anything is written.

    Any other error is left to the runs, which record it.
    """
    for scenario in order.scenarios.values():
        try:
            order.model_factory(scenario, order.seed)
        except (ScenarioError, RegionError):
            raise
        except Exception:
            continue


def _kept(order: Order, keep: Keep) -> RunSet:
    """Do the runs and publish their folder; whatever else happens, nothing half-written stays."""
    started = time.perf_counter()
    first = next(iter(order.scenarios.values()))
    name = f"{first.name}-{first.hash[:8]}" if len(order.scenarios) == 1 else f"{first.name}-compared"
    folder = ResultsFolder(keep.out, name, order.runs * len(order.scenarios), overwrite=keep.overwrite)
    try:
        store = Store(folder, manifest(order.scenarios, order.seeds, keep.command), order.scenarios)
        try:
            gathered = _do(order, store)
            with interrupts.held(forget=gathered.interrupted):
                finished = _finished(order, gathered, time.perf_counter() - started)
                _publish(store, finished, gathered, keep)
        finally:
            store.let_go()
    finally:
        folder.discard()
    return finished


def _publish(store: Store, finished: RunSet, gathered: Gathered, keep: Keep) -> None:
    """Complete the folder, unless an interrupt came before anything was done."""
    if gathered.interrupted and not gathered.done:
        return
    extra = keep.describe(finished) if keep.describe else {}
    finished.path = store.publish(finished.runs, finished.failed, {**_outcome(finished, gathered), **extra})
    stored = load_results(finished.path)
    finished._tables = _Stored(stored.names, stored.table)


@dataclass(frozen=True)
class _Stored:
    """Tables in a results folder."""

    names: list[str]
    read: Callable[[str], pd.DataFrame]


def _unkept(order: Order) -> RunSet:
    """Do the runs without a results folder."""
    started = time.perf_counter()
    sink: MemoryTables | FolderTables = MemoryTables()
    scratch: Path | None = None
    if order.runs * len(order.scenarios) > RUNS_IN_MEMORY:
        scratch = Path(tempfile.mkdtemp(prefix="resilience-"))
        sink = FolderTables(scratch, {})
    try:
        gathered = _do(order, sink)
        if isinstance(sink, FolderTables):
            sink.close()
    except BaseException:
        if scratch is not None:
            shutil.rmtree(scratch, ignore_errors=True)
        raise
    finished = _finished(order, gathered, time.perf_counter() - started)
    finished._tables = sink
    if scratch is not None:
        weakref.finalize(finished, shutil.rmtree, scratch, ignore_errors=True)
    return finished


def _do(order: Order, sink: Any) -> Gathered:
    return carry_out(
        tasks_of(order.scenarios, order.seeds),
        sink,
        workers=order.workers,
        progress=order.progress,
        model_factory=order.model_factory,
    )


def _finished(order: Order, gathered: Gathered, seconds: float) -> RunSet:
    return RunSet(
        scenarios=dict(order.scenarios),
        seeds=order.seeds,
        runs=gathered.runs,
        failed=gathered.failed,
        causes=gathered.causes,
        seconds=seconds,
        interrupted=gathered.interrupted,
    )


def _outcome(finished: RunSet, gathered: Gathered) -> dict[str, Any]:
    """Return what the manifest says about how the runs went."""
    times = gathered.seconds
    return {
        "runs_asked": len(gathered.tasks),
        "runs_done": len(finished.runs),
        "runs_failed": len(finished.failed),
        "interrupted": finished.interrupted,
        "timings": {
            "seconds": round(finished.seconds, 3),
            "seconds_per_run": round(sum(times) / len(times), 4) if times else None,
        },
    }
