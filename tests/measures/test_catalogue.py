"""Every measure is declared: its label, unit and how it adds up."""

import pytest

from resilience.measures.catalogue import COLUMNS, HEADLINE, MEASURES, TAIL, column
from resilience.measures.recorder import ACCOUNT
from resilience.state.ledger import EVENT_COLUMNS

CONTRACT = (
    "provider_failures",
    "site_closures",
    "market_failures",
    "councils_affected_share",
    "dtr_exposure",
    "replacement_gap",
    "care_hours_lost",
    "unmet_hours",
)


def test_the_headline_has_the_names_of_the_contract():
    assert HEADLINE == CONTRACT
    assert TAIL.name == "tail_hours_lost"


@pytest.mark.parametrize("measure", MEASURES.values(), ids=MEASURES)
def test_a_measure_says_what_it_is(measure):
    assert measure.label[0].isupper()
    assert measure.unit
    assert measure.definition.endswith(".")
    assert measure.over_time in ("sum", "mean", "last", "max")
    assert measure.higher_is in ("worse", "better", "neutral")
    assert measure.over_place in ("sum", "mean") or MEASURES[measure.over_place].over_place == "sum"
    assert 0 <= measure.decimals <= 6


def test_a_share_or_rate_is_never_added_over_councils():
    averaged = {name for name, measure in MEASURES.items() if measure.over_place != "sum"}
    for name, measure in MEASURES.items():
        price = "GBP" in measure.unit and measure.unit.endswith((" a week", " an hour"))
        if price or measure.unit.startswith(("share", "ratio", "index")):
            assert name in averaged, name


def test_labels_are_told_apart():
    labels = [measure.label for measure in MEASURES.values()]
    assert len(set(labels)) == len(labels)


def test_every_measure_and_event_column_has_a_meaning():
    for name in (*MEASURES, *ACCOUNT, *EVENT_COLUMNS):
        assert column(name).meaning, name
    assert set(MEASURES) <= set(COLUMNS)


def test_an_undeclared_column_is_an_error():
    with pytest.raises(KeyError):
        column("happiness")
