"""Write a report: from a results folder to one HTML file, whole or not at all."""

import os
import uuid
from pathlib import Path

from resilience.reports.page import GENERATOR, render
from resilience.reports.read import read_material
from resilience.runs.folder import OutputError

FILE_NAME = "report.html"
"""The report's name inside its results folder, where no other place is asked for."""


def report(
    results: str | Path,
    out: str | Path | None = None,
    *,
    overwrite: bool = False,
    sensitivity: str | Path | None = None,
) -> Path:
    """Write the report of a results folder and return the file's path.

    ``out`` is the file; None puts ``report.html`` into the folder. An earlier report is replaced; any other file only
    with ``overwrite``. ``sensitivity`` is a table of what each assumption moves, as the tornado analysis writes it;
    without it the folder's own ``sensitivity.csv`` is shown, if there is one. The file appears complete or not at all.
    Raises OutputError when the folder holds no results to report, a table is of another kind, or the file cannot be
    written.
    """
    material = read_material(results)
    path = material.path / FILE_NAME if out is None else Path(out)
    _refuse_to_lose_work(path, overwrite=overwrite)
    text = render(material, None if sensitivity is None else Path(sensitivity))
    _write_whole(path, text)
    return path


def _refuse_to_lose_work(path: Path, *, overwrite: bool) -> None:
    """Raise OutputError where the path is a folder, or a file that is no report."""
    if path.is_dir():
        raise OutputError(f"{path}: is a folder. Name a file with --out, such as {path / FILE_NAME}.")
    if overwrite or not path.exists():
        return
    try:
        with path.open("rb") as file:
            start = file.read(600)
    except OSError as error:
        raise _cannot_write(path, error) from error
    if f'content="{GENERATOR}'.encode() not in start:
        raise OutputError(f"{path}: exists and is no report. Choose another file with --out, or add --overwrite.")


def _write_whole(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex[:8]}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with partial.open("w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _cannot_write(path: Path, error: OSError) -> OutputError:
    reason = error.strerror or str(error)
    return OutputError(f"{path}: cannot write the report here: {reason}. Choose another file with --out.")
