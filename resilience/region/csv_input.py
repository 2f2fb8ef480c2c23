"""Reads a user's own csv table and says in plain words everything that is wrong with it, all at once."""

import csv
import math
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from resilience.region.errors import RegionError, nearest

Value = str | float | None
MOST_PROBLEMS = 20  # reported at once


@dataclass(frozen=True)
class Column:
    """One column a table may have: its name, what it may hold, and whether every row must fill it in.

    ``low`` and ``high`` bound a number (units in ``meaning``); ``choices`` are the words allowed; ``text`` is any.
    """

    name: str
    meaning: str
    low: float = 0.0
    high: float = math.inf
    whole: bool = False
    text: bool = False
    choices: tuple[str, ...] = ()
    required: bool = False

    @property
    def allowed(self) -> str:
        """Return what the column may hold, in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.text:
            return "text"
        kind = "a whole number" if self.whole else "a number"
        return f"{kind} from {self.low:g} up" if math.isinf(self.high) else f"{kind} from {self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Row:
    """One line of the file: its line number and its values by column (None where blank or absent)."""

    line: int
    values: dict[str, Value]

    def number(self, name: str) -> float | None:
        """Return a number, or None where it is blank."""
        value = self.values.get(name)
        return float(value) if isinstance(value, float) else None

    def text(self, name: str) -> str:
        """Return text, "" where it is blank."""
        value = self.values.get(name)
        return value if isinstance(value, str) else ""


def read_table(path: str, columns: Sequence[Column]) -> list[Row]:
    """Return the rows of a csv file (UTF-8, commas, a header) with the columns checked.

    Raises RegionError naming file, line, column, value and what is allowed; up to twenty problems at once.
    """
    lines = list(csv.reader(StringIO(file_text(path), newline="")))
    filled = [(number, cells) for number, cells in enumerate(lines, start=1) if any(cell.strip() for cell in cells)]
    if not filled:
        raise RegionError(f"{path}: the file is empty. Needed: a header and at least one row.")
    header = [cell.strip() for cell in filled[0][1]]
    check_header(path, filled[0][0], header, columns)
    if len(filled) == 1:
        raise RegionError(f"{path}: the file has a header but no rows.")
    known = {column.name: column for column in columns}
    problems: list[str] = []
    rows = []
    for line, cells in filled[1:]:
        if len(cells) != len(header):
            problems.append(f"{path}:{line}: has {len(cells)} cells, the header has {len(header)}.")
            continue
        values: dict[str, Value] = {}
        for name, cell in zip(header, cells, strict=True):
            try:
                values[name] = cell_value(known[name], cell.strip())
            except ValueError as wrong:
                problems.append(f"{path}:{line}: {name} = {cell.strip()!r}: {wrong} Allowed: {known[name].allowed}.")
        rows.append(Row(line, values))
    stop_at(problems)
    return rows


def stop_at(problems: list[str]) -> None:
    """Raise RegionError with all problems, one a line, if there are any."""
    if problems:
        more = len(problems) - MOST_PROBLEMS
        shown = problems[:MOST_PROBLEMS] + ([f"... and {more} more."] if more > 0 else [])
        raise RegionError("\n".join(shown))


def file_text(path: str) -> str:
    """Return the text of a file. Raises RegionError where it is missing, a folder, unreadable or not UTF-8."""
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise RegionError(f"{path}: there is no such file.") from None
    except IsADirectoryError:
        raise RegionError(f"{path}: this is a folder, not a csv file.") from None
    except UnicodeDecodeError as wrong:
        raise RegionError(
            f"{path}: byte {wrong.start + 1} is not UTF-8 text. Save the table as 'CSV UTF-8 (comma delimited)'."
        ) from None
    except OSError as wrong:
        raise RegionError(f"{path}: cannot be read ({wrong.strerror}).") from None


def check_header(path: str, line: int, header: list[str], columns: Sequence[Column]) -> None:
    """Raise RegionError for unknown, repeated or missing columns."""
    names = [column.name for column in columns]
    if len(header) == 1 and ";" in header[0]:
        raise RegionError(f"{path}:{line}: the columns seem to be separated by ';'. Save the table with commas.")
    problems = []
    for number, name in enumerate(header):
        if name in header[:number]:
            problems.append(f"{path}:{line}: column '{name}' appears twice.")
        elif name not in names:
            hint = nearest(name, names)
            problems.append(f"{path}:{line}: column '{name}' is not known.{hint} Allowed: {', '.join(names)}.")
    for column in columns:
        if column.required and column.name not in header:
            problems.append(f"{path}:{line}: column '{column.name}' is missing ({column.meaning}).")
    stop_at(problems)


def cell_value(column: Column, cell: str) -> Value:
    """Return the value of one cell (None where blank). Raises ValueError saying what is wrong with it."""
    if cell == "":
        if column.required:
            raise ValueError("is blank.")
        return None
    if column.choices:
        if cell not in column.choices:
            raise ValueError(f"is not known.{nearest(cell, column.choices)}")
        return cell
    if column.text:
        return cell
    try:
        number = float(cell)
    except ValueError:
        raise ValueError("is not a plain number (no currency sign, no thousands separator).") from None
    if not math.isfinite(number):
        raise ValueError("is not a finite number.")
    if number < column.low:
        raise ValueError("is negative." if number < 0 <= column.low else f"is below {column.low:g}.")
    if number > column.high:
        raise ValueError(f"is above {column.high:g}.")
    if column.whole and number != int(number):
        raise ValueError("is not a whole number.")
    return number
