"""What a visitor's hands do to what the visitor sees."""

import itertools

import pytest

from resilience.app import visit as visit_module
from resilience.app.played import Player
from resilience.app.visit import View, Visit
from tests.app.fakes import scenario, until, use_fake_markets

CUT = "shocks.funding_cut.real_change"


@pytest.fixture
def markets(monkeypatch):
    monkeypatch.setattr(visit_module, "SECONDS_BETWEEN_PICTURES", 0.005)
    monkeypatch.setattr(visit_module, "SECONDS_PER_MONTH", 0.01)
    return use_fake_markets(monkeypatch)


class Watched(Visit):
    """A visit that keeps the views it hands over."""

    def __init__(self, player: Player, **values) -> None:
        self.views: list[View] = []
        super().__init__(player, scenario(**({CUT: -0.2} | values)), 1, self.views.append)

    def comes_to(self, shown: int) -> View:
        until(lambda: bool(self.views) and self.views[-1].shown == shown and self.views[-1].mode == "still")
        return self.views[-1]


@pytest.fixture
def player():
    return Player()


@pytest.fixture
def visit(markets, player):
    made = Watched(player)
    made.start()
    yield made
    made.close()
    made._thread.join(5)
    assert not made._thread.is_alive()


def test_a_visit_begins_before_the_first_month_with_the_baseline_drawn_ahead(visit):
    until(lambda: bool(visit.views) and visit.views[-1].ahead == 12)
    view = visit.views[-1]
    assert (view.shown, view.mode, view.seed) == (0, "still", 1)
    assert view.values[CUT] == -0.2
    assert view.base.scenario.shocks == {}
    assert view.run.done == 0  # nobody has asked for the scenario's months yet


def test_a_step_shows_one_month_more(visit):
    visit.step()
    visit.comes_to(1)
    visit.step()
    assert visit.comes_to(2).run.done == 2


def test_running_to_the_end_shows_every_month_there_is(visit):
    visit.to_end()
    view = visit.comes_to(12)
    assert view.run.measure("care_hours_lost", 12).sum() == pytest.approx(780.0)  # 10 x (1 + ... + 12)


def test_playing_shows_each_month_in_turn(visit):
    visit.play()
    visit.comes_to(12)
    shown = [view.shown for view in visit.views]
    assert sorted(set(shown)) == list(range(13))
    assert all(later - sooner in (0, 1) for sooner, later in itertools.pairwise(shown))


def test_pausing_stops_at_the_month_shown(visit, monkeypatch):
    monkeypatch.setattr(visit_module, "SECONDS_PER_MONTH", 0.05)
    visit.play()
    until(lambda: visit.view.shown == 3)
    assert visit.view.going
    visit.pause()
    shown = visit.view.shown
    view = visit.comes_to(shown)
    assert view.target == shown < 12


def test_after_the_end_steps_and_play_begin_again(visit):
    visit.to_end()
    visit.comes_to(12)
    visit.step()
    visit.comes_to(1)
    visit.to_end()
    visit.comes_to(12)
    visit.play()
    until(lambda: visit.views[-1].shown == 2)
    visit.comes_to(12)


def test_reset_goes_back_to_the_start_and_leaves_the_levers(visit):
    visit.move(CUT, -0.3)
    visit.comes_to(12)
    visit.reset()
    assert visit.comes_to(0).values[CUT] == -0.3


def test_a_moved_lever_from_the_start_runs_to_the_end(visit):
    visit.move(CUT, -0.3)
    view = visit.comes_to(12)
    assert view.run.scenario.get(CUT) == -0.3
    assert view.run.measure("unmet_hours", 12).tolist() == [3000.0] * 12


def test_a_moved_lever_later_runs_to_the_month_shown(visit):
    for month in (1, 2, 3):
        visit.step()
        visit.comes_to(month)
    visit.move(CUT, -0.3)
    until(lambda: visit.views[-1].run.scenario.get(CUT) == -0.3)
    view = visit.comes_to(3)
    assert view.run.done == 3


def test_the_old_picture_stays_until_the_new_run_has_a_month(visit, markets):
    visit.to_end()
    old = visit.comes_to(12).run
    markets.gate.clear()
    before = len(visit.views)
    visit.move(CUT, -0.3)
    until(lambda: visit.views[-1].values[CUT] == -0.3)
    assert (visit.views[-1].run, visit.views[-1].shown) == (old, 12)
    markets.gate.set()
    until(lambda: visit.views[-1].run is not old)
    visit.comes_to(12)
    assert 0 not in [view.shown for view in visit.views[before:]]


def test_a_lever_moved_again_stops_the_run_it_led_to(visit, markets):
    until(lambda: visit.view.ahead == 12)  # the baseline is there
    markets.gate.clear()
    visit.move(CUT, -0.3)
    until(lambda: any(market.cut == pytest.approx(30.0) for market in markets.made))
    visit.move(CUT, -0.4)
    markets.gate.set()
    view = visit.comes_to(12)
    assert view.run.scenario.get(CUT) == -0.4
    dropped = next(market for market in markets.made if market.cut == pytest.approx(30.0))
    assert dropped.month <= 1


def test_pausing_before_the_new_run_has_a_month_still_shows_it(visit, markets):
    for month in (1, 2):
        visit.step()
        visit.comes_to(month)
    markets.gate.clear()
    visit.move(CUT, -0.3)
    visit.pause()
    markets.gate.set()
    until(lambda: visit.views[-1].run.scenario.get(CUT) == -0.3 and visit.views[-1].shown == 2)


def test_levers_at_nothing_give_the_baseline_itself(visit):
    visit.move(CUT, 0.0)
    view = visit.comes_to(12)
    assert view.run is view.base


def test_undo_puts_the_levers_back(visit):
    visit.move(CUT, -0.5)
    visit.comes_to(12)
    visit.undo()
    until(lambda: visit.views[-1].values[CUT] == -0.2 and visit.views[-1].run.scenario.get(CUT) == -0.2)


def test_another_seed_changes_both_runs(visit):
    visit.to_end()
    visit.comes_to(12)
    visit.reseed(5)
    until(lambda: visit.views[-1].run.seed == 5)
    view = visit.comes_to(12)
    assert (view.seed, view.base.seed) == (5, 5)
    assert view.run.measure("site_closures", 1).tolist() == [5.0]


@pytest.mark.parametrize(("given", "taken"), [(-3, 0), (10_000_000, 999_999)])
def test_a_seed_stays_within_its_range(visit, given, taken):
    visit.reseed(given)
    assert visit.view.seed == taken


def test_a_model_that_breaks_is_said_and_the_next_lever_mends_it(visit, markets):
    visit.step()
    visit.comes_to(1)
    markets.breaks_in_month = 2
    visit.to_end()
    until(lambda: bool(visit.views[-1].problem))
    view = visit.views[-1]
    assert "ZeroDivisionError" in view.problem
    assert (view.shown, view.mode) == (1, "still")
    markets.breaks_in_month = None
    visit.move(CUT, -0.1)
    until(lambda: not visit.views[-1].problem and visit.views[-1].run.scenario.get(CUT) == -0.1)


def test_two_visits_do_not_touch_each_other(visit, player):
    other = Watched(player)
    other.start()
    visit.move(CUT, -0.3)
    visit.comes_to(12)
    other.step()
    view = other.comes_to(1)
    assert view.values[CUT] == -0.2
    assert visit.view.shown == 12
    assert view.base is visit.view.base  # what nobody can change is shared
    other.close()


def test_a_visit_that_is_closed_asks_for_nothing_more(visit, player):
    visit.close()
    visit.step()
    assert visit not in player._wishes
