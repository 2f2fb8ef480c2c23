"""The benchmark's table on the screen, and its file."""

import datetime
import json
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.figures import Figure

LATEST = Path(__file__).with_name("results") / "latest.json"
_MET = {True: "yes", False: "no", None: ""}


def number(value: float) -> str:
    """Return a number with the digits that were measured."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def in_words(value: float, unit: str) -> str:
    """Return a figure with its unit; short times in milliseconds."""
    if unit == "s" and value < 1.0:
        return f"{number(1000 * value)} ms"
    return f"{number(value)} {unit}"


def show(figures: list[Figure], machine: dict[str, Any], console: Console) -> None:
    """Print what was measured, on what, and what had been promised."""
    console.print(f"{machine['processor']}, {machine['cores']} cores, Python {machine['python']}", highlight=False)
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    table.add_column("What")
    for name in ("Measured", "Yardsticks", "Promised"):
        table.add_column(name, justify="right")
    table.add_column("Kept")
    table.add_column("", style="dim")
    for figure in figures:
        promised = ""
        if figure.limit is not None:
            promised = ("≤ " if figure.better == "less" else "≥ ") + in_words(figure.limit, figure.unit)
        sticks = "" if figure.yardsticks is None else number(figure.yardsticks)
        table.add_row(
            figure.label, in_words(figure.value, figure.unit), sticks, promised, _MET[figure.met], figure.note
        )
    console.print(table)


def save(
    path: Path, figures: list[Figure], machine: dict[str, Any], yardstick: tuple[float, float], load: float | None
) -> None:
    """Write the figures with the machine they were measured on; ``yardstick`` is that at the start and at the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = {
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "machine": machine,
        "yardstick_s": [round(seconds, 5) for seconds in yardstick],
        "load_at_start": load,
        "figures": [figure.as_row() for figure in figures],
    }
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
