"""What is wrong with a scenario, said so that it can be put right: where, what, what would do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

LONGEST_VALUE_SHOWN = 120


@dataclass(frozen=True)
class Problem:
    """One mistake in a scenario.

    file: the scenario file, or the origin of a value that came from elsewhere ("--set", "keyword").
    line: line in that file, counted from 1, or None where there is none.
    key: dotted name of the setting, or "" when the whole file is at fault.
    value: the value given, or None when the mistake lies in the name.
    message: what is wrong, without a full stop.
    allowed: the values that would do, for instance "0.05 to 1 per year".
    suggestion: the nearest name or value that would do.
    label: what the setting means.
    """

    file: str
    line: int | None
    key: str
    value: Any
    message: str
    allowed: str | None = None
    suggestion: str | None = None
    label: str | None = None

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        what = f"{self.key} = {shown(self.value)}" if self.key and self.value is not None else self.key
        text = ": ".join(part for part in (place, what, self.message) if part) + "."
        if self.allowed:
            text += f" Allowed: {self.allowed}."
        if self.suggestion is not None:
            text += f" Did you mean {_quoted(self.suggestion)}?"
        if self.label:
            text += f" ({self.label.rstrip('.')}.)"
        return text


class ScenarioError(ValueError):
    """A scenario that cannot be run. `problems` holds every mistake found; `str()` gives a line for each."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(problems)
        self.problems: list[Problem] = list(problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate most like `name`, or None when none is close; capitals and hyphens make no difference."""
    plain = {_plain(candidate): candidate for candidate in candidates}
    found = difflib.get_close_matches(_plain(name), plain, n=1, cutoff=0.6)
    return plain[found[0]] if found else None


def shown(value: Any) -> str:
    """A value as it would be written in a scenario file, shortened when long."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        text = f'"{value}"'
    elif isinstance(value, Mapping):
        text = "{" + ", ".join(f"{key} = {shown(part)}" for key, part in value.items()) + "}"
    else:
        text = str(value)
    return text if len(text) <= LONGEST_VALUE_SHOWN else text[: LONGEST_VALUE_SHOWN - 3] + "..."


def number(value: float) -> str:
    """A number without needless zeros: 0.05, 135000, 1."""
    return f"{value:.10g}"


def _plain(name: str) -> str:
    return name.lower().replace("-", "_").replace(" ", "_")


def _quoted(suggestion: str) -> str:
    try:
        float(suggestion)
    except ValueError:
        return f"'{suggestion}'"
    return suggestion
