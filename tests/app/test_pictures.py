"""What the page shows of a view, with numbers worked out by hand."""

import json
from dataclasses import replace

import pytest

from resilience.app import pictures
from resilience.app.levers import Levers
from resilience.app.visit import View
from resilience.measures.catalogue import HEADLINE, MEASURES
from tests.app.fakes import played_run, scenario, use_fake_markets

CUT = "shocks.funding_cut.real_change"


@pytest.fixture
def levers():
    return Levers(scenario(**{CUT: -0.2}))


@pytest.fixture
def view(monkeypatch, levers):
    """Three months shown of a run with seed 4 under a cut of 20%, beside the baseline."""
    use_fake_markets(monkeypatch)
    run, base = played_run(levers.scenario, 4), played_run(levers.baseline, 4)
    return View(values=levers.start, seed=4, run=run, base=base, shown=3, ahead=12)


def charts_of(view: View, chosen: str = "fee_home_care") -> dict[str, dict]:
    return {chart["name"]: chart for chart in json.loads(pictures.charts(view, chosen))["charts"]}


def number_of(view: View, name: str) -> dict:
    return next(number for number in pictures.numbers(view) if number["name"] == name)


def test_every_headline_measure_has_its_number_in_order(view):
    shown = pictures.numbers(view)
    assert [number["name"] for number in shown] == list(HEADLINE)
    assert len(shown) == 8
    assert [number["label"] for number in shown] == [MEASURES[name].label for name in HEADLINE]


def test_numbers_add_up_over_the_months_shown_only(view):
    assert number_of(view, "provider_failures")["exact"] == 6.0  # 1 + 2 + 3
    assert number_of(view, "care_hours_lost")["value"] == "60"
    assert number_of(replace(view, shown=12), "care_hours_lost")["value"] == "780"


def test_numbers_stand_beside_the_baseline_of_the_same_months(view):
    unmet = number_of(view, "unmet_hours")
    assert (unmet["value"], unmet["base"], unmet["change"], unmet["verdict"]) == ("6,000", "0", "+6,000", "worse")
    same = number_of(view, "site_closures")
    assert (same["value"], same["base"], same["change"], same["verdict"]) == ("12", "12", "no change", "same")


def test_fewer_of_what_is_bad_is_better(view):
    turned = replace(view, run=view.base, base=view.run)
    assert number_of(turned, "unmet_hours")["verdict"] == "better"


def test_before_the_first_month_numbers_are_empty(view):
    for number in pictures.numbers(replace(view, shown=0)):
        assert (number["value"], number["base"], number["change"]) == ("", "", "")


def test_the_first_chart_splits_the_hours_by_reason_beside_the_baselines_total(view):
    chart = charts_of(view)["hours"]
    lines = {line["name"]: line for line in chart["lines"]}
    assert lines["Lost: the provider stopped"]["values"] == [10.0, 20.0, 30.0]
    assert lines["Unmet: rationed"]["values"] == [2000.0] * 3
    assert [line["kind"] for line in chart["lines"]] == ["part"] * 4 + ["base"]
    assert lines["All, without the two shocks"]["values"] == [10.0 * month for month in range(1, 13)]


def test_the_parts_of_the_first_chart_are_lost_and_unmet_hours():
    reasons = {name for name in MEASURES if name.startswith("unmet_") and name != "unmet_hours"}
    assert set(pictures.HOURS_MISSING) == reasons | {"care_hours_lost"}
    assert set(pictures.SHORT_NAMES) == set(pictures.HOURS_MISSING)


def test_the_first_sentence_says_how_much_why_and_what_without(view):
    assert charts_of(view)["hours"]["sentence"] == (
        "In June 2016, 2,000 hours of need are lost or not met, 203% of all need; "
        "without the two shocks it is 30. Most unmet need is so because councils ration."
    )


def test_no_reason_is_given_where_nothing_is_unmet(view):
    sentence = charts_of(replace(view, run=view.base))["hours"]["sentence"]
    assert sentence.endswith("; without the two shocks it is 30.")


def test_the_second_chart_counts_up(view):
    chart = charts_of(view)["closures"]
    values = [line["values"] for line in chart["lines"]]
    assert values[0] == [4.0, 8.0, 12.0]
    assert values[1] == [1.0, 3.0, 6.0]
    assert values[3][-1] == 78.0
    assert chart["sentence"] == (
        "By June 2016, 12 homes and branches have closed and 6 providers failed; without the two shocks, 12 and 6."
    )


def test_the_third_chart_is_of_any_measure_in_its_own_unit(view):
    fee = charts_of(view)["chosen"]
    assert (fee["title"], fee["unit"], fee["style"], fee["decimals"]) == (
        "Council fee, home care",
        "an hour",
        "money",
        2,
    )
    assert fee["lines"][0]["values"] == [15.1, 15.2, 15.3]
    assert fee["sentence"] == "In June 2016: £15.30 an hour, the same as without the two shocks."
    need = charts_of(view, "unmet_hours")["chosen"]
    assert need["sentence"] == "In June 2016: 2,000 hours; without the two shocks 0."
    assert charts_of(view, "occupancy")["chosen"]["style"] == "share"


def test_every_measure_can_be_drawn(view):
    choices = pictures.measure_choices()
    assert [choice["value"] for choice in choices] == list(MEASURES)
    for choice in choices:
        assert charts_of(view, choice["value"])["chosen"]["title"] == choice["text"]


def test_before_the_first_month_the_charts_say_what_to_do(view):
    start = charts_of(replace(view, shown=0))
    assert "Press Run to the end, or Step" in start["hours"]["sentence"]
    assert start["hours"]["lines"][0]["values"] == []
    assert len(start["hours"]["lines"][-1]["values"]) == 12
    assert start["chosen"]["sentence"] == MEASURES["fee_home_care"].definition


def test_charts_name_every_month_of_the_run(view):
    months = json.loads(pictures.charts(view, "occupancy"))["months"]
    assert (months[0], months[-1], len(months)) == ("Apr 2016", "Mar 2017", 12)


def test_pictures_are_told_apart_by_scenario_seed_months_and_measure(view):
    others = [replace(view, shown=4), replace(view, run=view.base), replace(view, ahead=11)]
    stamps = [json.loads(pictures.charts(other, "occupancy"))["stamp"] for other in (view, *others)]
    stamps.append(json.loads(pictures.charts(view, "beds"))["stamp"])
    assert len(set(stamps)) == 5


def test_the_months_news_tell_who_and_how_many(view):
    news = pictures.month_happenings(view)
    assert news["title"] == "What happened in June 2016"
    assert news["sentence"] == "3 providers go under, 4 homes and branches close and no people lose their provider."
    assert news["rows"] == [
        {"provider": "Elm", "council": "Dudley", "what": "goes under", "people": 3, "why": "no surplus from the start"}
    ]
    assert news["more"] == 0


def test_one_of_a_kind_is_said_in_the_singular(view):
    assert pictures.month_happenings(replace(view, shown=1))["sentence"].startswith("1 provider goes under, ")


def test_only_the_events_that_touch_most_people_are_shown(view, monkeypatch):
    event = view.run.happenings(1)[0]
    monkeypatch.setattr(type(view.run), "happenings", lambda run, month: (event,) * 11)
    news = pictures.month_happenings(view)
    assert (len(news["rows"]), news["more"]) == (8, 3)


def test_before_the_first_month_there_is_no_news(view):
    assert pictures.month_happenings(replace(view, shown=0))["rows"] == []


@pytest.mark.parametrize(
    ("shown", "mode", "text"),
    [
        (0, "still", "Before the first month"),
        (0, "running", "Working: before the first month"),
        (3, "still", "Month 3 of 12, June 2016"),
        (3, "playing", "Working: month 3 of 12, June 2016"),
        (12, "still", "Finished: month 12 of 12, March 2017"),
    ],
)
def test_progress_says_where_the_run_stands(view, shown, mode, text):
    progress = pictures.progress(replace(view, shown=shown, mode=mode))
    assert progress["text"] == text
    assert progress["going"] == (mode in ("running", "playing"))


def test_levers_come_with_where_they_stand(view, levers):
    cut, rise = pictures.lever_data(levers, view)
    assert (cut["title"], cut["slider"]["value"], cut["slider"]["style"]) == ("Funding cut", -0.2, "share")
    assert (rise["title"], rise["slider"]["value"], rise["slider"]["style"]) == ("Wage rise", 0.0, "money")
    assert [menu["label"] for menu in cut["menus"]] == ["Starts in", "Builds up over"]
    assert cut["menus"][1]["value"] == 3


@pytest.mark.parametrize(
    ("region", "name"),
    [
        ("west-midlands", "West Midlands"),
        ("east-of-england", "East of England"),
        ("yorkshire-and-the-humber", "Yorkshire and the Humber"),
        ("data/own-councils.csv", "own-councils.csv"),
    ],
)
def test_regions_are_written_as_one_reads_them(region, name):
    assert pictures._region_name(region) == name


def test_the_setting_says_where_when_and_which_draw(view):
    setting = pictures.setting(view)
    assert setting == {"region": "West Midlands", "period": "April 2016 to March 2017", "seed": 4}
