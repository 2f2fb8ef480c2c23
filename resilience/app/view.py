"""What a visitor has chosen and sees at a moment; a view never changes, the next one takes its place."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from resilience.app.engine.replicate import Replicate, digest_of
from resilience.app.ensemble import Ensemble
from resilience.app.levers import BASELINE
from resilience.scenario import Scenario

type Mode = Literal["still", "playing"]

LETTERS = ("B", "C", "D", "E")
"""Names of the scenarios pinned, in the order of pinning; the one that the levers show is A."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A scenario put aside to compare with."""

    letter: str
    title: str
    scenario: Scenario


@dataclass(frozen=True)
class View:
    """What a visitor is to see at one moment."""

    scenario: Scenario
    """What the levers show."""
    begun: Scenario
    """What "Undo all" goes back to."""
    baseline: Scenario
    seed: int
    replicates: int
    title: str = ""
    """The visitor's own name for the scenario; empty without one."""
    pins: tuple[Pin, ...] = ()
    against: str = ""
    """What it is compared with: a pin's letter, or nothing for the baseline."""
    past: tuple[Scenario, ...] = ()
    """Scenarios to go back to, the latest last."""
    shown: int = 0
    """Months shown, counted from 1; the last month shown is the one the page speaks of."""
    mode: Mode = "still"
    problem: str = ""
    """Why a wish of the visitor's was refused, or why a run cannot go on."""
    here: Ensemble | None = None
    """The runs of the scenario shown; those of the one before until the first of these is there."""
    there: Ensemble | None = None
    """The runs of what it is compared with."""
    pinned: Mapping[str, Ensemble] = field(default_factory=dict)
    coming: Replicate | None = None
    """The first run of a scenario that has no finished run yet."""
    coming_months: int = 0

    @property
    def other(self) -> Scenario:
        """The scenario compared with."""
        return next((pin.scenario for pin in self.pins if pin.letter == self.against), self.baseline)

    @property
    def other_title(self) -> str:
        """How the page calls what is compared with."""
        return next((f"{pin.letter}: {pin.title}" for pin in self.pins if pin.letter == self.against), BASELINE)

    @property
    def other_short(self) -> str:
        """What is compared with in a word: a pin's letter, or the baseline."""
        return self.against or BASELINE

    @property
    def length(self) -> int:
        """Months of the whole run."""
        return self.scenario.months

    @property
    def is_current(self) -> bool:
        """Whether what is shown belongs to where the levers stand."""
        return self.here is not None and digest_of(self.here.scenario) == digest_of(self.scenario)

    @property
    def ready(self) -> bool:
        """Whether there is a finished run of the scenario and of what it is compared with."""
        return self.here is not None and self.there is not None and bool(self.here.count and self.there.count)

    @property
    def complete(self) -> bool:
        """Whether every run asked for has come in, or failed."""
        everything = [self.here, self.there, *self.pinned.values()]
        return self.is_current and all(
            each is not None and (each.count == each.wished or bool(each.problems)) for each in everything
        )
