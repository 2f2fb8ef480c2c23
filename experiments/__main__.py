"""Run all studies one after the other at a reduced size: ``python -m experiments``.

It shows that every study still runs and what it says; the stored results keep their own size. ``--write`` keeps table,
figure and provenance of each in ``results/experiments/reduced``.
"""

import argparse
import importlib
import sys
import time
from collections.abc import Sequence
from typing import Final

from experiments import STUDIES
from experiments.study import RESULTS, Size, Study, keep

SEEDS: Final = 2
MONTHS: Final = 30


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options and run the studies named, or all. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m experiments", description=__doc__.partition("\n")[0])
    parser.add_argument("studies", nargs="*", metavar="STUDY", help=f"some of {', '.join(STUDIES)}; all by default")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"common seeds (default {SEEDS})")
    parser.add_argument("--months", type=int, default=MONTHS, help=f"months to run (default {MONTHS})")
    parser.add_argument("--workers", type=int, default=None, help="processes (default: as many as pay)")
    parser.add_argument("--write", action="store_true", help=f"keep what they found in {RESULTS / 'reduced'}")
    chosen = parser.parse_args(arguments)
    unknown = [name for name in chosen.studies if name not in STUDIES]
    if unknown or chosen.seeds < 1:
        told = (
            f"no study is called {unknown[0]!r}; there are {', '.join(STUDIES)}" if unknown else "--seeds: at least 1"
        )
        print(told, file=sys.stderr)
        return 2
    for name in chosen.studies or STUDIES:
        study: Study = importlib.import_module(f"experiments.{name}").STUDY
        size = Size(chosen.seeds, max(chosen.months, study.fewest_months), chosen.workers, reduced=True)
        started = time.perf_counter()
        found = study.find(size)
        seconds = time.perf_counter() - started
        print(f"## {study.title} ({size.seeds} seeds, {size.months} months, {found.runs} runs, {seconds:.0f} s)")
        print(f"{study.question}\n{found.answer}\n\n{found.table.to_string(index=False)}\n", flush=True)
        if chosen.write:
            keep(study, size, found, RESULTS / "reduced")
    return 0


if __name__ == "__main__":
    sys.exit(main())
