"""Browser tests are skipped with a reason where there is no Chromium, unless one is required."""

import shutil
from types import SimpleNamespace
from typing import Any

import pytest

from tests import conftest


def item(*markers: str) -> Any:
    """A test with these markers, as far as the rule looks at it."""
    return SimpleNamespace(get_closest_marker=lambda name: name if name in markers else None)


@pytest.fixture
def no_chromium(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda command: None)
    monkeypatch.delenv("RESILIENCE_REQUIRE_BROWSER", raising=False)


def test_the_first_command_found_is_the_one_used(monkeypatch):
    installed = {"chromium-browser": "a/chromium-browser", "google-chrome": "b/google-chrome"}
    monkeypatch.setattr(shutil, "which", installed.get)
    assert conftest.find_chromium() == "a/chromium-browser"


@pytest.mark.usefixtures("no_chromium")
def test_without_chromium_a_browser_test_is_skipped_with_the_reason():
    with pytest.raises(pytest.skip.Exception, match="Chromium is not installed"):
        conftest.pytest_runtest_setup(item("browser"))


@pytest.mark.usefixtures("no_chromium")
def test_without_chromium_a_browser_test_fails_where_one_is_required(monkeypatch):
    monkeypatch.setenv("RESILIENCE_REQUIRE_BROWSER", "1")
    with pytest.raises(pytest.fail.Exception, match="Chromium is required"):
        conftest.pytest_runtest_setup(item("browser"))


@pytest.mark.usefixtures("no_chromium")
def test_without_chromium_every_other_test_runs(monkeypatch):
    monkeypatch.setenv("RESILIENCE_REQUIRE_BROWSER", "1")
    assert conftest.pytest_runtest_setup(item("slow")) is None


def test_with_chromium_a_browser_test_runs(monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda command: "a/chromium")
    monkeypatch.setenv("RESILIENCE_REQUIRE_BROWSER", "1")
    assert conftest.pytest_runtest_setup(item("browser")) is None


@pytest.mark.browser
def test_chromium_starts_and_says_its_version(chromium):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content("<h1>Care market</h1>")
        assert page.inner_text("h1") == "Care market"
        assert browser.version.split(".")[0].isdigit()
        browser.close()
