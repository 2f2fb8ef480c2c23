"""The runs of a batch on disk: a file a run, there as a whole or not at all, and nothing else to keep track of.

``runs/ab/KEY.arrow`` holds one run as Arrow streams one after the other (zstd): an empty one whose metadata has the
measures and what else is noted of the run, then the tables kept.
``failed/KEY.json`` holds one failure. What is there is done; what is not, is not. Files are written under another
name in ``tmp`` and renamed, so that a process killed at any moment leaves no half of one under its own name.
"""

from __future__ import annotations

import json
import os
import re
import socket
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from resilience.runs.folder import alive

if TYPE_CHECKING:
    from resilience.runs.work import PackedRun

END_OF_STREAM = b"\xff\xff\xff\xff\x00\x00\x00\x00"
"""How every whole run file ends."""

FIRST = pa.schema([])
"""The schema of a run file's first stream, which has metadata only."""


@dataclass(frozen=True)
class KeptRun:
    """A finished run as read back: its measures, its tables, and what is noted beside them."""

    headline: dict[str, float]
    tables: dict[str, Any]
    note: dict[str, Any]


class RunStore:
    """The folder in which the runs of a batch are kept."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @property
    def runs(self) -> Path:
        """Return the folder of finished runs."""
        return self.folder / "runs"

    @property
    def failures(self) -> Path:
        """Return the folder of failed runs."""
        return self.folder / "failed"

    @property
    def scratch(self) -> Path:
        """Return the folder in which files are written."""
        return self.folder / "tmp"

    def make(self) -> None:
        """Make the folders. Raises OSError."""
        for folder in (self.runs, self.failures, self.scratch):
            folder.mkdir(parents=True, exist_ok=True)

    def is_bare(self) -> bool:
        """Return whether the store is not there, or nothing is in it but its own folders, without a run."""
        own = {self.runs, self.failures, self.scratch}
        if not self.folder.exists():
            return True
        found = set(self.folder.iterdir())
        return found <= own and not any(any(folder.iterdir()) for folder in found - {self.scratch})

    def file(self, key: str) -> Path:
        """Return the file of a finished run."""
        return self.runs / key[:2] / f"{key}.arrow"

    def failure_file(self, key: str) -> Path:
        """Return the file of a failed run."""
        return self.failures / f"{key}.json"

    def finished(self) -> set[str]:
        """Return the keys of the finished runs; a file cut short, as by a power cut, does not count."""
        return {file.stem for file in self.runs.glob("??/*.arrow") if _is_whole(file)}

    def failed(self) -> set[str]:
        """Return the keys of the failed runs."""
        return {file.stem for file in self.failures.glob("*.json")}

    def has(self, key: str) -> bool:
        """Tell whether a run is finished."""
        return _is_whole(self.file(key))

    def keep(self, key: str, run: PackedRun, tables: tuple[str, ...], note: Mapping[str, Any]) -> int:
        """Keep a finished run and return the bytes it takes. Raises OSError."""
        target = self.file(key)
        target.parent.mkdir(exist_ok=True)
        partial = self._partial(key)
        try:
            with partial.open("wb") as file:
                about = json.dumps({**note, "headline": run.headline})
                serialised(file, FIRST.empty_table(), {"note": about})
                for name in tables:
                    if name in run.tables:
                        serialised(file, run.tables[name], {"table": name})
            size = partial.stat().st_size
            partial.replace(target)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise
        return size

    def keep_failure(self, key: str, failure: Mapping[str, Any]) -> None:
        """Keep the record of a failed run. Raises OSError."""
        write_whole(self._partial(key), self.failure_file(key), json.dumps(failure, indent=2, ensure_ascii=False))

    def read(self, key: str, tables: tuple[str, ...]) -> KeptRun:
        """Return a finished run with the tables named. Raises OSError or pyarrow's error for a damaged file."""
        found: dict[str, Any] = {}
        note: dict[str, Any] = {}
        path = self.file(key)
        size = path.stat().st_size
        with pa.OSFile(str(path)) as file:
            while file.tell() < size:
                reader = pa.ipc.open_stream(file, options=pa.ipc.IpcReadOptions(use_threads=False))
                about, table = reader.schema.metadata, reader.read_all()
                if b"note" in about:
                    note = json.loads(about[b"note"])
                else:
                    found[about[b"table"].decode()] = table.replace_schema_metadata(None)
        return KeptRun(note.pop("headline"), {name: found[name] for name in tables if name in found}, note)

    def read_failure(self, key: str) -> dict[str, Any]:
        """Return the record of a failed run."""
        record: dict[str, Any] = json.loads(self.failure_file(key).read_text(encoding="utf-8"))
        return record

    def samples(self, most: int = 20) -> Iterator[tuple[int, dict[str, Any]]]:
        """Yield size and note of some finished runs."""
        for _, file in zip(range(most), self.runs.glob("??/*.arrow"), strict=False):
            if _is_whole(file):
                with pa.OSFile(str(file)) as stream:
                    yield file.stat().st_size, json.loads(pa.ipc.open_stream(stream).schema.metadata[b"note"])

    def sweep(self) -> None:
        """Remove what killed processes of this machine left half-written."""
        pattern = re.compile(rf".+\.{re.escape(socket.gethostname())}-(\d+)-[0-9a-f]{{8}}")
        for file in self.scratch.glob("*"):
            match = pattern.fullmatch(file.name)
            if match and file.is_file() and not alive(int(match.group(1))):
                file.unlink(missing_ok=True)

    def _partial(self, key: str) -> Path:
        return self.scratch / f"{key}.{mark()}"


def mark() -> str:
    """Return what tells files half-written by this process from those of any other."""
    return f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"


def write_whole(partial: Path, target: Path, text: str) -> None:
    """Write a text file that appears as a whole. Raises OSError."""
    try:
        partial.write_text(text + "\n", encoding="utf-8")
        partial.replace(target)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def serialised(file: Any, table: Any, about: Mapping[str, str]) -> None:
    """Append one table as an Arrow stream with this metadata."""
    options = pa.ipc.IpcWriteOptions(compression="zstd", use_threads=False)  # a worker has one thread
    with pa.ipc.new_stream(file, table.schema.with_metadata(about), options=options) as writer:
        writer.write_table(table)


def _is_whole(file: Path) -> bool:
    """Tell whether a run file is there and was written to its end."""
    try:
        with file.open("rb") as stream:
            if stream.seek(0, os.SEEK_END) < len(END_OF_STREAM):
                return False
            stream.seek(-len(END_OF_STREAM), os.SEEK_END)
            return stream.read() == END_OF_STREAM
    except OSError:
        return False
