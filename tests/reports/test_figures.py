"""Numbers as a report writes them, maps and their colours, all reckoned by hand."""

import math
import re
from importlib.resources import files

import pandas as pd
import pytest
from markupsafe import Markup

from resilience.measures.catalogue import MEASURES
from resilience.region.tiles import Tile, region_tiles, short_name, tiles
from resilience.reports.context import plain_number, written
from resilience.reports.drawing import axis_text, cartogram, element, fan
from resilience.reports.figures import change, interval, percent_change, plain, rate, seeds_said, ticks, title_of, value
from resilience.reports.places import change_maps, level_map

MINUS = "−"


@pytest.mark.parametrize(
    ("measure", "number", "low", "high", "wanted"),
    [
        ("provider_failures", 188.4, 157.0, 223.0, "190"),
        ("site_closures", 1_418.0, 1_379.0, 1_465.0, "1,420"),
        ("unmet_hours", 26_870_000.0, 25.0e6, 28.9e6, "27 million"),
        ("dtr_exposure", 0.2149, 0.206, 0.223, "21.5%"),
        ("fee_home_care", 16.123, 16.1, 16.2, "£16.12"),
        ("council_spend", 1_234_567.0, math.nan, math.nan, "£1.2 million"),
        ("market_failures", 0.0, 0.0, 0.0, "0"),
        ("market_failures", math.nan, 0.0, 0.0, "–"),
    ],
)
def test_values_are_rounded_by_their_interval(measure, number, low, high, wanted):
    assert value(measure, number, low, high) == wanted


def test_changes_have_signs_and_shares_change_by_points():
    assert change("site_closures", -41.0, -47.0, -35.0) == f"{MINUS}41"
    assert change("dtr_exposure", 0.0061) == "+0.6 points"
    assert change("dtr_exposure", 0.0001) == "no change"
    assert change("council_spend", -13.3e6, -14.1e6, -12.5e6) == f"{MINUS}£13.3 million"


def test_intervals_are_rounded_alike_and_say_an_open_end():
    assert interval("site_closures", 35.2, 47.4) == "35 to 47"
    assert interval("site_closures", -3.0, 5.0, signed=True) == f"{MINUS}3 to +5"
    assert interval("unmet_hours", 25.0e6, 28.9e6) == "25 to 29 million"
    assert interval("unmet_hours", math.nan, 2.0) == "–"
    assert interval("council_spend", 1_000.0, math.inf) == "from £1,000"
    assert interval("site_closures", 0.0, 0.0) == "0"


def test_plain_numbers_rates_and_relative_changes():
    assert plain(12_345.6) == "12,346"
    assert plain(-0.2) == "0"
    assert rate(9.94) == "9.9"
    assert rate(2.0) == "2"
    assert rate(68.4) == "68"
    assert percent_change(0.134) == "+13%"
    assert percent_change(-0.024) == f"{MINUS}2.4%"
    assert percent_change(0.0) == "0%"


def test_settings_read_as_one_says_them():
    assert written(-0.2, "fraction") == f"{MINUS}20%"
    assert written(1.0, "GBP/hour") == "£1 an hour"
    assert written(135_000, "GBP") == "£135,000"
    assert written("2017-04", "month") == "April 2017"
    assert written(None, "month") == "from the start"
    assert written(True, "") == "yes"
    assert written({2016: 0.02, 2017: 0.03}, "share") == "2016: 2%, 2017: 3%"
    assert plain_number(0.65) == "0.65"


def test_names_in_file_style_become_titles_and_others_stay():
    assert title_of("austerity-and-wage-rise") == "Austerity and wage rise"
    assert title_of("west-midlands-2016") == "West Midlands 2016"
    assert title_of("The Plan B") == "The Plan B"


def test_seeds_are_said_in_few_words():
    assert seeds_said(range(1, 21)) == "1 to 20"
    assert seeds_said([4]) == "4"
    assert seeds_said([1, 5, 9]) == "1, 5, 9"


def test_axes_have_round_numbers_that_span_the_values():
    assert ticks(0.0, 9.0, 4) == [0.0, 2.5, 5.0, 7.5, 10.0]
    assert ticks(15.07, 16.3, 4) == [15.0, 15.5, 16.0, 16.5]
    assert ticks(3.0, 3.0)[0] <= 3.0 < ticks(3.0, 3.0)[-1]
    assert axis_text(MEASURES["unmet_hours"], 400_000.0, 200_000.0, 600_000.0) == "400k"
    assert axis_text(MEASURES["unmet_hours"], 1.5e6, 5e5, 1.5e6) == "1.5m"
    assert axis_text(MEASURES["fee_home_care"], 16.5, 0.5, 16.5) == "£16.50"
    assert axis_text(MEASURES["vacancy_rate"], 0.065, 0.005, 0.07) == "6.5%"


def test_texts_of_a_drawing_are_escaped():
    assert element("text", {"x": 1.0, "class": 'a"b'}, "<b>&") == Markup(
        '<text x="1" class="a&#34;b">&lt;b&gt;&amp;</text>'
    )


def test_a_line_goes_through_its_values():
    dates = list(pd.date_range("2016-04-01", periods=3, freq="MS"))
    lines = [
        {"name": "A", "kind": "here", "values": [0.0, 50.0, 100.0], "low": [0.0, 40.0, 80.0], "high": [0, 60, 100]}
    ]
    chart = {"title": "T", "sentence": "S.", "measure": "site_closures", "dates": dates, "lines": lines}
    drawn = str(fan(chart))
    points = re.search(r'<polyline points="([^"]+)"', drawn)
    assert points is not None
    assert points[1] == "52,220 242,116 432,12"  # 0 at the foot, 100 at the head, half way between
    assert 'aria-label="T. S."' in drawn
    assert drawn.count("<polygon") == 1


def test_every_region_has_a_map_without_two_councils_in_one_place():
    for region, count in (("west-midlands", 14), ("london", 33), ("england", 152)):
        found = region_tiles(region)
        assert len({(tile.x, tile.y) for tile in found}) == len(found) == count
        assert min(tile.x for tile in found) >= 0.5
    near = {tile.council: tile for tile in region_tiles("west-midlands")}
    one, other = near["Dudley"], near["Sandwell"]
    assert (other.x - one.x, other.y - one.y) == (1.0, 0.0)


def test_odd_rows_stand_half_a_tile_to_the_right():
    table = pd.DataFrame({"council": ["A", "B"], "map_column": [0.0, 0.0], "map_row": [0.0, 1.0]})
    above, below = tiles(table)
    assert below.x - above.x == 0.5
    assert below.y - above.y == pytest.approx(math.sqrt(3.0) / 2.0)
    width = max(x for x, _ in above.corners) - min(x for x, _ in above.corners)
    assert width == pytest.approx(1.0)


def test_short_names():
    assert short_name("Birmingham") == "Birm"
    assert short_name("Telford and Wrekin") == "TW"


TWO = [Tile("North <A>", "NA", 0.5, 0.58), Tile("South", "So", 1.5, 0.58)]


def test_a_map_shades_by_round_steps_and_names_the_highest():
    found = level_map("Share", TWO, {"North <A>": 0.012, "South": 0.049})
    assert [text for _, text in found.legend] == ["1% to 2%", "2% to 3%", "3% to 4%", "4% to 5%"]
    assert 'class="tile q0"' in found.drawing
    assert 'class="tile q3"' in found.drawing
    assert "Highest: South 4.9%, North &lt;A&gt; 1.2%." in found.drawing
    assert "<A>" not in found.drawing


def test_changes_share_one_scale_with_no_change_in_the_middle():
    up, down = change_maps(
        ["Up", "Down"], TWO, [{"North <A>": 0.009, "South": 0.0}, {"North <A>": -0.009, "South": 0.004}]
    )
    assert re.findall("tile (d.)", up.drawing) == ["d6", "d3"]
    assert re.findall("tile (d.)", down.drawing) == ["d0", "d5"]
    assert "+0.9" in up.drawing
    assert f"{MINUS}0.9" in down.drawing


def test_a_map_of_equal_values_is_drawn_too():
    assert "tile q0" in level_map("Share", TWO, {"North <A>": 0.0, "South": 0.0}).drawing
    assert "tile d3" in change_maps(["None"], TWO, [{"North <A>": 0.0, "South": 0.0}])[0].drawing


def test_many_tiles_bear_short_names_and_few_bear_whole_ones():
    many = [Tile(f"Council {at}", f"C{at}", at + 0.5, 0.58) for at in range(20)]
    shades, values = ({tile.council: text for tile in many} for text in ("q0", "1%"))
    assert ">C3<" in cartogram(many, shades, values, "label")
    assert ">South<" in cartogram(
        TWO, dict.fromkeys(["North <A>", "South"], "q0"), {"North <A>": "1", "South": "2"}, "l"
    )


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_writing_on_every_shade_of_a_map_can_be_read():
    sheet = (files("resilience.reports") / "templates" / "report.css").read_text(encoding="utf-8")
    colours = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6})", sheet.split("@media")[0]))
    deep = set(re.findall(r"\.map \.([qd]\d) text", sheet))
    for name in [*(f"q{at}" for at in range(6)), *(f"d{at}" for at in range(7))]:
        ink = colours["on-deep" if name in deep else "on-pale"]
        light, dark = sorted((_luminance(colours[name]), _luminance(ink)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name
