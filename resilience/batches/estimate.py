"""What a batch would come to, without starting it: runs, time and bytes."""

from __future__ import annotations

import heapq
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from resilience.batches.batch import BatchOrder, kin_of, refuse_wrong_markets, runs_to_do
from resilience.batches.batchfolder import BatchFolder
from resilience.batches.plan import Plan
from resilience.batches.runstore import serialised
from resilience.runs.groups import Group
from resilience.runs.one import Market, Markets, Measured, markets_factory_of
from resilience.runs.pool import START_UP_SECONDS, processors, worth_starting
from resilience.runs.tables import to_arrow
from resilience.runs.work import Task
from resilience.scenario import Scenario

MONTHS_TIMED = 12
"""Months of the first runs that are played to see how long a run takes; the rest is taken to go on like them."""

GATHERED_SHARE = 0.5
"""Bytes of the gathered tables for each byte of the runs one by one: measured 0.45 to 0.55."""


@dataclass(frozen=True)
class Estimate:
    """What is to do and what it takes.

    ``seconds_per_run`` is of one process, which plays runs in groups where it can; ``seconds`` of ``workers`` of them
    together. ``bytes_kept`` is what the runs
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
    kin = kin_of(plan, todo, order.model_factory)
    samples = list(folder.store.samples())
    if samples:
        seconds = sum(note["seconds"] for _, note in samples) / len(samples)
        size = sum(size for size, _ in samples) / len(samples)
        basis = f"{len(samples)} runs finished before" if len(samples) > 1 else "one run finished before"
    else:
        groups = kin.arranged(range(len(todo)), order.workers or processors())
        timed = [plan.task(plan[todo[place]]) for place in max(groups, key=len, default=())]
        timed = timed or [plan.task(plan[0])]
        seconds, size, months = _timed(plan, order, timed)
        period = f"the first {months} months" if months > 1 else "the first month"
        basis = f"{period} of {f'{len(timed)} runs side by side' if len(timed) > 1 else 'one run'}"
    workers = order.workers or worth_starting(len(todo), seconds, processors())
    total = _longest_load(kin.arranged(range(len(todo)), workers), workers) * seconds
    total += START_UP_SECONDS if workers > 1 and todo else 0.0
    gathered = round(found.asked * size * GATHERED_SHARE) if order.shard == (1, 1) else 0
    return Estimate(
        plan, folder.path, found.asked, found.found, found.failed, len(todo), workers, seconds, total,
        round(len(todo) * size), gathered, basis,
    )  # fmt: skip


def _longest_load(groups: Sequence[Group], workers: int) -> int:
    """Return how many runs the busiest worker does when each takes the next group as soon as it is free."""
    loads = [0] * workers
    for group in groups:
        heapq.heapreplace(loads, loads[0] + len(group))
    return max(loads)


def _timed(plan: Plan, order: BatchOrder, tasks: Sequence[Task]) -> tuple[float, float, int]:
    """Return seconds and bytes of one run, and from how many months: the first of these runs, done as a batch would."""
    scenario, seeds = tasks[0].scenario, [task.seed for task in tasks]
    months = min(MONTHS_TIMED, scenario.months)
    _opened(order, scenario, seeds).run_for(1)  # what is loaded once is not a run's time
    started = time.perf_counter()
    markets = _opened(order, scenario, seeds)
    opened = time.perf_counter() - started
    markets.run_for(months)
    played = time.perf_counter() - started - opened
    tables = [
        to_arrow(frame, run_id="0" * 12, scenario=task.label, seed=task.seed)
        for task, measured in zip(tasks, markets.results(), strict=True)
        for name, frame in measured.tables.items()
        if name in plan.settings.tables
    ]
    packed = time.perf_counter() - started - opened - played
    sink = pa.BufferOutputStream()
    for table in tables:
        serialised(sink, table, {})
    times, runs = scenario.months / months, len(tasks)
    return (opened + packed + played * times) / runs, sink.tell() * times / runs, months


def _opened(order: BatchOrder, scenario: Scenario, seeds: Sequence[int]) -> Markets:
    """Return the markets of a group as the batch makes them."""
    several = markets_factory_of(order.model_factory)
    if several is None or len(seeds) == 1:
        return _Alone(order.model_factory(scenario, seeds[0]))
    return several(scenario, seeds)


@dataclass(frozen=True)
class _Alone:
    """One market in the form of several."""

    market: Market

    def run_for(self, months: int) -> None:
        """Let that many months pass."""
        for _ in range(months):
            self.market.step()

    def results(self) -> list[Measured]:
        """Return what was measured."""
        return [self.market.results()]
