"""Settings that name a file: a region's own csv of councils, and every parameter whose name ends in `_file`.

Their paths count from the scenario file that gives them, and they enter a scenario's hash by the file's text:
moving a file changes nothing, editing it does.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from resilience.scenario.errors import Problem, nearest
from resilience.scenario.layers import Layer
from resilience.scenario.lines import KeyPath


def locate_files(layer: Layer, folder: Path) -> Layer:
    """The layer with every path made absolute, counted from `folder`."""
    values = _changed(layer.values, lambda path: os.path.normpath((folder / path).absolute()))
    return Layer(values, layer.origins, layer.origin)


def missing_files(layer: Layer) -> list[Problem]:
    """A problem for every setting that names a file that is not there."""
    problems = []
    for path, text in _file_settings(layer.values):
        file = Path(text)
        if not is_file(file):
            place = layer.place(path)
            key, near = ".".join(path), near_file(file)
            problems.append(Problem(place.file, place.line, key, text, "no such file", suggestion=near))
    return problems


def with_fingerprints(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with each file's path replaced by a digest of its text; that of a missing file stays."""
    return _changed(settings, _fingerprint)


def is_file(path: Path) -> bool:
    """Whether there is such a file; False for what no file can be called."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether there is such a folder; False for what no folder can be called."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def near_file(missing: Path) -> str | None:
    """The name most like a missing file's among those of the same suffix in its folder."""
    there = missing.parent.glob(f"*{missing.suffix}") if is_folder(missing.parent) else ()
    return nearest(missing.name, [file.name for file in there if file.is_file()])


def _fingerprint(text: str) -> str:
    file = Path(text)
    if not is_file(file):
        return text
    return "sha256 " + hashlib.sha256(file.read_bytes().replace(b"\r\n", b"\n")).hexdigest()


def _names_file(path: KeyPath, value: Any) -> bool:
    if not isinstance(value, str) or not value:
        return False
    return value.endswith(".csv") if path == ("region",) else path[-1].endswith("_file")


def _file_settings(values: Mapping[str, Any], within: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    for name, value in values.items():
        path = (*within, name)
        if isinstance(value, Mapping):
            yield from _file_settings(value, path)
        elif _names_file(path, value):
            yield path, value


def _changed(values: Mapping[str, Any], change: Callable[[str], str], within: KeyPath = ()) -> dict[str, Any]:
    """The same tables with `change` made to every setting that names a file."""
    result: dict[str, Any] = {}
    for name, value in values.items():
        path = (*within, name)
        if isinstance(value, Mapping):
            result[name] = _changed(value, change, path)
        else:
            result[name] = change(value) if _names_file(path, value) else value
    return result
