"""The generated parts on the studies, read from what ``python -m experiments.NAME --write`` stored."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from docs.parts import table
from experiments import STUDIES

FOLDER = Path(__file__).parent / "experiments"


def experiment(name: str) -> str:
    """A study's question, answer, table, figure, command, time and seeds; ``all`` gives the list of studies."""
    if name == "all":
        return _list()
    about = _about(name)
    frame = pd.read_csv(FOLDER / f"{name}.csv", dtype=object, keep_default_na=False)
    rows = [[_number(value) for value in row] for row in frame.itertuples(index=False)]
    heads = [column.strip() for column in frame.columns]
    is_full = f"--seeds {about['seeds']} " in about["full_command"]
    full = "" if is_full else f" At full size: `{about['full_command']}`."
    return (
        f"**{about['question']}** {about['answer']}\n\n"
        f"![{about['title']}](experiments/{name}.svg)\n\n"
        f"{table(heads, rows)}\n\n"
        f"`{about['command']}`: {_size(about)}.{full}"
    )


def _about(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _size(about: dict[str, Any]) -> str:
    seeds = f"{about['seeds']} {'seed' if about['seeds'] == 1 else 'seeds'}"
    minutes = max(1, round(about["seconds"] / 60))
    share = "of running time, shared by the processes, "
    return (
        f"{seeds}, {about['months']} months, {about['runs']} runs, {minutes} "
        f"{'minute' if minutes == 1 else 'minutes'} {share}on a busy machine of {about['processors']} processors; "
        f"{about['date']}, version {about['versions']['resilience']}, model {about['model'].rpartition('+')[2][:12]}"
    )


def _list() -> str:
    rows = [
        (f"[{about['title']}](#{_anchor(about['title'])})", about["question"], f"{about['seeds']} x {about['months']}")
        for about in map(_about, STUDIES)
    ]
    return table(("study", "question", "seeds x months"), rows)


def _anchor(title: str) -> str:
    """Return the anchor of a heading: small letters, hyphens for blanks, nothing else but letters and digits."""
    return "".join(letter for letter in title.lower().replace(" ", "-") if letter.isalnum() or letter == "-")


def _number(text: str) -> str:
    """Return a stored number with its thousands separated; a word as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    return f"{value:,.0f}" if value.is_integer() and "." not in text else f"{value:,}"
