"""What a visitor does on the page goes to the visit or lies on the desk."""

import csv
import io

import pytest

from resilience.app import begin, files, reporting
from resilience.app.acts import ACTS, anchor, seen
from resilience.app.desk import Desk, Doings, commands_of, link_of
from resilience.app.levers import baseline_of
from resilience.measures.catalogue import MEASURES
from resilience.scenario import ScenarioError
from tests.app.fakes import CUT, FakeEngine, Watched, scenario, squeezed, until


class At:
    """A desk with a visit of its own."""

    def __init__(self, chosen=None, replicates=2):
        self.desk = Desk()
        self.watched = Watched(FakeEngine(), chosen or squeezed(), replicates)
        self.doings = Doings(self.watched.visit, self.update)

    def update(self, change):
        self.desk = change(self.desk)

    def complete(self, condition=lambda view: True):
        return self.watched.until(lambda view: view.complete and condition(view))


@pytest.fixture
def at():
    made = At()
    yield made
    made.watched.visit.close()


def test_looks_are_laid_on_the_desk_and_only_what_there_is(at):
    at.doings.look({"council": 1, "measure": "homes", "change": True, "colour": "red"})
    assert (at.desk.council, at.desk.on_map, at.desk.change) == (1, "homes", True)
    at.doings.look({"measure": "luck"})
    at.doings.chart({"place": 1, "measure": "jobs"})
    at.doings.chart({"place": 9, "measure": "jobs"})
    at.doings.chart({"place": 0, "measure": "luck"})
    assert at.desk.charts == (Desk().charts[0], "jobs", *Desk().charts[2:])
    assert at.desk.on_map == "homes"
    at.doings.tab("side")
    at.doings.tab("attic")
    assert at.desk.tab == "side"


def test_buttons_of_the_months_do_what_they_say(at):
    at.complete()
    for what, month, shown in (("jump", 5, 5), ("back", 0, 4), ("forward", 0, 5)):
        at.doings.act({"what": what, "month": month})
        at.complete(lambda view, shown=shown: view.shown == shown)
    at.doings.act({"what": "play", "month": 0})
    at.complete(lambda view: view.mode == "playing")
    at.doings.act({"what": "pause", "month": 0})
    at.complete(lambda view: view.mode == "still")


def test_a_preset_is_begun_with_by_name(at):
    at.doings.look({"council": 1})
    at.doings.begin("funding-cut")
    view = at.complete(lambda view: view.scenario.name == "funding-cut")
    assert (at.desk.preset, at.desk.council, view.length) == ("funding-cut", -1, 60)
    at.doings.begin("no-such-story")
    assert at.desk.preset == "funding-cut"


def test_a_scenario_is_saved_and_loaded(at):
    at.watched.visit.name("My squeeze")
    at.doings.want("toml")
    assert (at.desk.file.name, at.desk.file.number) == ("my-squeeze.toml", 1)
    at.watched.visit.move(CUT, -0.5)
    at.complete(lambda view: view.scenario.get(CUT) == -0.5)
    at.doings.load({"name": "my-squeeze.toml", "text": at.desk.file.text})
    view = at.complete(lambda view: view.scenario.hash == squeezed().hash)
    assert view.title == "my-squeeze"
    at.doings.load({"name": "bad.toml", "text": "months ="})
    assert "bad.toml:1: not valid TOML" in at.watched.until(lambda view: bool(view.problem)).problem


def test_the_table_has_every_month_council_and_measure_of_both(at):
    at.complete()
    at.doings.want("csv")
    rows = list(csv.DictReader(io.StringIO(at.desk.file.text)))
    assert len(rows) == 2 * 12 * 3
    assert set(MEASURES) <= set(rows[0])
    first = rows[0]
    assert (first["scenario"], first["runs"], first["first_seed"]) == ("Funding cut −20%", "2", "1")
    assert (first["month"], first["council"], first["unmet_hours"]) == ("2016-04", "whole region", "2000")
    assert rows[12]["council"] == "Dudley"
    assert float(rows[12]["unmet_hours"]) == 1500
    assert {row["scenario"] for row in rows[36:]} == {"baseline"}


def test_a_report_has_the_answer_for_both_scenarios_and_says_how_far_it_is():
    own = At(squeezed(months=3))
    view = own.complete()
    said: list[str] = []
    page = reporting.report_of(view, said.append, workers=1)
    own.watched.visit.close()
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "Funding cut −20%" in page
    assert "baseline" in page
    assert said == [f"Runs for the report: {done} of 4." for done in (1, 2, 3, 4)]


def test_a_report_is_made_aside_and_handed_out(at, monkeypatch):
    monkeypatch.setattr(reporting, "report_of", lambda view, say, workers: f"report of {view.replicates} runs")
    at.complete()
    at.doings.want("report")
    until(lambda: at.desk.file is not None)
    assert (at.desk.file.name, at.desk.file.text) == ("funding-cut-20.html", "report of 2 runs")
    assert at.desk.making == "The report is in your downloads."

    def fails(view, say, workers):
        raise OSError("no room")

    monkeypatch.setattr(reporting, "report_of", fails)
    at.doings.want("report")
    until(lambda: "could not be made: no room" in at.desk.making)


def test_a_link_and_commands_lead_to_what_is_shown(at):
    view = at.complete()
    assert "shocks.funding_cut.real_change=-0.2" in link_of(at.watched.visit)
    run, compare, python = commands_of(view)
    assert run["code"].endswith("--runs 2 --seed 1")
    assert compare["code"] == "resilience compare baseline.toml funding-cut-20.toml --runs 2 --seed 1"
    at.doings.want("other")
    assert (at.desk.file.name, scenario().hash) == ("baseline.toml", files.from_toml(at.desk.file.text, "b.toml").hash)
    assert "compare([against, scenario], runs=2, seed=1)" in python["code"]


def test_a_scenario_with_files_of_its_own_has_no_link(tmp_path):
    councils = tmp_path / "councils.csv"
    councils.write_text("council\nDudley\n", encoding="utf-8")
    own = At(scenario(region=str(councils)))
    view = own.complete()
    assert link_of(own.watched.visit) == ""
    own.watched.visit.close()
    assert "--set" in commands_of(view)[0]["code"]


def test_the_session_goes_from_act_to_act_and_hides_what_is_to_be_guessed(at):
    assert not at.desk.hidden
    at.doings.guide(True)
    at.doings.go(0)
    view = at.complete(lambda view: not view.scenario.shocks)
    assert at.desk.hidden
    assert anchor(view, ACTS[0]) == "In the first month there are 99 care homes and 0 home-care branches."
    assert seen(view, ACTS[0], 9.0) == (
        "You guessed 9; the model says 18 sites (90% of runs: 13 to 23). That is 2.0 times the guess."
    )
    at.doings.reveal(9)
    assert not at.desk.hidden
    at.doings.go(3)
    view = at.complete(lambda view: "fee_uplift" in view.scenario.policies)
    assert at.desk.hidden
    assert view.title == "Remedies"
    assert anchor(view, ACTS[3]) == "In B: Funding cut −20%, Wage rise £1.00 it is 24,000."
    assert view.there.scenario.shocks == view.scenario.shocks
    assert not view.there.scenario.policies
    at.doings.go(7)
    assert at.desk.act == 3
    at.doings.go(0)
    assert at.complete(lambda view: not view.scenario.shocks).pins == ()
    at.doings.guide(False)
    assert not at.desk.hidden


@pytest.mark.parametrize("months", [3, 18, 60])
def test_acts_fit_a_run_of_any_length(months):
    base = baseline_of(scenario(months=months))
    for act in ACTS:
        made = act.scenario(base)
        assert made.months == months
        assert act.measure in MEASURES
        assert act.guess(months).endswith("?")
    squeeze, collapse = ACTS[1].scenario(base), ACTS[2].scenario(base)
    assert set(collapse.shocks) - set(squeeze.shocks) == {"chain_failure"}
    if months == 60:
        assert squeeze.get("shocks.funding_cut.start") == "2017-04"
        assert collapse.get("shocks.chain_failure.start") == "2018-04"


def test_a_guess_near_enough_is_left_at_that(at):
    view = at.complete()
    assert seen(view, ACTS[0], 17.0).endswith("(90% of runs: 13 to 23).")
    assert seen(view, ACTS[0], 0.0).startswith("You guessed 0; the model says 18 sites")
    assert seen(view, ACTS[0], 54.0).endswith("The guess is 3.0 times that.")


def test_the_server_begins_with_what_the_command_line_chose(monkeypatch):
    monkeypatch.setattr(begin, "_chosen", [])
    chosen = begin.choose("funding-cut", replicates=3, workers=1, ahead=False)
    assert begin.chosen() is chosen
    assert (chosen.linked.replicates, chosen.linked.seed) == (3, begin.SEED)
    with pytest.raises(ScenarioError, match="Did you mean 'funding-cut'"):
        begin.choose("funding-cat")
    assert begin.chosen() is chosen


def test_first_runs_are_played_ahead_in_turn(monkeypatch):
    asked = []
    engine = FakeEngine()
    engine.play_ahead = asked.extend  # type: ignore[attr-defined]
    monkeypatch.setattr(begin, "_chosen", [begin.Choices(squeezed(), replicates=2, ahead=False)])
    monkeypatch.setattr(begin, "engine", lambda: engine)
    begin.warm_up()
    assert [(wish.scenario.hash == squeezed().hash, wish.seed) for wish in asked] == [
        (True, 1),
        (False, 1),
        (True, 2),
        (False, 2),
    ]
