"""What a director would expect of the market, checked with the same chance on both sides."""

import pytest

from resilience.analysis.facts import FACTS
from resilience.analysis.validate import validate
from resilience.scenario import load

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def facts():
    """Every fact over two seeds of the West Midlands."""
    found = validate(load("west-midlands-2016"), 2, workers=1, months=48, targets=())
    return found.facts.set_index("fact")


def size_of(facts, words: str) -> float:
    (name,) = [one.name for one in FACTS if words in one.name]
    return float(facts.loc[name, "mean"])


def test_cuts_hit_places_with_few_self_funders_first(facts):
    assert size_of(facts, "without care first") > 0.0


def test_chain_failures_are_rare(facts):
    assert facts.loc["Chain failures are rare", "holds"] == 2


def test_a_wage_rise_without_fees_costs_places_and_with_fees_lowers_vacancies(facts):
    assert facts.loc["A wage rise without fees costs places", "holds"] == 2
    assert facts.loc["With fees, a wage rise lowers vacancies", "holds"] == 2


def test_quality_gives_way_before_exit(facts):
    assert size_of(facts, "is low before exit") > 0.0
