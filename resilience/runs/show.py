"""Runs as tables on the screen and as plain data for other programs."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from resilience.measures.catalogue import HEADLINE, TAIL
from resilience.runs.answer import answer, difference_answer
from resilience.runs.compare import Comparison
from resilience.runs.ensemble import RunSet
from resilience.runs.statistics import measure_of

IN_MILLIONS_FROM = 1e6
"""From here on a number on the screen is in millions."""

SHOWN = (*HEADLINE, TAIL.name)
"""Measures on the screen; the rest stand in the tables."""


def number(value: float, decimals: int, *, signed: bool = False) -> str:
    """Return a number with thousands separated, or in millions ("38.21m"); a dash for what is not known."""
    if not math.isfinite(value):
        return "-"
    sign = "+" if signed else ""
    if abs(value) >= IN_MILLIONS_FROM:
        return f"{value / 1e6:{sign},.2f}m"
    text = f"{value:{sign},.{decimals}f}"
    return f"{0:.{decimals}f}" if float(text.replace(",", "")) == 0 else text


def interval(low: float, high: float, decimals: int, *, signed: bool = False) -> str:
    """Return "low to high", or a dash where there is no interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return "-"
    return f"{number(low, decimals, signed=signed)} to {number(high, decimals, signed=signed)}"


def headline_table(runs: RunSet, label: str | None = None) -> Table:
    """Return the headline measures of one scenario with their range over the runs."""
    label = runs.label if label is None else label
    count = len(runs.of(label))
    title = f"{label}: {count} {'run' if count == 1 else 'runs'}"
    table = Table(title=title, title_justify="left", caption="m: millions", caption_justify="left")
    table.add_column("Measure")
    for heading in ("Mean", "90% of runs"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Unit")
    for row in runs.summary(label).to_dict("records"):
        if row["measure"] in SHOWN:
            decimals = measure_of(row["measure"]).decimals
            table.add_row(
                row["label"],
                number(row["mean"], decimals),
                interval(row["low"], row["high"], decimals),
                row["unit"],
            )
    return table


def difference_table(comparison: Comparison, other: str) -> Table:
    """Return the paired differences of the headline measures between one scenario and the base."""
    frame = comparison.differences(other)
    pairs = int(frame["n"].max()) if len(frame) else 0
    seeds = "seed" if pairs == 1 else "seeds"
    title = f"{other} minus {comparison.base}: {pairs} common {seeds}"
    caption = (
        "m: millions; Worse: share of seeds in which it is worse; "
        f"More: seeds still needed to know the difference to {comparison.precision:.0%} of it"
    )
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    table.add_column("Measure")
    for heading in (comparison.base, other, "Diff.", "90% interval", "Change", "Worse", "More"):
        table.add_column(heading, justify="right", no_wrap=heading == "90% interval")
    for row in frame.to_dict("records"):
        if row["measure"] in SHOWN:
            table.add_row(*_difference_cells(row))
    return table


def benefits_table(comparison: Comparison, other: str) -> Table | None:
    """Return what the policies cost and bring that one scenario adds to the base; None where it adds none."""
    frame = comparison.benefits(other)
    if frame.empty:
        return None
    title = f"What the policies of {other} cost and bring"
    caption = "m: millions; cost per hour: cost and spend together over hours saved, a dash where none are saved"
    table = Table(title=title, title_justify="left", caption=caption, caption_justify="left")
    table.add_column("Measure")
    for heading in ("Change", "90% interval"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Unit")
    for row in frame.to_dict("records"):
        decimals = 2 if row["measure"] == "cost_per_hour_saved" else 0
        low, high = row["low"], row["high"]
        ends = f"from {number(low, decimals)}" if high == math.inf > low else interval(low, high, decimals, signed=True)
        table.add_row(row["label"], number(row["difference"], decimals, signed=True), ends, row["unit"])
    return table


def _difference_cells(row: Mapping[Any, Any]) -> list[str]:
    decimals = measure_of(row["measure"]).decimals
    share = row["worse_share"]
    return [
        row["label"],
        number(row["base_mean"], decimals),
        number(row["mean"], decimals),
        number(row["difference"], decimals, signed=True),
        interval(row["low"], row["high"], decimals, signed=True),
        f"{row['relative_change']:+.1%}" if math.isfinite(row["relative_change"]) else "-",
        f"{share:.0%}" if math.isfinite(share) else "-",
        f"{row['more_seeds']:,.0f}" if math.isfinite(row["more_seeds"]) else "-",
    ]


def summary_data(frame: pd.DataFrame) -> dict[str, dict[str, Any]]:
    """Return a summary as plain data by measure; None for what is not known."""
    return {
        row["measure"]: plain({name: row[name] for name in frame.columns if name != "measure"})
        for row in frame.to_dict("records")
    }


def run_data(runs: RunSet) -> dict[str, Any]:
    """Return the headline of a set of runs of one scenario as plain data."""
    scenario = runs.scenarios[runs.label]
    return {
        "scenario": scenario.name,
        "hash": scenario.hash,
        "region": scenario.region,
        "start": scenario.start,
        "months": scenario.months,
        **_common_data(runs),
        "measures": summary_data(runs.summary()) if len(runs.runs) else {},
        "answer": answer(runs),
    }


def comparison_data(comparison: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data: each scenario's headline and the paired differences."""
    runs = comparison.run_set
    return {
        "base": comparison.base,
        "precision": comparison.precision,
        "scenarios": {
            label: {
                "hash": scenario.hash,
                "measures": summary_data(runs.summary(label)) if len(runs.of(label)) else {},
            }
            for label, scenario in runs.scenarios.items()
        },
        "differences": {
            other: summary_data(comparison.differences(other).drop(columns="scenario")) for other in comparison.others
        },
        "benefits": {
            other: summary_data(comparison.benefits(other).drop(columns="scenario")) for other in comparison.others
        },
        **_common_data(runs),
        "answer": difference_answer(comparison),
    }


def _common_data(runs: RunSet) -> dict[str, Any]:
    return {
        "runs": len(runs.seeds),
        "seeds": runs.seeds,
        "failed_runs": len(runs.failed),
        "failures": [
            {"scenario": row["scenario"], "seed": int(row["seed"]), "error": row["error"]}
            for row in runs.failed.to_dict("records")
        ],
        "interrupted": runs.interrupted,
        "seconds": round(runs.seconds, 3),
        "out": None if runs.path is None else str(runs.path),
    }


def plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return a row in which what is not known (NaN, infinite) is None, as strict JSON wants it."""
    return {
        name: None if isinstance(value, float) and not math.isfinite(value) else value for name, value in row.items()
    }
