"""What a verdict means, with numbers worked out by hand."""

import math

import pytest

from docs.parts import FOLDER
from resilience.analysis.target import Part, Range, status_of, worst
from resilience.analysis.targets import TARGETS
from tests.analysis.fakes import target

NAN = math.nan
ALLOWED = Range(4.0, 6.0)


@pytest.mark.parametrize(
    ("mean", "interval", "status"),
    [
        (5.0, (4.5, 5.5), "PASS"),
        (5.0, (4.0, 6.0), "PASS"),
        (5.8, (5.5, 6.1), "WARN"),
        (4.1, (3.9, 4.3), "WARN"),
        (6.2, (5.9, 6.5), "WARN"),
        (3.8, (3.5, 4.1), "WARN"),
        (6.2, (6.1, 6.3), "FAIL"),
        (3.0, (2.0, 3.9), "FAIL"),
        (5.0, (NAN, NAN), "PASS"),
        (6.5, (NAN, NAN), "FAIL"),
        (NAN, (NAN, NAN), "NOT MEASURED"),
    ],
)
def test_a_status_follows_from_mean_and_interval(mean, interval, status):
    assert status_of(mean, interval, ALLOWED) == status


def test_a_target_is_as_good_as_its_worst_part():
    assert worst(["PASS", "PASS"]) == "PASS"
    assert worst(["PASS", "NOT MEASURED"]) == "NOT MEASURED"
    assert worst(["NOT MEASURED", "WARN", "PASS"]) == "WARN"
    assert worst(["WARN", "FAIL", "PASS"]) == "FAIL"


def part(published: float | Range, tolerance: float, *, relative: bool = False) -> Part:
    return target("any", published, tolerance, relative=relative).parts[0]


def test_a_tolerance_widens_the_published_range_at_both_ends():
    assert part(4.3, 1.0).allowed == pytest.approx((3.3, 5.3))
    assert part(Range(10.0, 17.0), 4.0).allowed == (6.0, 21.0)
    assert part(Range(180.0, 220.0), 0.25, relative=True).allowed == (135.0, 275.0)
    assert part(-8.0, 0.25, relative=True).allowed == (-10.0, -6.0)


def test_the_strict_reading_starts_from_the_middle():
    assert part(Range(10.0, 17.0), 4.0).strict == (9.5, 17.5)
    assert part(Range(180.0, 220.0), 0.25, relative=True).strict == (150.0, 250.0)
    assert part(Range(85.0, 90.0), 0.0).strict == (85.0, 90.0)


def test_a_deviation_is_one_at_the_ends_of_what_is_allowed():
    one = part(Range(10.0, 17.0), 4.0)
    assert [one.deviation(value) for value in (6.0, 13.5, 21.0, 28.5)] == [-1.0, 0.0, 1.0, 2.0]


def test_the_targets_are_thirteen_and_each_names_evidence_that_is_listed():
    assert len(TARGETS) >= 13
    known = (FOLDER / "evidence.csv").read_text(encoding="utf-8")
    for one in TARGETS:
        for its in one.parts:
            ids = its.source.replace(" to ", ", ").split(", ")
            assert ids
            assert [given for given in ids if f"\n{given}," not in known] == [], its.name


def test_no_two_targets_share_a_name():
    assert len({one.name for one in TARGETS}) == len(TARGETS)
