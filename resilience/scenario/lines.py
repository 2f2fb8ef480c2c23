"""On which line a TOML file sets each key. The standard library's reader does not say."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable

KeyPath = tuple[str, ...]
_Reader = Callable[[], None]

_SPACE = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r'"""(?:\\.|[^\\])*?"{3,5}' r"|'''.*?'{3,5}" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'",
    re.DOTALL,
)
_SCALAR = re.compile(r"[^,\]\}#\r\n]+")


def key_lines(text: str) -> dict[KeyPath, int]:
    """The line, counted from 1, on which each key or table of a TOML document first appears.

    `text` must be valid TOML. Keys are paths such as ("labour", "turnover_per_year"). A table only named in
    passing, as `shocks` is by [shocks.wage_rise], has the line where that first happens. Keys in an array of tables
    carry the table's place in it, counted from 0: under the second [[rows]] they begin with ("rows", "1").
    """
    return _Scanner(text).scan()


class _Scanner:
    """Walks once through a valid document; `at` is the place reached."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {}
        self.tables: dict[KeyPath, int] = {}

    def scan(self) -> dict[KeyPath, int]:
        table: KeyPath = ()
        self._skip_space()
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                brackets = 2 if self.text.startswith("[[", self.at) else 1
                self.at += brackets
                line = self._line()
                table = self._key(())
                if brackets == 2:
                    table = self._next_of(table, line)
                self.at = self.text.index("]", self.at) + brackets
            else:
                self._assignment(table)
            self._skip_space()
        return self.lines

    def _next_of(self, array: KeyPath, line: int) -> KeyPath:
        """The path of the next table of an array of tables."""
        table = (*array, str(self.tables.get(array, 0)))
        self.tables[array] = self.tables.get(array, 0) + 1
        self.lines[table] = line
        return table

    def _line(self) -> int:
        return self.text.count("\n", 0, self.at) + 1

    def _assignment(self, table: KeyPath) -> None:
        path = self._key(table)
        self.at = self.text.index("=", self.at) + 1
        self._value(path)

    def _key(self, table: KeyPath) -> KeyPath:
        """Read a dotted key, note its line (and that of tables passed through) and return its full path."""
        path = table
        line = self._line()
        while True:
            self._skip_space()
            path = (*path, self._key_part())
            self.lines.setdefault(path, line)
            self._skip_space()
            if not self.text.startswith(".", self.at):
                return path
            self.at += 1

    def _key_part(self) -> str:
        if self.text[self.at] in "\"'":
            literal = self._take(_STRING)
            return next(iter(tomllib.loads(f"{literal} = 0")))
        return self._take(_BARE_KEY)

    def _value(self, path: KeyPath) -> None:
        self._skip_space()
        first = self.text[self.at]
        if first == "{":
            self._listed("}", lambda: self._assignment(path))
        elif first == "[":
            self._listed("]", lambda: self._value(path))
        else:
            self._take(_STRING if first in "\"'" else _SCALAR)

    def _listed(self, end: str, read_one: _Reader) -> None:
        """An inline table or an array: things read by `read_one`, commas between them, up to `end`."""
        self.at += 1
        while True:
            self._skip_space()
            if self.text[self.at] == end:
                self.at += 1
                return
            if self.text[self.at] == ",":
                self.at += 1
            else:
                read_one()

    def _skip_space(self) -> None:
        self._take(_SPACE)

    def _take(self, pattern: re.Pattern[str]) -> str:
        match = pattern.match(self.text, self.at)
        if match is None:
            raise ValueError(f"not valid TOML at character {self.at}")
        self.at = match.end()
        return match.group()
