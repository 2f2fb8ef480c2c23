"""The report of what a page shows: the same runs once more with every table, as the command line keeps them.

The pages' own runs keep only what pages need, so a report plays its runs again, in processes of its own; the numbers
are the same. One report is made at a time.
"""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from resilience.app.levers import in_words
from resilience.app.view import View
from resilience.reports.write import report
from resilience.runs.compare import compare
from resilience.runs.ensemble import run
from resilience.scenario import Scenario

_one_at_a_time = threading.Lock()
_log = logging.getLogger(__name__)

type Say = Callable[[str], None]


def make_in_background(view: View, say: Say, done: Callable[[str], None], workers: int = 2) -> None:
    """Make the report of a view in a thread: ``say`` hears how far it is, ``done`` gets the page as text."""

    def work() -> None:
        say("The report waits for another one.")
        with _one_at_a_time:
            try:
                text = report_of(view, say, workers)
            except Exception as error:  # said to the visitor and logged; the page goes on
                _log.exception("A report could not be made.")
                say(f"The report could not be made: {error}")
                return
        say("The report is in your downloads.")
        done(text)

    threading.Thread(target=work, name="report", daemon=True).start()


def report_of(view: View, say: Say, workers: int = 2) -> str:
    """Play the scenario of a view, and what it is compared with, and return their report as a page of HTML."""
    here = _titled(view.scenario, view.title or in_words(view.scenario))
    there = _titled(view.other, view.other_title)

    def progress(played: int, asked: int) -> None:
        say(f"Runs for the report: {played} of {asked}.")

    with tempfile.TemporaryDirectory(prefix="report-", ignore_cleanup_errors=True) as folder:
        results = Path(folder) / "results"
        if here.hash == there.hash:
            run(here, view.replicates, workers, view.seed, progress, results)
        else:
            compare([there, here], view.replicates, workers, view.seed, progress, results)
        return report(results, Path(folder) / "report.html").read_text(encoding="utf-8")


def _titled(scenario: Scenario, title: str) -> Scenario:
    return scenario.model_copy(update={"name": title})
