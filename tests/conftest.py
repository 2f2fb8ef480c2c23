"""What every test area shares: the rule for browser tests."""

import os
import shutil
import signal

import pytest

CHROMIUM_COMMANDS = ("chromium", "chromium-browser", "google-chrome")


def find_chromium() -> str | None:
    """The path of an installed Chromium, or None."""
    found = (shutil.which(command) for command in CHROMIUM_COMMANDS)
    return next((path for path in found if path), None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a browser test where there is no Chromium, or fail it where one was asked for."""
    if item.get_closest_marker("browser") is None or find_chromium():
        return
    if os.environ.get("RESILIENCE_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is required here (RESILIENCE_REQUIRE_BROWSER=1) and was not found.", pytrace=False)
    pytest.skip("Chromium is not installed.")


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of Chromium, for Playwright's ``executable_path`` in tests marked ``browser``."""
    path = find_chromium()
    assert path is not None, "mark the test with pytest.mark.browser"
    return path


def _listen_to_interrupts() -> None:
    """Let tests of Ctrl-C work where the suite itself was started in the background, which ignores it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_listen_to_interrupts()
