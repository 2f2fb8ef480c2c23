"""Measure the model's speed in one go: ``python -m benchmarks``."""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

from rich.console import Console

from benchmarks import machine, months, processes, report, scale
from benchmarks.clock import yardstick
from benchmarks.figures import Figure


def parts(quick: bool) -> dict[str, Callable[[], Iterator[Figure]]]:
    """Return the parts of the benchmark by name; ``quick`` takes fewer repeats and runs."""
    return {
        "months": lambda: months.figures(months=4 if quick else 24, repeats=1 if quick else 5),
        "waits": lambda: processes.figures(repeats=1 if quick else 7),
        "england": lambda: scale.england_figures(months=2 if quick else 24),
        "batch": lambda: scale.batch_figures(runs=8 if quick else 100),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and keep the figures if asked to."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the model's speed.")
    parser.add_argument("parts", nargs="*", help=f"only these parts: {', '.join(parts(False))}")
    parser.add_argument("--quick", action="store_true", help="fewer repeats: a minute or so, rougher figures")
    parser.add_argument("--save", action="store_true", help="keep the figures in benchmarks/results/latest.json")
    parser.add_argument("--out", type=Path, help="keep the figures in this file")
    chosen = parser.parse_args(arguments)
    known = parts(chosen.quick)
    unknown = [name for name in chosen.parts if name not in known]
    if unknown:
        parser.error(f"no part {unknown[0]!r}; known: {', '.join(known)}")
    console, figures = Console(width=150), []
    load, before = machine.load(), yardstick()
    for name in chosen.parts or known:
        with console.status(f"Measuring: {name}"):
            figures += list(known[name]())
    described = machine.description()
    report.show(figures, described, console)
    path = chosen.out or (report.LATEST if chosen.save else None)
    if path is not None:
        report.save(path, figures, described, (before, yardstick()), load)
        console.print(f"Kept in {path.name}.")


if __name__ == "__main__":
    main()
