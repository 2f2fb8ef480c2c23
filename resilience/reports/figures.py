"""Numbers as a report writes them: rounded to what the runs can tell, with the units of the declared measures."""

import math
import re
from collections.abc import Sequence

from resilience.app.words import MINUS, decimals_of, style_of, unit_written
from resilience.measures.catalogue import Measure
from resilience.runs.answer import about, rounding_unit
from resilience.runs.statistics import measure_of

NOT_KNOWN = "–"


def unit_of(measure: Measure) -> str:
    """Return the unit as it stands beside a value: "hours a week", "of care hours", "an hour"."""
    return unit_written(measure)


def value(measure: Measure | str, number: float, low: float = math.nan, high: float = math.nan) -> str:
    """Return a value of a measure, rounded by its interval where one is given: "1,420", "27 million", "21.5%"."""
    measure = measure_of(measure) if isinstance(measure, str) else measure
    if not math.isfinite(number):
        return NOT_KNOWN
    return _sign(number) + _size(measure, abs(number), rounding_unit(number, low, high))


def change(measure: Measure | str, number: float, low: float = math.nan, high: float = math.nan) -> str:
    """Return a change of a measure with its sign; a share changes by points: "+40", "−1.9 million", "+0.6 points"."""
    measure = measure_of(measure) if isinstance(measure, str) else measure
    if not math.isfinite(number):
        return NOT_KNOWN
    size = _size(measure, abs(number), rounding_unit(number, low, high))
    if not re.search("[1-9]", size):
        return "no change"
    return f"{'+' if number > 0 else MINUS}{size}".replace("%", " points")


def interval(measure: Measure | str, low: float, high: float, *, signed: bool = False) -> str:
    """Return "low to high", both rounded alike; a dash where there is no interval, one number where both agree."""
    measure = measure_of(measure) if isinstance(measure, str) else measure
    if not math.isfinite(low):
        return NOT_KNOWN
    if not math.isfinite(high):
        return f"from {_end(measure, low, rounding_unit(low), signed)}"
    unit = rounding_unit(max(abs(low), abs(high)), low, high)
    ends = [_end(measure, end, unit, signed) for end in (low, high)]
    if ends[0] == ends[1]:
        return ends[0]
    if ends[0].endswith(" million") and ends[1].endswith(" million"):
        ends[0] = ends[0].removesuffix(" million")
    return " to ".join(ends)


def _end(measure: Measure, number: float, unit: float, signed: bool) -> str:
    size = _size(measure, abs(number), unit)
    nothing = not re.search("[1-9]", size)
    return size if nothing else _sign(number, plus=signed) + size


def _sign(number: float, *, plus: bool = False) -> str:
    return MINUS if number < 0 else "+" if plus and number > 0 else ""


def _size(measure: Measure, size: float, unit: float) -> str:
    style = style_of(measure.unit)
    if style == "share":
        return f"{100 * size:.{decimals_of(measure)}f}%"
    pound = "£" if style == "money" else ""
    if measure.decimals:
        return f"{pound}{size:,.{measure.decimals}f}"
    return f"{pound}{about(size, unit)}"


def percent_change(number: float) -> str:
    """Return a relative change: "+13%", "−2.4%"; a dash where it is not known."""
    if not math.isfinite(number):
        return NOT_KNOWN
    size = f"{abs(number):.0%}" if abs(number) >= 0.0995 else f"{abs(number):.1%}"
    return "0%" if not re.search("[1-9]", size) else f"{'+' if number > 0 else MINUS}{size}"


def plain(number: float, decimals: int = 0) -> str:
    """Return a plain number with thousands separated; a dash where it is not known."""
    if not math.isfinite(number):
        return NOT_KNOWN
    text = f"{abs(number):,.{decimals}f}"
    return MINUS + text if number < 0 and re.search("[1-9]", text) else text


def rate(number: float) -> str:
    """Return a mean count a run: one decimal below ten, none above."""
    return plain(number, 1 if abs(number) < 9.95 and number != round(number) else 0)


def pounds(number: float, *, signed: bool = False) -> str:
    """Return pounds and pence: "£1.20", "−£0.35"."""
    if not math.isfinite(number):
        return NOT_KNOWN
    return f"{_sign(round(number, 2), plus=signed)}£{abs(number):,.2f}"


def title_of(name: str) -> str:
    """Return the name of a scenario as a title: one written in file style becomes words."""
    if re.fullmatch(r"[a-z0-9]+([-_][a-z0-9]+)*", name):
        words = re.sub("[-_]", " ", name)
        return re.sub(
            r"\b(england|east|west|north|south|midlands|london|yorkshire|humber)\b",
            _capital,
            words[:1].upper() + words[1:],
        )
    return name


def _capital(match: re.Match[str]) -> str:
    return match[0].capitalize()


def ticks(low: float, high: float, most: int = 5) -> list[float]:
    """Return round numbers that span ``low`` to ``high``, at most ``most`` + 1 of them, ends included."""
    if not high > low:
        high = low + (abs(low) or 1.0)
    rough = (high - low) / most
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1.0, 2.0, 2.5, 5.0, 10.0) if power * factor >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(step * place, 12) for place in range(first, last + 1)]


def seeds_said(seeds: Sequence[int]) -> str:
    """Return seeds in few words: "1 to 20", "3", "1, 5, 9"."""
    ordered = sorted(seeds)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{ordered[0]} to {ordered[-1]}"
    shown = ", ".join(str(seed) for seed in ordered[:12])
    return shown if len(ordered) <= 12 else f"{shown} and {len(ordered) - 12} more"
