"""Runs side by side: each gives exactly what it gives alone, whatever happens to the others."""

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from resilience import kernels
from resilience.measures.identities import AccountingError
from resilience.model import CareMarket
from resilience.policies import POLICIES
from resilience.scenario import load
from resilience.shocks import SHOCKS
from resilience.side_by_side import SideBySide
from tests.model.worlds import differences, four_towns

EVERYTHING = {f"shocks.{kind}.start": "2016-06" for kind in SHOCKS} | {
    f"policies.{kind}.start": "2016-07" for kind in POLICIES
}


def alone(scenario, seeds):
    """The same runs, each by itself."""
    markets = [CareMarket(scenario, rng=seed) for seed in seeds]
    for market in markets:
        market.run()
    return markets


def assert_the_same(side, markets):
    """Every table, headline, measure and column of each run is that of the market alone, bit for bit."""
    for number, (market, results) in enumerate(zip(markets, side.results(), strict=True)):
        expected = market.results()
        assert results.headline == expected.headline
        assert list(results.tables) == list(expected.tables)
        for name, table in expected.tables.items():
            assert results.tables[name].equals(table), name
        state, recorder = side.of(number)
        assert recorder.by_council.tobytes() == market.recorder.by_council.tobytes()
        months = slice(side.recorder_of(number).months_done)
        assert np.array_equal(side.recorder_of(number).by_council[months], market.recorder.by_council[: market.month])
        # Spells are numbered through all runs.
        state.self_funders.spell[:] = market.state.self_funders.spell
        assert differences(market.state, state) == []


@pytest.mark.parametrize(
    ("name", "seeds", "months", "values"),
    [
        ("west-midlands-2016", (1, 2, 3), 14, {}),
        ("west-midlands-2016", (7,), 2, {}),
        ("austerity-and-wage-rise", (5, 5, 4), 15, {}),
        ("hindcast-2010", (3, 8), 15, {}),
        ("west-midlands-2016", (2, 9), 9, EVERYTHING),
        ("west-midlands-2016", (6, 1), 13, {"policies.needs_targeting.by": "unmet_need"} | EVERYTHING),
    ],
)
def test_runs_side_by_side_are_as_they_are_alone(name, seeds, months, values):
    scenario = load(name, months=months, **values)
    side = SideBySide(scenario, seeds)
    side.run_for(months)
    assert_the_same(side, alone(scenario, seeds))


def test_the_named_provider_of_each_run_fails():
    named = {f"shocks.{kind}.start": "2016-05" for kind in ("chain_failure", "epidemic")}
    scenario = load("west-midlands-2016", months=4, **named, **{"shocks.chain_failure.provider": "P12"})
    side = SideBySide(scenario, (1, 2))
    side.run_for(4)
    assert_the_same(side, alone(scenario, (1, 2)))
    for results in side.results():
        events = results.tables["events"]
        failed = events.loc[events["reason"] == "scenario: chain failure", "provider"]
        assert set(failed) == {"P12"}


def test_a_shock_without_effect_is_told_in_the_run_it_misses():
    values = {"shocks.chain_failure.start": "2016-06"}
    scenario = load("west-midlands-2016", months=4, **values)
    side, markets = SideBySide(scenario, (1, 2)), [CareMarket(scenario, rng=seed) for seed in (1, 2)]
    for market in markets:
        market.run_for(1)
    side.run_for(1)
    # In the second run every chain has gone by the time that the largest is to fail.
    council = side.state.providers.home_council
    for providers, of_run in ((markets[1].state.providers, slice(None)), (side.state.providers, council >= 14)):
        chains = providers.kind[of_run] == 0
        alive = providers.alive[of_run]
        alive[chains] = False
        providers.alive[of_run] = alive
    side.run_for(3)
    for market in markets:
        market.run_for(3)
    assert_the_same(side, markets)
    told = [(results.tables["events"]["kind"] == "shock_without_effect").sum() for results in side.results()]
    assert told == [0, 1]


def test_numpy_forms_agree_too():
    scenario = load("west-midlands-2016", months=3)
    with kernels.using("numpy"):
        side = SideBySide(scenario, (4, 6))
        side.run_for(3)
    assert_the_same(side, alone(scenario, (4, 6)))


def test_books_are_checked_in_runs_side_by_side():
    side = SideBySide(load("west-midlands-2016", months=3, **{"measures.check_accounts": True}), (1, 2))
    side.run_for(2)
    side.state.providers.cash[5] += 1e9
    with pytest.raises(AccountingError, match="cash"):
        side.step()


def test_runs_side_by_side_go_on_under_another_scenario_and_in_another_process():
    base = load("west-midlands-2016", months=8)
    cut = load("west-midlands-2016", months=8, **{"shocks.funding_cut.start": "2016-08"})
    side = SideBySide(base, (1, 2))
    side.run_for(4)
    moved = pickle.loads(pickle.dumps(side))
    moved.go_on_as(cut)
    moved.run_for(4)
    assert_the_same(moved, alone(cut, (1, 2)))
    with pytest.raises(ValueError, match="same region"):
        moved.go_on_as(load("west-midlands-2016", months=9))


@settings(max_examples=6, deadline=None)
@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=5), months=st.integers(1, 9))
def test_any_runs_of_four_towns_are_as_they_are_alone(seeds, months):
    side = SideBySide(four_towns(), seeds)
    side.run_for(months)
    markets = [CareMarket(four_towns(), rng=seed) for seed in seeds]
    for market in markets:
        market.run_for(months)
    assert_the_same(side, markets)


def test_no_seed_is_refused():
    with pytest.raises(ValueError, match="at least one seed"):
        SideBySide(load("west-midlands-2016", months=2), ())
