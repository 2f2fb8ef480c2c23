"""Months written "YYYY-MM", counted in whole months, and the English financial year (April to March)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping

FIRST_YEAR, LAST_YEAR = 1990, 2100
MONTH_PATTERN = "^[0-9]{4}-(0[1-9]|1[0-2])$"
_MONTH = re.compile(MONTH_PATTERN)


def is_month(value: object) -> bool:
    """True for a text such as "2025-04" in a year from 1990 to 2100."""
    return isinstance(value, str) and _MONTH.fullmatch(value) is not None and FIRST_YEAR <= int(value[:4]) <= LAST_YEAR


def month_number(month: str) -> int:
    """Months since the start of year 0, so that the difference of two is the months between them.

    Raises ValueError when `month` is not "YYYY-MM".
    """
    if not is_month(month):
        raise ValueError(f"{month!r} is not a month written 'YYYY-MM', such as '2025-04'")
    return int(month[:4]) * 12 + int(month[5:]) - 1


def month_date(number: int) -> datetime.date:
    """The first day of the month with this number."""
    return datetime.date(number // 12, number % 12 + 1, 1)


def month_text(number: int) -> str:
    """The month with this number, written "YYYY-MM"."""
    return f"{number // 12:04d}-{number % 12 + 1:02d}"


def financial_year(number: int) -> int:
    """The calendar year in which the financial year (April to March) of this month began."""
    return (number - 3) // 12


def value_in_year(path: Mapping[int, float], year: int) -> float:
    """The value of the latest year given that is not after `year`, or else that of the first year given.

    Raises ValueError when the path is empty.
    """
    if not path:
        raise ValueError("a path by year needs at least one year")
    earlier = [given for given in path if given <= year]
    return path[max(earlier) if earlier else min(path)]
