"""How much of the chance in a difference common seeds remove: ``python -m benchmarks.pairing``.

Each scenario is run on the same seeds. The variance of other minus base over those seeds is set against the variance
the difference would have were the two run on seeds of their own, which is the sum of their variances.
"""

import argparse
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks import machine
from resilience.runs.compare import compare
from resilience.runs.statistics import measure_of
from resilience.scenario import load

BASE = "west-midlands-2016"
OTHERS = ("austerity-and-wage-rise", "labour-supply-cut")
MEASURES = ("site_closures", "provider_failures", "care_hours_lost", "unmet_hours", "council_spend")
RESULTS = Path(__file__).parent / "results" / "pairing.json"
DOCUMENT = Path(__file__).parents[1] / "docs" / "batch.md"


@dataclass(frozen=True)
class Pairing:
    """What common seeds do for one measure of one comparison.

    ``removed`` is the share of the variance that is gone; ``times_fewer`` how many times more independent seeds would
    be needed for the same interval, infinite where every seed has the same difference.
    """

    scenario: str
    measure: str
    difference: float
    deviation_paired: float
    deviation_apart: float

    @property
    def removed(self) -> float:
        return 1 - (self.deviation_paired / self.deviation_apart) ** 2 if self.deviation_apart else float("nan")

    @property
    def times_fewer(self) -> float:
        ratio = self.deviation_paired / self.deviation_apart if self.deviation_apart else float("nan")
        return float("inf") if ratio == 0 else 1 / ratio**2


def pairing(scenario: str, measure: str, base: Sequence[float], other: Sequence[float]) -> Pairing:
    """Return what pairing does, from the values of both on the same seeds in the same order."""
    first, second = np.asarray(base, dtype=float), np.asarray(other, dtype=float)
    change = second - first
    apart = float(np.sqrt(first.var(ddof=1) + second.var(ddof=1)))
    return Pairing(scenario, measure, float(change.mean()), float(change.std(ddof=1)), apart)


def measured(seeds: int, months: int, workers: int) -> list[Pairing]:
    """Run the scenarios and return what pairing does for each measure."""
    scenarios = [load(name, months=months) for name in (BASE, *OTHERS)]
    found = compare(scenarios, runs=seeds, workers=workers)
    frames = {label: found.run_set.of(label).sort_values("seed") for label in found.labels}
    base: pd.DataFrame = frames[found.base]
    return [
        pairing(other, measure, base[measure].tolist(), frames[other][measure].tolist())
        for other in found.others
        for measure in MEASURES
    ]


def table(found: Sequence[Pairing], seeds: int, months: int) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        f"{seeds} seeds, {months} months, against `{BASE}`; measured by `python -m benchmarks.pairing --save`.",
        "",
        "| scenario | measure | mean difference | its standard deviation over common seeds | apart | variance "
        "removed | times fewer seeds |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for one in found:
        numbers = f"{one.difference:+,.0f} | {one.deviation_paired:,.0f} | {one.deviation_apart:,.0f}"
        label = measure_of(one.measure).label
        removed = "over 99.9%" if one.removed > 0.999 else f"{one.removed:.1%}"
        lines.append(f"| {one.scenario} | {label} | {numbers} | {removed} | {one.times_fewer:,.0f} |")
    return "\n".join(lines)


def main(arguments: list[str] | None = None) -> None:
    """Measure, print the table, and with ``--save`` keep it."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairing", description="What common seeds are worth.")
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--save", action="store_true", help="keep the figures and put them into the document")
    chosen = parser.parse_args(arguments)
    found = measured(chosen.seeds, chosen.months, chosen.workers)
    text = table(found, chosen.seeds, chosen.months)
    print(text)
    if chosen.save:
        rows = [{**vars(one), "removed": one.removed, "times_fewer": one.times_fewer} for one in found]
        content = {"seeds": chosen.seeds, "months": chosen.months, "machine": machine.description(), "pairings": rows}
        RESULTS.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        document = DOCUMENT.read_text(encoding="utf-8")
        marks = r"(<!-- pairing: measured -->\n).*?(<!-- pairing: end -->)"
        DOCUMENT.write_text(re.sub(marks, rf"\g<1>{text}\n\g<2>", document, flags=re.DOTALL), encoding="utf-8")


if __name__ == "__main__":
    main()
