"""One visitor's stay: what they choose, the runs it leads to, how far they are shown, and what the buttons do.

Every visitor has their own; the runs behind it are shared and only read. A thread of the visit's own hands over a new
view whenever there is something new to show: at once what answers the visitor or comes first or last, and in between,
while runs come in, now and then only, for drawing takes processor time from the runs.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from resilience.app.engine.engine import Engine
from resilience.app.engine.replicate import digest_of
from resilience.app.ensemble import Ensemble, gather, wishes_for
from resilience.app.levers import baseline_of, in_words, moved, switched
from resilience.app.link import HIGHEST_SEED, Linked
from resilience.app.view import LETTERS, Pin, View
from resilience.scenario import Problem, Scenario, ScenarioError

SECONDS_BETWEEN_PICTURES = 0.1
"""There are at most ten pictures a second."""

SECONDS_BETWEEN_RUNS = 0.4
"""While months and runs come in, a picture that only adds some is handed over so much later than the one before."""

SECONDS_FOR_OTHERS = 0.3
"""A picture of more runs is handed over so much later than the runs came in: others often end soon after, and the
picture would be made, sent and drawn while they are waited for."""

SECONDS_PER_MONTH = 0.35
"""How long a month is shown while the months are played."""

MOST_STEPS_BACK = 50

FAIL_NOW = "fail_now"
"""Name of the shock by which a visitor lets a provider fail; a second one is fail_now_2, and so on."""


class Visit:
    """Takes what the visitor does, and calls `show` from its own thread with every new view."""

    def __init__(self, engine: Engine, begin: Linked, show: Callable[[View], None], problem: str = "") -> None:
        self._engine = engine
        self._show = show
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._closed = False
        self._due = 0.0
        scenario = begin.scenario
        first = View(scenario, scenario, baseline_of(scenario), begin.seed, begin.replicates, shown=scenario.months)
        pins = tuple(Pin(letter, in_words(pin), pin) for letter, pin in zip(LETTERS, begin.pins, strict=False))
        self._view = replace(first, pins=pins, against=pins[0].letter if pins else "", problem=problem)
        self._thread = threading.Thread(target=self._live, name="visit", daemon=True)

    @property
    def view(self) -> View:
        """What is to be seen now."""
        return self._view

    @property
    def linked(self) -> Linked:
        """What a link to this view holds."""
        view = self._view
        return Linked(view.scenario, view.seed, view.replicates, tuple(pin.scenario for pin in view.pins))

    def start(self) -> None:
        """Begin to wish for runs, and to hand over views."""
        self._ask()
        self._thread.start()

    def close(self) -> None:
        """End the visit; its thread ends, and nothing is played for it any more."""
        with self._lock:
            self._closed = True
        self._engine.leave(self)
        self._wake.set()

    # The levers.

    def move(self, name: str, value: Any) -> None:
        """Move a lever's setting."""
        self._change(lambda view: _renamed(moved(view.scenario, name, value)))

    def switch(self, family: str, name: str, on: bool) -> None:
        """Put a shock or policy on, or take it off."""
        self._change(lambda view: _renamed(switched(view.scenario, family, name, on=on)))

    def begin_with(self, scenario: Scenario, title: str = "") -> None:
        """Take another scenario altogether: a preset, or a file that was loaded."""
        with self._lock:
            self._change(lambda _: scenario)
            self._view = replace(self._view, begun=self._view.scenario, title=title, shown=self._view.length)
            self._settle()

    def begin_act(
        self, title: str, make: Callable[[Scenario], Scenario], against: Callable[[Scenario], Scenario] | None
    ) -> None:
        """Take the scenario that an act makes of the baseline, compared with what the act compares it with."""
        with self._lock:
            baseline = baseline_of(self._view.scenario)
            pins: tuple[Pin, ...] = ()
            if against is not None:
                other = against(baseline)
                pins = (Pin(LETTERS[0], in_words(other), other),)
            self._view = replace(self._view, pins=pins, against=LETTERS[0] if pins else "")
            self.begin_with(make(baseline), title)

    def undo(self) -> None:
        """Go back by one change."""
        with self._lock:
            view = self._view
            if view.past:
                self._view = replace(view, scenario=view.past[-1], past=view.past[:-1])
                self._settle()

    def undo_all(self) -> None:
        """Put every lever back to where the scenario has them that was begun with."""
        self._change(lambda view: view.begun)

    def reseed(self, seed: int) -> None:
        """Play everything with other seeds, counted from this one."""
        with self._lock:
            self._view = replace(self._view, seed=min(max(int(seed), 0), HIGHEST_SEED))
            self._settle()

    def fail_now(self, row: int) -> None:
        """Let a provider fail in the month after the one shown."""

        def failing(view: View) -> Scenario:
            names = [FAIL_NOW, *(f"{FAIL_NOW}_{number}" for number in range(2, 100))]
            name = next(name for name in names if name not in view.scenario.shocks)
            month = view.scenario.month_date(min(view.shown, view.length - 1))
            start = f"{month:%Y-%m}"
            values = {"kind": "chain_failure", "provider": f"P{row}", "start": start}
            added = {f"shocks.{name}.{key}": value for key, value in values.items()}
            return _renamed(view.scenario.with_values(added, origin="lever"))

        self._change(failing)

    # Pins.

    def name(self, title: str) -> None:
        """Give the scenario a name."""
        with self._lock:
            self._view = replace(self._view, title=title.strip()[:60])
            self._wake.set()

    def pin(self) -> None:
        """Put the scenario aside under the next letter, and compare with it from now on."""
        with self._lock:
            view = self._view
            free = [letter for letter in LETTERS if letter not in {pin.letter for pin in view.pins}]
            if not free:
                problem = f"{len(LETTERS)} scenarios are pinned already; take one away first."
                self._view = replace(view, problem=problem)
                self._wake.set()
                return
            pin = Pin(free[0], view.title or in_words(view.scenario), view.scenario)
            pins = tuple(sorted((*view.pins, pin), key=lambda each: each.letter))
            self._view = replace(view, pins=pins, against=pin.letter, title="", problem="")
            self._settle()

    def unpin(self, letter: str) -> None:
        """Take a pinned scenario away."""
        with self._lock:
            view = self._view
            pins = tuple(pin for pin in view.pins if pin.letter != letter)
            self._view = replace(view, pins=pins, against="" if view.against == letter else view.against)
            self._settle()

    def compare_with(self, letter: str) -> None:
        """Compare with a pinned scenario, or with the baseline."""
        with self._lock:
            if letter == "" or letter in {pin.letter for pin in self._view.pins}:
                self._view = replace(self._view, against=letter)
                self._settle()

    # Time.

    def jump(self, month: int) -> None:
        """Show the months up to this one."""
        with self._lock:
            self._view = replace(self._view, shown=min(max(int(month), 1), self._view.length), mode="still")
            self._wake.set()

    def step(self, months: int) -> None:
        """Show so many months more, or fewer."""
        self.jump(self._view.shown + months)

    def play(self) -> None:
        """Show month after month; after the last, from the first again."""
        with self._lock:
            view = self._view
            self._due = time.monotonic() + SECONDS_PER_MONTH
            self._view = replace(view, mode="playing", shown=1 if view.shown >= view.length else view.shown)
            self._wake.set()

    def pause(self) -> None:
        """Stop at the month shown."""
        with self._lock:
            self._view = replace(self._view, mode="still")
            self._wake.set()

    def say(self, problem: str) -> None:
        """Tell the visitor of something that cannot be done."""
        with self._lock:
            self._view = replace(self._view, problem=problem)
            self._wake.set()

    # How it works.

    def _change(self, change: Callable[[View], Scenario]) -> None:
        """Take another scenario, if it can be."""
        with self._lock:
            view = self._view
            try:
                scenario = change(view)
            except ScenarioError as error:
                self.say(in_short(error))
                return
            past = (*view.past, view.scenario)[-MOST_STEPS_BACK:] if scenario != view.scenario else view.past
            self._view = replace(view, scenario=scenario, past=past)
            self._settle()

    def _settle(self) -> None:
        """After a choice: keep to the run's months, and wish for what is needed now."""
        view = self._view
        baseline = baseline_of(view.scenario)
        if baseline == view.baseline:  # the same object, so that nothing seems to have changed
            baseline = view.baseline
        self._view = replace(view, baseline=baseline, shown=min(view.shown, view.length), problem="")
        self._ask()
        self._wake.set()

    def _ask(self) -> None:
        """Wish for the scenario, what it is compared with, and the pins, in this order."""
        if self._closed:
            return
        view = self._view
        scenarios = {digest_of(one): one for one in (view.scenario, view.other, *(pin.scenario for pin in view.pins))}
        wishes = [wish for one in scenarios.values() for wish in wishes_for(one, view.seed, view.replicates)]
        self._engine.want(self, wishes, self._wake.set)

    def _live(self) -> None:
        """Hand over views until the visit ends; sleep while there is nothing to wait for."""
        handed_over: View | None = None
        last = grown = 0.0
        while not self._closed:
            with self._lock:
                self._view = view = self._brought_up_to_date(self._view)
            more = _runs(view) != _runs(handed_over)
            grown = (grown or time.monotonic()) if more else 0.0
            due = [_due(view, handed_over, last, grown)] if view != handed_over else []
            if due and due[0] <= time.monotonic():
                self._show(view)
                handed_over, last, grown, due = view, time.monotonic(), 0.0, []
            if view.mode == "playing":
                due.append(self._due)
            self._wake.wait(max(min(due) - time.monotonic(), 0.01) if due else None)
            self._wake.clear()

    def _brought_up_to_date(self, view: View) -> View:
        """The view with the runs that have come in since, and the month that is due."""
        here = self._gather(view.scenario)
        there = self._gather(view.other)
        pinned = {pin.letter: self._gather(pin.scenario) for pin in view.pins}
        coming = here.first if not here.count else None
        problem = view.problem or next(
            (each.problems[0] for each in (here, there, *pinned.values()) if each.problems and not each.count), ""
        )
        keep = (
            not here.count and not problem and view.here is not None and _same_frame(view.here.scenario, view.scenario)
        )
        view = replace(
            view,
            here=view.here if keep else here,
            there=there,
            pinned=pinned,
            coming=coming,
            coming_months=0 if coming is None else coming.done,
            problem=problem,
        )
        return self._played(view)

    def _played(self, view: View) -> View:
        """The view at the month that is due while the months are played."""
        now = time.monotonic()
        if view.mode != "playing" or now < self._due:
            return view
        self._due = now + SECONDS_PER_MONTH
        shown = min(view.shown + 1, view.length)
        return replace(view, shown=shown, mode="still" if shown == view.length else "playing")

    def _gather(self, scenario: Scenario) -> Ensemble:
        return gather(self._engine, scenario, self._view.seed, self._view.replicates)


def _due(view: View, before: View | None, last: float, grown: float) -> float:
    """When a view is to be handed over: the one before was at ``last``, the first run not in it came in at ``grown``.

    ``grown`` is 0 when none has come in.
    """
    only_more = before is not None and _stage(view) == _stage(before)
    if not only_more:
        return last + SECONDS_BETWEEN_PICTURES
    return max(last + SECONDS_BETWEEN_RUNS, grown + SECONDS_FOR_OTHERS if grown else 0.0)


def _runs(view: View | None) -> int:
    """How many runs a view shows."""
    if view is None:
        return 0
    return sum(each.count for each in (view.here, view.there, *view.pinned.values()) if each is not None)


def _stage(view: View) -> tuple[object, ...]:
    """What a view shows but for how many months and runs there are: whether there are any, and all."""
    choices = replace(view, here=None, there=None, pinned={}, coming=None, coming_months=0)
    return choices, view.coming_months > 0, view.is_current, view.ready, view.complete


def _same_frame(one: Scenario, other: Scenario) -> bool:
    """Whether two scenarios have the same councils and months, so that one's picture can stand in for the other's."""
    return (one.region, one.start, one.months) == (other.region, other.start, other.months)


def in_short(error: ScenarioError) -> str:
    """What is wrong with a scenario, without the place that a visitor does not know."""
    return "\n".join(str(Problem("", None, *_rest(problem))) for problem in error.problems)


def _rest(problem: Problem) -> tuple[Any, ...]:
    return (problem.key, problem.value, problem.message, problem.allowed, problem.suggestion, problem.label)


def _renamed(scenario: Scenario) -> Scenario:
    """A scenario that was changed by hand; it has no description any more."""
    return scenario.model_copy(update={"name": "my-scenario", "description": ""})
