"""Runs whose measures can be worked out by hand, in place of an engine with real ones."""

import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from typing import Any

import numpy as np

from resilience.app.engine.engine import Wish
from resilience.app.engine.replicate import COLUMN, Exposed, Key, Months, Place, Replicate, digest_of
from resilience.app.happenings import Happening
from resilience.app.link import Linked
from resilience.app.view import View
from resilience.app.visit import Visit
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.scenario import Scenario

SHORT = {"name": "short", "region": "west-midlands", "start": "2016-04", "months": 12}

PLACES = (Place("Dudley", 0.5, 0.6), Place("Walsall", 1.0, 1.5))
SHARES = (0.75, 0.25)
"""Dudley has three quarters of everything, Walsall the rest."""

NEED = 1000.0


def scenario(**values: Any) -> Scenario:
    """Twelve months of the West Midlands; other settings by dotted name."""
    made = Scenario.from_dict(SHORT)
    return made.with_values(values) if values else made


CUT = "shocks.funding_cut.real_change"


def squeezed(percent: float = 20.0, **values: Any) -> Scenario:
    """The short scenario with a funding cut of so many percent."""
    return scenario(**{CUT: -percent / 100, **values})


def measured(chosen: Scenario, seed: int, month: int) -> dict[str, float]:
    """The region's measures in a month counted from 1.

    In month m: as many closures as the seed, m failures, 10 m hours lost, need of 1,000 hours; each percent of funding
    cut rations 100 hours. A policy costs 500 and takes 5 m hours off those lost.
    """
    shock: Any = chosen.shocks.get("funding_cut")
    rationed = 0.0 if shock is None else -10_000.0 * float(shock.real_change)
    spared = 5.0 * month if chosen.policies else 0.0
    return {
        "site_closures": float(seed),
        "provider_failures": float(month),
        "care_hours_lost": 10.0 * month - spared,
        "unmet_rationed_hours": rationed,
        "unmet_hours": rationed,
        "need_hours": NEED,
        "fee_home_care": 15.0 + 0.1 * month,
        "occupancy": 0.9,
        "programme_cost": 500.0 if chosen.policies else 0.0,
        "homes": 100.0 - month,
    }


def replicate(chosen: Scenario, seed: int = 1, *, told: bool = True, months: int | None = None) -> Replicate:
    """A run of which some months, or all, have come in."""
    count = chosen.months if months is None else months
    region = np.zeros((count, len(COUNCIL_COLUMNS)))
    for month in range(1, count + 1):
        for name, value in measured(chosen, seed, month).items():
            region[month - 1, COLUMN[name]] = value
    councils = np.stack([region * share for share in SHARES], axis=1).astype(np.float32)
    happenings = tuple(_happenings(month) for month in range(1, count + 1)) if told else ()
    exposed = tuple(_exposed(month) for month in range(1, count + 1)) if told else ()
    made = Replicate(Key(digest_of(chosen), seed, told), chosen, PLACES)
    made.take(Months(0, region, councils, happenings, exposed))
    if count == chosen.months:
        made.finished = True
        made.failures = tuple((month, "fee" if month % 3 else "rent") for month in range(count))
    return made


def _happenings(month: int) -> tuple[Happening, ...]:
    first = Happening("goes under", f"Elm {month}", "Dudley", 40, "rent", f"Elm {month} fails.")
    others = tuple(Happening("closes a care home", f"Ash {n}", "Walsall", 20 - n, "empty places") for n in range(14))
    return (first, *others)


def _exposed(month: int) -> tuple[Exposed, ...]:
    return (
        Exposed(7, "Ash Group", "chain", "Walsall", 300, 9000.0, 100.0 * month, True, True),
        Exposed(9, "Two Carers", "micro_enterprise", "Dudley", 4, 40.0, 0.0, False, False),
    )


class FakeEngine:
    """An engine that has what it is given, and remembers what was wished for."""

    def __init__(self) -> None:
        self.kept: OrderedDict[Key, Replicate] = OrderedDict()
        self.wanted: dict[Hashable, list[Wish]] = {}
        self.tell: dict[Hashable, Callable[[], None]] = {}
        self.lock = threading.RLock()
        self.at_once = True
        """Whether every wish comes true at once."""

    def want(self, visitor: Hashable, wishes: Iterable[Wish], tell: Callable[[], None]) -> None:
        with self.lock:
            self.wanted[visitor] = list(wishes)
            self.tell[visitor] = tell
            if self.at_once:
                self.play()

    def play(self) -> None:
        """Play everything wished for to its end."""
        with self.lock:
            for wish in [wish for wishes in self.wanted.values() for wish in wishes]:
                self.give(replicate(wish.scenario, wish.seed, told=wish.number == 1))

    def give(self, made: Replicate) -> None:
        """Have a replicate, and tell those who wish for it."""
        with self.lock:
            self.kept[made.key] = made
            for call in self.tell.values():
                call()

    def leave(self, visitor: Hashable) -> None:
        with self.lock:
            self.wanted.pop(visitor, None)
            self.tell.pop(visitor, None)

    def look(self, wish: Wish) -> Replicate | None:
        with self.lock:
            return self.kept.get(wish.key._replace(told=True)) or self.kept.get(wish.key)


class Watched:
    """A visit whose views are noted as they are handed over."""

    def __init__(self, engine: Any, chosen: Scenario, replicates: int = 2, seed: int = 1, **more: Any) -> None:
        self.views: list[View] = []
        self.visit = Visit(engine, Linked(chosen, seed, replicates, **more), self.views.append)
        self.visit.start()

    @property
    def view(self) -> View:
        """The view handed over last."""
        return self.views[-1]

    def until(self, condition: Callable[[View], bool], seconds: float = 20.0) -> View:
        """Wait for a view of which something is so."""
        until(lambda: bool(self.views) and condition(self.views[-1]), seconds)
        return self.view


def view_of(chosen: Scenario, replicates: int = 2, **more: Any) -> View:
    """A complete view of a scenario beside its baseline; other choices by name."""
    engine = FakeEngine()
    watched = Watched(engine, chosen, replicates, **more)
    try:
        return watched.until(lambda view: view.complete)
    finally:
        watched.visit.close()


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.005)
