"""Starting Python processes and timing them: what a user waits for."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks.clock import yardstick
from benchmarks.figures import Figure, seconds
from benchmarks.months import SCENARIO

ROOT = Path(__file__).resolve().parents[1]


def run(*arguments: str) -> str:
    """Run Python with these arguments in the project's folder; returns what it printed, raises if it failed."""
    paths = os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "120"},
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        raise RuntimeError(f"python {' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def child(*arguments: str) -> dict[str, Any]:
    """Do work of :mod:`benchmarks.child` in a process of its own and return what it found."""
    return json.loads(run("-m", "benchmarks.child", *arguments))


def turn_about(commands: dict[str, list[str]], repeats: int) -> dict[str, float]:
    """Return the median seconds of each command, run turn and turn about after one round that is not counted."""
    times: dict[str, list[float]] = {name: [] for name in commands}
    for turn in range(repeats + 1):
        for name, command in commands.items():
            started = time.perf_counter()
            run(*command)
            if turn:
                times[name].append(time.perf_counter() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


def import_figures(repeats: int) -> Iterator[Figure]:
    """Yield what importing costs, beyond a bare Python and beyond Mesa."""
    programs = {
        "bare": "pass",
        "mesa": "import mesa",
        "package": "import resilience",
        "model": "import resilience; resilience.CareMarket",
    }
    stick = yardstick()
    took = turn_about({name: ["-c", program] for name, program in programs.items()}, repeats)
    yield seconds("python", "Python itself", took["bare"], stick)
    yield seconds("import_mesa", "import mesa, beyond that", took["mesa"] - took["bare"], stick)
    yield seconds("import_package", "import resilience", took["package"] - took["bare"], stick)
    yield seconds("import_model", "The model, beyond mesa", took["model"] - took["mesa"], stick, 0.3)


def command_figures(repeats: int) -> Iterator[Figure]:
    """Yield how long commands take from pressing return."""
    with tempfile.TemporaryDirectory() as folder:
        keep = ["--out", str(Path(folder) / "results"), "--overwrite"]
        commands = {
            "help": ["-m", "resilience", "--help"],
            "check": ["-m", "resilience", "check", SCENARIO],
            "run": ["-m", "resilience", "run", SCENARIO, "--runs", "1", *keep],
        }
        stick = yardstick()
        took = turn_about(commands, repeats)
    yield seconds("help", "resilience --help", took["help"], stick, 0.5)
    yield seconds("check", "resilience check", took["check"], stick)
    yield seconds("run_one", "resilience run --runs 1, 60 months", took["run"], stick, 3.0)


def figures(repeats: int = 5) -> Iterator[Figure]:
    """Yield what a user waits for."""
    yield from import_figures(repeats)
    yield from command_figures(repeats)
