"""A report in a real browser: nothing is fetched, nothing sticks out, everybody can read it, and it prints."""

import json

import pytest

from resilience import report
from tests.app.browser import chrome_at

pytestmark = pytest.mark.browser

RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LARGEST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def chrome(chromium):
    with chrome_at(chromium) as browser:
        yield browser


@pytest.fixture(scope="module")
def pages(run_folder, comparison_folder, hostile_folder, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages")
    made = {"run": run_folder, "comparison": comparison_folder, "hostile": hostile_folder}
    return {name: report(results, folder / f"{name}.html") for name, results in made.items()}


def opened(chrome, path, **settings):
    """The report opened from disk, and everything that was asked for or went wrong on the way."""
    page = chrome.new_context(**settings).new_page()
    noted: list[str] = []
    page.on("request", lambda request: noted.append(request.url))
    page.on("pageerror", lambda error: noted.append(f"error: {error}"))
    page.on("console", lambda said: noted.append(f"console: {said.text}"))
    page.on("dialog", lambda dialog: noted.append(f"dialog: {dialog.message}"))
    page.goto(path.as_uri())
    return page, noted


def broken_rules(page) -> str:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    return json.dumps([(rule["id"], [node["html"][:120] for node in rule["nodes"]]) for rule in found], indent=1)


@pytest.mark.parametrize("name", ["run", "comparison", "hostile"])
def test_a_report_opens_from_disk_and_asks_for_nothing_else(chrome, pages, name):
    page, noted = opened(chrome, pages[name])
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    page.mouse.wheel(0, 20_000)
    assert noted == [pages[name].as_uri()]
    assert pages[name].stat().st_size < LARGEST_BYTES
    page.context.close()


@pytest.mark.parametrize("name", ["run", "comparison"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken(chrome, pages, name, scheme):
    page, _ = opened(chrome, pages[name], color_scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
    assert broken_rules(page) == "[]"
    page.context.close()


def test_light_and_dark_differ_and_paper_is_white_in_both(chrome, pages):
    colours = {}
    for scheme in ("light", "dark"):
        page, _ = opened(chrome, pages["run"], color_scheme=scheme)
        colours[scheme] = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.emulate_media(media="print")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(28, 38, 48)"
        page.context.close()
    assert colours["light"] != colours["dark"]


@pytest.mark.parametrize("name", ["run", "comparison"])
def test_nothing_sticks_out_on_a_phone(chrome, pages, name):
    page, _ = opened(chrome, pages[name], viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.context.close()


def test_it_prints_on_a4_within_its_margins(chrome, pages, tmp_path):
    page, _ = opened(chrome, pages["comparison"])
    page.pdf(path=tmp_path / "report.pdf", prefer_css_page_size=True)
    pdf = (tmp_path / "report.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    sheets = pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ")
    assert b"/MediaBox [0 0 594.95996 841.91998]" in pdf or b"/MediaBox [0 0 595" in pdf or b"/MediaBox [0 0 594" in pdf
    assert 3 <= sheets <= 16
    page.set_viewport_size({"width": 688, "height": 1000})  # the width of A4 between its margins, in CSS pixels
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 688
    page.context.close()
