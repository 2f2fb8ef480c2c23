"""The results folder: written while runs come in, read back as frames.

A folder holds ``manifest.json``, each scenario as resolved (``scenario.toml``) and the parquet tables ``runs``,
``months``, ``councils``, ``councils_by``, ``providers``, ``events`` and ``failed_runs``, joined by ``run_id``,
``scenario`` and ``seed``.
"""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from resilience.runs.folder import MANIFEST, OutputError, ResultsFolder, cannot_write, is_results
from resilience.runs.manifest import FORMAT, FORMAT_VERSION, scenario_file
from resilience.runs.tables import TableWriter, to_pandas, together, with_metadata
from resilience.scenario import Scenario, to_toml


class MemoryTables:
    """Keeps the tables of a few runs in memory, in the types a results folder has."""

    def __init__(self) -> None:
        self._tables: dict[str, list[Any]] = {}

    def add(self, name: str, table: Any) -> None:
        """Take one table of one run."""
        self._tables.setdefault(name, []).append(table)

    @property
    def names(self) -> list[str]:
        """Return the names of the tables."""
        return list(self._tables)

    def read(self, name: str) -> pd.DataFrame:
        """Return a table over all runs. Raises KeyError for a name that is not there."""
        return to_pandas(together(self._tables[name], name))


class FolderTables:
    """Writes the tables of any number of runs into a folder; the files are complete after ``close``."""

    def __init__(self, folder: Path, about: Mapping[str, Any]) -> None:
        self.folder, self.about = folder, about
        self._writers: dict[str, TableWriter] = {}

    def add(self, name: str, table: Any) -> None:
        """Take one table of one run."""
        if name not in self._writers:
            self._writers[name] = TableWriter(self.folder / f"{name}.parquet", name, self.about)
        self._writers[name].add(table)

    def close(self, *, keep: bool = True) -> dict[str, int]:
        """Complete the files, or let go of them, and return the rows of each table."""
        for writer in self._writers.values():
            writer.close(keep=keep)
        return {name: writer.rows for name, writer in self._writers.items()}

    @property
    def names(self) -> list[str]:
        """Return the names of the tables."""
        return list(self._writers)

    def read(self, name: str) -> pd.DataFrame:
        """Return a table over all runs. Raises KeyError for a name that is not there."""
        if name not in self._writers:
            raise KeyError(name)
        return to_pandas(pq.read_table(self.folder / f"{name}.parquet"))


class Store:
    """A results folder being written: give it tables run by run, ``publish`` it, and ``let_go`` in any case."""

    def __init__(self, folder: ResultsFolder, manifest: dict[str, Any], scenarios: Mapping[str, Scenario]) -> None:
        self.folder, self.manifest = folder, manifest
        about = {
            "hash": {label: entry["hash"] for label, entry in manifest["scenarios"].items()},
            "seeds": manifest["seeds"],
            "versions": manifest["versions"],
            "commit": manifest["commit"],
        }
        self.tables = FolderTables(folder.partial, about)
        try:
            for label, scenario in scenarios.items():
                name = scenario_file(label, list(scenarios))
                (folder.partial / name).write_text(to_toml(scenario), encoding="utf-8")
        except OSError as error:
            raise OutputError(cannot_write(folder.path, error)) from error

    def add(self, name: str, table: Any) -> None:
        """Take one table of one run. Raises OutputError when the disk refuses it."""
        try:
            self.tables.add(name, table)
        except OSError as error:
            raise OutputError(cannot_write(self.folder.path, error)) from error

    def publish(self, runs: pd.DataFrame, failed: pd.DataFrame, outcome: Mapping[str, Any]) -> Path:
        """Complete the folder with the tables of runs and the manifest, and give it its name. Raises OutputError.

        ``outcome`` is what the manifest says about how the runs went, beside what was known before.
        """
        try:
            rows = self.tables.close()
            for name, frame in (("runs", runs), ("failed_runs", failed)):
                rows[name] = len(frame)
                self._write_small(name, frame)
            text = json.dumps({**self.manifest, **outcome, "tables": rows}, indent=2, ensure_ascii=False)
            (self.folder.partial / MANIFEST).write_text(text + "\n", encoding="utf-8")
        except OSError as error:
            raise OutputError(cannot_write(self.folder.path, error)) from error
        return self.folder.publish()

    def _write_small(self, name: str, frame: pd.DataFrame) -> None:
        table = pa.Table.from_pandas(frame, preserve_index=False)
        texts = [pa.string() if pa.types.is_large_string(kind) else kind for kind in table.schema.types]
        schema = pa.schema(list(zip(table.column_names, texts, strict=True)))
        schema = with_metadata(schema, name, self.tables.about)
        pq.write_table(table.cast(schema), self.folder.partial / f"{name}.parquet", compression="zstd")

    def let_go(self) -> None:
        """Let go of the files; those of a published folder are complete already."""
        with suppress(OSError):
            self.tables.close(keep=False)


class StoredResults:
    """A results folder, read. Tables are attributes or, by name, ``table(name)``; they are read when asked for."""

    def __init__(self, path: Path, manifest: dict[str, Any]) -> None:
        self.path, self.manifest = path, manifest

    @property
    def names(self) -> list[str]:
        """Return the names of the tables in the folder."""
        return sorted(file.stem for file in self.path.glob("*.parquet"))

    def table(self, name: str, columns: Sequence[str] | None = None) -> pd.DataFrame:
        """Return a table as a frame, or only some of its columns; those that it lacks are left out.

        Raises KeyError, with the names there are, for a table that is not there.
        """
        file = self.path / f"{name}.parquet"
        if not file.is_file():
            raise KeyError(f"{self.path} has no table '{name}'; it has {', '.join(self.names)}")
        wanted = columns and [one for one in pq.read_schema(file).names if one in set(columns)]
        return to_pandas(pq.read_table(file, columns=wanted))

    @cached_property
    def scenarios(self) -> dict[str, Scenario]:
        """Return the scenarios as resolved, by the label they have in the tables.

        A batch keeps each as the name of one of its bases and the values that differ.
        """
        bases = {name: Scenario.from_dict(entry["scenario"]) for name, entry in self.manifest.get("bases", {}).items()}
        return {
            label: bases[entry["base"]].with_values({"name": label, **entry["values"]})
            if "base" in entry
            else Scenario.from_dict(entry["scenario"])
            for label, entry in self.manifest["scenarios"].items()
        }

    @cached_property
    def design(self) -> pd.DataFrame:
        """Return the design of a batch: a row a design point, joined to the other tables by ``scenario``."""
        return self.table("design")

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Return a row per finished run with its headline measures."""
        return self.table("runs")

    @cached_property
    def failed_runs(self) -> pd.DataFrame:
        """Return a row per failed run with its error and traceback."""
        return self.table("failed_runs")

    @cached_property
    def months(self) -> pd.DataFrame:
        """Return the region month by month."""
        return self.table("months")

    @cached_property
    def councils(self) -> pd.DataFrame:
        """Return each council month by month."""
        return self.table("councils")

    @cached_property
    def councils_by(self) -> pd.DataFrame:
        """Return each council month by month, by setting and payer."""
        return self.table("councils_by")

    @cached_property
    def providers(self) -> pd.DataFrame:
        """Return each provider with its fate and cause."""
        return self.table("providers")

    @cached_property
    def events(self) -> pd.DataFrame:
        """Return the ledger of events."""
        return self.table("events")

    def units(self, name: str) -> dict[str, dict[str, str]]:
        """Return unit and meaning of each column of a table."""
        schema = pq.read_schema(self.path / f"{name}.parquet")
        columns: dict[str, dict[str, str]] = json.loads(schema.metadata[b"resilience"])["columns"]
        return columns


def load_results(path: str | Path) -> StoredResults:
    """Open a results folder. Raises OutputError when it is none, or is of a newer format than this program reads."""
    folder = Path(path)
    if not is_results(folder):
        raise OutputError(f"{folder}: is not a results folder (it has no {MANIFEST}).")
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise OutputError(f"{folder / MANIFEST}: cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise OutputError(f"{folder / MANIFEST}: is not the manifest of a results folder.")
    if manifest["format_version"] > FORMAT_VERSION:
        raise OutputError(
            f"{folder}: was written by a newer version of this program ({manifest['versions']['resilience']})."
        )
    return StoredResults(folder, manifest)
