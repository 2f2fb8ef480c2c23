"""The generated parts on how sensitive the headline is to each parameter, read from the stored tornado.

``sensitivity.csv`` and ``sensitivity.json`` are written by ``python -m resilience.analysis.tornado --write``.
"""

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

from docs.parts import table
from resilience.analysis.tornado import MEASURES
from resilience.measures.catalogue import MEASURES as DECLARED

FOLDER = Path(__file__).parent
SHOWN = 25
"""Parameters in the table of the most influential."""

SMALL = 0.005
"""A move of the headline below this share is not told from none."""


@cache
def stored() -> dict[str, dict[str, str]]:
    """Return the rows of the stored tornado by parameter, the largest swing first."""
    with (FOLDER / "sensitivity.csv").open(encoding="utf-8", newline="") as file:
        return {row["parameter"]: row for row in csv.DictReader(file)}


def moves(name: str) -> str:
    """Return by how much a parameter, low and high, moves the measure it moves most; a dash where it was not run."""
    row = stored().get(name)
    if row is None:
        return "-"
    if float(row["swing"]) < SMALL:
        return "under 0.5%"
    return f"{_label(row['swings'])}: {_pair(row, row['swings'])}"


def _label(measure: str) -> str:
    text = DECLARED[measure].label
    return text[0].lower() + text[1:]


def _pair(row: dict[str, str], measure: str) -> str:
    """Return the moves of a measure at the low and at the high value."""
    return " / ".join(f"{float(text):+.1%}" if text else "-" for text in (row[f"{measure}_{side}"] for side in _SIDES))


_SIDES = ("low", "high")


def _about() -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / "sensitivity.json").read_text(encoding="utf-8"))
    return found


def sensitivity(which: str) -> str:
    """What was run for the tornado, or the parameters that move the headline most."""
    return {"run": _run, "most": _most}[which]()


def _run() -> str:
    about = _about()
    seeds, machine = about["seeds"], about["machine"]
    return (
        f"Run on {about['date']} with version {about['versions']['resilience']} on `{about['scenario']}` "
        f"(hash {about['hash'][:12]}): {about['months']} months, {len(seeds)} {'seed' if len(seeds) == 1 else 'seeds'} "
        f"from {seeds[0]} on, {about['runs']} runs in {about['seconds'] / 60:.0f} minutes on {machine['processors']} "
        f"processors. A low value lies {about['reach']:.0%} of the way from the value in use to the low end of the "
        "declared range, a high value as far towards the high end."
    )


def _most() -> str:
    heads = ("parameter", "in use", "low / high", *(_label(one) for one in MEASURES))
    rows = [
        (
            f"`{name}`",
            row["value"],
            f"{row['low'] or '-'} / {row['high'] or '-'}",
            *(_pair(row, one) for one in MEASURES),
        )
        for name, row in list(stored().items())[:SHOWN]
    ]
    return table(heads, rows)
