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

STARTED_WITHIN_MS = 60_000
"""A page is ready by then even on a busy machine."""


@contextmanager
def server(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """Run ``resilience app`` on a free port; gives its address and process, and ends it afterwards."""
    command = [sys.executable, "-m", "resilience", "app", *arguments, "--host", HERE, "--port", "0", "--no-browser"]
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
        """Go to the page and wait until its charts are drawn."""
        self.page.goto(address)
        self.page.wait_for_function("document.querySelector('.market-charts')?.dataset.drawn")

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).click()

    def comes_to(self, shown: int) -> None:
        """Wait until this many months are shown, at rest, and drawn."""
        self.page.wait_for_selector(f"[data-shown='{shown}'][data-mode=still]")
        self.is_drawn()

    def is_drawn(self) -> None:
        """Wait until the charts show what the buttons speak of."""
        self.page.wait_for_function(
            "document.querySelector('.market-charts').dataset.drawn"
            ".startsWith(document.querySelector('.market-controls').dataset.stamp + '-')"
        )

    @property
    def stamp(self) -> str:
        return str(self.page.get_attribute(".market-controls", "data-stamp"))

    def comes_to_another_scenario(self, before: str, shown: int) -> None:
        """Wait until the levers have led away from the scenario of a stamp, with this many months shown."""
        self.page.wait_for_function(
            "before => document.querySelector('.market-controls').dataset.stamp.split('-')[0] !== before",
            arg=before.split("-")[0],
        )
        self.comes_to(shown)

    @property
    def numbers(self) -> dict[str, float]:
        """The headline numbers, exactly."""
        pairs = self.page.eval_on_selector_all(
            ".market-number", "cards => cards.map(card => [card.dataset.name, Number(card.dataset.exact)])"
        )
        return dict(pairs)

    def slider(self, name: str) -> Any:
        return self.page.get_by_role("slider", name=name)


def write_scenario(folder: Path, text: str, name: str = "workshop.toml") -> str:
    """A scenario of twelve months in the West Midlands with more settings; returns the file's path."""
    file = folder / name
    file.write_text(f'region = "west-midlands"\nstart = "2016-04"\nmonths = 12\n{text}', encoding="utf-8")
    return str(file)
