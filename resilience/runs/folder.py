"""Where results go: a folder that appears complete or not at all, and never over somebody's work.

Results are written to a hidden sibling of the folder they will become and renamed when complete. Before any run
starts the place is tried out, so that an unwritable folder or a full disk costs nobody an hour of computing.
"""

import os
import re
import shutil
import socket
import uuid
from pathlib import Path

MANIFEST = "manifest.json"
"""The file by which a results folder is known."""

DEFAULT_PARENT = Path("results")

PROBE_BYTES = 1_000_000
"""Written and synchronised before the runs start."""

LONGEST_NAME = 80
"""Letters of a scenario's name that a folder's name takes up."""

BYTES_PER_RUN = 100_000
"""Room asked for per run, before the runs start: a small run's tables. A bigger one may still fill the disk."""


class OutputError(Exception):
    """The results cannot be written where they were asked for; the message says why and what to do."""


class ResultsFolder:
    """One results folder in the making.

    ``partial`` is where files are written until ``publish`` renames it to ``path``. ``discard`` leaves no trace.
    """

    def __init__(self, wanted: Path | None, default_name: str, runs: int, *, overwrite: bool = False) -> None:
        """Choose the folder, try it out and make the partial one.

        ``wanted`` is the user's choice; None takes ``results/<default_name>``, with a number behind it if need be.
        Raises OutputError when the folder holds something else, holds earlier results and ``overwrite`` is
        False, cannot be written, or its disk has no room for ``runs`` runs.
        """
        self.numbered = wanted is None
        self.overwrite = overwrite
        if wanted is None:
            self.path = _free_name(DEFAULT_PARENT / file_name(default_name))
        else:
            self.path = wanted if wanted.name not in {"", ".."} else wanted.resolve()
            _check_wanted(self.path, overwrite=overwrite)
        self._made: list[Path] = []
        mark = f"{socket.gethostname()}-{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self.partial = self.path.parent / f".{self.path.name}.{mark}.partial"
        try:
            self._prepare(runs)
        except OSError as error:
            self.discard()
            raise OutputError(cannot_write(self.path, error)) from error
        except OutputError:
            self.discard()
            raise

    def _prepare(self, runs: int) -> None:
        """Make the partial folder and write a probe into it."""
        parent = self.path.parent
        missing = [folder for folder in (parent, *parent.parents) if not folder.exists()]
        for folder in reversed(missing):
            folder.mkdir()
            self._made.append(folder)
        _sweep(parent)
        self.partial.mkdir()
        try_out(self.partial, self.path, runs, BYTES_PER_RUN)

    def publish(self) -> Path:
        """Rename the partial folder to its final name and return that.

        If somebody took the name while the runs went on, the next free numbered name is used.
        """
        try:
            while True:
                try:
                    return self._rename()
                except OSError:
                    if not self.path.exists():
                        raise
                    self.path = _free_name(self.path)
        except OSError as error:
            raise OutputError(cannot_write(self.path, error)) from error

    def _rename(self) -> Path:
        old = self.partial.with_suffix(".old")
        if self.overwrite and is_results(self.path):
            self.path.rename(old)
        elif self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()
        self.partial.rename(self.path)
        shutil.rmtree(old, ignore_errors=True)
        return self.path

    def discard(self) -> None:
        """Remove the partial folder, and the folders made on the way to it."""
        shutil.rmtree(self.partial, ignore_errors=True)
        for folder in reversed(self._made):
            try:
                folder.rmdir()
            except OSError:
                return


def try_out(folder: Path, shown: Path, runs: int, bytes_per_run: float) -> None:
    """Write a probe into a folder whose disk is to take so many runs.

    ``shown`` is the folder as the user knows it. Raises OutputError without room, OSError when it cannot be written.
    """
    free, needed = shutil.disk_usage(folder).free, PROBE_BYTES + runs * bytes_per_run
    if free < needed:
        raise OutputError(
            f"{shown}: the disk has {free / 1e6:,.0f} MB free and {runs} runs need at least "
            f"{needed / 1e6:,.0f} MB. Free some room or choose another folder with --out."
        )
    probe = folder / f"probe-{uuid.uuid4().hex[:8]}"
    try:
        with probe.open("wb") as file:
            file.write(b"\0" * PROBE_BYTES)
            file.flush()
            os.fsync(file.fileno())
    finally:
        probe.unlink(missing_ok=True)


def is_results(path: Path) -> bool:
    """Tell whether a folder holds results of this program."""
    return (path / MANIFEST).is_file()


def cannot_write(path: Path, error: OSError) -> str:
    """Return what to tell the user when the system refuses to write."""
    reason = error.strerror or str(error)
    return f"{path}: cannot write the results here: {reason}. Choose another folder with --out."


def file_name(name: str) -> str:
    """Return a name that is safe as a folder's: letters, digits, dot, dash and underscore, not too many."""
    return re.sub(r"[^\w.-]+", "-", name)[:LONGEST_NAME].strip("-.") or "scenario"


def _free_name(path: Path) -> Path:
    """Return the path itself if nothing is there, or else with the first free number behind it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}-{number}")
    return free


def _check_wanted(path: Path, *, overwrite: bool) -> None:
    """Refuse a folder that would lose somebody's files."""
    try:
        if not path.exists():
            return
        if not path.is_dir():
            raise OutputError(f"{path}: is a file, not a folder. Choose another folder with --out.")
        empty = not any(path.iterdir())
    except OSError as error:
        raise OutputError(cannot_write(path, error)) from error
    if empty or (overwrite and is_results(path)):
        return
    if is_results(path):
        raise OutputError(
            f"{path}: holds earlier results. Choose another folder with --out, or replace them with --overwrite."
        )
    raise OutputError(f"{path}: is not empty and holds no results of this program. Choose another folder with --out.")


def _sweep(parent: Path) -> None:
    """Remove partial folders whose process, on this machine, is gone (it was killed outright)."""
    pattern = re.compile(rf"\..+\.{re.escape(socket.gethostname())}-(\d+)-[0-9a-f]{{8}}\.(?:partial|old)")
    for folder in parent.glob(".*"):
        match = pattern.fullmatch(folder.name)
        if match and not alive(int(match.group(1))):
            shutil.rmtree(folder, ignore_errors=True)


def alive(process: int) -> bool:
    """Tell whether a process of this machine is running; True where that cannot be known."""
    if os.name == "nt":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
