"""Runs of a batch, in whatever process does them: run the model, keep what it gives, return a receipt for each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resilience.batches.plan import Plan, model_version
from resilience.batches.runstore import RunStore
from resilience.runs.one import MarketsFactory, ModelFactory
from resilience.runs.work import PackedRun, Task, pack_run, pack_several
from resilience.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Job:
    """One run to do and the key under which its result is kept."""

    key: str
    task: Task


@dataclass(frozen=True, slots=True)
class Receipt:
    """A run that is kept: what it took, in seconds, and takes, in bytes; both 0 where it was there already."""

    seconds: float
    size: int


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the batch cannot go on: the disk refuses (is full), or a worker has other code than the batch."""

    reason: str


class Jobs(Sequence[Job]):
    """The runs still to do, each made when its turn comes; runs of one point that are asked for in a row share it."""

    def __init__(self, plan: Plan, places: Sequence[int]) -> None:
        self.plan, self.places = plan, places
        self._latest: tuple[int, Scenario] | None = None

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: Any) -> Any:
        run = self.plan[self.places[index]]
        if self._latest is None or self._latest[0] != run.point:
            self._latest = (run.point, self.plan.scenario(run.point))
        return Job(run.key, Task(self.plan.points[run.point].label, self._latest[1], run.seed))


@dataclass(frozen=True)
class Worker:
    """Does jobs: where results are kept, which tables of them, and the version of the model that is meant.

    ``markets_factory`` makes markets that are played side by side, None where there is nothing that does.
    """

    store: Path
    tables: tuple[str, ...]
    version: str
    model_factory: ModelFactory
    markets_factory: MarketsFactory | None = None

    def __call__(self, job: Job) -> Receipt | Refusal:
        """Do one run and keep it. Whatever the model raises comes through."""
        store = RunStore(self.store)
        if store.has(job.key):  # another batch on the same folder was quicker
            return Receipt(0.0, 0)
        other = self._other_version()
        if other is not None:
            return other
        return self._kept(store, job, pack_run(job.task, model_factory=self.model_factory, tables=self.tables))

    def together(self, jobs: Sequence[Job]) -> list[Receipt | Refusal]:
        """Do runs of one scenario side by side and keep each by itself. Whatever the model raises comes through."""
        assert self.markets_factory is not None
        store = RunStore(self.store)
        left = [job for job in jobs if not store.has(job.key)]
        if len(left) < 2:
            return [self(job) for job in jobs]
        refusal = self._other_version()
        if refusal is not None:
            return [refusal] * len(jobs)
        runs = pack_several([job.task for job in left], markets_factory=self.markets_factory, tables=self.tables)
        packed = {job.key: run for job, run in zip(left, runs, strict=True)}
        answers: list[Receipt | Refusal] = []
        for job in jobs:
            if answers and isinstance(answers[-1], Refusal):
                answers.append(answers[-1])
            elif job.key in packed:
                answers.append(self._kept(store, job, packed[job.key]))
            else:
                answers.append(Receipt(0.0, 0))
        return answers

    def _other_version(self) -> Refusal | None:
        """Return why this process may not do the runs, if its code is not that of the batch."""
        here = model_version()
        if here == self.version:
            return None
        return Refusal(f"a worker has version {here} of the model, but this batch is of {self.version}")

    def _kept(self, store: RunStore, job: Job, packed: PackedRun) -> Receipt | Refusal:
        """Keep one run."""
        note = {
            "scenario": job.task.label,
            "hash": job.task.scenario.hash,
            "seed": job.task.seed,
            "version": self.version,
            "seconds": round(packed.seconds, 4),
        }
        try:
            return Receipt(packed.seconds, store.keep(job.key, packed, self.tables, note))
        except OSError as error:
            return Refusal(refusal_to_write(error))


def refusal_to_write(error: OSError) -> str:
    """Return why a run cannot be kept."""
    return f"a run cannot be written: {error.strerror or error}"
