"""Where results come from: scenarios as resolved, seeds, versions, commit, machine, timings, how to do it again."""

import datetime
import functools
import importlib.metadata
import platform
import shlex
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import resilience
from resilience.scenario import Scenario

FORMAT = "resilience results"
FORMAT_VERSION = 1
"""Raised when a reader of older folders would misread a newer one."""

LIBRARIES = ("mesa", "numba", "numpy", "pandas", "pyarrow", "pydantic", "scipy")


def manifest(scenarios: Mapping[str, Scenario], seeds: Sequence[int], command: Sequence[str] | None) -> dict[str, Any]:
    """Return what is known before the runs start. ``scenarios`` by the label under which the tables have them.

    ``command`` is the command line that was given; None for a call from Python.
    """
    first = next(iter(scenarios.values()))
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "created": datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds"),
        "scenario": first.resolved(),
        "hash": first.hash,
        "scenarios": {
            label: {"hash": scenario.hash, "scenario": scenario.resolved()} for label, scenario in scenarios.items()
        },
        "seeds": list(seeds),
        "command": None if command is None else shlex.join(command),
        "reproduce": shlex.join(reproducing(list(scenarios), seeds)),
        "versions": versions(),
        "commit": commit(),
        "platform": {
            "system": platform.system(),
            "release": platform.release(),
            "machine": platform.machine(),
            "python": platform.python_implementation(),
        },
    }


def scenario_file(label: str, labels: Sequence[str]) -> str:
    """Return the name of the file in a results folder that holds a scenario as resolved."""
    return "scenario.toml" if len(labels) == 1 else f"scenario-{list(labels).index(label) + 1}.toml"


def reproducing(labels: Sequence[str], seeds: Sequence[int]) -> list[str]:
    """Return the command that repeats the runs, given in the results folder, from the scenarios kept there."""
    verb = "run" if len(labels) == 1 else "compare"
    files = [scenario_file(label, labels) for label in labels]
    return ["resilience", verb, *files, "--runs", str(len(seeds)), "--seed", str(seeds[0])]


@functools.cache
def versions() -> dict[str, str]:
    """Return the versions of this program, of Python and of the libraries that can move a result."""
    found = {"resilience": resilience.__version__, "python": platform.python_version()}
    for library in LIBRARIES:
        try:
            found[library] = importlib.metadata.version(library)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Return the machine that a search or a sweep ran on, for the time it took."""
    from resilience.runs.pool import processors

    return {
        "system": platform.system(),
        "machine": platform.machine(),
        "processors": processors(),
        "python": platform.python_version(),
    }


@functools.cache
def commit() -> dict[str, Any] | None:
    """Return the commit of the checkout the program runs from and whether files differ from it; None outside one."""
    folder = Path(__file__).resolve().parents[2]
    if not (folder / ".git").exists():
        return None
    head, changes = _git(folder, "rev-parse", "HEAD"), _git(folder, "status", "--porcelain", "-uno")
    return None if head is None else {"id": head, "modified": bool(changes)}


def _git(folder: Path, *arguments: str) -> str | None:
    """Return what git answers, or None where it is missing or refuses."""
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None
