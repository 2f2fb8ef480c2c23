"""The stored results: what is run, how it is kept, and how two summaries are compared."""

import json
from collections.abc import Mapping
from pathlib import Path

from resilience.measures.catalogue import MEASURES
from resilience.model import CareMarket
from resilience.scenario import Scenario, load
from tests.project.files import ROOT

STORED = Path(__file__).parent / "stored.json"
SCENARIOS = ("west-midlands-2016", "austerity-and-wage-rise")
SEEDS = (1, 2)
MONTHS = 24
TOLERANCE = 1e-6
"""Relative: one platform's sums differ from another's in the last digits; a rule that changed shows far above it."""
HOW_TO_RENEW = (
    "If the change is meant, renew the stored results with `make baseline` (or `python -m tests.baseline.refresh`), "
    "commit tests/baseline/stored.json with the change, and mark it in CHANGELOG.md as one that changes numbers."
)

type Summary = dict[str, dict[str, float]]
"""Measures by name of each run, the run named "scenario, seed N"."""


def scenario(name: str) -> Scenario:
    """Return a shipped scenario, shortened."""
    return load(ROOT / "configs" / f"{name}.toml", months=MONTHS)


def summarise() -> Summary:
    """Run every scenario with every seed and return the measures of each run."""
    return {
        f"{name}, seed {seed}": dict(CareMarket(scenario(name), rng=seed).run().headline)
        for name in SCENARIOS
        for seed in SEEDS
    }


def read(path: Path = STORED) -> Summary:
    """Return the stored summary; raises FileNotFoundError where there is none."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def write(summary: Mapping[str, Mapping[str, float]], path: Path = STORED) -> None:
    """Store a summary, one measure a line, so that a change is easily read in a diff."""
    path.write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8", newline="\n")


def differences(
    stored: Mapping[str, Mapping[str, float]], now: Mapping[str, Mapping[str, float]]
) -> list[tuple[str, ...]]:
    """Return (run, measure, stored, now, change) of every measure that moved, came or went, in words."""
    rows: list[tuple[str, ...]] = []
    for run in dict.fromkeys([*stored, *now]):
        before, after = stored.get(run, {}), now.get(run, {})
        for name in dict.fromkeys([*before, *after]):
            if name not in before or name not in after or _moved(before[name], after[name]):
                old, new = before.get(name), after.get(name)
                rows.append((run, name, _number(name, old), _number(name, new), _change(old, new)))
    return rows


def table(rows: list[tuple[str, ...]]) -> str:
    """Return differences as a table of plain text."""
    lines = [("run", "measure", "stored", "now", "change"), *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(5)]
    texts = (
        "  ".join(
            [*(line[column].ljust(widths[column]) for column in (0, 1)), *(line[c].rjust(widths[c]) for c in (2, 3, 4))]
        )
        for line in lines
    )
    return "\n".join(text.rstrip() for text in texts)


def _moved(before: float, after: float) -> bool:
    return not abs(after - before) <= TOLERANCE * max(abs(before), abs(after))


def _number(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    decimals = MEASURES[name].decimals + 3 if name in MEASURES else 3
    return f"{value:,.{decimals}f}"


def _change(before: float | None, after: float | None) -> str:
    if before is None or after is None:
        return "new" if before is None else "gone"
    return f"{after - before:+,.4g}" if before == 0 else f"{(after - before) / abs(before):+.3%}"
