"""Gather the runs of a batch into an ordinary results folder, a run at a time, with a table of the design."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import tomli_w

from resilience.batches.batchfolder import BatchFolder
from resilience.batches.errors import BatchError
from resilience.batches.plan import Plan, Run
from resilience.batches.runstore import RunStore, mark
from resilience.runs.answer import about, rounding_unit, span
from resilience.runs.folder import MANIFEST, cannot_write
from resilience.runs.manifest import manifest
from resilience.runs.statistics import measure_of, ordered_measures
from resilience.runs.store import FolderTables
from resilience.runs.tables import with_metadata
from resilience.runs.work import FAILED_COLUMNS
from resilience.scenario.layers import plain

ROWS_AT_A_TIME = 500
"""Rows of the runs table made into a table at a time."""

SEEDS_NOTED = 100
"""A table's metadata names the seeds up to this many."""

EXPERIMENT_FILE = "experiment.toml"

ANSWERED = ("care_hours_lost", "site_closures")
"""Of these the answer gives the range over the design, as far as they are kept."""


@dataclass
class Gathering:
    """What was gathered: rows of each table, runs and failures, and the time the runs took."""

    rows: dict[str, int] = field(default_factory=dict)
    runs: int = 0
    failed: int = 0
    seconds: float = 0.0


def digest_of(plan: Plan, failed: Iterable[str]) -> str:
    """Return what tells gathered results apart: the runs, their labels, what failed, and what of it is kept."""
    digest = hashlib.sha256()
    for run in plan:
        digest.update(f"{plan.points[run.point].label}\n{run.key}\n".encode())
    kept = [sorted(failed), plan.settings.measures, plan.settings.tables, plan.factors]
    digest.update(json.dumps(kept).encode())
    return digest.hexdigest()


def gather(plan: Plan, folder: BatchFolder, command: Sequence[str] | None) -> Gathering:
    """Write the tables and the manifest of the runs there are. Raises BatchError when the disk refuses.

    Everything is written beside and moved into place file by file, the manifest last: without one the folder holds no
    results, with one it holds whole ones.
    """
    partial = folder.store.folder / f"gathering.{mark()}"
    try:
        partial.mkdir()
        found = _write_tables(plan, folder.store, partial)
        _write_design(plan, partial / "design.parquet")
        _write_experiment(plan, partial)
        text = json.dumps(_manifest(plan, folder.store, found, command, partial), indent=2, ensure_ascii=False)
        (partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
        _move(partial, folder.path)
    except OSError as error:
        raise BatchError(cannot_write(folder.path, error)) from error
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return found


def _move(partial: Path, target: Path) -> None:
    """Put the files in their place, the manifest last."""
    (target / MANIFEST).unlink(missing_ok=True)
    new = {file.name for file in partial.iterdir()}
    for old in target.glob("*.parquet"):
        if old.name not in new:
            old.unlink()
    for file in sorted(partial.iterdir(), key=lambda file: file.name == MANIFEST):
        file.replace(target / file.name)


def _write_tables(plan: Plan, store: RunStore, partial: Path) -> Gathering:
    """Write the model's tables and those of runs and failures."""
    tables = FolderTables(partial, _about(plan))
    rows = RunRows(plan, tables)
    finished, failed = store.finished(), store.failed()
    failures: list[dict[str, Any]] = []
    found = Gathering()
    try:
        for run in plan:
            if run.key in finished:
                kept = store.read(run.key, plan.settings.tables)
                label, run_id = plan.points[run.point].label, plan.run_id(run)
                for name, table in kept.tables.items():
                    tables.add(name, relabelled(table, run_id, label))
                rows.add(run_id, label, run, kept.headline)
                found.runs += 1
                found.seconds += kept.note["seconds"]
            elif run.key in failed:
                failures.append(_failure_row(plan, run, store.read_failure(run.key)))
        rows.close()
        found.rows = tables.close()
    except BaseException:
        with suppress(OSError):
            tables.close(keep=False)
        raise
    if "runs" not in found.rows:
        _write(
            pa.table({"run_id": _texts([]), "scenario": _texts([]), "seed": pa.array([], pa.int64())}),
            "runs",
            partial,
            plan,
        )
        found.rows["runs"] = 0
    _write(_failed_table(failures), "failed_runs", partial, plan)
    found.rows["failed_runs"] = found.failed = len(failures)
    found.rows["design"] = len(plan.points)
    return found


class RunRows:
    """The runs table in the making: rows are gathered and handed on some hundred at a time."""

    def __init__(self, plan: Plan, tables: FolderTables) -> None:
        self.tables = tables
        self.wanted: tuple[str, ...] | None = plan.settings.measures
        self.measures: list[str] = []
        self._keys: list[tuple[str, str, int]] = []
        self._values: list[list[float]] = []

    def add(self, run_id: str, label: str, run: Run, headline: Mapping[str, float]) -> None:
        """Take one run."""
        if not self.measures:
            self.measures = [name for name in ordered_measures(headline) if not self.wanted or name in self.wanted]
        self._keys.append((run_id, label, run.seed))
        self._values.append([headline.get(name, float("nan")) for name in self.measures])
        if len(self._keys) >= ROWS_AT_A_TIME:
            self.close()

    def close(self) -> None:
        """Hand on what has gathered."""
        if not self._keys:
            return
        ids, labels, seeds = zip(*self._keys, strict=True)
        columns: dict[str, Any] = {
            "run_id": _texts(ids),
            "scenario": _texts(labels),
            "seed": pa.array(seeds, pa.int64()),
        }
        for name, values in zip(self.measures, zip(*self._values, strict=True), strict=True):
            columns[name] = pa.array(values, pa.float64())
        self.tables.add("runs", pa.table(columns))
        self._keys, self._values = [], []


def relabelled(table: Any, run_id: str, label: str) -> Any:
    """Return a run's table under the name it has in this experiment; the run may have been done for another."""
    for place, (name, text) in enumerate((("run_id", run_id), ("scenario", label))):
        table = table.set_column(place, name, pa.repeat(pa.scalar(text), table.num_rows))
    return table


def _failure_row(plan: Plan, run: Run, record: Mapping[str, Any]) -> dict[str, Any]:
    keys = {"run_id": plan.run_id(run), "scenario": plan.points[run.point].label, "seed": run.seed}
    return {**keys, "error": record["error"], "traceback": record["traceback"]}


def _failed_table(rows: Sequence[Mapping[str, Any]]) -> Any:
    kinds = {"seed": pa.int64()}
    columns = {name: pa.array([row[name] for row in rows], kinds.get(name, pa.string())) for name in FAILED_COLUMNS}
    return pa.table(columns)


def _write_design(plan: Plan, path: Path) -> None:
    """Write the table of the design: a row a point, a column a factor with its unit and meaning."""
    points = plan.points
    fields = {
        "scenario": (_texts([point.label for point in points]), "", "Label of the point; joins the other tables."),
        "point": (pa.array(range(1, len(points) + 1), pa.int64()), "", "Number of the design point."),
        "base": (_texts([plan.bases[point.base].name for point in points]), "", "The scenario that is varied."),
        "hash": (_texts([point.hash for point in points]), "", "Digest of the point's scenario as resolved."),
    }  # fmt: skip
    for name in plan.factors:
        unit, label = plan.meaning(name)
        fields[name] = (_column(plan.values_of(name)), unit, label)
    about = {
        name: pa.field(name, values.type, metadata={"unit": unit, "meaning": meaning})
        for name, (values, unit, meaning) in fields.items()
    }
    columns = {name: {"unit": unit, "meaning": meaning} for name, (_, unit, meaning) in fields.items()}
    note = json.dumps({"table": "design", **_about(plan), "columns": columns}, sort_keys=True)
    schema = pa.schema(list(about.values()), metadata={"resilience": note})
    pq.write_table(pa.table([values for values, _, _ in fields.values()], schema=schema), path, compression="zstd")


def _column(values: Sequence[Any]) -> Any:
    """Return values as a column: numbers, true and false, or text; anything else as JSON text."""
    given = [value for value in values if value is not None]
    if given and all(isinstance(value, bool) for value in given):
        return pa.array(values, pa.bool_())
    if given and all(isinstance(value, int) and not isinstance(value, bool) for value in given):
        return pa.array(values, pa.int64())
    if given and all(isinstance(value, int | float) and not isinstance(value, bool) for value in given):
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    texts = [value if value is None or isinstance(value, str) else json.dumps(plain(value)) for value in values]
    return pa.array(texts, pa.string())


def _texts(values: Iterable[str]) -> Any:
    return pa.array(list(values), pa.string())


def _write(table: Any, name: str, partial: Path, plan: Plan) -> None:
    schema = with_metadata(table.schema, name, _about(plan))
    pq.write_table(table.cast(schema), partial / f"{name}.parquet", compression="zstd")


def _about(plan: Plan) -> dict[str, Any]:
    """Return what each table's metadata says of its origin."""
    known = manifest({base.name: base.scenario for base in plan.bases}, plan.seeds, None)
    seeds = known["seeds"] if len(plan.seeds) <= SEEDS_NOTED else f"{len(plan.seeds)} seeds"
    about = {"experiment": plan.settings.name, "model": plan.version, "seeds": seeds}
    return {**about, "versions": known["versions"], "commit": known["commit"]}


def _write_experiment(plan: Plan, partial: Path) -> None:
    """Write the experiment and the scenarios it varies so that they can be run again from here alone."""
    settings, bases = plan.settings, []
    for place, base in enumerate(plan.bases, start=1):
        bases.append("base.toml" if len(plan.bases) == 1 else f"base-{place}.toml")
        resolved = {**base.scenario.resolved(), "name": base.scenario.name}
        (partial / bases[-1]).write_text(tomli_w.dumps(resolved), encoding="utf-8")
    table: dict[str, Any] = {
        "name": settings.name,
        "question": settings.question,
        "description": settings.description,
        "base": bases,
        "seeds": list(plan.seeds),
        "measures": None if settings.measures is None else list(settings.measures),
        "tables": list(settings.tables),
        "design": plain(settings.design),
        "factors": plain(settings.factors),
        "rows": plain(settings.rows),
    }
    if not settings.rows:
        del table["rows"]
    text = tomli_w.dumps({name: value for name, value in table.items() if value is not None})
    (partial / EXPERIMENT_FILE).write_text(text, encoding="utf-8")


def _manifest(
    plan: Plan, store: RunStore, found: Gathering, command: Sequence[str] | None, partial: Path
) -> dict[str, Any]:
    """Return the manifest: as that of any results, with each scenario by its base and values."""
    bases = {base.name: base.scenario for base in plan.bases}
    known = manifest(bases, plan.seeds, command)
    del known["scenarios"]
    return {
        **known,
        "scenarios": {
            point.label: {"hash": point.hash, "base": plan.bases[point.base].name, "values": plain(point.row.values)}
            for point in plan.points
        },
        "bases": {name: {"hash": base.hash, "scenario": base.resolved()} for name, base in bases.items()},
        "reproduce": f"resilience batch {EXPERIMENT_FILE}",
        "experiment": {
            "name": plan.settings.name,
            "question": plan.settings.question,
            "description": plan.settings.description,
            "design": plain(plan.settings.design),
            "factors": plan.factors,
            "points": len(plan.points),
        },
        "batch": {"model": plan.version, "digest": digest_of(plan, store.failed() & {run.key for run in plan})},
        "answer": design_answer(plan, partial),
        "runs_asked": len(plan),
        "runs_done": found.runs,
        "runs_failed": found.failed,
        "interrupted": found.runs + found.failed < len(plan),
        "timings": {
            "seconds": round(found.seconds, 3),
            "seconds_per_run": round(found.seconds / found.runs, 4) if found.runs else None,
        },
        "tables": found.rows,
    }


def design_answer(plan: Plan, folder: Path) -> str:
    """Return what the batch shows in a sentence: where over the design least and most is lost, on average."""
    file = pq.ParquetFile(folder / "runs.parquet")
    measures = [name for name in ANSWERED if name in file.schema_arrow.names]
    count = f"{_several(len(plan.points), 'design point')} on {_several(len(plan.seeds), 'seed')}"
    if not file.metadata.num_rows:
        return "No run finished, so there is no answer; the failed runs tell why."
    if not measures:
        return f"{count[0].upper()}{count[1:]}."
    table = file.read(columns=["scenario", *measures])
    means = table.group_by("scenario").aggregate([(name, "mean") for name in measures])
    parts = []
    for name in measures:
        ordered = means.sort_by([(f"{name}_mean", "ascending"), ("scenario", "ascending")])
        low, high = ordered.slice(0, 1).to_pylist()[0], ordered.slice(ordered.num_rows - 1, 1).to_pylist()[0]
        least, most = low[f"{name}_mean"], high[f"{name}_mean"]
        unit = rounding_unit(most, least, most)
        label = measure_of(name).label[0].lower() + measure_of(name).label[1:]
        if least == most:
            parts.append(f"{label} {about(most, unit)}")
            continue
        ends = f"{about(least, unit)} ({low['scenario']}) to {about(most, unit)} ({high['scenario']})"
        parts.append(f"{label} from {ends}")
    months = {base.scenario.months for base in plan.bases}
    period = f"Over {span(min(months))}, on average: " if len(months) == 1 else "On average: "
    return f"{count[0].upper()}{count[1:]}. {period}{'; '.join(parts)}."


def _several(number: int, what: str) -> str:
    return f"one {what}" if number == 1 else f"{number:,} {what}s"
