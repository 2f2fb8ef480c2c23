"""A server of the app in a process of its own, and pages in Chromium that note everything that goes wrong."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]

HERE = "127.0.0.1"

QUICK = ["--no-browser", "--no-ahead", "--replicates", "2"]

STARTED_WITHIN_MS = 120_000
"""A page is ready by then even on a busy machine."""


ALL_THERE = """() => {
  const [time, charts, numbers] = ["time", "charts", "numbers"].map(part => document.querySelector(`.market-${part}`));
  return time && charts && time.dataset.complete === "true" && charts.dataset.drawn === time.dataset.stamp
    && (!numbers || numbers.dataset.stamp === time.dataset.stamp);
}"""

MOVED_ON = """before => {
  const stamp = document.querySelector(".market-time").dataset.stamp;
  return stamp.split("-").slice(0, 4).join("-") !== before;
}"""

NUMBERS_DIFFER = """before => [...document.querySelectorAll(".market-number")].some(
  card => Number(card.dataset.exact) !== before[card.dataset.name]
)"""


@contextmanager
def chrome_at(path: str) -> Iterator[Any]:
    """Run the Chromium that stands at a path, without a window."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@contextmanager
def server(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run ``resilience app`` on a free port; gives its address and process, and ends it afterwards."""
    command = [sys.executable, "-m", "resilience", "app", *arguments, "--host", HERE, "--port", "0", *QUICK]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        said = process.stdout.readline()
        address = re.search(r"http://\S+", said)
        assert address is not None, said + process.communicate()[1]
        yield address.group(0), process
    finally:
        process.terminate()
        process.communicate(timeout=20)


@dataclass
class Watched:
    """A page in the browser, and what went wrong in it."""

    page: Any
    wrong: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.wrong.append(f"error in the page: {error}"))
        self.page.on("response", self._note_status)
        self.page.on("request", lambda request: self._note_place(request.url))
        self.page.on("websocket", lambda connection: self._note_place(connection.url))
        self.page.set_default_timeout(STARTED_WITHIN_MS)

    def _note_status(self, response: Any) -> None:
        if response.status >= 400:
            self.wrong.append(f"{response.status} {response.url}")

    def _note_place(self, url: str) -> None:
        if urlsplit(url).scheme not in ("data", "blob") and urlsplit(url).hostname != HERE:
            self.wrong.append(f"a request left this computer: {url}")

    def open(self, address: str) -> None:
        """Go to the page and wait until every run is there and drawn."""
        self.page.goto(address)
        self.settled()

    def settled(self) -> None:
        """Wait until every run of what the levers show is there, and the charts are drawn of it."""
        self.page.wait_for_function(ALL_THERE)

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def tab(self, name: str) -> None:
        """Choose a panel and wait for it: the tabs and the panel come to the page one after the other."""
        tab = self.page.get_by_role("tab", name=name, exact=True)
        tab.click()
        self.page.wait_for_selector(f"#panel[aria-labelledby='{tab.get_attribute('id')}']")

    @property
    def scenario(self) -> str:
        """What stands for the scenario and what it is compared with."""
        stamp = str(self.page.get_attribute(".market-time", "data-stamp"))
        return "-".join(stamp.split("-")[:4])

    def after(self, before: str) -> None:
        """Wait until the page has moved on from a scenario and all is there."""
        self.page.wait_for_function(MOVED_ON, arg=before)
        self.settled()

    @property
    def shown(self) -> int:
        """The month shown."""
        return int(self.page.get_attribute(".market-time", "data-shown"))

    def comes_to(self, month: int) -> None:
        """Wait until a month is shown, at rest, and drawn."""
        self.page.wait_for_selector(f".market-time[data-shown='{month}'][data-mode=still]")
        self.settled()

    @property
    def numbers(self) -> dict[str, float]:
        """The headline numbers, exactly."""
        return self._of_cards("exact")

    @property
    def changes(self) -> dict[str, float]:
        """The differences from what the scenario is compared with, exactly."""
        return self._of_cards("change")

    def until_numbers_differ_from(self, before: dict[str, float]) -> None:
        """Wait until the headline numbers are others, as when the page comes to speak of another place."""
        self.page.wait_for_function(NUMBERS_DIFFER, arg=before)

    def _of_cards(self, what: str) -> dict[str, float]:
        pairs = self.page.eval_on_selector_all(
            ".market-number",
            "(cards, what) => cards.map(card => [card.dataset.name, Number(card.dataset[what])])",
            what,
        )
        return dict(pairs)

    def setting(self, name: str) -> Any:
        """The control of a scenario's setting."""
        return self.page.locator(f"[name='{name}']")


def write_scenario(folder: Path, text: str, name: str = "workshop.toml") -> str:
    """A scenario of twelve months in the West Midlands with more settings; returns the file's path."""
    file = folder / name
    file.write_text(f'region = "west-midlands"\nstart = "2016-04"\nmonths = 12\n{text}', encoding="utf-8")
    return str(file)
