"""One visitor's stay: the levers, the run they lead to, how far it is shown, and what the buttons do.

Every visitor has their own; the runs behind it are shared and only read. What is to be seen at a moment is a `View`,
which never changes; a thread of the visit's own hands over a new one whenever there is something new to show.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Literal

from resilience.app.levers import Levers
from resilience.app.played import PlayedRun, Player
from resilience.scenario import Scenario, ScenarioError

SECONDS_BETWEEN_PICTURES = 0.1
"""While a run comes in, there are at most ten pictures a second: the browser draws no more."""

SECONDS_TO_FIRST_LOOK = 0.02
"""How often a visit looks whether a new run has its first month, which the visitor is waiting for."""

SECONDS_PER_MONTH = 0.3
"""How long a month is shown while the months are played."""

HIGHEST_SEED = 999_999

type Mode = Literal["still", "stepping", "playing", "running"]


@dataclass(frozen=True, slots=True)
class View:
    """What a visitor is to see at one moment."""

    values: Mapping[str, Any]
    """Where the levers stand, by dotted name."""
    seed: int
    run: PlayedRun
    base: PlayedRun
    """The run without the two shocks, on the same seed."""
    shown: int = 0
    """Months shown; both runs have at least these."""
    ahead: int = 0
    """Months of the baseline that are there to be drawn, shown or not."""
    target: int = 0
    """Month up to which the run is wanted."""
    mode: Mode = "still"
    problem: str = ""

    @property
    def going(self) -> bool:
        """Whether the months go on by themselves."""
        return self.mode in ("playing", "running")


class Visit:
    """Takes what the visitor does, and calls `show` from its own thread with every new view."""

    def __init__(self, player: Player, scenario: Scenario, seed: int, show: Callable[[View], None]) -> None:
        self._player = player
        self._show = show
        self.levers = Levers(scenario)
        self._baseline = self.levers.baseline
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closed = False
        self._next_month_due = 0.0
        self._view = self._first_view(seed)
        self._run, self._base = self._view.run, self._view.base
        """The runs asked for; the view follows once they have a month to show."""
        self._thread = threading.Thread(target=self._live, name="visit", daemon=True)

    @property
    def view(self) -> View:
        """What is to be seen now."""
        return self._view

    def start(self) -> None:
        """Begin to play, and to hand over views."""
        self._ask()
        self._thread.start()

    def close(self) -> None:
        """End the visit; its thread ends, and nothing is played for it any more."""
        with self._lock:
            self._closed = True
        self._player.leave(self)
        self._wake.set()

    def move(self, name: str, value: Any) -> None:
        """Move a lever: the months shown so far, or from the first month all of them, are played anew and shown."""
        with self._lock:
            values = {**self._view.values, name: self.levers.accepted(name, value)}
            self._play_anew(MappingProxyType(values), self._view.seed)

    def undo(self) -> None:
        """Put the levers back to where the scenario has them."""
        with self._lock:
            self._play_anew(MappingProxyType(self.levers.start), self._view.seed)

    def reseed(self, seed: int) -> None:
        """Play both runs on another seed."""
        with self._lock:
            self._play_anew(self._view.values, min(max(int(seed), 0), HIGHEST_SEED))

    def step(self) -> None:
        """Show one month more; after the last, the first again."""
        with self._lock:
            self._from_the_start_after_the_end()
            self._go_to(self._view.shown + 1, "stepping")

    def play(self) -> None:
        """Show month after month; after the last, from the first again."""
        with self._lock:
            self._from_the_start_after_the_end()
            self._next_month_due = time.monotonic()
            self._go_to(self._run.length, "playing")

    def pause(self) -> None:
        """Stop at the month shown."""
        with self._lock:
            self._go_to(self._view.shown, "still")

    def to_end(self) -> None:
        """Show every month as soon as it is played."""
        with self._lock:
            self._go_to(self._run.length, "running")

    def reset(self) -> None:
        """Go back to before the first month; the levers stay where they are."""
        with self._lock:
            self._view = replace(self._view, shown=0)
            self._go_to(0, "still")

    def _first_view(self, seed: int) -> View:
        values = MappingProxyType(dict(self.levers.start))
        run = self._player.run_of(self.levers.scenario_for(values), seed)
        return View(values, seed, run, self._player.run_of(self._baseline, seed))

    def _play_anew(self, values: Mapping[str, Any], seed: int) -> None:
        target = self._view.target if self._view.mode == "running" else self._view.shown
        try:
            self._run = self._player.run_of(self.levers.scenario_for(values), seed)
        except ScenarioError as error:
            self._view = replace(self._view, values=values, seed=seed, problem=str(error), mode="still")
            self._wake.set()
            return
        self._base = self._player.run_of(self._baseline, seed)
        self._view = replace(self._view, values=values, seed=seed, problem="")
        self._go_to(target or self._run.length, "running")

    def _from_the_start_after_the_end(self) -> None:
        if self._view.shown >= self._run.length:
            self._view = replace(self._view, shown=0)

    def _go_to(self, target: int, mode: Mode) -> None:
        self._view = replace(self._view, target=target, mode=mode)
        self._ask()
        self._wake.set()

    def _ask(self) -> None:
        """Ask for the months wanted of the scenario, and for all of the baseline, whose lines are drawn ahead."""
        if not self._closed:
            self._player.ask(self, [(self._run, self._view.target), (self._base, self._base.length)])

    def _live(self) -> None:
        """Hand over views until the visit ends; sleep while there is nothing to wait for."""
        handed_over: View | None = None
        while not self._closed:
            with self._lock:
                self._view = view = self._brought_up_to_date(self._view)
                pause = self._pause_after(view)
            if view != handed_over:
                self._show(view)
                handed_over = view
            self._wake.wait(pause)
            self._wake.clear()

    def _pause_after(self, view: View) -> float | None:
        """Seconds until there may be more to show; None when only the visitor can change anything."""
        if view.problem:
            return None
        if view.run is not self._run:
            return SECONDS_TO_FIRST_LOOK
        arriving = view.shown < view.target or view.ahead < view.base.length
        return SECONDS_BETWEEN_PICTURES if arriving or view.mode != "still" else None

    def _brought_up_to_date(self, view: View) -> View:
        """The view with the months that have come in since; the old run stays until the new one has a month."""
        problem = self._run.problem or self._base.problem
        if problem:
            return replace(view, problem=problem, mode="still", target=view.shown)
        ready = min(self._run.done, self._base.done, view.target)
        if view.run is not self._run or view.base is not self._base:
            if ready == 0 and view.target > 0:
                return view
            view = replace(view, run=self._run, base=self._base, shown=ready)
        elif view.mode == "playing":
            view = replace(view, shown=self._next_shown(view.shown, ready))
        else:
            view = replace(view, shown=ready)
        view = replace(view, ahead=view.base.done)
        return replace(view, mode="still") if view.shown >= view.target else view

    def _next_shown(self, shown: int, ready: int) -> int:
        """The month to show while months are played at their pace."""
        now = time.monotonic()
        if ready <= shown or now < self._next_month_due:
            return shown
        self._next_month_due = now + SECONDS_PER_MONTH
        return shown + 1
