"""One parameter at a time: how far the headline moves when each is lower or higher, all else and all luck the same.

    python -m resilience.analysis.tornado --seeds 3 --months 36                    # resumes where it stopped
    python -m resilience.analysis.tornado --seeds 3 --months 36 --write docs/sensitivity.csv

Every parameter that is an uncertainty or a lever moves a quarter of the way from its value to each end of its declared
range (``--reach``). The ends themselves say where a value makes sense at all, not how far it may be off, and many of
them are far out. Each run is written to ``runs.csv`` as it ends, so that a call that was stopped can go on.
"""

import argparse
import csv
import datetime
import functools
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd

from resilience.analysis.observed import measured_market
from resilience.batches.plan import model_version, run_key
from resilience.runs.manifest import commit, machine, versions
from resilience.runs.one import ModelFactory
from resilience.runs.pool import Done, outcomes
from resilience.runs.work import Task, pack_run
from resilience.scenario import ParameterInfo, Scenario, ScenarioError, load

MEASURES: Final = ("provider_failures", "site_closures", "care_hours_lost", "unmet_hours", "replacement_gap")
"""The headline measures that the parameters are held against."""
RANKED_BY: Final = MEASURES[:-1]
"""The replacement gap is next to nothing in the base, so its change as a share of that would outrank everything."""

BASE: Final = ("", "base")
FOLDER: Final = Path("results") / "tornado"
_KEYS = ("parameter", "side", "value", "hash", "seed", "error")
"""Columns of the runs kept; ``hash`` is the key that a batch gives the run, so other code's runs are done again."""


@dataclass(frozen=True)
class Plan:
    """What is run: one scenario, with each parameter low and high, on the same seeds."""

    base: Scenario
    seeds: tuple[int, ...]
    reach: float = 0.25
    only: tuple[str, ...] = ()
    model_factory: ModelFactory = measured_market

    def moved(self) -> list[tuple[str, str, float]]:
        """Return (parameter, "low" or "high", value), without values that are no different from the base's."""
        wanted = [info for info in self.base.parameters() if _moves(info) and (not self.only or info.name in self.only)]
        sides = [(info, side, _towards(info, side, self.reach)) for info in wanted for side in ("low", "high")]
        return [(info.name, side, value) for info, side, value in sides if value != info.value]


def _moves(info: ParameterInfo) -> bool:
    """Tell whether a parameter is moved: a number that is an uncertainty or a lever."""
    return info.role != "fixed" and info.type in {"number", "whole number"} and info.low != info.high


def _towards(info: ParameterInfo, side: str, reach: float) -> float:
    """Return the value that part of the way to one end of the range; whole numbers move by one at least."""
    end = info.low if side == "low" else info.high
    assert end is not None
    value = info.value + reach * (end - info.value)
    if info.type != "whole number":
        return float(f"{value:.6g}")
    step = round(value)
    return int(step if step != info.value or end == info.value else info.value + (1 if end > info.value else -1))


def tornado(plan: Plan, folder: Path, workers: int | None = None) -> pd.DataFrame:
    """Run what is not yet in ``folder`` and return how each parameter moves the measures: see ``effects``."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "runs.csv"
    started, variants = time.perf_counter(), list(_scenarios(plan))
    _carry_out(plan, variants, file, workers)
    runs = _wanted(plan, variants, _read(file))
    found = effects(plan, runs)
    provenance = _provenance(plan, folder, runs, time.perf_counter() - started)
    (folder / "about.json").write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")
    return found


type Variant = tuple[str, str, float, Scenario]


def _scenarios(plan: Plan) -> Iterator[Variant]:
    """Yield parameter, side, value and scenario, the base first; values that the scenario refuses are left out."""
    yield (*BASE, float("nan"), plan.base)
    for name, side, value in plan.moved():
        try:
            yield name, side, value, plan.base.with_values({name: value})
        except ScenarioError as error:
            print(f"left out: {error}", file=sys.stderr)


def _carry_out(plan: Plan, variants: Sequence[Variant], file: Path, workers: int | None) -> None:
    """Do the runs that are missing, and write each as it ends."""
    held, version = set(_read(file)["hash"]), model_version()
    waiting = [
        (name, side, value, Task(f"{name} {side}".strip(), scenario, seed))
        for name, side, value, scenario in variants
        for seed in plan.seeds
        if run_key(scenario.hash, seed, version) not in held
    ]
    fresh = not file.exists()
    work = functools.partial(pack_run, model_factory=plan.model_factory)
    with file.open("a", encoding="utf-8", newline="") as out:
        lines = csv.writer(out, lineterminator="\n")
        if fresh:
            lines.writerow((*_KEYS, *MEASURES))
        for number, outcome in enumerate(outcomes([task for *_, task in waiting], work, workers=workers), 1):
            name, side, value, task = waiting[outcome.index]
            ran = isinstance(outcome, Done)
            measures = [outcome.value.headline[one] if isinstance(outcome, Done) else "" for one in MEASURES]
            error = "" if isinstance(outcome, Done) else outcome.error
            key = run_key(task.scenario.hash, task.seed, version)
            lines.writerow((name, side, value, key, task.seed, error, *measures))
            out.flush()
            if number % 50 == 0 or not ran:
                print(f"{number} of {len(waiting)} runs{'' if ran else ': ' + error}", file=sys.stderr)


def _read(file: Path) -> pd.DataFrame:
    if not file.exists():
        return pd.DataFrame(columns=[*_KEYS, *MEASURES])
    return pd.read_csv(file, keep_default_na=False, na_values={"value": [""], **{one: [""] for one in MEASURES}})


def _wanted(plan: Plan, variants: Sequence[Variant], runs: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of this plan by this model among those kept, without those that failed."""
    keys = {run_key(scenario.hash, seed, model_version()) for *_, scenario in variants for seed in plan.seeds}
    return runs[runs["hash"].isin(keys) & (runs["error"] == "")]


def effects(plan: Plan, runs: pd.DataFrame) -> pd.DataFrame:
    """Return a row per parameter: its values, and by how much of the base's mean each measure moves, paired by seed.

    Columns: parameter, value, low, high; for every measure ``<measure>_low`` and ``<measure>_high``, the mean change
    over seeds as a share of the base's mean (NaN where nothing was run); ``swing``, the largest of them without its
    sign over the measures that are ranked by, and ``swings``, the measure it belongs to. The largest swing comes first.
    """
    base = runs[runs["side"] == "base"].set_index("seed")[list(MEASURES)]
    level = base.mean()
    rows = []
    for name, its in runs[runs["side"] != "base"].groupby("parameter"):
        row: dict[str, Any] = {"parameter": name, "value": plan.base.get(str(name))}
        for side in ("low", "high"):
            mine = its[its["side"] == side].set_index("seed")
            row[side] = mine["value"].iloc[0] if len(mine) else float("nan")
            change = (mine[list(MEASURES)] - base.reindex(mine.index)).mean() / level.where(level != 0.0)
            row |= {f"{one}_{side}": round(float(change[one]), 5) if len(mine) else float("nan") for one in MEASURES}
        sizes = {one: np.nanmax([abs(row[f"{one}_low"]), abs(row[f"{one}_high"]), 0.0]) for one in RANKED_BY}
        row["swings"] = max(sizes, key=lambda one: float(sizes[one]))
        row["swing"] = float(sizes[row["swings"]])
        rows.append(row)
    sides = [f"{one}_{side}" for one in MEASURES for side in ("low", "high")]
    frame = pd.DataFrame(rows, columns=["parameter", "value", "low", "high", *sides, "swing", "swings"])
    return frame.sort_values(["swing", "parameter"], ascending=[False, True]).reset_index(drop=True)


def _provenance(plan: Plan, folder: Path, runs: pd.DataFrame, seconds: float) -> dict[str, Any]:
    """Return where the effects come from; the time of earlier calls is added up."""
    file = folder / "about.json"
    before = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    same = before.get("hash") == plan.base.hash
    base = runs[runs["side"] == "base"][list(MEASURES)].mean()
    return {
        "scenario": plan.base.name,
        "hash": plan.base.hash,
        "months": plan.base.months,
        "seeds": list(plan.seeds),
        "reach": plan.reach,
        "runs": len(runs),
        "base": {one: round(float(base[one]), 4) for one in MEASURES},
        "seconds": round(seconds + (float(before["seconds"]) if same else 0.0), 1),
        "date": datetime.date.today().isoformat(),
        "versions": versions(),
        "commit": commit(),
        "machine": machine(),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, run, print the largest, and write the table where that is asked for. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m resilience.analysis.tornado",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="west-midlands-2016", help="scenario whose parameters are moved")
    parser.add_argument("--months", type=int, default=36, help="months to run")
    parser.add_argument("--seeds", type=int, default=3, help="runs of every value")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    parser.add_argument("--reach", type=float, default=0.25, help="part of the way to the ends of the declared range")
    parser.add_argument("--only", nargs="*", default=[], metavar="NAME", help="these parameters only")
    parser.add_argument("--workers", type=int, default=None, help="processes")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where runs are kept")
    parser.add_argument("--write", type=Path, default=None, help="write the table here, and beside it its provenance")
    chosen = parser.parse_args(arguments)
    seeds = tuple(range(chosen.seed, chosen.seed + chosen.seeds))
    try:
        plan = Plan(load(chosen.base, months=chosen.months), seeds, chosen.reach, tuple(chosen.only))
        for name in plan.only:
            plan.base.get(name)
        found = tornado(plan, chosen.folder, chosen.workers)
    except ScenarioError as error:
        print(error, file=sys.stderr)
        return 2
    print(found.head(20).to_string())
    if chosen.write is not None:
        found.to_csv(chosen.write, index=False, lineterminator="\n")
        about = (chosen.folder / "about.json").read_text(encoding="utf-8")
        chosen.write.with_suffix(".json").write_text(about, encoding="utf-8", newline="\n")
        print(f"Written: {chosen.write} and {chosen.write.with_suffix('.json').name}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
