"""The folder of a batch: its runs while they come in, and beside them, once gathered, an ordinary results folder.

DIR/batch/               every run, as it finished: see ``runstore``
DIR/manifest.json        written last, when all runs are gathered
DIR/runs.parquet ...     the tables over all runs, as ``resilience run`` writes them, and ``design.parquet``
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from resilience.batches.errors import BatchError
from resilience.batches.plan import Plan
from resilience.batches.runstore import RunStore, mark, write_whole
from resilience.runs.folder import DEFAULT_PARENT, cannot_write, file_name, is_results, try_out

STORE = "batch"
"""The folder within the batch's folder that holds the runs."""

NOTE = "batch.json"
FORMAT, FORMAT_VERSION = "resilience batch", 1


class BatchFolder:
    """Where a batch keeps its runs and its results. Nothing is touched before ``open``."""

    def __init__(self, plan: Plan, out: str | Path | None) -> None:
        self.plan = plan
        self.path = DEFAULT_PARENT / file_name(plan.settings.name) if out is None else Path(out)
        self.store = RunStore(self.path / STORE)

    def check(self) -> None:
        """Refuse a folder that holds something else, or runs with fewer tables than asked for. Raises BatchError."""
        try:
            if not self.path.exists():
                return
            if not self.path.is_dir():
                raise BatchError(f"{self.path}: is a file, not a folder. Choose another folder with --out.")
            if not (self.store.folder / NOTE).is_file():
                self._check_empty()
                return
            note = json.loads((self.store.folder / NOTE).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise BatchError(f"{self.store.folder / NOTE}: cannot be read: {error}") from error
        if not isinstance(note, dict) or note.get("format") != FORMAT or note.get("format_version", 0) > FORMAT_VERSION:
            raise BatchError(f"{self.path}: holds a batch that this version of the program cannot read.")
        missing = [name for name in self.plan.settings.tables if name not in note["tables"]]
        if missing:
            raise BatchError(
                f"{self.path}: its runs were kept without the tables {', '.join(missing)}. "
                f"Leave them out of the experiment's tables, or choose another folder with --out."
            )

    def open(self, runs: int, bytes_per_run: float) -> None:
        """Make the folder and try it out, with room for so many more runs. Raises BatchError, leaving no trace."""
        self.check()
        made = [folder for folder in (self.path, *self.path.parents) if not folder.exists()]
        try:
            self.store.make()
            try_out(self.store.scratch, self.path, runs, bytes_per_run)
            self.store.sweep()
            if not (self.store.folder / NOTE).is_file():
                note = {"format": FORMAT, "format_version": FORMAT_VERSION, "tables": list(self.plan.settings.tables)}
                write_whole(self.store.scratch / mark(), self.store.folder / NOTE, json.dumps(note, indent=2))
        except OSError as error:
            self._leave_no_trace(made)
            raise BatchError(cannot_write(self.path, error)) from error
        except BaseException:
            self._leave_no_trace(made)
            raise

    def gathered(self) -> dict[str, Any] | None:
        """Return the manifest of the gathered results, or None when there are none."""
        try:
            manifest = json.loads((self.path / "manifest.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return manifest if isinstance(manifest, dict) and "batch" in manifest else None

    def tidy(self) -> None:
        """Remove the runs one by one, which are in the gathered tables."""
        shutil.rmtree(self.store.runs, ignore_errors=True)

    def _check_empty(self) -> None:
        if is_results(self.path):
            raise BatchError(f"{self.path}: holds results of another kind. Choose another folder with --out.")
        # The bare folders of a store are those of a batch that begins this very moment, or was killed as it began.
        strange = [entry for entry in self.path.iterdir() if entry != self.store.folder]
        if (strange or not self.store.is_bare()) and not (self.store.folder / NOTE).is_file():
            raise BatchError(f"{self.path}: is not empty and holds no batch. Choose another folder with --out.")

    def _leave_no_trace(self, made: list[Path]) -> None:
        """Remove the folders that were made, the innermost first; those with somebody's files in them stay."""
        if self.path in made or not (self.store.folder / NOTE).is_file():
            shutil.rmtree(self.store.folder, ignore_errors=True)
        for folder in made:
            try:
                folder.rmdir()
            except OSError:
                return
