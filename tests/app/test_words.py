"""Numbers are written by the unit of their measure."""

import pytest

from resilience.app.words import change_written, decimals_of, style_of, unit_written, written
from resilience.measures.catalogue import MEASURES

CLOSURES, LOST, SHARE = MEASURES["site_closures"], MEASURES["care_hours_lost"], MEASURES["dtr_exposure"]
FEE, SPEND, VACANT = MEASURES["fee_home_care"], MEASURES["council_spend"], MEASURES["vacancy_rate"]


@pytest.mark.parametrize(
    ("measure", "value", "text"),
    [
        (CLOSURES, 0.0, "0"),
        (CLOSURES, 1975.0, "1,975"),
        (LOST, 999_999.4, "999,999"),
        (LOST, 999_999.6, "1.00 million"),
        (LOST, 32_233_649.4, "32.23 million"),
        (SPEND, 999_994_000.0, "£999.99 million"),
        (SPEND, 1_234_000_000.0, "£1.23 billion"),
        (SHARE, 0.21464, "21.5%"),
        (VACANT, 0.0711, "7.1%"),
        (FEE, 15.868, "£15.87"),
        (FEE, -0.5, "−£0.50"),
        (CLOSURES, float("nan"), "not known"),
    ],
)
def test_a_value_is_written_as_one_reads_it(measure, value, text):
    assert written(measure, value) == text


def test_short_words_for_what_stands_in_small_print():
    assert written(LOST, 32_233_649.4, short=True) == "32.23m"
    assert written(SPEND, 1_234_000_000.0, short=True) == "£1.23bn"


@pytest.mark.parametrize(
    ("measure", "change", "text"),
    [
        (CLOSURES, 161.0, "+161"),
        (CLOSURES, -2.0, "−2"),
        (CLOSURES, 0.0, "no change"),
        (CLOSURES, 0.4, "no change"),
        (CLOSURES, -0.4, "no change"),
        (LOST, 1_662_523.0, "+1.66m"),
        (SHARE, 0.0021, "+0.2 points"),
        (SHARE, -0.0521, "−5.2 points"),
        (SHARE, 0.0004, "no change"),
        (FEE, -1.28, "−£1.28"),
    ],
)
def test_a_change_is_written_with_its_sign_and_what_cannot_be_seen_is_no_change(measure, change, text):
    assert change_written(measure, change) == text


@pytest.mark.parametrize(
    ("measure", "unit"),
    [(CLOSURES, "sites"), (SHARE, "of care hours"), (FEE, "an hour"), (SPEND, ""), (VACANT, "of posts")],
)
def test_the_unit_beside_it_does_not_repeat_the_sign(measure, unit):
    assert unit_written(measure) == unit


def test_every_measure_can_be_written():
    for measure in MEASURES.values():
        assert written(measure, 0.5)
        assert style_of(measure.unit) in ("share", "money", "number")
        assert 0 <= decimals_of(measure) <= measure.decimals
