"""How quick the app is, measured in Chromium against a server of its own: ``python -m benchmarks.app_page``.

Measured: time from the server's start to its address and to the first page; from a slider's key to the first changed
picture, to the first whole run and to every paired run; frames while the months play; and the server's memory for each
of 20 visitors who have all moved a lever. Figures of a slider are the median of several moves. The machine should have
nothing else to do.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from rich.console import Console

from benchmarks import machine, report
from benchmarks.clock import yardstick
from benchmarks.figures import Figure, seconds
from tests.app.browser import FLAGS, HERE
from tests.conftest import find_chromium

LATEST = Path(__file__).with_name("results") / "app.json"
DOCUMENT = Path(__file__).resolve().parents[1] / "docs" / "app.md"
REPLICATES = 20
MOVES = 5
VISITORS = 20
CUT = "shocks.funding_cut.real_change"

FRAMES = """() => new Promise(resolve => {
  const gaps = [];
  let last = performance.now();
  const until = last + 5000;
  const frame = now => {
    gaps.push(now - last);
    last = now;
    if (now < until) requestAnimationFrame(frame);
    else resolve(gaps.slice(1));
  };
  requestAnimationFrame(frame);
})"""


def start(arguments: list[str]) -> tuple[subprocess.Popen[str], str, float]:
    """Start the server; returns its process, its address, and the seconds until it said it."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "resilience", "app", *arguments, "--host", HERE, "--port", "0", "--no-browser"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    line = process.stdout.readline()
    return process, line.split("http://")[1].split()[0], time.perf_counter() - began


def seconds_until(page: Any, condition: str, argument: object = None, polling: Any = "raf") -> Callable[[], float]:
    """A stopwatch that runs from now until something is so in the page; it looks at every painted frame, or so often.

    ``polling`` is "raf" or milliseconds.
    """
    began = time.perf_counter()

    def stop() -> float:
        page.wait_for_function(condition, arg=argument, timeout=300_000, polling=polling)
        return time.perf_counter() - began

    return stop


def memory_mb(process: int) -> float:
    """Resident memory of a process in MB; not a number where the system does not tell."""
    try:
        text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except OSError:
        return float("nan")
    return int(text.split("VmRSS:")[1].split()[0]) / 1024


READY = "() => document.querySelector('.market-time')?.dataset.complete === 'true'"
MOVED = "before => { const time = document.querySelector('.market-time'), d = time.dataset;"
MOVED += " return !d.stamp.startsWith(before) && (%s); }"
MEASURED = {
    "first_picture": MOVED % "d.ready === 'true' || /First run: month [1-9]/.test(time.innerText)",
    "first_run": MOVED % "d.ready === 'true'",
    "every_run": MOVED % "d.complete === 'true'",
}
"""What is waited for after a slider's key: months of the first run, all of it, and every run of the pair."""

LOOKS: dict[str, Any] = {"first_picture": "raf", "first_run": 50, "every_run": 50}
"""How often the page is asked: at every frame, or after so many milliseconds. To ask at every frame for seconds makes
the browser draw sixty pictures a second, as nobody's does, and take a processor from the runs."""


def moves(page: Any, count: int) -> dict[str, float]:
    """Move a slider to places where no one has been, and take the time each time."""
    times: dict[str, list[float]] = {"first_picture": [], "first_run": [], "every_run": []}
    page.focus(f"[name='{CUT}']")
    for _ in range(count):
        before = page.get_attribute(".market-time", "data-stamp").split("-")[0]
        watches = {name: seconds_until(page, what, before, LOOKS[name]) for name, what in MEASURED.items()}
        page.keyboard.press("ArrowLeft")
        for name, stop in watches.items():
            times[name].append(stop())
    return {name: statistics.median(values) for name, values in times.items()}


def frames(page: Any) -> dict[str, float]:
    """Seconds between frames while the months play for five seconds."""
    page.get_by_role("button", name="Play", exact=True).click()
    gaps = sorted(page.evaluate(FRAMES))
    return {"frame_median": statistics.median(gaps) / 1000, "frame_95th": gaps[int(0.95 * len(gaps))] / 1000}


def visitors(browser: Any, address: str, process: int, count: int) -> dict[str, float]:
    """The server's memory before and after so many visitors have come and moved a lever each."""
    before = memory_mb(process)
    contexts = [browser.new_context() for _ in range(count)]
    for number, context in enumerate(contexts):
        page = context.new_page()
        page.goto(f"http://{address}/?{CUT}={-0.01 * number:.2f}")
    for context in contexts:
        context.pages[0].wait_for_function(READY, timeout=600_000, polling=100)
    after = memory_mb(process)
    for context in contexts:
        context.close()
    return {"server_mb": before, "mb_per_visitor": (after - before) / count}


LABELS = {
    "server_started": ("From the command to the page's address", "s", None),
    "first_page": ("First page in the browser", "s", None),
    "later_page": ("Page opened again, other seed", "s", None),
    "first_picture": ("Slider to the first changed picture", "s", 0.5),
    "first_run": ("Slider to the first whole run", "s", None),
    "every_run": ("Slider to the full interval", "s", 3.0),
    "frame_median": ("Between frames while playing, median", "s", None),
    "frame_95th": ("Between frames while playing, 95th percentile", "s", None),
    "server_mb": ("Server's memory before visitors", "MB", None),
    "mb_per_visitor": ("Memory a visitor", "MB", None),
}
"""What each figure is, its unit, and what was promised."""


def measure(arguments: list[str], move_count: int, visitor_count: int) -> Iterator[dict[str, float]]:
    """Take every figure from one server; gives some at a time, so an interrupted benchmark has told what it saw."""
    from playwright.sync_api import sync_playwright

    process, address, started = start(arguments)
    try:
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=find_chromium(), args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            first = seconds_until(page, "() => document.querySelector('.market-charts')?.dataset.drawn")
            page.goto(f"http://{address}")
            yield {"server_started": started, "first_page": first()}
            page.wait_for_function(READY, timeout=600_000, polling=100)
            again = seconds_until(page, "() => document.querySelector('.market-charts')?.dataset.drawn")
            page.goto(f"http://{address}/?seed=1")
            yield {"later_page": again()}
            page.wait_for_function(READY, timeout=600_000, polling=100)
            yield moves(page, move_count)
            yield frames(page)
            page.close()
            yield visitors(browser, address, process.pid, visitor_count)
            browser.close()
    finally:
        process.terminate()
        process.wait(timeout=30)


def main() -> None:
    """Measure and print; ``--save`` keeps the figures, in the document too."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.app_page", description="Measure the app in Chromium.")
    parser.add_argument("--replicates", type=int, default=REPLICATES, help="runs of each scenario")
    parser.add_argument("--moves", type=int, default=MOVES, help="moves of a slider")
    parser.add_argument("--visitors", type=int, default=VISITORS, help="visitors at once")
    parser.add_argument("--save", action="store_true", help="keep the figures as the latest and in the document")
    given = parser.parse_args()
    usual = (given.replicates, given.moves, given.visitors) == (REPLICATES, MOVES, VISITORS)
    if given.save and not usual:
        parser.error("--save keeps the usual measurement: leave out the other options")
    load, before, taken = machine.load(), yardstick(), {}
    for some in measure(["--no-ahead", "--replicates", str(given.replicates)], given.moves, given.visitors):
        taken |= some
        print(", ".join(f"{name} {value:.3g}" for name, value in some.items()), file=sys.stderr, flush=True)
    after = yardstick()
    figures = [_figure(name, value, (before + after) / 2) for name, value in taken.items()]
    content = report.contents(figures, machine.description(), (before, after), load)
    report.show(content, Console(width=150))
    if given.save:
        report.save(LATEST, content)
        DOCUMENT.write_text(report.put_into(DOCUMENT.read_text(encoding="utf-8"), content), encoding="utf-8")


def _figure(name: str, value: float, stick: float) -> Figure:
    label, unit, limit = LABELS[name]
    return seconds(name, label, value, stick, limit) if unit == "s" else Figure(name, label, value, unit, limit)


if __name__ == "__main__":
    main()
