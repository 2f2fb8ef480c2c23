"""Reads the CQC care directory ("HSCA active locations"), as csv, ods or xlsx, with or without title rows above.

The regulator publishes it once a month with some 120 columns, a row a registered location. Only the columns named here
are read; the rest may be missing. Cells come as text, blanks as "".
"""

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path
from typing import Any

import pandas as pd

from resilience.region.errors import RegionError, nearest

SPREADSHEETS = (".ods", ".xlsx", ".xlsm", ".xlsb", ".xls")
ROWS_SEARCHED = 40
"""Rows in which the names of the columns are looked for: older editions put some titles above them."""

SHEET = "hsca_active_locations"

NEEDED = (
    "Location ID",
    "Care home?",
    "Location Name",
    "Care homes beds",
    "Location Local Authority",
    "Provider ID",
    "Provider Name",
    "Service type - Care home service with nursing",
    "Service type - Care home service without nursing",
    "Service type - Domiciliary care service",
    "Service user band - Older People",
)
WELCOME = (
    "Location HSCA start date",
    "Dormant (Y/N)",
    "Location City",
    "Brand Name",
    "Provider Charity Number",
    "Provider Type/Sector",
    "Service user band - Children 0-18 years",
    "Service user band - Dementia",
    "Service user band - Learning disabilities or autistic spectrum disorder",
    "Service user band - Mental Health",
    "Service user band - People who misuse drugs and alcohol",
    "Service user band - People with an eating disorder",
    "Service user band - Physical Disability",
    "Service user band - Sensory Impairment",
    "Service user band - Whole Population",
    "Service user band - Younger Adults",
    "Location Dual Registered",
    "Primary ID (Dual registration locations)",
)
"""Columns that are used where the file has them."""

HOW_TO_INSTALL = (
    'Install what reads spreadsheets with: pip install "care-market-resilience[import]", or save it as csv.'
)


def read_directory(path: str | Path) -> pd.DataFrame:
    """Return the directory's locations as text, a column a name in ``NEEDED`` and ``WELCOME``, and their ``line``.

    ``line`` is the row of the file or sheet, counted from 1. Raises RegionError for a file that is missing, of another
    kind, without the names of the columns, or without rows.
    """
    file = Path(path)
    if not file.is_file():
        raise RegionError(f"{file}: there is no such file.")
    kind = file.suffix.lower()
    if kind == ".csv":
        sheets = {"": _csv_rows(file)}
    elif kind in SPREADSHEETS:
        sheets = _sheets(file)
    else:
        allowed = ", ".join((".csv", *SPREADSHEETS))
        raise RegionError(f"{file}: cannot tell what kind of file this is. Allowed: a name that ends in {allowed}.")
    rows = _directory_sheet(file, sheets)
    place = _header_place(rows)
    if place is None:
        raise RegionError(
            f"{file}: no row with the names of the columns was found in the first {ROWS_SEARCHED}; "
            "it should have 'Location ID', 'Provider ID' and 'Location Local Authority'."
        )
    return _table(file, rows, place)


def _csv_rows(file: Path) -> list[list[str]]:
    """Return the rows of a csv file in UTF-8, or in the older Windows encoding that spreadsheets still write."""
    try:
        raw = file.read_bytes()
    except OSError as wrong:
        raise RegionError(f"{file}: cannot be read ({wrong.strerror}).") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return [[_words(cell) for cell in row] for row in csv.reader(StringIO(text, newline=""))]


def _sheets(file: Path) -> dict[str, list[list[str]]]:
    """Return the rows of every sheet of a spreadsheet as text."""
    try:
        import python_calamine
    except ModuleNotFoundError:
        raise RegionError(f"{file}: this is a spreadsheet. {HOW_TO_INSTALL}") from None
    try:
        book = python_calamine.load_workbook(str(file))
        return {name: [[_text(cell) for cell in row] for row in _cells(book, name)] for name in book.sheet_names}
    except (python_calamine.CalamineError, OSError, ValueError) as wrong:
        raise RegionError(f"{file}: cannot be read as a spreadsheet ({wrong}).") from None


def _cells(book: Any, name: str) -> Sequence[Sequence[Any]]:
    rows: Sequence[Sequence[Any]] = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
    return rows


def _text(cell: Any) -> str:
    """Return a cell as one reads it: 40.0 as "40", a date as "2010-10-01"."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return _words(str(cell)) if cell is not None else ""


def _words(text: str) -> str:
    return " ".join(text.split())


def _directory_sheet(file: Path, sheets: dict[str, list[list[str]]]) -> list[list[str]]:
    """Return the rows of the sheet that has the locations: by its name, or the first that has the columns."""
    by_name = [rows for name, rows in sheets.items() if name.lower().replace(" ", "_") == SHEET]
    found = by_name or [rows for rows in sheets.values() if _header_place(rows) is not None] or list(sheets.values())
    if not found:
        raise RegionError(f"{file}: the spreadsheet has no sheets.")
    return found[0]


def _header_place(rows: list[list[str]]) -> int | None:
    """Return the row that names the columns, counted from 0; None where there is none."""
    wanted = {"location id", "provider id", "location local authority"}
    for place, row in enumerate(rows[:ROWS_SEARCHED]):
        if wanted <= {cell.lower() for cell in row}:
            return place
    return None


def _table(file: Path, rows: list[list[str]], place: int) -> pd.DataFrame:
    header = [cell.lower() for cell in rows[place]]
    missing = [name for name in NEEDED if name.lower() not in header]
    if missing:
        lines = [
            f"{file}:{place + 1}: column '{name}' is missing.{nearest(name, [cell for cell in rows[place] if cell])}"
            for name in missing
        ]
        raise RegionError("\n".join(lines))
    at = {name: header.index(name.lower()) for name in (*NEEDED, *WELCOME) if name.lower() in header}
    body = [(line, row) for line, row in enumerate(rows[place + 1 :], start=place + 2) if any(row)]
    if not body:
        raise RegionError(f"{file}: there are no locations below the names of the columns.")
    columns = {name: [row[index] if index < len(row) else "" for _, row in body] for name, index in at.items()}
    frame = pd.DataFrame(columns, dtype=object)
    for name in WELCOME:
        if name not in frame:
            frame[name] = ""
    return frame.assign(line=[line for line, _ in body])
