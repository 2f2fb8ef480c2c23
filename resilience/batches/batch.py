"""Run an experiment: do what is not done yet, keep each run as it finishes, and gather them all."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resilience.batches.batchfolder import BatchFolder
from resilience.batches.cluster import dask_cluster
from resilience.batches.errors import BatchError, BatchStoppedError
from resilience.batches.gather import digest_of, gather
from resilience.batches.job import Jobs, Receipt, Refusal, Worker, refusal_to_write
from resilience.batches.plan import Plan, plan_of, runs_of
from resilience.region.errors import RegionError
from resilience.runs import interrupts
from resilience.runs.ensemble import RunsInterrupted
from resilience.runs.folder import BYTES_PER_RUN
from resilience.runs.groups import GroupWork, Kin, most_together, outcomes_by_group
from resilience.runs.one import ModelFactory, care_market, markets_factory_of
from resilience.runs.pool import Elsewhere, ExecutorLostError, Failed
from resilience.runs.store import StoredResults, load_results
from resilience.runs.work import Progress
from resilience.scenario import ScenarioError

WHOLE = (1, 1)
"""The shard that is all of a batch."""


@dataclass(frozen=True)
class BatchOrder:
    """How a batch is to be done.

    ``workers`` processes on this machine (None chooses), or the Dask scheduler at ``cluster``; of shard (k, n) every
    n-th run from the k-th on. ``retry_failed`` does failed runs again; ``collect`` runs nothing and gathers what is
    there; ``tidy`` removes the runs one by one once they are gathered. ``progress`` is called with the runs done,
    those found finished included, and the runs of the shard.
    """

    workers: int | None = None
    cluster: str | None = None
    shard: tuple[int, int] = WHOLE
    retry_failed: bool = False
    collect: bool = False
    tidy: bool = False
    progress: Progress | None = None
    command: Sequence[str] | None = None
    model_factory: ModelFactory = care_market

    def __post_init__(self) -> None:
        """Refuse impossible numbers."""
        if self.workers is not None and self.workers < 1:
            raise BatchError(f"workers = {self.workers}: must be at least 1, or left out to choose by itself.")
        number, total = self.shard
        if not 1 <= number <= total:
            raise BatchError(f"shard {number}/{total}: must be from 1/{total} to {total}/{total}.")
        if self.workers is not None and self.cluster is not None:
            raise BatchError("--workers and --cluster exclude one another: a cluster has its own workers.")
        if self.collect and (self.retry_failed or self.shard != WHOLE):
            raise BatchError("--collect runs nothing, so it goes neither with --retry-failed nor with --shard.")


@dataclass
class Batch:
    """What became of a batch, or of one shard of it.

    ``asked`` runs; ``found`` of them were finished before, ``done`` finished now, ``failed`` have a failure on record
    (``failed_now`` of them from now) and the rest is left. ``gathered`` tells whether ``path`` is a results folder by
    now. ``failures`` has the errors of the first failures of now.
    """

    plan: Plan
    path: Path
    asked: int
    found: int = 0
    done: int = 0
    failed: int = 0
    failed_now: int = 0
    seconds: float = 0.0
    interrupted: bool = False
    gathered: bool = False
    stopped: str | None = None
    failures: list[str] | None = None

    @property
    def left(self) -> int:
        """Return how many runs have neither a result nor a failure on record."""
        return self.asked - self.found - self.done - self.failed

    def results(self) -> StoredResults:
        """Open the gathered results. Raises OutputError when they are not gathered yet."""
        return load_results(self.path)


def batch(
    experiment: str | Path | Mapping[str, Any],
    out: str | Path | None = None,
    workers: int | None = None,
    *,
    cluster: str | None = None,
    shard: tuple[int, int] = WHOLE,
    retry_failed: bool = False,
    collect: bool = False,
    tidy: bool = False,
    progress: Progress | None = None,
    model_factory: ModelFactory = care_market,
) -> Batch:
    """Do the runs of an experiment that are not done yet, keeping each as it finishes, and gather them.

    ``experiment`` is a file, the bare name of one in ``experiments``, or nested tables of the same form. ``out`` is
    the batch's folder, by default ``results/`` and its name; the same call goes on where an earlier one ended, however
    it ended. Other arguments as in ``BatchOrder``.

    A run that fails is kept with its traceback and the others go on. Raises ScenarioError or RegionError when the
    input is wrong and OutputError when the folder cannot be written, before anything starts; BatchStoppedError when the
    disk fills up or the cluster goes away, RunsInterrupted on Ctrl-C; what finished is then kept.
    """
    order = BatchOrder(
        workers, cluster, shard, retry_failed, collect, tidy, progress, command=None, model_factory=model_factory
    )
    return carry_out_batch(plan_of(experiment), order, out)


def carry_out_batch(plan: Plan, order: BatchOrder, out: str | Path | None) -> Batch:
    """Do what an order says with a plan. Raises as ``batch`` does."""
    started = time.perf_counter()
    folder = BatchFolder(plan, out)
    folder.check()
    refuse_wrong_markets(plan, order.model_factory)
    finished_batch = _whole_already(plan, folder, order)
    if finished_batch is not None:
        return finished_batch
    found, todo = runs_to_do(plan, folder, order)
    if order.collect and not (found.found or found.failed):
        raise BatchError(f"{folder.path}: has no finished run to gather.")
    with _place(order, folder) as elsewhere:
        folder.open(len(todo), _bytes_per_run(folder))
        if todo:
            _do(plan, folder, order, todo, found, elsewhere)
    found.seconds = time.perf_counter() - started
    if found.interrupted:
        raise RunsInterrupted(found, f"interrupted with {found.left} of {found.asked} runs left")
    if found.stopped is not None:
        raise BatchStoppedError(found, found.stopped)
    if order.shard == WHOLE:
        _gather(plan, folder, order, found)
    return found


def refuse_wrong_markets(plan: Plan, model_factory: ModelFactory) -> None:
    """Build one market of every region and register there is. Raises ScenarioError or RegionError.

    Any other error is left to the runs, which record it.
    """
    markets: set[tuple[str, Any]] = set()
    bases: set[int] = set()
    for place, point in enumerate(plan.points):
        if point.base in bases and not _may_differ(point.row.values):
            continue
        bases.add(point.base)
        scenario = plan.scenario(place)
        if (scenario.region, scenario.providers) in markets:
            continue
        markets.add((scenario.region, scenario.providers))
        try:
            model_factory(scenario, plan.seeds[0])
        except (ScenarioError, RegionError):
            raise
        except Exception:
            continue


def _may_differ(values: Mapping[str, Any]) -> bool:
    """Tell whether values may change the region or its register."""
    return any(name == "region" or name.startswith("providers.") for name in values)


def _whole_already(plan: Plan, folder: BatchFolder, order: BatchOrder) -> Batch | None:
    """Return the outcome of a batch that is gathered as it stands and has nothing left to do; else None."""
    known = folder.gathered()
    if known is None or known["interrupted"] or order.collect:
        return None
    failed = folder.store.failed() & {run.key for run in plan}
    if known["batch"]["digest"] != digest_of(plan, failed) or (failed and order.retry_failed):
        return None
    asked = len(range(order.shard[0] - 1, len(plan), order.shard[1]))
    mine = sum(run.key in failed for _, run in runs_of(plan, order.shard)) if failed else 0
    if order.tidy and not failed:
        folder.tidy()
    return Batch(plan, folder.path, asked, found=asked - mine, failed=mine, gathered=True)


def runs_to_do(plan: Plan, folder: BatchFolder, order: BatchOrder) -> tuple[Batch, list[int]]:
    """Return what is done of the shard, and the places of the runs still to do, each key once."""
    finished, failed = folder.store.finished(), folder.store.failed()
    found, todo, seen = Batch(plan, folder.path, 0), list[int](), set[str]()
    for place, run in runs_of(plan, order.shard):
        found.asked += 1
        if run.key in finished or run.key in seen:
            found.found += 1
        elif run.key in failed and not order.retry_failed:
            found.failed += 1
        else:
            seen.add(run.key)
            todo.append(place)
    return found, [] if order.collect else todo


def _place(order: BatchOrder, folder: BatchFolder) -> AbstractContextManager[Elsewhere | None]:
    """Return where the runs are done: a cluster, or this machine (None)."""
    return nullcontext() if order.cluster is None or order.collect else dask_cluster(order.cluster, folder.store)


def _bytes_per_run(folder: BatchFolder) -> float:
    sizes = [size for size, _ in folder.store.samples()]
    return sum(sizes) / len(sizes) if sizes else float(BYTES_PER_RUN)


def _do(
    plan: Plan, folder: BatchFolder, order: BatchOrder, todo: list[int], found: Batch, elsewhere: Elsewhere | None
) -> None:
    """Do the runs; note in ``found`` how they went and why the work ended, if it ended early."""
    jobs = Jobs(plan, todo)
    # An absolute path: a worker on another machine has another working folder.
    several = markets_factory_of(order.model_factory)
    work = Worker(folder.store.folder.absolute(), plan.settings.tables, plan.version, order.model_factory, several)
    coming = outcomes_by_group(
        jobs,
        GroupWork(work, None if several is None else work.together),
        kin_of(plan, todo, order.model_factory),
        workers=order.workers,
        elsewhere=elsewhere,
    )
    left = set(todo)
    found.failures = []
    if order.progress is not None:
        order.progress(found.found + found.failed, found.asked)
    try:
        for group in coming:
            with interrupts.held():
                for outcome in group:
                    _note(folder, jobs, outcome, found)
                    left.discard(todo[outcome.index])
                    if order.progress is not None:
                        order.progress(found.asked - found.left, found.asked)
            if found.stopped:
                break
    except KeyboardInterrupt:
        found.interrupted = True
    except ExecutorLostError as lost:
        found.stopped = f"The cluster at {order.cluster} went away: {lost}."
    with interrupts.held(forget=True):
        coming.close()
        if found.interrupted or found.stopped:
            # What a worker kept of a group, or last, and did not come to report.
            found.done += sum(folder.store.has(plan[place].key) for place in left)


def kin_of(plan: Plan, todo: Sequence[int], model_factory: ModelFactory) -> Kin[int]:
    """Return which of the runs to do may be played side by side: those of one design point."""
    points = [place % len(plan.points) for place in todo]
    regions = {point: _region(plan, point) for point in set(points)}
    most = {region: most_together(region, model_factory) for region in set(regions.values())}
    return Kin(points, {point: most[region] for point, region in regions.items()})


def _region(plan: Plan, place: int) -> str:
    """Return the region of a design point; its scenario is made only where the point varies the region."""
    point = plan.points[place]
    return plan.scenario(place).region if "region" in point.row.values else plan.bases[point.base].scenario.region


def _note(folder: BatchFolder, jobs: Jobs, outcome: Any, found: Batch) -> None:
    """Take one outcome: count a receipt, keep a failure, stop at a refusal."""
    run = jobs.plan[jobs.places[outcome.index]]
    try:
        if isinstance(outcome, Failed):
            label = jobs.plan.points[run.point].label
            record = {"scenario": label, "seed": run.seed, "error": outcome.error, "traceback": outcome.traceback}
            folder.store.keep_failure(run.key, record)
            found.failed += 1
            found.failed_now += 1
            if found.failures is not None and len(found.failures) < 5:
                found.failures.append(f"Run of {label} with seed {run.seed} failed: {outcome.error}")
        elif isinstance(outcome.value, Refusal):
            found.stopped = f"{folder.path}: {outcome.value.reason}."
        elif isinstance(outcome.value, Receipt):
            found.done += 1
            folder.store.failure_file(run.key).unlink(missing_ok=True)
    except OSError as error:
        found.stopped = f"{folder.path}: {refusal_to_write(error)}."


def _gather(plan: Plan, folder: BatchFolder, order: BatchOrder, found: Batch) -> None:
    """Gather the runs; a disk that has no room for it stops the batch, which has its runs all the same."""
    try:
        with interrupts.held():
            gather(plan, folder, order.command)
    except BatchError as error:
        found.stopped = f"{error} The runs are kept; only gathering them is left."
        raise BatchStoppedError(found, found.stopped) from error
    found.gathered = True
    if order.tidy and not found.failed and not found.left:
        folder.tidy()
