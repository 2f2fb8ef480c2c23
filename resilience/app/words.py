"""How numbers are written on the page, by the units that the measures are declared with."""

import math
from typing import Literal

from resilience.measures.catalogue import Measure

type Style = Literal["share", "money", "number"]

MINUS = "\u2212"


def style_of(unit: str) -> Style:
    """How a unit is written: shares as percentages, money with its sign, the rest as plain numbers."""
    if unit.startswith("share") or unit == "fraction":
        return "share"
    return "money" if unit.startswith("GBP") else "number"


def decimals_of(measure: Measure) -> int:
    """Decimals as written: a share loses two by becoming a percentage."""
    return max(measure.decimals - 2, 0) if style_of(measure.unit) == "share" else measure.decimals


def written(measure: Measure, value: float, *, short: bool = False) -> str:
    """A value of a measure as it is written, without its unit: "811", "1.99 million" (short "1.99m"), "21.5%"."""
    return _signed("", measure, value, short=short)


def change_written(measure: Measure, change: float) -> str:
    """A change of a measure, with its sign: "+161", "+1.66m", "+0.2 points" of a share; "no change" if none is seen."""
    text = _signed("+", measure, change, short=True)
    if not any(digit in text for digit in "123456789"):
        return "no change"
    return text.replace("%", " points")


def unit_written(measure: Measure) -> str:
    """The unit as it stands beside a written value: what a share is a share of, the time that money is for."""
    style = style_of(measure.unit)
    if style == "share":
        return measure.unit.removeprefix("share").strip()
    return measure.unit.removeprefix("GBP").strip() if style == "money" else measure.unit


def _signed(plus: str, measure: Measure, value: float, *, short: bool) -> str:
    if not math.isfinite(value):
        return "not known"
    style = style_of(measure.unit)
    size, decimals = abs(value), decimals_of(measure)
    if style == "share":
        digits = f"{100 * size:.{decimals}f}%"
    else:
        digits = _large(size, short) if size >= 999_999.5 else f"{size:,.{decimals}f}"
    sign = MINUS if value < 0 and digits.strip("0.,%") else plus
    return f"{sign}{'£' if style == 'money' else ''}{digits}"


def _large(size: float, short: bool) -> str:
    scale, word, letters = (1e9, " billion", "bn") if size >= 999_995_000 else (1e6, " million", "m")
    return f"{size / scale:,.2f}{letters if short else word}"
