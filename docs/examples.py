"""Make the example reports again: ``python -m docs.examples`` (a few minutes), from shipped scenarios and experiments.

A strategist's comparison of a squeeze with and without remedies, and an academic's sweep of cuts by wages. The results
themselves are made in a temporary folder and not kept; the reports name the command that repeats them.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

import resilience

FOLDER = Path(__file__).parent / "examples"
ROOT = FOLDER.parents[1]
LARGEST_BYTES = 400_000
SENSITIVITY = ROOT / "docs" / "sensitivity.csv"

COMPARED = ("west-midlands-2016", "austerity-and-wage-rise", "ring-fenced-grant", "austerity-with-catalyst")
EXPERIMENT = "austerity-and-wages"
SWEPT_SEEDS = 5
"""Half of the experiment file's own seeds, so that the examples are made in minutes."""


def comparison(folder: Path, runs: int = 20) -> Path:
    """Run the strategist's comparison and return its results folder."""
    out = folder / "comparison"
    given = ["compare", *(f"configs/{name}.toml" for name in COMPARED), "--runs", str(runs)]
    _run([*given, "--out", str(out)])
    return out


def sweep(folder: Path, *more: str) -> Path:
    """Run the academic's experiment and return its results folder."""
    out = folder / "sweep"
    _run(["batch", f"experiments/{EXPERIMENT}.toml", *more, "--out", str(out)])
    return out


def _run(arguments: list[str]) -> None:
    subprocess.run([sys.executable, "-m", "resilience", *arguments], cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def write(results: Path, name: str, target: Path = FOLDER) -> Path:
    """Write a report without the command's temporary folder; raises ValueError where it has become too large."""
    from resilience.reports.page import render
    from resilience.reports.read import read_material

    material = read_material(results)
    command = str(material.manifest["command"] or "").partition(" --out ")[0]
    material.manifest["command"] = command or None
    text = render(material, SENSITIVITY if SENSITIVITY.is_file() else None)
    if len(text.encode()) > LARGEST_BYTES:
        raise ValueError(f"{name}: {len(text.encode()):,} bytes are more than {LARGEST_BYTES:,}")
    target.mkdir(parents=True, exist_ok=True)
    (target / name).write_text(text, encoding="utf-8", newline="\n")
    return target / name


def main() -> None:
    """Make both reports."""
    print(f"resilience {resilience.__version__}: a few minutes", file=sys.stderr)
    with tempfile.TemporaryDirectory() as folder:
        compared, swept = comparison(Path(folder)), sweep(Path(folder), "--runs", str(SWEPT_SEEDS))
        print(write(compared, "comparison.html"))
        print(write(swept, "sweep.html"))


if __name__ == "__main__":
    main()
