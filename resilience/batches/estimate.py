"""What a batch would come to, without starting it: runs, time and bytes."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from resilience.batches.batch import BatchOrder, refuse_wrong_markets, runs_to_do
from resilience.batches.batchfolder import BatchFolder
from resilience.batches.plan import Plan
from resilience.batches.runstore import serialised
from resilience.runs.pool import START_UP_SECONDS, processors, worth_starting
from resilience.runs.tables import to_arrow

MONTHS_TIMED = 12
"""Months of the first run that are played to see how long a run takes; the rest is taken to go on like them."""

GATHERED_SHARE = 0.5
"""Bytes of the gathered tables for each byte of the runs one by one: measured 0.45 to 0.55."""


@dataclass(frozen=True)
class Estimate:
    """What is to do and what it takes.

    ``seconds_per_run`` is of one process; ``seconds`` of ``workers`` of them together. ``bytes_kept`` is what the runs
    still to do take one by one, ``bytes_gathered`` what the tables over all runs take beside them. ``basis`` says in
    words where the figures come from.
    """

    plan: Plan
    path: Path
    asked: int
    found: int
    failed: int
    to_do: int
    workers: int
    seconds_per_run: float
    seconds: float
    bytes_kept: int
    bytes_gathered: int
    basis: str


def estimate(plan: Plan, order: BatchOrder, out: str | Path | None) -> Estimate:
    """Say what a batch would come to. Writes nothing. Raises as ``batch`` does before it starts."""
    folder = BatchFolder(plan, out)
    folder.check()
    refuse_wrong_markets(plan, order.model_factory)
    found, todo = runs_to_do(plan, folder, order)
    samples = list(folder.store.samples())
    if samples:
        seconds = sum(note["seconds"] for _, note in samples) / len(samples)
        size = sum(size for size, _ in samples) / len(samples)
        basis = f"{len(samples)} runs finished before" if len(samples) > 1 else "one run finished before"
    else:
        seconds, size, months = _timed(plan, order)
        basis = f"the first {months} months of one run" if months > 1 else "the first month of one run"
    workers = order.workers or worth_starting(len(todo), seconds, processors())
    total = math.ceil(len(todo) / workers) * seconds + (START_UP_SECONDS if workers > 1 and todo else 0.0)
    gathered = round(found.asked * size * GATHERED_SHARE) if order.shard == (1, 1) else 0
    return Estimate(
        plan, folder.path, found.asked, found.found, found.failed, len(todo), workers, seconds, total,
        round(len(todo) * size), gathered, basis,
    )  # fmt: skip


def _timed(plan: Plan, order: BatchOrder) -> tuple[float, float, int]:
    """Return seconds and bytes of one run, from its first months, and how many months those were."""
    task = plan.task(plan[0])
    order.model_factory(task.scenario, task.seed).step()  # what is loaded once is not a run's time
    started = time.perf_counter()
    market: Any = order.model_factory(task.scenario, task.seed)
    opened = time.perf_counter() - started
    months = min(MONTHS_TIMED, task.scenario.months)
    for _ in range(months):
        market.step()
    played = time.perf_counter() - started - opened
    measured = market.results()
    tables = [
        to_arrow(frame, run_id="0" * 12, scenario=task.label, seed=task.seed)
        for name, frame in measured.tables.items()
        if name in plan.settings.tables
    ]
    packed = time.perf_counter() - started - opened - played
    sink = pa.BufferOutputStream()
    for table in tables:
        serialised(sink, table, {})
    times = task.scenario.months / months
    return opened + packed + played * times, sink.tell() * times, months
