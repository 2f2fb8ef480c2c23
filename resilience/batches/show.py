"""A batch as a table on the screen and as plain data for other programs."""

from __future__ import annotations

from typing import Any

import pandas as pd
from rich.table import Table

from resilience.batches.batch import Batch
from resilience.batches.estimate import Estimate
from resilience.measures.catalogue import HEADLINE
from resilience.runs.show import number, plain
from resilience.runs.statistics import measure_of, summary
from resilience.scenario.errors import shown

POINTS_SHOWN = 40
"""A design of more points than this is not shown point by point; its tables have them all."""

MEASURES_SHOWN = ("provider_failures", "site_closures", "care_hours_lost", "unmet_hours")

POINTS_IN_DATA = 1000
"""The JSON output has the points one by one up to this many."""


def design_table(batch: Batch) -> Table | None:
    """Return the mean of the first headline measures at each design point; None for a large design."""
    plan = batch.plan
    if len(plan.points) > POINTS_SHOWN:
        return None
    runs = batch.results().runs
    measures = [name for name in MEASURES_SHOWN if name in runs]
    measures = measures or [name for name in runs.columns if name in HEADLINE][:4]
    title = f"{plan.settings.name}: mean over {len(plan.seeds)} {'seed' if len(plan.seeds) == 1 else 'seeds'}"
    table = Table(title=title, title_justify="left", caption="m: millions", caption_justify="left")
    for heading in ("Point", *(".".join(factor.split(".")[-2:]) for factor in plan.factors)):
        table.add_column(heading, overflow="fold")
    for name in measures:
        table.add_column(measure_of(name).label, justify="right")
    values = {factor: plan.values_of(factor) for factor in plan.factors}
    means = runs.groupby("scenario")[measures].mean() if len(runs) else pd.DataFrame(columns=measures)
    for place, point in enumerate(plan.points):
        found = means.loc[[point.label]] if point.label in means.index else None
        cells = ["-" if found is None else number(float(found[name].iloc[0]), measure_of(name).decimals)
                 for name in measures]  # fmt: skip
        table.add_row(point.label, *(_text(values[factor][place]) for factor in plan.factors), *cells)
    return table


def batch_data(batch: Batch) -> dict[str, Any]:
    """Return the outcome of a batch as plain data; of a gathered one with each point's values and means."""
    plan = batch.plan
    data: dict[str, Any] = {
        **_plan_data(plan),
        "runs": batch.asked,
        "found": batch.found,
        "done": batch.done,
        "failed_runs": batch.failed,
        "left": batch.left,
        "failures": batch.failures or [],
        "interrupted": batch.interrupted,
        "stopped": batch.stopped,
        "gathered": batch.gathered,
        "seconds": round(batch.seconds, 3),
        "out": str(batch.path),
    }
    if batch.gathered:
        results = batch.results()
        data["answer"] = results.manifest["answer"]
        if len(plan.points) <= POINTS_IN_DATA:
            data["points"] = _points_data(batch, results.runs)
    return data


def estimate_data(found: Estimate) -> dict[str, Any]:
    """Return an estimate as plain data."""
    return {
        **_plan_data(found.plan),
        "dry_run": True,
        "runs": found.asked,
        "found": found.found,
        "failed_runs": found.failed,
        "to_do": found.to_do,
        "workers": found.workers,
        "seconds_per_run": round(found.seconds_per_run, 4),
        "seconds": round(found.seconds, 1),
        "bytes": found.bytes_kept,
        "bytes_gathered": found.bytes_gathered,
        "basis": found.basis,
        "out": str(found.path),
    }


def _plan_data(plan: Any) -> dict[str, Any]:
    return {
        "experiment": plan.settings.name,
        "question": plan.settings.question,
        "model": plan.version,
        "design": plan.settings.design.kind,
        "factors": plan.factors,
        "design_points": len(plan.points),
        "seeds": len(plan.seeds),
    }


def _points_data(batch: Batch, runs: pd.DataFrame) -> list[dict[str, Any]]:
    plan, found = batch.plan, []
    values = {factor: plan.values_of(factor) for factor in plan.factors}
    measures = [name for name in runs.columns if name not in {"run_id", "scenario", "seed"}]
    rows = dict(list(runs.groupby("scenario")))
    for place, point in enumerate(plan.points):
        mine = rows.get(point.label, runs.iloc[:0])
        row = {
            "scenario": point.label,
            "hash": point.hash,
            "runs": len(mine),
            "values": {factor: values[factor][place] for factor in plan.factors},
        }
        if len(mine):
            means = summary(mine, measures).set_index("measure")
            row["measures"] = {
                str(name): plain({key: float(line[key]) for key in ("mean", "low", "high", "mean_low", "mean_high")})
                for name, line in means.iterrows()
            }
        found.append(row)
    return found


def _text(value: Any) -> str:
    return "-" if value is None else value if isinstance(value, str) else shown(value)
