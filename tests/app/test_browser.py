"""The page in a real browser, used as visitors use it."""

import csv
import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import expect

from resilience import CareMarket, load
from resilience.measures.catalogue import HEADLINE
from tests.app.browser import Watched, server, write_scenario

pytestmark = pytest.mark.browser

CUT = "shocks.funding_cut.real_change"
NOTHING = {"shocks.funding_cut": False, "shocks.wage_rise": False}

_known: dict[str, dict[str, float]] = {}


def headline(config: str, **values: object) -> dict[str, float]:
    """The mean headline of the model run by itself with the seeds that the page uses."""
    chosen = load(config, **values)
    if chosen.hash not in _known:
        runs = [CareMarket(chosen, rng=seed).run().headline for seed in (1, 2)]
        _known[chosen.hash] = {name: (runs[0][name] + runs[1][name]) / 2 for name in HEADLINE}
    return _known[chosen.hash]


def differences(config: str, base: dict[str, object], **values: object) -> dict[str, float]:
    here, there = headline(config, **values), headline(config, **base)
    return {name: here[name] - there[name] for name in HEADLINE}


def test_the_page_opens_with_the_answer_and_the_numbers_of_the_runs(visit, config):
    assert visit.numbers == pytest.approx(headline(config))
    assert visit.changes == pytest.approx(differences(config, NOTHING))
    page = visit.page
    assert page.inner_text(".market-first").startswith("Over 1 year about")
    assert page.inner_text(".market-second").startswith("With this scenario instead of the baseline")
    assert page.inner_text(".market-when strong") == "March 2017"
    assert page.title() == "Care market"
    assert page.locator(".market-tile").count() == 14


def test_a_slider_moved_by_keyboard_leads_to_the_numbers_of_its_scenario_and_back(visit, config):
    before = visit.scenario
    cut = visit.setting(CUT)
    assert cut.get_attribute("aria-valuetext") == "−20%"
    cut.focus()
    assert "Change in councils' real spending" in visit.page.inner_text(".market-setting:focus-within .market-help")
    visit.page.keyboard.press("Home")
    visit.after(before)
    expect(cut).to_have_attribute("aria-valuetext", "−60%")
    assert visit.numbers == pytest.approx(headline(config, **{CUT: -0.6}))
    before = visit.scenario
    visit.press("Undo")
    visit.after(before)
    assert visit.numbers == pytest.approx(headline(config))


def test_a_slider_dragged_stays_where_it_is_let_go(visit):
    rise = visit.setting("shocks.wage_rise.floor_increase")
    before = visit.scenario
    box = rise.bounding_box()
    middle = box["y"] + box["height"] / 2
    visit.page.mouse.move(box["x"] + box["width"] / 6, middle)
    visit.page.mouse.down()
    for part in range(1, 15):
        visit.page.mouse.move(box["x"] + box["width"] * (1 / 6 + part / 28), middle)
        visit.page.wait_for_timeout(15)
    let_go = rise.input_value()
    visit.page.mouse.up()
    visit.after(before)
    visit.page.wait_for_timeout(400)
    visit.settled()
    assert rise.input_value() == let_go
    assert float(let_go) > 2.0
    assert f"floor_increase={float(let_go):g}" in visit.page.url


def test_a_newcomer_compares_a_cut_with_and_without_a_remedy_in_two_actions(visit, config):
    before = visit.scenario
    visit.press("Pin this scenario as B")
    visit.after(before)
    before = visit.scenario
    visit.page.get_by_role("checkbox", name="Direct payments").check()
    visit.after(before)
    remedy = {"policies.direct_payments": True}
    assert visit.numbers == pytest.approx(headline(config, **remedy))
    assert visit.changes == pytest.approx(differences(config, {}, **remedy))
    expect(visit.page.locator(".market-second")).to_contain_text("B (Funding cut")
    visit.tab("Side by side")
    heads = visit.page.locator(".market-side thead th")
    expect(heads).to_have_text([re.compile(".*"), re.compile("^A"), re.compile("^B")])
    visit.tab("Costs and savings")
    assert float(visit.page.get_attribute("[data-measure=programme_cost]", "data-exact")) > 0
    before = visit.scenario
    visit.press("Baseline")
    visit.after(before)
    assert visit.changes == pytest.approx(differences(config, NOTHING, **remedy))


def test_a_link_leads_another_visitor_to_the_same_and_they_stay_apart(visit, open_page):
    before = visit.scenario
    visit.press("Pin this scenario as B")
    visit.after(before)
    before = visit.scenario
    visit.setting(CUT).focus()
    visit.page.keyboard.press("End")
    visit.after(before)
    other = open_page("?" + visit.page.url.split("?")[1])
    assert other.numbers == visit.numbers
    assert other.changes == visit.changes
    expect(other.page.locator(".market-pin")).to_have_count(1)
    expect(other.setting(CUT)).to_have_attribute("aria-valuetext", "+20%")
    before, numbers = other.scenario, visit.numbers
    other.page.get_by_role("checkbox", name="Epidemic").check()
    other.after(before)
    assert visit.numbers == numbers
    assert not visit.page.get_by_role("checkbox", name="Epidemic").is_checked()
    assert other.numbers != numbers


def test_a_wrong_link_is_refused_with_what_would_do(visit, address):
    visit.page.goto(f"{address}?{CUT}=-9")
    alert = visit.page.get_by_role("alert")
    alert.wait_for()
    assert "must be at least -0.6" in alert.inner_text()
    visit.settled()


def test_a_wrong_setting_is_refused_and_a_run_that_cannot_be_is_said(visit, config):
    page = visit.page
    page.get_by_role("checkbox", name="Failure of one provider").check()
    provider = visit.setting("shocks.chain_failure.provider")
    provider.wait_for()
    visit.settled()
    provider.fill("Nobody Ltd")
    page.keyboard.press("Enter")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert "is no provider in this market" in alert.inner_text()
    visit.press("Undo")
    alert.wait_for(state="detached")
    visit.settled()


PAUSE_IN_MONTH_3 = """() => {
  const time = document.querySelector(".market-time");
  const watch = new MutationObserver(() => {
    if (Number(time.dataset.shown) < 3 || Number(time.dataset.shown) > 9) return;
    watch.disconnect();
    [...time.querySelectorAll("button")].find(button => button.innerText === "Pause").click();
  });
  watch.observe(time, { attributes: true });
}"""


def test_months_play_pause_step_and_scrub(visit):
    page = visit.page
    whole = visit.numbers["site_closures"]
    page.evaluate(PAUSE_IN_MONTH_3)  # pressed in the page, for the months go on while a test hesitates
    visit.press("Play")
    page.wait_for_selector("[data-mode=playing]")
    page.wait_for_selector("[data-mode=still]")
    shown = visit.shown
    assert 3 <= shown < 12
    page.wait_for_timeout(500)
    assert visit.shown == shown
    assert 0 < visit.numbers["site_closures"] < whole
    visit.press("One month forward")
    visit.comes_to(shown + 1)
    page.focus("input[name=month]")
    page.keyboard.press("Home")
    visit.comes_to(1)
    expect(page.locator(".market-news")).to_contain_text("What happened in April 2016")
    visit.press("Jump to January 2017")
    visit.comes_to(10)


def test_a_council_is_chosen_on_the_map_and_the_page_speaks_of_it(visit):
    page = visit.page
    whole = visit.numbers
    page.get_by_role("button", name="Birmingham:").click()
    page.wait_for_selector(".market-caption:has-text('Birmingham')")
    visit.until_numbers_differ_from(whole)
    assert 0 < visit.numbers["unmet_hours"] < whole["unmet_hours"]
    visit.tab("One council")
    expect(page.locator("#panel h2")).to_have_text("The market of Birmingham")
    assert page.locator("#panel tbody tr").count() > 40
    page.locator(".market-chosen").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.getAttribute('aria-label').startsWith('Solihull')")
    page.keyboard.press("Enter")
    page.wait_for_selector(".market-caption:has-text('Solihull')")
    page.select_option("select[name=map-measure]", label="Vacancy rate")
    page.wait_for_selector(".market-tile-text:has-text('%')")
    visit.press("Change")
    page.wait_for_selector(".market-shade-change-2")
    solihull = visit.numbers
    visit.press("Whole region")
    page.wait_for_selector(".market-caption:not(:has-text('Solihull'))")
    visit.until_numbers_differ_from(solihull)
    assert visit.numbers == whole


def test_a_provider_fails_now_and_is_brought_back(visit):
    page = visit.page
    before_failing = visit.numbers
    visit.press("Jump to January 2017")
    visit.comes_to(10)
    visit.tab("Who is hard to replace")
    before = visit.scenario
    page.get_by_role("button", name="Fail now").first.click()
    visit.after(before)
    visit.press("One month forward")
    visit.comes_to(11)
    visit.tab("What happened")
    expect(page.locator(".market-ledger")).to_contain_text("this scenario makes it fail")
    page.locator(".market-ledger summary").first.click()
    expect(page.locator(".market-ledger p").first).to_have_text(re.compile("^February 2017:"))
    before = visit.scenario
    visit.press("Undo")
    visit.after(before)
    page.focus("input[name=month]")
    page.keyboard.press("End")
    visit.comes_to(12)
    assert visit.numbers == before_failing


def test_what_is_shown_can_be_taken_away_and_brought_back(visit, config, tmp_path):
    page = visit.page
    visit.tab("Save and share")
    page.fill("input[name=title]", "My squeeze")
    page.keyboard.press("Enter")
    with page.expect_download() as saved:
        visit.press("Save as a file")
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    assert file.name == "my-squeeze.toml"
    assert load(file).hash == load(config).hash
    with page.expect_download() as table:
        visit.press("Table of results (csv)")
    rows = list(csv.DictReader(Path(table.value.path()).read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 2 * 12 * 15
    with page.expect_download() as image:
        page.get_by_role("button", name="Image of Unmet hours").click()
    assert Path(image.value.path()).read_bytes().startswith(b"\x89PNG")
    expect(page.locator("pre[data-name=run]")).to_have_text(re.compile("^resilience run west-midlands-2016 --set"))
    text = file.read_text(encoding="utf-8").replace("real_change = -0.2", "real_change = -0.4")
    file.write_text(text, encoding="utf-8")
    before = visit.scenario
    page.set_input_files("input[name=file]", file)
    visit.after(before)
    assert visit.numbers == pytest.approx(headline(config, **{CUT: -0.4}))


def test_charts_are_drawn_said_and_tabled(visit):
    page = visit.page
    for number in range(4):
        chart = page.locator(".market-chart").nth(number)
        drawing = chart.get_by_role("img")
        assert chart.locator(".market-sentence").inner_text() in drawing.get_attribute("aria-label")
        assert _colours(drawing.locator("canvas")) > 10
    chart = page.locator(".market-chart").first
    assert chart.locator("table").count() == 0
    chart.locator("summary").click()
    chart.locator("tbody tr").first.wait_for()
    expect(chart.locator("tbody tr")).to_have_count(12)
    assert chart.locator("thead th").count() == 7
    page.select_option("select[name=chart-0]", label="Vacancy rate")
    page.wait_for_selector(".market-chart[data-measure=vacancy_rate]")
    expect(chart.locator("td").first).to_have_text(re.compile("%$"))


NOTE_DRAWINGS = """() => {
  const charts = document.querySelector(".market-charts").__vue__;
  window.drawings = [];
  Object.entries(charts.instances).forEach(([place, instance]) => {
    const draw = instance.setOption.bind(instance);
    instance.setOption = (...given) => {
      const { top, bottom } = instance.getDom().getBoundingClientRect();
      window.drawings.push({ place, seen: bottom > -100 && top < innerHeight + 100, complete: charts.parsed.complete });
      draw(...given);
    };
  });
}"""


def test_charts_out_of_sight_are_drawn_when_every_run_is_there_and_all_of_them_then(visit):
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 800})
    page.wait_for_function("() => document.querySelectorAll('.market-canvas canvas').length === 4")
    page.wait_for_timeout(1200)  # what the new size has to have drawn
    page.evaluate(NOTE_DRAWINGS)
    before = visit.scenario
    visit.setting(CUT).press("Home")
    visit.after(before)
    page.wait_for_function("() => new Set(window.drawings.map(drawing => drawing.place)).size === 4")
    drawings = page.evaluate("window.drawings")
    assert {drawing["seen"] for drawing in drawings} == {True, False}
    assert all(drawing["seen"] or drawing["complete"] for drawing in drawings)
    # Whether some runs were seen before all of them depends on how quick they are; which charts come first does not.
    order = list(dict.fromkeys((drawing["seen"], drawing["place"]) for drawing in drawings))
    assert [seen for seen, _ in order] == [True, True, False, False]


def _colours(canvas) -> int:
    """How many colours a drawing has; one that nothing was drawn on has one."""
    return canvas.evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )


def test_a_guided_session_asks_for_a_guess_before_it_shows(visit):
    page = visit.page
    visit.press("Workshop")
    page.wait_for_selector(".market-acts")
    until_text_is(page, "21px")
    page.get_by_role("button", name="2. Squeeze").click()
    page.wait_for_selector(".market-guess")
    page.wait_for_selector(".market-numbers", state="detached")
    page.fill("input[name=guess]", "1000")
    visit.press("Then see")
    page.wait_for_selector(".market-said-guess:has-text('You guessed 1,000; the model says')")
    visit.settled()
    expect(page.locator(".market-questions li")).to_have_count(3)
    visit.press("On to collapse")
    page.wait_for_selector(".market-guess")
    page.wait_for_selector(".market-say:has-text('largest chain')")
    visit.press("Workshop")
    page.wait_for_selector(".market-acts", state="detached")
    visit.settled()
    expect(page.locator(".market-pin")).to_have_count(1)
    until_text_is(page, "16px")


def until_text_is(page, size: str) -> None:
    """Wait until the page's text has a size."""
    page.wait_for_function("size => getComputedStyle(document.documentElement).fontSize === size", arg=size)


def test_a_guided_session_that_is_left_without_closing_it_leaves_no_large_text_behind(visit, address):
    visit.press("Workshop")
    visit.page.wait_for_selector(".market-acts")
    until_text_is(visit.page, "21px")
    visit.open(address)
    until_text_is(visit.page, "16px")


def test_everything_can_be_reached_from_the_keyboard(visit):
    page = visit.page
    page.locator("h1").click()  # what Tab comes to next is counted from here
    names = []
    for _ in range(90):
        page.keyboard.press("Tab")
        names.append(
            page.evaluate(
                "(document.activeElement.name || document.activeElement.getAttribute('aria-label')"
                " || document.activeElement.innerText || '').trim()"
            )
        )
    wanted = ["Workshop", "Dark", "preset", "shocks.funding_cut", CUT, "policies.catalyst", "seed", "Play", "month"]
    wanted += ["Baseline", "map-measure", "chart-0", "What happened"]
    assert [name for name in dict.fromkeys(names) if name in wanted] == wanted
    page.get_by_role("tab", name="What happened").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#panel h2:has-text('difficult to replace')")


ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def broken_rules(visit: Watched, context: str | None = None, only: object = ALL_RULES) -> str:
    """The rules of accessibility that the page breaks, with where, as axe-core finds them."""
    from axe_playwright_python.sync_playwright import Axe

    options = {"runOnly": only, "resultTypes": ["violations"]}
    found = Axe().run(visit.page, context=context, options=options).response["violations"]
    return json.dumps([(rule["id"], [node["html"][:160] for node in rule["nodes"]]) for rule in found], indent=1)


def test_no_rule_of_accessibility_is_broken(visit):
    page = visit.page
    page.get_by_role("checkbox", name="Failure of one provider").check()
    page.locator(".market-levers summary").first.click()
    page.locator(".market-chart summary").first.click()
    page.locator(".market-chart tbody tr").first.wait_for()
    visit.settled()
    assert broken_rules(visit) == "[]"
    for name in ("Who is hard to replace", "One council", "Costs and savings", "Side by side", "Save and share"):
        visit.tab(name)
        assert broken_rules(visit, "#panel") == "[]", name
    visit.press("Dark")
    colours = {"type": "rule", "values": ["color-contrast"]}
    try:
        assert broken_rules(visit, only=colours) == "[]"
        visit.press("Workshop")
        page.get_by_role("button", name="1. Baseline").click()
        page.wait_for_selector(".market-guess")
        assert broken_rules(visit) == "[]"
    finally:
        visit.press("Workshop")
        visit.press("Dark")


def test_the_page_says_its_language_and_may_be_enlarged(visit):
    page = visit.page
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert "user-scalable" not in page.get_attribute("meta[name=viewport]", "content")
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == 1
    expect(page.get_by_role("status")).to_have_text("March 2017, 2 runs")


def test_dark_colours_and_larger_text_are_remembered(visit, address):
    light = visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor")
    visit.press("Dark")
    visit.press("Larger text")
    visit.open(address)
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor") != light
    until_text_is(visit.page, "21px")
    expect(visit.page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    visit.press("Dark")
    visit.press("Larger text")
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor") == light


@pytest.mark.parametrize("width", [390, 1280, 1920])
def test_nothing_sticks_out_at_any_width(visit, width):
    visit.page.set_viewport_size({"width": width, "height": 844})
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_the_answer_is_in_sight_on_a_laptop_and_the_charts_on_a_projector(visit):
    page = visit.page
    bottom = "part => document.querySelector(part).getBoundingClientRect().bottom"
    page.set_viewport_size({"width": 1280, "height": 800})
    assert page.evaluate(bottom, ".market-numbers") <= 800
    page.set_viewport_size({"width": 1920, "height": 1080})
    visit.settled()
    assert page.evaluate(bottom, ".market-chart") <= 1080
    assert page.evaluate(bottom, ".market-map > svg") <= 1080


def test_a_region_that_cannot_be_built_is_said_on_the_page_and_ctrl_c_ends_the_server(chrome, tmp_path):
    (tmp_path / "councils.csv").write_text("council\nNowhere at all\n", encoding="utf-8")
    file = tmp_path / "own.toml"
    file.write_text('region = "councils.csv"\nstart = "2016-04"\nmonths = 12\n', encoding="utf-8")
    with server(str(file)) as (found, process):
        visit = Watched(chrome.new_page())
        visit.page.goto(found)
        said = visit.page.get_by_role("alert")
        said.wait_for()
        assert "Nowhere at all" in said.inner_text()
        assert visit.wrong == []
        process.send_signal(signal.SIGINT)  # the page is still open
        _, told = process.communicate(timeout=60)
        assert process.returncode == 0
        assert told.strip() == "The app has stopped."
        visit.page.close()


def test_a_scenario_with_a_mistake_is_refused_before_anything_is_served(tmp_path):
    file = write_scenario(tmp_path, "[shocks.funding_cut]\nreal_change = -9\n", "bad.toml")
    command = [sys.executable, "-m", "resilience", "app", file, "--port", "0", "--no-browser"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 2
    assert "shocks.funding_cut.real_change = -9" in done.stderr
    assert done.stdout == ""
