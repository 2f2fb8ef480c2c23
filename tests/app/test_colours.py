"""Colours of the map can be read on, and told apart without seeing hue."""

import itertools
import re
from pathlib import Path

import pytest

from resilience.app import serve
from resilience.app.pictures.charts import SHADES

CSS = (Path(serve.HERE) / "assets" / "custom.css").read_text(encoding="utf-8")
WHITE, DARK = "#ffffff", "#14181c"
ON_WHITE = {"3", "4", "change-0", "change-4"}
"""Classes whose tiles have white letters."""


def fill(shade: str) -> str:
    found = re.search(rf"\.market-shade-{shade} {{ fill: (#[0-9a-f]{{6}}); }}", CSS)
    assert found is not None
    return found.group(1)


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("shade", [*map(str, range(SHADES)), *(f"change-{place}" for place in range(SHADES))])
def test_letters_on_every_tile_can_be_read(shade):
    assert contrast(fill(shade), WHITE if shade in ON_WHITE else DARK) >= 4.5


def test_white_letters_are_those_that_the_page_gives():
    rule = re.search(r"\.market-tile text \{ fill: #14181c; \}\n((?:[^{}]+,\n)*[^{}]+)\{ fill: #ffffff; \}", CSS)
    assert rule is not None
    assert set(re.findall(r"market-shade-([\w-]+) text", rule.group(1))) == ON_WHITE


def test_levels_grow_darker_and_changes_darker_to_both_sides():
    levels = [luminance(fill(str(shade))) for shade in range(SHADES)]
    assert levels == sorted(levels, reverse=True)
    assert all(first / second > 1.25 for first, second in itertools.pairwise(levels))
    changes = [luminance(fill(f"change-{shade}")) for shade in range(SHADES)]
    assert changes[0] < changes[1] < changes[2] > changes[3] > changes[4]
