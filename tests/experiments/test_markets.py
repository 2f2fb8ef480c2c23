"""Markets of studies: the model's own order gives its own numbers, others keep every account, workers add up."""

import pytest

from experiments.markets import ORDERS, STEPS, OrderedMarket, market_in_order, moved, staffed_market, workers
from resilience.model import CareMarket
from resilience.scenario import load

MONTHS = 6


@pytest.fixture(scope="module")
def squeeze():
    given = {"region": "tests/model/four-towns.csv", "measures.check_accounts": True, "months": MONTHS}
    return load("west-midlands-2016", **given)


def played(market):
    while market.running:
        market.step()
    return market.results()


@pytest.fixture(scope="module")
def plain(squeeze):
    return played(CareMarket(squeeze, rng=3)).headline


def test_the_models_own_order_gives_the_models_own_numbers(squeeze, plain):
    assert played(OrderedMarket(squeeze, 3, tuple(STEPS))).headline == plain


@pytest.mark.parametrize("name", ORDERS)
def test_another_order_has_every_step_once_and_keeps_the_accounts(name, squeeze, plain):
    assert sorted(ORDERS[name]) == sorted(STEPS)
    assert ORDERS[name] != tuple(STEPS)
    found = played(market_in_order(name)(squeeze, 3)).headline
    assert found != plain
    parts = [found[part] for part in ("hours_delivered", "care_hours_lost", "unmet_hours")]
    assert sum(parts) == pytest.approx(found["need_hours"], rel=1e-12)


def test_a_step_is_moved_before_another():
    assert moved("entry", "distress")[9:13] == ("run_down", "entry", "distress", "reprovision")
    assert moved("quality", "need")[:3] == ("calendar", "quality", "need")


def test_workers_are_counted_where_they_work(squeeze):
    market = staffed_market(squeeze, 3)
    found = played(market)
    sites = market.frame("sites")
    assert sum(workers(market.state).values()) == pytest.approx(float(sites["staff"].sum()))
    at_home = sites[sites["care_type"] == "home_care"]
    micro = at_home[at_home["kind"] == "micro_enterprise"]
    assert found.headline["micro_workers"] == pytest.approx(float(micro["staff"].sum()))
    assert found.headline["agency_workers"] == pytest.approx(float(at_home["staff"].sum() - micro["staff"].sum()))
    assert found.headline["agency_workers"] > 0.0
    assert found.headline["home_workers"] > 0.0
