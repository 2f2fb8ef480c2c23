"""A validation as tables on the screen, as a sentence, and as plain data for other programs."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
from rich.table import Table

from resilience.analysis.validate import Validation

HOW_TO_READ = (
    "PASS: the mean and its 90% interval lie inside what is allowed. WARN: the mean inside but the interval reaches "
    "out, or the mean outside but the interval reaches in. FAIL: both outside. The interval is that of the mean over "
    "seeds (Student's t), not the range of single runs. A target passes when all its parts do."
)
_COLOURS = {"PASS": "green", "WARN": "yellow", "FAIL": "red", "NOT MEASURED": "dim"}


def target_table(found: Validation) -> Table:
    """Return the targets: published, allowed, simulated, and how they agree."""
    seeds = len(found.runs.seeds)
    title = f"{found.base.name} against published facts: {seeds} {'seed' if seeds == 1 else 'seeds'}"
    table = Table(title=title, title_justify="left", caption=HOW_TO_READ, caption_justify="left")
    table.add_column("Target")
    for heading in ("Published", "Allowed", "Mean", "90% of the mean"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Unit")
    table.add_column("Verdict")
    for name, rows in found.parts.groupby("target", sort=False):
        parts = rows.to_dict("records")
        if len(parts) > 1:
            table.add_row(str(name), *[""] * 5, _coloured(found.statuses[str(name)]), style="bold")
        for row in parts:
            label = f"  {row['part']}" if len(parts) > 1 else f"[bold]{name}:[/] {row['part']}"
            table.add_row(label, *numbers(row), row["unit"], _coloured(row["status"]))
    return table


def fact_table(found: Validation) -> Table:
    """Return the qualitative facts: in how many seeds each holds, and how large it is."""
    table = Table(
        title="Qualitative facts, seed by seed",
        title_justify="left",
        caption="Size: positive where the fact holds, with the 90% interval of the mean. PASS: it holds in at least "
        "nine of ten seeds. WARN: in fewer, but on average.",
        caption_justify="left",
    )
    table.add_column("Fact")
    for heading in ("Holds", "Size", "90% of the mean"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("Unit")
    table.add_column("Verdict")
    for row in found.facts.to_dict("records"):
        interval = span(row["mean_low"], row["mean_high"], 2)
        holds = f"{row['holds']} of {row['seeds']}"
        table.add_row(row["fact"], holds, plain(row["mean"], 2), interval, row["unit"], _coloured(row["status"]))
    return table


def numbers(row: Mapping[Any, Any]) -> tuple[str, str, str, str]:
    """Return what is published, what is allowed, the mean and its interval, as texts."""
    places = int(row["decimals"])
    return (
        span(row["published_low"], row["published_high"], places),
        span(row["allowed_low"], row["allowed_high"], places),
        plain(row["mean"], places),
        span(row["mean_low"], row["mean_high"], places),
    )


def plain(value: float, places: int) -> str:
    """Return a number with so many decimals; a dash for what is not known."""
    if not math.isfinite(value):
        return "-"
    text = f"{value:,.{places}f}"
    return text if float(text.replace(",", "")) else f"{0:.{places}f}"


def span(low: float, high: float, places: int) -> str:
    """Return "low to high", one number where both are the same, a dash where there is none."""
    first, last = plain(low, places), plain(high, places)
    return first if first == last else f"{first} to {last}"


def sentence(found: Validation) -> str:
    """Return the score in plain words, with the targets that do not pass."""
    total = len(found.statuses)
    text = f"{found.passed} of {total} targets pass (score {found.score:.2f}, distance {found.distance:.1f})."
    for status, words in (("FAIL", "Fail"), ("WARN", "In doubt"), ("NOT MEASURED", "Not measured in these runs")):
        names = [name for name, its in found.statuses.items() if its == status]
        if names:
            text += f" {words}: {'; '.join(names)}."
    facts = found.facts
    if len(facts):
        text += f" {int((facts['status'] == 'PASS').sum())} of {len(facts)} qualitative facts hold."
    return text


def data(found: Validation, path: str | None = None) -> dict[str, Any]:
    """Return everything as plain data; what is not known is null."""
    return {
        "scenario": found.base.name,
        "hash": found.base.hash,
        "seeds": found.runs.seeds,
        "runs": len(found.runs.runs),
        "runs_failed": len(found.runs.failed),
        "seconds": round(found.runs.seconds, 1),
        "score": found.score,
        "passed": found.passed,
        "targets": len(found.statuses),
        "distance": found.distance,
        "statuses": found.statuses,
        "how_to_read": HOW_TO_READ,
        "parts": _records(found.parts),
        "facts": _records(found.facts),
        "answer": sentence(found),
        "results": path,
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    def known(value: Any) -> Any:
        return None if isinstance(value, float) and not math.isfinite(value) else value

    return [{str(name): known(value) for name, value in row.items()} for row in frame.to_dict("records")]


def _coloured(status: str) -> str:
    return f"[{_COLOURS[status]}]{status}[/]"
