"""The benchmark's table: on the screen, in its file, and in the document about performance."""

import datetime
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

LATEST = Path(__file__).with_name("results") / "latest.json"
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "performance.md"
START, END = "<!-- figures: start -->", "<!-- figures: end -->"
_MET = {True: "yes", False: "no", None: ""}


def number(value: float) -> str:
    """Return a number with the digits that were measured."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def in_words(value: float, unit: str) -> str:
    """Return a figure with its unit; short times in milliseconds."""
    if unit == "s" and value < 1.0:
        return f"{number(1000 * value)} ms"
    return f"{number(value)} {unit}"


def promised(row: dict[str, Any]) -> str:
    """Return a figure's limit in words; nothing where none was set."""
    if "limit" not in row:
        return ""
    return ("at most " if row["better"] == "less" else "at least ") + in_words(row["limit"], row["unit"])


def cells(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    """Return a figure's cells: what, measured, yardsticks, promised, kept."""
    sticks = number(row["yardsticks"]) if "yardsticks" in row else ""
    return row["label"], in_words(row["value"], row["unit"]), sticks, promised(row), _MET[row.get("met")]


def contents(
    figures: Iterable[Figure], machine: dict[str, Any], yardstick: tuple[float, float], load: float | None
) -> dict[str, Any]:
    """Return everything that is kept of one measurement; ``yardstick`` is that at the start and at the end."""
    return {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine,
        "yardstick_s": [round(seconds, 5) for seconds in yardstick],
        "load_at_start": load,
        "figures": [figure.as_row() for figure in figures],
    }


def heading(content: dict[str, Any]) -> str:
    """Return what was measured on, and how busy it was."""
    machine, (before, after) = content["machine"], content["yardstick_s"]
    return (
        f"{machine['processor']}, {machine['cores']} cores, {machine['memory_gb']} GB, {machine['system']}, "
        f"Python {machine['python']}, NumPy {machine['numpy']}, Mesa {machine['mesa']}; {content['date']}. "
        f"Yardstick {1000 * before:.0f} ms before and {1000 * after:.0f} ms after; "
        f"{content['load_at_start']} processes wanted a core when it began."
    )


def show(content: dict[str, Any], console: Console) -> None:
    """Print what was measured, on what, and what had been promised."""
    console.print(heading(content), highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("What")
    for name in ("Measured", "Yardsticks", "Promised"):
        table.add_column(name, justify="right")
    table.add_column("Kept")
    table.add_column("", style="dim")
    for row in content["figures"]:
        table.add_row(*cells(row), row.get("note", ""))
    console.print(table)


def markdown(content: dict[str, Any]) -> str:
    """Return the same as a table of a document."""
    lines = [heading(content), "", "| What | Measured | Yardsticks | Promised | Kept |", "|---|---:|---:|---:|---|"]
    for row in content["figures"]:
        label, *others = cells(row)
        note = f" ({row['note']})" if "note" in row else ""
        lines.append(" ".join(f"| {label}{note} | {' | '.join(others)} |".split()))
    return "\n".join(lines)


def save(path: Path, content: dict[str, Any]) -> None:
    """Write the figures."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def load(path: Path = LATEST) -> dict[str, Any]:
    """Return figures that were kept."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def put_into(document: str, content: dict[str, Any]) -> str:
    """Return a document with the figures between its two marks; raises ValueError if they are not there."""
    before, start, rest = document.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise ValueError(f"the document lacks the marks {START} and {END}")
    return f"{before}{START}\n\n{markdown(content)}\n\n{END}{after}"
