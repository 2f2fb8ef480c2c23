"""Runs grow month by month for all visitors, and what nobody waits for is not played."""

import numpy as np
import pytest

from resilience import CareMarket
from resilience.app import played
from resilience.app.played import PlayedRun, Player
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.region.errors import RegionError
from tests.app.fakes import played_run, scenario, settled, until, use_fake_markets

CUT = "shocks.funding_cut.real_change"


@pytest.fixture
def markets(monkeypatch):
    return use_fake_markets(monkeypatch)


def test_the_months_are_those_of_the_model_itself():
    run = PlayedRun(scenario(months=3), 7)
    for _ in range(3):
        run.play_month()
    months = CareMarket(scenario(months=3), rng=7).run().tables["months"]
    for name in COUNCIL_COLUMNS:
        np.testing.assert_allclose(run.measure(name, 3), months[name], err_msg=name)
    assert (run.done, run.problem, run.half_played) == (3, "", False)
    assert all(event.provider for event in run.happenings(1))


def test_values_grow_a_month_at_a_time_and_cannot_be_written(markets):
    run = PlayedRun(scenario(), 5)
    assert run.values(12).shape == (0, len(COUNCIL_COLUMNS))
    run.play_month()
    run.play_month()
    assert run.measure("provider_failures", 12).tolist() == [1.0, 2.0]
    assert run.measure("provider_failures", 1).tolist() == [1.0]
    assert run.measure("site_closures", 2).tolist() == [5.0, 5.0]
    with pytest.raises(ValueError, match="read-only"):
        run.values(2)[0, 0] = 1.0


def test_happenings_are_kept_by_month(markets):
    run = played_run(scenario())
    assert [event.people for event in run.happenings(4)] == [4]


def test_a_finished_run_keeps_no_market_in_memory(markets):
    run = PlayedRun(scenario(months=2), 1)
    run.play_month()
    assert run.half_played
    run.play_month()
    assert not run.half_played


def test_a_model_that_breaks_ends_the_run_with_words(markets, caplog):
    markets.breaks_in_month = 3
    run = PlayedRun(scenario(), 1)
    for _ in range(3):
        run.play_month()
    assert run.done == 2
    assert run.problem == "The model stopped in month 3: ZeroDivisionError: nothing to divide by"
    assert "ZeroDivisionError" in caplog.text


def test_a_region_that_cannot_be_built_is_said_as_it_is(monkeypatch):
    def refuse(*_args, **_named):
        raise RegionError("councils.csv:3: council = 'Dudly': unknown council.")

    monkeypatch.setattr(played, "CareMarket", refuse)
    run = PlayedRun(scenario(), 1)
    run.play_month()
    assert run.problem == "councils.csv:3: council = 'Dudly': unknown council."


def test_the_same_scenario_and_seed_are_one_run(markets):
    player = Player()
    assert player.run_of(scenario(), 1) is player.run_of(scenario(name="another name"), 1)
    assert player.run_of(scenario(), 1) is not player.run_of(scenario(), 2)
    assert player.run_of(scenario(), 1) is not player.run_of(scenario(**{CUT: -0.1}), 1)


def test_months_are_played_up_to_what_was_asked_for(markets):
    player = Player()
    run = player.run_of(scenario(), 1)
    settled(player, [run], 4)
    assert run.done == 4
    settled(player, [run], 400)
    assert run.done == 12


def test_asking_for_something_else_stops_what_was_asked_for_before(markets):
    player = Player()
    old, new = player.run_of(scenario(), 1), player.run_of(scenario(**{CUT: -0.1}), 1)
    markets.gate.clear()
    player.ask("visitor", [(old, 12)])
    until(lambda: len(markets.made) == 1)
    player.ask("visitor", [(new, 12)])
    markets.gate.set()
    until(lambda: new.done == 12)
    assert old.done == 1  # the month that was under way


def test_leaving_stops_it_too(markets):
    player = Player()
    run, other = player.run_of(scenario(), 1), player.run_of(scenario(), 2)
    markets.gate.clear()
    player.ask("visitor", [(run, 12)])
    until(lambda: len(markets.made) == 1)
    player.leave("visitor")
    markets.gate.set()
    settled(player, [other], 12)
    assert run.done == 1


def test_the_run_with_the_fewest_months_goes_first(markets):
    player = Player()
    early, late = player.run_of(scenario(), 1), player.run_of(scenario(), 2)
    settled(player, [early], 9)
    markets.gate.clear()
    player.ask("first", [(early, 12)])
    player.ask("second", [(late, 8)])
    markets.gate.set()
    until(lambda: early.done == 12 and late.done == 8)
    assert markets.steps[10:] in ([2] * 8 + [1] * 2, [2] * 7 + [1] * 3)  # one month may have been under way
    assert markets.steps[9:].index(2) <= 1


def test_a_run_that_broke_is_not_tried_again_and_holds_up_nobody(markets):
    markets.breaks_in_month = 2
    player = Player()
    broken = player.run_of(scenario(), 1)
    player.ask("one", [(broken, 12)])
    until(lambda: bool(broken.problem))
    markets.breaks_in_month = None
    healthy = player.run_of(scenario(), 2)
    player.ask("two", [(healthy, 12)])
    until(lambda: healthy.done == 12)
    assert broken.done == 1


def test_old_runs_are_forgotten_but_not_those_looked_at(markets, monkeypatch):
    monkeypatch.setattr(played, "MOST_RUNS_KEPT", 3)
    player = Player()
    looked_at = player.run_of(scenario(), 0)
    player.ask("visitor", [(looked_at, 1)])
    others = [player.run_of(scenario(), seed) for seed in range(1, 8)]
    assert player.run_of(scenario(), 0) is looked_at
    assert player.run_of(scenario(), 7) is others[-1]
    assert player.run_of(scenario(), 1) is not others[0]


def test_half_played_markets_are_forgotten_sooner(markets, monkeypatch):
    monkeypatch.setattr(played, "MOST_MARKETS_KEPT", 1)
    player = Player()
    runs = [player.run_of(scenario(), seed) for seed in range(4)]
    settled(player, runs[:3], 2)
    settled(player, runs[3:], 12)
    player.leave("test")
    kept = [run.seed for run in runs if player.run_of(scenario(), 3) and run in player._runs.values()]
    assert kept == [2, 3]
