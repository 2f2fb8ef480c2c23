"""A visit: levers, pins and months lead to views; nothing of another visitor's shows."""

import pytest

from resilience.app import visit as module
from resilience.app.view import LETTERS
from resilience.app.visit import FAIL_NOW
from tests.app.fakes import CUT, FakeEngine, Watched, replicate, scenario, squeezed


@pytest.fixture
def engine():
    return FakeEngine()


@pytest.fixture
def watched(engine):
    made = Watched(engine, squeezed())
    yield made
    made.visit.close()


def complete(view):
    return view.complete


def test_a_visit_shows_the_whole_run_beside_the_baseline(watched):
    view = watched.until(complete)
    assert (view.shown, view.length, view.mode) == (12, 12, "still")
    assert view.here.scenario.hash == squeezed().hash
    assert view.there.scenario.hash == scenario().hash
    assert view.here.seeds == view.there.seeds == (1, 2)
    assert view.ready
    assert view.is_current


def test_the_scenario_is_wished_for_before_what_it_is_compared_with(watched, engine):
    watched.until(complete)
    (wishes,) = engine.wanted.values()
    assert [(wish.scenario.hash == squeezed().hash, wish.seed, wish.number) for wish in wishes] == [
        (True, 1, 1),
        (True, 2, 2),
        (False, 1, 1),
        (False, 2, 2),
    ]


def test_a_moved_lever_leads_to_its_scenario(watched):
    watched.until(complete)
    watched.visit.move(CUT, -0.4)
    view = watched.until(lambda view: view.complete and view.scenario.get(CUT) == -0.4)
    assert view.here.scenario.get(CUT) == -0.4
    assert view.scenario.name == "my-scenario"
    watched.visit.switch("policies", "catalyst", True)
    assert "catalyst" in watched.until(lambda view: "catalyst" in view.scenario.policies).here.scenario.policies


def test_the_old_picture_stays_until_the_new_one_is_there(watched, engine):
    before = watched.until(complete)
    engine.at_once = False
    watched.visit.move(CUT, -0.4)
    view = watched.until(lambda view: view.scenario.get(CUT) == -0.4)
    assert view.here == before.here
    assert not view.is_current
    engine.give(replicate(view.scenario, 1, months=5))
    view = watched.until(lambda view: view.coming_months == 5)
    assert view.here == before.here
    assert view.coming.done == 5
    engine.give(replicate(view.scenario, 1))
    view = watched.until(lambda view: view.is_current)
    assert (view.here.count, view.complete, view.coming) == (1, False, None)
    engine.play()
    assert watched.until(complete).here.count == 2


def test_first_months_a_whole_run_and_all_of_them_are_shown_at_once_and_more_of_them_later(
    watched, engine, monkeypatch
):
    watched.until(complete)
    monkeypatch.setattr(module, "SECONDS_BETWEEN_RUNS", 3600.0)
    engine.at_once = False
    watched.visit.move(CUT, -0.4)
    moved = watched.until(lambda view: view.scenario.get(CUT) == -0.4).scenario
    for months in (1, 4, 8):
        engine.give(replicate(moved, 1, months=months))
        watched.until(lambda view: view.coming_months == 1)
    watched.visit.jump(3)  # an answer to the visitor has everything that is there by then
    watched.until(lambda view: (view.shown, view.coming_months) == (3, 8))
    engine.give(replicate(moved, 1))
    watched.until(lambda view: view.is_current and view.here.count == 1)
    engine.play()
    watched.until(complete)
    shown = [view.coming_months for view in watched.views if view.scenario == moved and not view.is_current]
    assert set(shown) == {0, 1, 8}


def test_some_more_runs_wait_for_the_others_and_all_of_them_do_not(engine, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_RUNS", 0.0)
    monkeypatch.setattr(module, "SECONDS_FOR_OTHERS", 3600.0)
    engine.at_once = False
    watched = Watched(engine, scenario(), replicates=4)
    for seed in (1, 2, 3):
        engine.give(replicate(scenario(), seed, told=seed == 1))
        watched.until(lambda view: view.ready and view.here.count == 1)
    watched.visit.jump(3)  # an answer to the visitor has everything that is there by then
    watched.until(lambda view: (view.shown, view.here.count) == (3, 3))
    engine.play()
    watched.until(complete)
    watched.visit.close()
    assert {view.here.count for view in watched.views} == {0, 1, 3, 4}


def test_some_more_runs_are_shown_when_the_others_take_long(engine, monkeypatch):
    monkeypatch.setattr(module, "SECONDS_BETWEEN_RUNS", 0.0)
    monkeypatch.setattr(module, "SECONDS_FOR_OTHERS", 0.05)
    engine.at_once = False
    watched = Watched(engine, scenario(), replicates=3)
    for seed in (1, 2):
        engine.give(replicate(scenario(), seed, told=seed == 1))
        watched.until(lambda view, seed=seed: view.ready and view.here.count == seed)
    watched.visit.close()


def test_changes_are_taken_back_one_by_one_or_all(watched):
    for value in (-0.3, -0.4):
        watched.visit.move(CUT, value)
    watched.visit.undo()
    watched.until(lambda view: view.scenario.get(CUT) == -0.3)
    watched.visit.undo()
    watched.visit.undo()  # there is nothing more to take back
    view = watched.until(lambda view: view.scenario == squeezed())
    assert view.past == ()
    watched.visit.move(CUT, -0.5)
    watched.visit.undo_all()
    watched.until(lambda view: view.scenario == squeezed() and len(view.past) == 2)
    watched.visit.undo()
    watched.until(lambda view: view.scenario.get(CUT) == -0.5)


def test_a_wrong_wish_is_told_and_changes_nothing(watched):
    watched.until(complete)
    watched.visit.move(CUT, "lots")
    view = watched.until(lambda view: bool(view.problem))
    assert "must be a number" in view.problem
    assert view.scenario == squeezed()
    watched.visit.move(CUT, -0.3)
    watched.until(lambda view: view.problem == "" and view.scenario.get(CUT) == -0.3)


def test_a_run_that_fails_is_told(watched, engine):
    engine.at_once = False
    watched.visit.move(CUT, -0.3)
    broken = watched.until(lambda view: view.scenario.get(CUT) == -0.3).scenario
    for seed in (1, 2):
        made = replicate(broken, seed, told=seed == 1, months=0)
        made.problem = "The model stopped."
        engine.give(made)
    assert watched.until(lambda view: bool(view.problem)).problem == "The model stopped."
    engine.at_once = True
    watched.visit.undo()
    watched.until(lambda view: view.problem == "" and view.complete)


def test_a_pinned_scenario_is_what_one_compares_with(watched):
    watched.until(complete)
    watched.visit.pin()
    watched.visit.switch("policies", "catalyst", True)
    view = watched.until(lambda view: view.complete and "catalyst" in view.scenario.policies)
    assert [(pin.letter, pin.title) for pin in view.pins] == [("B", "Funding cut −20%")]
    assert view.there.scenario.hash == squeezed().hash
    assert view.other_title == "B: Funding cut −20%"
    watched.visit.compare_with("")
    assert watched.until(lambda view: view.against == "" and view.complete).there.scenario.hash == scenario().hash
    watched.visit.compare_with("Z")  # there is no such pin
    watched.visit.compare_with("B")
    watched.visit.unpin("B")
    view = watched.until(lambda view: not view.pins)
    assert view.against == ""


def test_four_can_be_pinned_and_a_fifth_is_refused(watched):
    for letter in LETTERS:
        watched.visit.name(f"Number {letter}")
        watched.visit.pin()
    view = watched.until(lambda view: len(view.pins) == 4 and view.complete)
    assert [pin.title for pin in view.pins] == [f"Number {letter}" for letter in LETTERS]
    assert set(view.pinned) == set(LETTERS)
    watched.visit.pin()
    assert "4 scenarios are pinned already" in watched.until(lambda view: bool(view.problem)).problem
    watched.visit.unpin("C")
    watched.visit.pin()
    assert [pin.letter for pin in watched.until(lambda view: len(view.pins) == 4).pins] == list(LETTERS)


def test_months_are_jumped_to_stepped_through_and_played(watched):
    watched.until(complete)
    watched.visit.jump(3)
    assert watched.until(lambda view: view.shown == 3).mode == "still"
    watched.visit.step(-1)
    watched.until(lambda view: view.shown == 2)
    watched.visit.step(-5)
    watched.until(lambda view: view.shown == 1)
    watched.visit.jump(99)
    watched.until(lambda view: view.shown == 12)
    watched.visit.play()
    watched.until(lambda view: view.mode == "playing" and view.shown == 1)
    watched.until(lambda view: view.shown == 3)
    watched.visit.pause()
    still = watched.until(lambda view: view.mode == "still").shown
    assert 3 <= still < 12
    watched.visit.jump(11)
    watched.visit.play()
    watched.until(lambda view: view.mode == "still" and view.shown == 12)


def test_a_provider_fails_in_the_month_after_the_one_shown_and_can_be_brought_back(watched):
    watched.visit.jump(4)
    watched.visit.fail_now(7)
    view = watched.until(lambda view: FAIL_NOW in view.scenario.shocks)
    shock = view.scenario.shocks[FAIL_NOW]
    assert (shock.kind, shock.provider, shock.start) == ("chain_failure", "P7", "2016-08")
    assert view.shown == 4
    watched.visit.fail_now(8)
    watched.until(lambda view: f"{FAIL_NOW}_2" in view.scenario.shocks)
    watched.visit.undo()
    watched.visit.undo()
    watched.until(lambda view: view.scenario == squeezed())
    watched.visit.jump(12)
    watched.visit.fail_now(7)
    view = watched.until(lambda view: FAIL_NOW in view.scenario.shocks)
    assert view.scenario.shocks[FAIL_NOW].start == "2017-03"  # the run's last month


def test_another_scenario_begins_anew_at_its_own_end(watched):
    watched.visit.jump(4)
    watched.visit.begin_with(squeezed(months=24, name="longer"), "Longer")
    view = watched.until(lambda view: view.length == 24 and view.complete)
    assert (view.shown, view.title, view.begun) == (24, "Longer", view.scenario)
    watched.visit.begin_with(squeezed(months=6))
    assert watched.until(lambda view: view.length == 6).shown == 6


def test_other_seeds_are_counted_from_the_first(watched):
    watched.visit.reseed(50)
    assert watched.until(lambda view: view.seed == 50 and view.complete).here.seeds == (50, 51)
    watched.visit.reseed(-3)
    watched.until(lambda view: view.seed == 0)


def test_a_visit_that_is_closed_wishes_for_nothing(watched, engine):
    watched.until(complete)
    watched.visit.close()
    assert engine.wanted == {}
    watched.visit.move(CUT, -0.5)
    assert engine.wanted == {}


def test_a_link_with_pins_begins_with_them(engine):
    made = Watched(engine, squeezed(), pins=(scenario(), squeezed(10)))
    view = made.until(complete)
    assert [pin.letter for pin in view.pins] == ["B", "C"]
    assert view.there.scenario.hash == scenario().hash
    made.visit.close()


def test_twenty_visitors_do_not_see_one_another(engine):
    visitors = [Watched(engine, squeezed()) for _ in range(20)]
    for number, one in enumerate(visitors):
        one.visit.move(CUT, -number / 100)
        one.visit.jump(1 + number % 12)
        if number % 2:
            one.visit.pin()
    for number, one in enumerate(visitors):
        mine = (pytest.approx(-number / 100), 1 + number % 12, number % 2)
        view = one.until(
            lambda view, mine=mine: view.complete and (view.scenario.get(CUT), view.shown, len(view.pins)) == mine
        )
        assert view.here.totals(["unmet_hours"], 12)[0, 0] == pytest.approx(12 * 100 * number)
        assert view.past == (squeezed(),)
    for one in visitors:
        one.visit.close()
    assert engine.wanted == {}
