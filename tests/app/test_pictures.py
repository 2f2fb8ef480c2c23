"""What the page shows of a view, worked out by hand."""

import json
from dataclasses import replace

import numpy as np
import pytest

from resilience.app.ensemble import spread_of
from resilience.app.levers import levers_of
from resilience.app.pictures import charts, news, numbers, setting
from resilience.measures.catalogue import HEADLINE, MEASURES
from tests.app.fakes import FakeEngine, Watched, replicate, scenario, squeezed, view_of


@pytest.fixture(scope="module")
def view():
    return view_of(squeezed())


@pytest.fixture(scope="module")
def waiting():
    """A view of which no run has come in."""
    engine = FakeEngine()
    engine.at_once = False
    made = Watched(engine, squeezed())
    try:
        return made.until(lambda view: view.here is not None)
    finally:
        made.visit.close()


def number(view, name, council=-1):
    return next(one for one in numbers.numbers(view, council)["numbers"] if one["name"] == name)


def test_headline_numbers_stand_beside_those_of_what_is_compared_with(view):
    found = numbers.numbers(view, -1)
    assert [one["name"] for one in found["numbers"]] == list(HEADLINE)
    assert [one["label"] for one in found["numbers"]] == [MEASURES[name].label for name in HEADLINE]
    unmet = number(view, "unmet_hours")
    assert (unmet["value"], unmet["base"], unmet["change"]) == ("24,000", "0", "+24,000")
    assert (unmet["verdict"], unmet["interval"]) == ("worse", "")  # every seed the same, so the interval is a point
    closed = number(view, "site_closures")
    assert (closed["value"], closed["range"], closed["change"], closed["verdict"]) == (
        "18",
        "13 to 23",
        "no change",
        "same",
    )
    assert found["against"] == "against baseline"


def test_numbers_are_those_of_the_months_shown_and_of_a_council(view):
    assert number(replace(view, shown=3), "unmet_hours")["value"] == "6,000"
    assert number(view, "unmet_hours", council=1)["value"] == "6,000"
    assert numbers.numbers(view, 1)["place"] == "Walsall"


def test_an_interval_that_holds_zero_is_no_change_for_better_or_worse():
    measure = MEASURES["unmet_hours"]
    assert numbers.verdict(measure, spread_of(np.array([-10.0, 12.0]))) == "same"
    assert numbers.verdict(measure, spread_of(np.array([10.0, 11.0]))) == "worse"
    assert numbers.verdict(measure, spread_of(np.array([-10.0, -11.0]))) == "better"
    assert numbers.verdict(MEASURES["homes"], spread_of(np.array([10.0, 11.0]))) == "neutral"
    assert numbers.verdict(MEASURES["jobs"], spread_of(np.array([10.0, 11.0]))) == "better"


def test_the_answer_is_two_sentences_for_the_months_shown(view):
    found = numbers.answers(view)
    assert found["first"].startswith("Over 1 year about 18 homes and branches close")
    assert "24,000 hours of need go unmet" in found["first"]
    assert found["second"].startswith("With this scenario instead of the baseline, over 1 year (2 common seeds)")
    assert (found["until"], found["stale"]) == ("", False)
    early = numbers.answers(replace(view, shown=6))
    assert (early["until"], early["first"][:13]) == ("Up to September 2016", "Over 6 months")


def test_before_the_first_run_the_page_says_so(waiting):
    assert numbers.answers(waiting)["first"] == "The first run is under way."
    assert numbers.numbers(waiting, -1)["numbers"] == []
    assert numbers.worth(waiting)["rows"] == numbers.side_by_side(waiting)["rows"] == []
    assert news.happenings(waiting, -1)["rows"] == news.hard_to_replace(waiting)["rows"] == []
    assert charts.tiles(waiting, "unmet_hours", change=False)["tiles"] == []
    assert set(charts.sentences(waiting, charts.FIRST_CHARTS, -1)) == {"The first run is under way."}
    drawn = json.loads(charts.charts(waiting, charts.FIRST_CHARTS, -1))
    assert all(chart["here"] is None and chart["there"] is None for chart in drawn["charts"])
    assert setting.time(waiting)["progress"] == "First run: month 0 of 12"


def test_charts_have_fans_of_both_and_add_up_events(view):
    drawn = json.loads(charts.charts(view, ("site_closures", "unmet_hours", "fee_home_care", "homes"), -1))
    closures, unmet, fee, homes = drawn["charts"]
    assert drawn["months"][0] == "Apr 2016"
    assert closures["here"]["mean"] == [1.5 * month for month in range(1, 13)]
    assert closures["here"]["low"][-1] == pytest.approx(12.6)  # a twentieth of the way from 12 to 24
    assert unmet["here"]["mean"] == [2000.0] * 12
    assert unmet["there"]["mean"] == [0.0] * 12
    assert (closures["axis"], unmet["axis"], fee["axis"], homes["axis"]) == (
        "sites since the start",
        "hours a month",
        "an hour",
        "homes",
    )
    assert unmet["title"] == "Unmet hours, each month"
    assert drawn["against"] == "baseline"


def test_charts_of_a_council_are_its_own(view):
    (chart,) = json.loads(charts.charts(view, ("unmet_hours",), 1))["charts"]
    assert chart["here"]["mean"] == [500.0] * 12


def test_a_run_that_comes_in_is_a_line_of_its_own():
    engine = FakeEngine()
    made = Watched(engine, squeezed())
    made.until(lambda view: view.complete)
    engine.at_once = False
    made.visit.move("shocks.funding_cut.real_change", -0.4)
    chosen = made.until(lambda view: not view.is_current).scenario
    engine.give(replicate(chosen, 1, months=2))
    view = made.until(lambda view: view.coming_months == 2)
    (chart,) = json.loads(charts.charts(view, ("unmet_hours",), -1))["charts"]
    assert (chart["coming"], chart["here"]["mean"][0]) == ([4000.0, 4000.0], 2000.0)
    assert setting.progress(view) == "First run: month 2 of 12"
    made.visit.close()


def test_each_chart_has_a_sentence(view):
    shown = replace(view, shown=2)
    found = charts.sentences(shown, ("unmet_hours", "site_closures", "fee_home_care"), -1)
    assert found == [
        "In May 2016: 2,000 hours; baseline 0.",
        "By May 2016: 3 sites, the same as in baseline.",
        "In May 2016: £15.20 an hour, the same as in baseline.",
    ]


def test_the_map_has_every_council_in_the_same_classes_for_all_months(view):
    found = charts.tiles(replace(view, shown=12), "provider_failures", change=False)
    assert [tile["name"] for tile in found["tiles"]] == ["Dudley", "Walsall"]
    assert [tile["text"] for tile in found["tiles"]] == ["58", "20"]  # 78 in all; 58.5 is written to the even
    assert [tile["shade"] for tile in found["tiles"]] == [4, 1]
    assert charts.tiles(replace(view, shown=1), "provider_failures", change=False)["legend"] == found["legend"]
    assert len(found["legend"]) == charts.SHADES


def test_the_map_of_change_has_classes_on_both_sides_of_none(view):
    found = charts.tiles(view, "unmet_hours", change=True)
    assert [tile["text"] for tile in found["tiles"]] == ["+1,500", "+500"]
    assert [tile["shade"] for tile in found["tiles"]] == [4, 3]
    same = charts.tiles(view, "provider_failures", change=True)
    assert [tile["shade"] for tile in same["tiles"]] == [2, 2]
    assert {tile["text"] for tile in same["tiles"]} == {"no change"}


def test_the_ledger_tells_the_month_of_the_first_run(view):
    found = news.happenings(replace(view, shown=2), -1)
    assert found["title"] == "What happened in May 2016"
    assert found["sentence"] == "2 providers go under, 1 home or branch closes and no people lose their provider."
    assert found["rows"][0] == {
        "provider": "Elm 2",
        "council": "Dudley",
        "what": "goes under",
        "people": 40,
        "why": "rent",
        "story": "Elm 2 fails.",
    }
    assert (len(found["rows"]), found["more"]) == (news.MOST_SHOWN, 15 - news.MOST_SHOWN)
    assert found["seed"] == "One run of 2: the one with seed 1."
    assert [row["council"] for row in news.happenings(view, 0)["rows"]] == ["Dudley"]


def test_who_is_difficult_to_replace_in_the_month_shown(view):
    found = news.hard_to_replace(replace(view, shown=3))
    assert found["month"] == "June 2016"
    first, second = found["rows"]
    assert (first["name"], first["gap"], first["statutory"], first["can_fail"]) == ("Ash Group", "300", True, True)
    assert (second["kind"], second["gap"], second["can_fail"]) == ("micro enterprise", "none", False)


def test_one_councils_market_has_every_other_measure(view):
    assert news.market_of(view, -1) == {"name": "", "rows": []}
    found = news.market_of(view, 0)
    assert found["name"] == "Dudley"
    assert [row["label"] for row in found["rows"]] == [m.label for m in MEASURES.values() if m.name not in HEADLINE]
    rationed = next(row for row in found["rows"] if row["label"] == "Unmet: rationed")
    assert (rationed["value"], rationed["base"], rationed["change"], rationed["verdict"]) == (
        "18,000",
        "0",
        "+18,000",
        "worse",
    )


@pytest.fixture(scope="module")
def remedied():
    """A squeeze with a policy, compared with the squeeze alone, which is pinned."""
    return view_of(squeezed(**{"policies.catalyst": True}), pins=(squeezed(),))


def test_policies_cost_and_save(view, remedied):
    assert numbers.worth(view)["rows"] == []
    rows = {row["measure"]: row for row in numbers.worth(remedied)["rows"]}
    assert rows["programme_cost"]["value"] == "£6,000"
    assert rows["hours_saved"]["value"] == "390 hours"  # 5 (1 + ... + 12)
    assert rows["cost_per_hour_saved"]["value"] == "£15.38"
    assert numbers.worth(remedied)["text"] == "Beside B (Funding cut −20%), over the months shown."


def test_scenarios_stand_side_by_side(remedied):
    found = numbers.side_by_side(remedied)
    assert [column["letter"] for column in found["columns"]] == ["A", "B"]
    lost = next(row for row in found["rows"] if row["label"] == "Care hours lost")
    assert [cell["value"] for cell in lost["cells"]] == ["390", "780"]
    assert [cell["change"] for cell in lost["cells"]] == ["−390", ""]
    assert found["against"] == "B"


def test_pinned_scenarios_are_lines_unless_they_are_what_is_compared_with(remedied):
    (chart,) = json.loads(charts.charts(remedied, ("care_hours_lost",), -1))["charts"]
    assert chart["pins"] == []
    beside = view_of(squeezed(**{"policies.catalyst": True}), pins=(squeezed(), squeezed(40)))
    (chart,) = json.loads(charts.charts(beside, ("unmet_hours",), -1))["charts"]
    assert [(pin["letter"], pin["mean"][0]) for pin in chart["pins"]] == [("C", 4000.0)]
    assert [(pin["letter"], pin["shown"]) for pin in setting.pins(beside)] == [("B", True), ("C", False)]
    assert setting.can_pin(beside)


def test_where_and_when(view):
    found = setting.setting(view)
    assert (found["title"], found["region"]) == ("Funding cut −20%", "West Midlands")
    assert found["period"] == "April 2016 to March 2017"
    assert (found["steps_back"], found["changed"]) == (0, False)
    assert setting.region_name("yorkshire-and-the-humber") == "Yorkshire and the Humber"
    assert setting.region_name("data/mine.csv") == "mine.csv"
    months = setting.time(replace(view, shown=10))
    assert (months["text"], months["shown"], months["progress"]) == ("January 2017", 10, "2 runs")
    assert months["years"] == [{"month": 10, "text": "2017"}]
    assert (months["ready"], months["complete"]) == (True, True)
    assert setting.progress(replace(view, problem="no")) == "Stopped"


def test_stamps_tell_pictures_apart(view, remedied):
    stamps = {setting.stamp(one) for one in (view, remedied, replace(view, shown=3), replace(view, seed=2))}
    assert len(stamps) == 4


def test_levers_are_grouped_in_the_order_declared():
    happens, can_be_done = setting.lever_groups(levers_of(squeezed()))
    assert (happens["title"], can_be_done["title"]) == ("What happens", "What can be done")
    assert [group["title"] for group in happens["groups"]] == ["Money and costs", "People and staff", "Failures"]
    cut = happens["groups"][0]["levers"][0]
    assert (cut["title"], cut["on"], cut["settings"][0]["style"], cut["settings"][0]["value"]) == (
        "Funding cut",
        True,
        "share",
        -0.2,
    )
    assert sum(len(group["levers"]) for family in (happens, can_be_done) for group in family["groups"]) == 26


def test_stories_are_grouped_by_what_is_in_them():
    groups = {group["title"]: [preset["name"] for preset in group["presets"]] for group in setting.preset_groups()}
    assert "funding-cut" in groups["Squeezes"]
    assert "direct-payments" in groups["A squeeze and a remedy"]
    assert "west-midlands-2016" in groups["Nothing happens"]


def test_every_measure_can_be_chosen():
    assert {choice["value"] for choice in charts.measure_choices()} == set(MEASURES)
    made = view_of(scenario())
    for name in MEASURES:
        assert len(charts.tiles(made, name, change=False)["legend"]) == charts.SHADES
    assert len(json.loads(charts.charts(made, tuple(MEASURES), -1))["charts"]) == len(MEASURES)
