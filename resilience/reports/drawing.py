"""Drawings as inline SVG: lines with bands over the months, points over a factor, and the map of councils.

Colours are classes of the report's style sheet, so that one drawing serves light, dark and paper; every text passes
through the escaping of markupsafe. Sizes are in units of a drawing 440 wide, which a page scales to its column.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from markupsafe import Markup, escape

from resilience.app.words import decimals_of, style_of
from resilience.measures.catalogue import MEASURES, Measure
from resilience.region.tiles import TILE_HEIGHT, Tile
from resilience.reports.figures import ticks

WIDTH, HEIGHT = 440.0, 250.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 8.0, 12.0, 30.0


def element(name: str, attributes: Mapping[str, object], *inside: object) -> Markup:
    """Return an element; attribute names lose a trailing underscore and have dashes for others."""
    told = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(_text(given))}"' for key, given in attributes.items()
    )
    if not inside:
        return Markup(f"<{name}{told}/>")
    return Markup(f"<{name}{told}>") + Markup("").join(escape(part) for part in inside) + Markup(f"</{name}>")


def _text(given: object) -> str:
    return f"{given:.1f}".removesuffix(".0") if isinstance(given, float) else str(given)


def svg(width: float, height: float, label: str, parts: Iterable[Markup], class_: str = "drawing") -> Markup:
    """Return a drawing with the text that stands for it."""
    box = f"0 0 {_text(width)} {_text(height)}"
    given = {"viewBox": box, "role": "img", "aria_label": label, "class_": class_}
    told = "".join(f' {key.rstrip("_").replace("aria_", "aria-")}="{escape(one)}"' for key, one in given.items())
    return Markup(f"<svg{told}>") + Markup("").join(parts) + Markup("</svg>")


class Scale:
    """Takes numbers to places along an axis."""

    def __init__(self, low: float, high: float, start: float, end: float) -> None:
        self.low, self.high, self.start, self.end = low, high, start, end

    def __call__(self, number: float) -> float:
        """Return the place of a number."""
        share = (number - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.end - self.start)


def fan(chart: Mapping[str, Any]) -> Markup:
    """Return lines over the months, each with its band where the chart has one and there are three lines at most."""
    lines = chart["lines"]
    bands = len(lines) <= 3
    marks = _marks(chart, lines, bands)
    y = Scale(marks[0], marks[-1], HEIGHT - BOTTOM, TOP)
    x = Scale(0.0, max(len(chart["dates"]) - 1, 1), LEFT, WIDTH - RIGHT)
    parts = [*_grid(marks, y, MEASURES[chart["measure"]]), *_months(chart["dates"], x)]
    if bands:
        parts += [_band(line, place, x, y) for place, line in enumerate(lines) if "low" in line]
    parts += [_path(line["values"], place, x, y) for place, line in enumerate(lines)]
    return svg(WIDTH, HEIGHT, f"{chart['title']}. {chart['sentence']}", parts)


def _marks(chart: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], bands: bool) -> list[float]:
    """Return the numbers on the upright axis: from nothing for amounts, around the lines for fees and rates."""
    names = ("values", "low", "high") if bands else ("values",)
    numbers = [number for line in lines for name in names for number in line.get(name, ())]
    low, high = min(numbers), max(numbers)
    if MEASURES[chart["measure"]].over_time == "sum" or low < 0.35 * high:
        low = min(low, 0.0)
    return ticks(low, high, 4)


def _grid(marks: Sequence[float], y: Scale, measure: Measure) -> list[Markup]:
    parts = []
    for mark in marks:
        at = y(mark)
        class_ = "zero" if mark == 0 else "grid"
        parts.append(element("line", {"x1": LEFT, "x2": WIDTH - RIGHT, "y1": at, "y2": at, "class": class_}))
        text = axis_text(measure, mark, marks[1] - marks[0], max(abs(marks[0]), abs(marks[-1])))
        parts.append(element("text", {"x": LEFT - 6, "y": at + 4, "class": "tick end"}, text))
    return parts


def axis_text(measure: Measure, number: float, step: float, most: float) -> str:
    """Return a number as it stands on an axis: "£16.50", "7%", "400k", "1.5m"."""
    style = style_of(measure.unit)
    sign = "−" if number < 0 else ""
    size = abs(number)
    if style == "share":
        return f"{sign}{100 * size:.{0 if step >= 0.00999 else decimals_of(measure) or 1}f}%"
    pound = "£" if style == "money" else ""
    if most >= 1e6:
        return f"{sign}{pound}{size / 1e6:g}m" if number else "0"
    if most >= 10_000:
        return f"{sign}{pound}{size / 1e3:g}k" if number else "0"
    return f"{sign}{pound}{size:,.{0 if step >= 1 else 2 if style == 'money' else 1}f}"


def _months(dates: Sequence[Any], x: Scale) -> list[Markup]:
    """Return the marks of the months: every April, or fewer where they would touch."""
    at = [place for place, date in enumerate(dates) if date.month == 4]
    if len(at) < 2:
        at = list(range(0, len(dates), max(len(dates) // 4, 1)))
    at = at[:: -(-len(at) // 6)]
    parts = []
    for place in at:
        here = x(place)
        parts.append(
            element("line", {"x1": here, "x2": here, "y1": HEIGHT - BOTTOM, "y2": HEIGHT - BOTTOM + 5, "class": "zero"})
        )
        anchor = "end" if here > WIDTH - RIGHT - 24 else "middle"
        parts.append(element("text", {"x": here, "y": HEIGHT - 9, "class": f"tick {anchor}"}, f"{dates[place]:%b %Y}"))
    return parts


def _points(numbers: Iterable[float], x: Scale, y: Scale) -> list[str]:
    return [f"{_text(x(place))},{_text(y(number))}" for place, number in enumerate(numbers)]


def _band(line: Mapping[str, Any], place: int, x: Scale, y: Scale) -> Markup:
    there, back = _points(line["high"], x, y), _points(line["low"], x, y)[::-1]
    return element("polygon", {"points": " ".join([*there, *back]), "class": f"band s{place}"})


def _path(numbers: Sequence[float], place: int, x: Scale, y: Scale) -> Markup:
    if len(numbers) == 1:
        return element("circle", {"cx": x(0), "cy": y(numbers[0]), "r": 4.0, "class": f"dot s{place}"})
    return element("polyline", {"points": " ".join(_points(numbers, x, y)), "class": f"line s{place}"})


def cartogram(tiles: Sequence[Tile], shades: Mapping[str, str], values: Mapping[str, str], label: str) -> Markup:
    """Return the map: a hexagon a council with its shade (a class) and value; names where there is room for them.

    ``shades`` and ``values`` are by council; each hexagon says name and value when pointed at.
    """
    wide = max(tile.x for tile in tiles) + 0.5
    size = WIDTH / wide
    roomy = size >= 60
    parts = [_tile(tile, size, roomy, shades[tile.council], values[tile.council]) for tile in tiles]
    height = (max(tile.y for tile in tiles) + TILE_HEIGHT / 2) * size
    return svg(WIDTH, height, label, parts, "drawing map")


def _tile(tile: Tile, size: float, roomy: bool, shade: str, value: str) -> Markup:
    gap = 0.965
    corners = [(tile.x + (x - tile.x) * gap, tile.y + (y - tile.y) * gap) for x, y in tile.corners]
    points = " ".join(f"{_text(x * size)},{_text(y * size)}" for x, y in corners)
    inside = [element("title", {}, f"{tile.council}: {value}"), element("polygon", {"points": points})]
    x, y = tile.x * size, tile.y * size
    if roomy:
        letter = min(size / 8.6, 12.0)
        words = _in_two(tile.council)
        top = y - letter * (0.35 if len(words) == 1 else 0.85)
        for place, word in enumerate(words):
            inside.append(element("text", {"x": x, "y": top + place * letter * 1.05, "font_size": letter}, word))
        under = {"x": x, "y": top + len(words) * letter * 1.15 + 2, "font_size": letter * 1.15, "class": "strong"}
        inside.append(element("text", under, value))
    else:
        inside.append(element("text", {"x": x, "y": y + size * 0.11, "font_size": size * 0.3}, tile.short))
    return element("g", {"class": f"tile {shade}"}, *inside)


def _in_two(name: str) -> list[str]:
    """Return a name on one line, or on two where it is long and has a blank."""
    words = name.split(" ")
    if len(words) == 1 or len(name) <= 10:
        return [name]
    middle = min(range(1, len(words)), key=lambda at: abs(len(" ".join(words[:at])) - len(name) / 2))
    return [" ".join(words[:middle]), " ".join(words[middle:])]
