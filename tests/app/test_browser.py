"""The page in a real browser, used as visitors use it."""

import json
import signal
import subprocess
import sys

import pytest

from resilience import CareMarket, load
from resilience.measures.catalogue import HEADLINE
from tests.app.browser import FLAGS, Watched, server, write_scenario

pytestmark = pytest.mark.browser

SQUEEZE = """
[shocks.funding_cut]
start = "2016-04"
real_change = -0.20
years = 1

[shocks.wage_rise]
start = "2016-07"
floor_increase = 1.00
years = 1
"""

CUT = "shocks.funding_cut.real_change"


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    return write_scenario(tmp_path_factory.mktemp("workshop"), SQUEEZE)


@pytest.fixture(scope="module")
def address(config):
    with server(config) as (found, _process):
        yield found


@pytest.fixture(scope="module")
def chrome(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def open_page(chrome, address):
    """Opens pages, each in a browser profile of its own; in the end nothing may have gone wrong in any."""
    opened: list[Watched] = []

    def open_one() -> Watched:
        watched = Watched(chrome.new_context(viewport={"width": 1280, "height": 800}).new_page())
        watched.open(address)
        opened.append(watched)
        return watched

    yield open_one
    for watched in opened:
        watched.page.context.close()
    assert [fault for watched in opened for fault in watched.wrong] == []


@pytest.fixture(scope="module")
def first_page(open_page):
    """The page that most tests share."""
    return open_page()


@pytest.fixture
def visit(first_page):
    """The shared page put back to where it began: the scenario's levers, seed 1, before the first month."""
    page = first_page.page
    page.set_viewport_size({"width": 1280, "height": 800})
    if page.input_value("input[name=seed]") != "1":
        page.fill("input[name=seed]", "1")
        page.keyboard.press("Enter")
    first_page.press("Undo changes")
    first_page.press("Reset")
    page.wait_for_function(
        "[...document.querySelectorAll('.market-lever-value')].map(v => v.innerText).join() === '−20%,+£1.00 an hour'"
    )
    page.wait_for_selector("[data-stamp*='-1-'][data-shown='0']")
    first_page.comes_to(0)
    assert first_page.wrong == []
    return first_page


def headline(config: str, **values: object) -> dict[str, float]:
    """The headline of the model run by itself."""
    market = CareMarket(load(config, **values), rng=1)
    return {name: value for name, value in market.run().headline.items() if name in HEADLINE}


def test_the_model_is_run_step_by_step_and_to_the_end(visit, config):
    page = visit.page
    assert page.inner_text(".market-when") == "Before the first month"
    assert page.inner_text(".market-numbers").count("no months yet") == 8
    visit.press("Step one month")
    visit.comes_to(1)
    visit.press("Step one month")
    visit.comes_to(2)
    assert page.inner_text(".market-when") == "Month 2 of 12, May 2016"
    assert "What happened in May 2016" in page.inner_text(".market-news")
    two_months = visit.numbers
    visit.press("Run to the end")
    visit.comes_to(12)
    assert page.inner_text(".market-when") == "Finished: month 12 of 12, March 2017"
    assert visit.numbers == pytest.approx(headline(config))
    assert visit.numbers["site_closures"] > two_months["site_closures"] > 0


def test_a_slider_moved_by_keyboard_changes_the_numbers_to_those_of_its_scenario(visit, config):
    before = visit.stamp
    cut = visit.slider("Funding cut")
    assert cut.get_attribute("aria-valuetext") == "−20%"
    cut.focus()
    visit.page.keyboard.press("Home")
    visit.comes_to_another_scenario(before, 12)
    assert cut.get_attribute("aria-valuetext") == "−60%"
    assert visit.numbers == pytest.approx(headline(config, **{CUT: -0.6}))
    assert visit.numbers["unmet_hours"] > headline(config)["unmet_hours"]
    before = visit.stamp
    visit.press("Undo changes")
    visit.comes_to_another_scenario(before, 12)
    assert visit.numbers == pytest.approx(headline(config))


def test_a_slider_dragged_stays_where_it_is_let_go(visit, config):
    rise = visit.slider("Wage rise")
    box = rise.bounding_box()
    middle = box["y"] + box["height"] / 2
    visit.page.mouse.move(box["x"] + box["width"] / 6, middle)
    visit.page.mouse.down()
    for part in range(1, 30):
        visit.page.mouse.move(box["x"] + box["width"] * (1 / 6 + part / 58), middle)
        visit.page.wait_for_timeout(15)
    let_go = rise.input_value()
    visit.page.mouse.up()
    visit.page.wait_for_function(
        "value => document.querySelector('.market-when').innerText.startsWith('Finished')", arg=let_go
    )
    visit.page.wait_for_timeout(500)
    assert rise.input_value() == let_go
    assert float(let_go) > 2.0
    expected = headline(config, **{"shocks.wage_rise.floor_increase": float(let_go)})
    visit.comes_to(12)
    assert visit.numbers == pytest.approx(expected)


def test_both_sliders_at_nothing_are_the_run_without_the_shocks(visit, config):
    for name, key in (("Wage rise", "Home"), ("Funding cut", "End")):
        visit.slider(name).focus()
        visit.page.keyboard.press(key)
    for _ in range(20):
        visit.page.keyboard.press("ArrowLeft")
    visit.page.wait_for_function(
        "[...document.querySelectorAll('.market-lever-value')].every(v => v.innerText === 'none')"
    )
    visit.page.wait_for_function("document.querySelectorAll('.market-same').length === 8")
    visit.comes_to(12)
    assert visit.numbers == pytest.approx(headline(config, **{"shocks.funding_cut": False, "shocks.wage_rise": False}))
    assert visit.page.locator(".market-menus select:enabled").count() == 0


PAUSE_IN_MONTH_2 = """() => {
  const controls = document.querySelector(".market-controls");
  const watch = new MutationObserver(() => {
    if (Number(controls.dataset.shown) < 2) return;
    watch.disconnect();
    [...controls.querySelectorAll("button")].find(button => button.innerText === "Pause").click();
  });
  watch.observe(controls, { attributes: true });
}"""


def test_months_play_and_pause(visit):
    visit.page.evaluate(PAUSE_IN_MONTH_2)  # pressed in the page, for the months go on while a test hesitates
    visit.press("Play")
    visit.page.wait_for_selector("[data-mode=playing]")
    visit.page.wait_for_selector("[data-mode=still]")
    shown = visit.page.get_attribute(".market-controls", "data-shown")
    assert 2 <= int(shown) < 12
    visit.page.wait_for_timeout(700)
    assert visit.page.get_attribute(".market-controls", "data-shown") == shown
    visit.press("Reset")
    visit.comes_to(0)


def test_two_visitors_do_not_see_each_others_levers(visit, open_page):
    one, other = visit, open_page()
    before = one.stamp
    one.slider("Funding cut").focus()
    one.page.keyboard.press("Home")
    one.comes_to_another_scenario(before, 12)
    other.press("Step one month")
    other.comes_to(1)
    assert other.slider("Funding cut").get_attribute("aria-valuetext") == "−20%"
    assert one.slider("Funding cut").get_attribute("aria-valuetext") == "−60%"
    assert other.numbers["unmet_hours"] < one.numbers["unmet_hours"]


def test_menus_and_seed_lead_to_their_scenario(visit, config):
    before = visit.stamp
    visit.page.select_option("select[name='shocks.funding_cut.years']", label="3 years")
    visit.comes_to_another_scenario(before, 12)
    assert visit.numbers == pytest.approx(headline(config, **{"shocks.funding_cut.years": 3}))
    visit.page.fill("input[name=seed]", "2")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_function("document.querySelector('.market-controls').dataset.stamp.split('-')[1] === '2'")
    visit.comes_to(12)
    second = CareMarket(load(config, **{"shocks.funding_cut.years": 3}), rng=2).run().headline
    assert visit.numbers == pytest.approx({name: second[name] for name in HEADLINE})


def test_charts_are_drawn_said_and_tabled(visit):
    visit.press("Run to the end")
    visit.comes_to(12)
    page = visit.page
    for name in ("hours", "closures", "chosen"):
        chart = page.locator(f".market-chart[data-name={name}]")
        drawing = chart.get_by_role("img")
        assert drawing.get_attribute("aria-label") == chart.locator(".market-sentence").inner_text()
        assert _colours(drawing.locator("canvas")) > 10
        assert chart.locator("table").count() == 0
        chart.locator("summary").click()
        rows = chart.locator("tbody tr")
        rows.first.wait_for()
        assert rows.count() == 12
        assert rows.last.locator("th").inner_text() == "Mar 2017"
    page.select_option("select[name=measure]", label="Vacancy rate")
    page.wait_for_function(
        "document.querySelector('[data-name=chosen] .market-sentence').innerText.includes('of posts')"
    )
    assert page.locator(".market-chart[data-name=chosen] td").first.inner_text().endswith("%")


def _colours(canvas) -> int:
    """How many colours a drawing has; one that nothing was drawn on has one."""
    return canvas.evaluate(
        "c => new Set(new Uint32Array(c.getContext('2d').getImageData(0, 0, c.width, c.height).data.buffer)).size"
    )


def test_everything_can_be_reached_and_used_from_the_keyboard(visit):
    page = visit.page
    page.locator("h1").click()  # what Tab comes to next is counted from here
    names = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name = page.evaluate("(document.activeElement.name || document.activeElement.innerText || '').trim()")
        if name in names:
            break
        names.append(name)
        if name == "Run to the end":
            page.keyboard.press("Enter")
    wanted = [
        *("Larger text", "Dark", "Undo changes"),
        *(f"shocks.funding_cut.{part}" for part in ("real_change", "start", "years")),
        *(f"shocks.wage_rise.{part}" for part in ("floor_increase", "start", "years")),
        *("seed", "Run to the end", "Step one month"),
    ]
    assert names[: len(wanted)] == wanted
    assert "measure" in names
    visit.comes_to(12)


ALL_RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def broken_rules(visit: Watched, only: dict[str, object]) -> str:
    """The rules of accessibility that the page breaks, with where, as axe-core finds them."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(visit.page, options={"runOnly": only, "resultTypes": ["violations"]}).response["violations"]
    return json.dumps([(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found], indent=1)


def test_no_rule_of_accessibility_is_broken(visit):
    visit.press("Run to the end")
    visit.comes_to(12)
    visit.page.locator("summary").first.click()
    visit.page.locator("tbody tr").first.wait_for()
    assert broken_rules(visit, ALL_RULES) == "[]"
    visit.press("Dark")
    try:
        assert broken_rules(visit, {"type": "rule", "values": ["color-contrast"]}) == "[]"
    finally:
        visit.press("Dark")
        visit.page.locator("summary").first.click()


def test_the_page_says_its_language_may_be_enlarged_and_names_its_parts(visit):
    page = visit.page
    assert page.evaluate("document.documentElement.lang") == "en-GB"
    assert "user-scalable" not in page.get_attribute("meta[name=viewport]", "content")
    assert page.title() == "Care market"
    assert page.locator("h1").count() == 1
    assert page.get_by_role("main").count() == 1
    assert page.get_by_role("status").inner_text() == "Before the first month"
    assert page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "false"


def test_dark_colours_and_larger_text_are_remembered(visit, address):
    light = visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor")
    visit.press("Dark")
    visit.press("Larger text")
    visit.open(address)
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor") != light
    assert visit.page.evaluate("getComputedStyle(document.documentElement).fontSize") == "21px"
    assert visit.page.get_by_role("button", name="Dark").get_attribute("aria-pressed") == "true"
    visit.press("Dark")
    visit.press("Larger text")
    assert visit.page.evaluate("getComputedStyle(document.querySelector('.market')).backgroundColor") == light


def test_on_a_phone_the_levers_come_first_and_nothing_sticks_out(visit):
    page = visit.page
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    tops = page.evaluate(
        "['.market-levers', '.market-controls', '.market-numbers', '.market-charts', '.market-news']"
        ".map(part => document.querySelector(part).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)


def test_a_run_is_in_sight_on_a_projector(visit):
    page = visit.page
    page.set_viewport_size({"width": 1280, "height": 720})
    bottoms = page.evaluate(
        "['.market-levers', '.market-controls', '.market-numbers']"
        ".map(part => document.querySelector(part).getBoundingClientRect().bottom)"
    )
    assert max(bottoms) <= 720


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
        _, told = process.communicate(timeout=20)
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
