"""How cost grows: from one region to England, and from one run to a thousand."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.clock import yardstick
from benchmarks.figures import Figure, seconds
from benchmarks.processes import child

TEN_YEARS = 120
BATCH = 1_000
WORKERS = 2


def england_figures(months: int) -> Iterator[Figure]:
    """Yield what all of England costs, in a process of its own, and how cost grows with councils."""
    stick = yardstick()
    small, large = child("region", "west-midlands", str(months)), child("region", "england", str(months))
    size = f"{large['councils']} councils, {large['sites']:,} sites, {large['self_funders']:,} self-funders"
    yield seconds("england_opening", "England on the first day", large["opening"], stick, note=size)
    yield seconds("england_month", "A month of England", large["month"], stick)
    ten_years = large["opening"] + TEN_YEARS * large["month"]
    note = "opening and 120 times a month"
    yield seconds("england_ten_years", "England, 120 months", ten_years, stick, 8.0, note)
    yield Figure("england_memory", "Most memory held for England", large["memory_mb"], "MB", 2048.0)
    per_council = (large["month"] / large["councils"]) / (small["month"] / small["councils"])
    note = "1: cost grows with the number of councils"
    yield Figure("linear", "A council's month, England over West Midlands", per_council, "times", 1.2, note=note)


def batch_figures(runs: int) -> Iterator[Figure]:
    """Yield what many runs with full tables cost on two workers, and how much memory and disk they take."""
    stick = yardstick()
    few = max(runs // 4, 2)
    with tempfile.TemporaryDirectory() as folder:
        less = child("batch", str(few), str(WORKERS), str(Path(folder) / "few"))
        more = child("batch", str(runs), str(WORKERS), str(Path(folder) / "many"))
        size = sum(path.stat().st_size for path in (Path(folder) / "many").rglob("*") if path.is_file())
    each = (more["seconds"] - less["seconds"]) / (runs - few)
    thousand = more["seconds"] + each * (BATCH - runs)
    label = f"{runs} runs, {more['months']} months, all tables, {WORKERS} workers"
    yield seconds("batch", label, more["seconds"], stick)
    note = f"from {few} and {runs} runs"
    yield seconds("batch_thousand", "1,000 such runs", thousand, stick, 300.0, note)
    growth = more["memory_mb"] / less["memory_mb"]
    note = f"{more['memory_mb']:.0f} MB in the process that gathers them"
    yield Figure("batch_memory", f"Memory for {runs} runs over that for {few}", growth, "times", 1.25, note=note)
    yield Figure("folder", "Results folder, a run", size / runs / 1e6, "MB")


def figures(months: int = 12, runs: int = 100) -> Iterator[Figure]:
    """Yield how cost grows."""
    yield from england_figures(months)
    yield from batch_figures(runs)
