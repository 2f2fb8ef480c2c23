"""The server, the browser and the page that tests in the browser share."""

import pytest
from playwright.sync_api import expect

from tests.app.browser import STARTED_WITHIN_MS, Watched, chrome_at, server, write_scenario

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


@pytest.fixture(scope="package")
def config(tmp_path_factory):
    return write_scenario(tmp_path_factory.mktemp("workshop"), SQUEEZE)


@pytest.fixture(scope="package")
def address(config):
    with server(config) as (found, _process):
        yield found


@pytest.fixture(scope="package")
def chrome(chromium):
    expect.set_options(timeout=STARTED_WITHIN_MS)
    with chrome_at(chromium) as browser:
        yield browser


@pytest.fixture(scope="package")
def open_page(chrome, address):
    """Opens pages, each in a browser profile of its own; in the end nothing may have gone wrong in any."""
    opened: list[Watched] = []

    def open_one(query: str = "") -> Watched:
        context = chrome.new_context(viewport={"width": 1280, "height": 800}, accept_downloads=True)
        watched = Watched(context.new_page())
        watched.open(address + query)
        opened.append(watched)
        return watched

    yield open_one
    for watched in opened:
        watched.page.context.close()
    assert [fault for watched in opened for fault in watched.wrong] == []


@pytest.fixture(scope="package")
def first_page(open_page):
    """The page that most tests share."""
    return open_page()


@pytest.fixture
def visit(first_page, address):
    """The shared page as it was when it was opened."""
    first_page.page.set_viewport_size({"width": 1280, "height": 800})
    first_page.open(address)
    assert first_page.wrong == []
    return first_page
