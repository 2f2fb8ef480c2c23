"""One run of a batch, in whatever process does it: run the model, keep what it gives, return a receipt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resilience.batches.plan import Plan, model_version
from resilience.batches.runstore import RunStore
from resilience.runs.one import ModelFactory
from resilience.runs.work import Task, pack_run


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
    """The runs still to do, each made when its turn comes."""

    def __init__(self, plan: Plan, places: Sequence[int]) -> None:
        self.plan, self.places = plan, places

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: Any) -> Any:
        run = self.plan[self.places[index]]
        return Job(run.key, self.plan.task(run))


@dataclass(frozen=True)
class Worker:
    """Does jobs: where results are kept, which tables of them, and the version of the model that is meant."""

    store: Path
    tables: tuple[str, ...]
    version: str
    model_factory: ModelFactory

    def __call__(self, job: Job) -> Receipt | Refusal:
        """Do one run and keep it. Whatever the model raises comes through."""
        store = RunStore(self.store)
        if store.has(job.key):  # another batch on the same folder was quicker
            return Receipt(0.0, 0)
        here = model_version()
        if here != self.version:
            return Refusal(f"a worker has version {here} of the model, but this batch is of {self.version}")
        packed = pack_run(job.task, model_factory=self.model_factory, tables=self.tables)
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
