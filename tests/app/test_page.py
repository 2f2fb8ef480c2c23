"""The page's parts in this process: what they are given, and what they do when they are used."""

import json
from typing import Any

import pytest

from resilience import CareMarket
from resilience.app import begin, serve
from resilience.app.levers import Levers
from resilience.measures.catalogue import HEADLINE
from tests.app.fakes import scenario, until, use_fake_markets

CUT = "shocks.funding_cut.real_change"


class OpenPage:
    """A page that has been drawn; its parts by the names of their data."""

    def __init__(self, rendered: Any, close: Any) -> None:
        self.rendered, self.close = rendered, close

    def part(self, having: str) -> Any:
        import ipyvuetify

        found = [one for one in self.rendered.find(ipyvuetify.VuetifyTemplate).widgets if having in one.traits()]
        assert len(found) == 1
        return found[0]

    @property
    def progress(self) -> dict[str, Any]:
        return self.part("progress").progress

    def press(self, button: str) -> None:
        self.part("progress").vue_do(button)

    def move(self, name: str, value: Any) -> None:
        self.part("levers").vue_move({"name": name, "value": value})

    def comes_to(self, shown: int) -> None:
        until(lambda: (self.progress["shown"], self.progress["mode"]) == (shown, "still"))

    @property
    def numbers(self) -> dict[str, float]:
        return {number["name"]: number["exact"] for number in self.part("numbers").numbers}

    @property
    def charts(self) -> list[dict[str, Any]]:
        return json.loads(self.part("picture").picture)["charts"]


@pytest.fixture
def begun(monkeypatch):
    """The scenario that pages begin with: four months with a cut of 20%."""
    monkeypatch.setattr(begin, "_chosen", [scenario(months=4, **{CUT: -0.2})])
    begin.player.cache_clear()
    yield begin.chosen()
    begin.player.cache_clear()


@pytest.fixture
def open_page(begun):
    serve.prepare()
    import solara

    from resilience.app.page import Layout, Page

    opened: list[OpenPage] = []

    def open_one() -> OpenPage:
        _, rendered = solara.render(Layout(children=[Page()]), handle_error=False)
        page = OpenPage(rendered, rendered.close)
        opened.append(page)
        return page

    yield open_one
    for page in opened:
        page.close()


def test_the_page_begins_before_the_first_month_with_all_its_parts(open_page):
    page = open_page()
    assert page.progress["text"] == "Before the first month"
    assert [lever["slider"]["value"] for lever in page.part("levers").levers] == [-0.2, 0.0]
    assert len(page.part("numbers").numbers) == 8
    assert [chart["name"] for chart in page.charts] == ["hours", "closures", "chosen"]
    assert page.part("news").news["rows"] == []
    assert page.part("library").library == "/_solara/cdn/" + serve.ECHARTS


def test_numbers_agree_with_the_model_run_by_itself(open_page, begun):
    page = open_page()
    page.press("to_end")
    page.comes_to(4)
    headline = CareMarket(begun, rng=1).run().headline
    baseline = CareMarket(Levers(begun).baseline, rng=1).run()
    assert page.numbers == pytest.approx({name: headline[name] for name in HEADLINE})
    lost, base = page.charts[0]["lines"][0], page.charts[0]["lines"][-1]
    months = baseline.tables["months"]
    assert len(lost["values"]) == 4
    assert base["values"] == pytest.approx(list(months["care_hours_lost"] + months["unmet_hours"]), rel=1e-5)


def test_a_moved_lever_changes_the_numbers_to_those_of_its_scenario(open_page, begun):
    page = open_page()
    page.move("shocks.wage_rise.floor_increase", 3.0)
    page.comes_to(4)
    moved = begun.with_values(
        {
            "shocks.wage_rise.floor_increase": 3.0,
            "shocks.wage_rise.start": "2016-04",
            "shocks.funding_cut.start": "2016-04",
        }
    )
    headline = CareMarket(moved, rng=1).run().headline
    assert page.numbers == pytest.approx({name: headline[name] for name in HEADLINE})


@pytest.fixture
def quick(monkeypatch):
    return use_fake_markets(monkeypatch)


def test_buttons_do_what_they_say(quick, open_page):
    page = open_page()
    page.press("step")
    page.comes_to(1)
    page.press("step")
    page.comes_to(2)
    until(lambda: page.part("news").news["title"] == "What happened in May 2016")
    page.press("play")
    until(lambda: page.progress["going"])
    page.press("pause")
    until(lambda: page.progress["mode"] == "still")
    page.press("reset")
    page.comes_to(0)
    page.press("to_end")
    page.comes_to(4)
    until(lambda: page.numbers["provider_failures"] == 10.0)


def test_a_button_that_is_not_there_does_nothing_to_the_run(quick, open_page):
    page = open_page()
    with pytest.raises(KeyError):
        page.press("close_everything")
    assert page.progress["shown"] == 0


def test_the_third_chart_shows_the_measure_chosen(quick, open_page):
    page = open_page()
    page.part("picture").vue_choose("occupancy")
    assert page.charts[2]["measure"] == "occupancy"
    page.part("picture").vue_choose("no such measure")
    assert page.charts[2]["measure"] == "occupancy"


def test_another_seed_is_another_run(quick, open_page):
    page = open_page()
    page.part("levers").vue_reseed(7)
    page.comes_to(4)
    assert page.part("levers").setting["seed"] == 7
    assert page.numbers["site_closures"] == 28.0


def test_undo_puts_the_levers_back(quick, open_page):
    page = open_page()
    page.move(CUT, -0.5)
    page.comes_to(4)
    page.part("levers").vue_undo(None)
    until(lambda: page.part("levers").levers[0]["slider"]["value"] == -0.2)


def test_two_pages_are_apart(quick, open_page):
    one, other = open_page(), open_page()
    one.move(CUT, -0.5)
    one.comes_to(4)
    other.press("step")
    other.comes_to(1)
    assert [page.part("levers").levers[0]["slider"]["value"] for page in (one, other)] == [-0.5, -0.2]
    assert one.numbers["unmet_hours"] == 4 * 5000.0
    assert other.numbers["unmet_hours"] == 2000.0


def test_a_closed_page_plays_no_more(quick, open_page):
    page = open_page()
    page.press("step")
    page.comes_to(1)
    page.close()
    until(lambda: not begin.player()._wishes)


def test_what_cannot_be_run_is_said_on_the_page(quick, open_page):
    quick.breaks_in_month = 2
    page = open_page()
    page.press("to_end")
    until(lambda: bool(page.part("problem").problem))
    assert "ZeroDivisionError: nothing to divide by" in page.part("problem").problem


def test_the_default_scenario_has_both_shocks(monkeypatch):
    monkeypatch.setattr(begin, "_chosen", [])
    assert set(begin.chosen().shocks) == {"funding_cut", "wage_rise"}
    assert begin.chosen() is begin.chosen()


def test_the_server_warms_up_with_the_baseline(quick, begun):
    begin.warm_up()
    baseline = begin.player().run_of(Levers(begun).baseline, begin.SEED)
    until(lambda: baseline.done == 4)
