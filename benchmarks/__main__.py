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


def asked_for(arguments: list[str] | None) -> argparse.Namespace:
    """Return what the command line asks for; leaves with a message if it asks for an unknown part."""
    known = ", ".join(parts(False))
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure the model's speed.")
    parser.add_argument("parts", nargs="*", help=f"only these parts: {known}")
    parser.add_argument("--quick", action="store_true", help="fewer repeats and runs: rougher figures, sooner")
    parser.add_argument("--save", action="store_true", help="keep the figures as the latest and in the document")
    parser.add_argument("--out", type=Path, help="keep the figures in this file")
    chosen = parser.parse_args(arguments)
    for name in chosen.parts:
        if name not in parts(False):
            parser.error(f"no part {name!r}; known: {known}")
    if chosen.save and chosen.parts:
        parser.error("--save keeps a whole measurement: leave out the parts")
    return chosen


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and keep the figures if asked to."""
    chosen = asked_for(arguments)
    console, figures = Console(width=150), []
    load, before = machine.load(), yardstick()
    for name, measure in parts(chosen.quick).items():
        if name in (chosen.parts or parts(False)):
            with console.status(f"Measuring: {name}"):
                figures += list(measure())
    content = report.contents(figures, machine.description(), (before, yardstick()), load)
    report.show(content, console)
    if chosen.out is not None:
        report.save(chosen.out, content)
    if chosen.save:
        report.save(report.LATEST, content)
        document = report.DOCUMENT.read_text(encoding="utf-8")
        report.DOCUMENT.write_text(report.put_into(document, content), encoding="utf-8")


if __name__ == "__main__":
    main()
