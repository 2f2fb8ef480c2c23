"""Which remedies save the most care under a squeeze, what does an hour saved cost, and do two of them add up?

Every remedy alone, then pairs of the best four, are compared with the same squeeze without any, on common seeds: once
with the evidence's parameters and once with the contested figures of 2017 (``configs/claims-2017.toml``).

    python -m experiments.remedies                     # 8 seeds; about five minutes on two busy cores
    python -m experiments.remedies --runs 30 --write   # a quarter of an hour; writes the tables of docs/remedies.md
"""

import argparse
import itertools
import re
import time
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.policies import POLICIES
from resilience.runs.compare import Comparison, compare
from resilience.scenario import Scenario, load

SQUEEZE = "austerity-and-wage-rise"
START = "2017-04"
DOCUMENT = Path(__file__).parent.parent / "docs" / "remedies.md"
BEST = 4
"""Remedies whose pairs are tried."""


def claims() -> dict[str, Any]:
    """Return the contested figures of 2017 by dotted name: all that ``configs/claims-2017.toml`` changes."""
    plain = load("west-midlands-2016")
    return {
        info.name: info.value
        for info in load("claims-2017").parameters()
        if not info.name.startswith(("shocks.", "policies.")) and plain.get(info.name) != info.value
    }


def claimed(scenario: Scenario) -> Scenario:
    """Return a scenario with the contested figures of 2017 laid over it."""
    return scenario.with_values(claims())


def remedy(base: Scenario, *kinds: str) -> Scenario:
    """Return the squeeze with policies of these kinds, with their own defaults; targeting comes with a catalyst."""
    wanted = [*kinds, "catalyst"] if "needs_targeting" in kinds and "catalyst" not in kinds else [*kinds]
    values: dict[str, Any] = {f"policies.{kind}.start": START for kind in wanted}
    return base.with_values(values | {"name": " + ".join(kinds)})


def best(comparison: Comparison) -> list[str]:
    """Return the remedies to pair: two that save most hours, then those that save one most cheaply."""
    rows = comparison.benefits().pivot(index="scenario", columns="measure", values="difference")
    clear = comparison.benefits().query("measure == 'hours_saved' and low > 0")["scenario"]
    rows = rows.loc[[name for name in clear if name != "needs_targeting"]]
    most = rows["hours_saved"].nlargest(2).index
    cheapest = rows.drop(index=most)["cost_per_hour_saved"].nsmallest(BEST - 2).index
    return [*most, *cheapest]


def study(base: Scenario, runs: int, workers: int) -> tuple[Comparison, Comparison | None]:
    """Return the comparison of every remedy alone, and of the pairs of the best (None where fewer than two help)."""
    alone = compare([base, *(remedy(base, kind) for kind in POLICIES)], runs=runs, workers=workers)
    pairs = list(itertools.combinations(best(alone), 2))
    if not pairs:
        return alone, None
    return alone, compare([base, *(remedy(base, *pair) for pair in pairs)], runs=runs, workers=workers)


SHOWN = {
    "programme_cost": ("Programme, GBP m", 1e6, 1),
    "council_spend": ("Council spend, GBP m", 1e6, 1),
    "hours_saved": ("Hours saved, thousand", 1e3, 1),
    "cost_per_hour_saved": ("GBP per hour saved", 1.0, 0),
    "tail_hours_saved": ("Tail hours saved, thousand", 1e3, 1),
    "jobs": ("Jobs", 1.0, 0),
    "money_kept_local": ("Kept local, GBP m", 1e6, 1),
    "hospital_days": ("Hospital days, thousand", 1e3, 1),
}


def table(*comparisons: Comparison | None) -> str:
    """Return costs and benefits as a table in Markdown, most hours saved first; intervals in brackets."""
    frames = [found.benefits() for found in comparisons if found is not None]
    frame = pd.concat(frames, ignore_index=True)
    order = frame[frame["measure"] == "hours_saved"].sort_values("difference", ascending=False)["scenario"]
    lines = ["| remedy | " + " | ".join(text for text, _, _ in SHOWN.values()) + " |", "|---" * (len(SHOWN) + 1) + "|"]
    for name in order:
        own = frame[frame["scenario"] == name].set_index("measure")
        cells = [cell(own.loc[measure], *SHOWN[measure][1:]) for measure in SHOWN]
        lines.append(f"| {name.replace('_', ' ')} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def cell(row: "pd.Series[Any]", scale: float, decimals: int) -> str:
    """Return "mean (low to high)"; a dash where no hours are saved, "up" where the interval has no end.

    One seed has no interval and no brackets.
    """
    if pd.isna(row["difference"]):
        return "-"
    if pd.isna(row["low"]):
        return _text(row["difference"] / scale, decimals)
    mean, low, high = (_text(row[name] / scale, decimals) for name in ("difference", "low", "high"))
    return f"{mean} ({low} to {high})"


def _text(value: float, decimals: int) -> str:
    """Return a number with thousands separated and never a negative nought."""
    if value == float("inf"):
        return "up"
    text = f"{value:,.{decimals}f}"
    return text.removeprefix("-") if not any(digit in text for digit in "123456789") else text


def results(runs: int, workers: int, months: int | None) -> str:
    """Run the whole study and return its tables as Markdown."""
    squeeze = load(SQUEEZE) if months is None else load(SQUEEZE, months=months)
    parts = []
    for title, base in (("With the evidence's parameters", squeeze), ("With the claims of 2017", claimed(squeeze))):
        begun = time.perf_counter()
        alone, pairs = study(base, runs, workers)
        before = alone.summary().set_index("measure")["mean"].map("{:,.0f}".format)
        took = (time.perf_counter() - begun) / 60.0
        parts.append(
            f"### {title}\n\n"
            f"{runs} common seeds (from 1), {squeeze.months} months. Without any remedy "
            f"{before['care_hours_lost']} hours are lost and {before['unmet_hours']} unmet. {took:.0f} minutes.\n\n"
            f"{table(alone)}\n\nPairs:\n\n{table(pairs) if pairs else 'fewer than two remedies clearly save hours.'}\n"
        )
    return "\n".join(parts)


def write(text: str) -> None:
    """Put the tables between the marks of the document, whose own words stay."""
    document = DOCUMENT.read_text(encoding="utf-8")
    marks = re.compile(r"(<!-- tables -->\n).*(<!-- end of tables -->)", re.DOTALL)
    new = marks.sub(lambda found: f"{found[1]}\n{text}\n{found[2]}", document)
    DOCUMENT.write_text(new, encoding="utf-8", newline="\n")


def main() -> None:
    """Read the options, run the study, print its tables, and write them where that is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=8, help="common seeds")
    parser.add_argument("--workers", type=int, default=2, help="processes")
    parser.add_argument("--months", type=int, default=None, help="months to run, instead of the scenario's")
    parser.add_argument("--write", action="store_true", help="write the tables of docs/remedies.md again")
    chosen = parser.parse_args()
    text = results(chosen.runs, chosen.workers, chosen.months)
    print(text)
    if chosen.write:
        write(text)


if __name__ == "__main__":
    main()
