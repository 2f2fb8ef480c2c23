"""A market that is quick and whose measures can be worked out by hand, in place of the real one behind the app."""

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from resilience.app import played
from resilience.app.played import PlayedRun, Player
from resilience.measures.recorder import COUNCIL_COLUMNS
from resilience.scenario import Scenario
from resilience.state.ledger import Ledger

SHORT = {"name": "short", "region": "west-midlands", "start": "2016-04", "months": 12}

NEED = 1000.0


def scenario(**values: Any) -> Scenario:
    """Twelve months of the West Midlands; other settings by dotted name."""
    made = Scenario.from_dict(SHORT)
    return made.with_values(values) if values else made


class FakeMarket:
    """In month m: as many closures as the seed, m failures, 10 m hours lost, need of 1,000 hours.

    Each percent of funding cut rations 100 hours.
    """

    made: list["FakeMarket"]
    steps: list[int]
    """The seeds of the markets in the order in which they played their months."""
    gate: threading.Event
    """Cleared, months take for ever."""
    breaks_in_month: int | None

    def __init__(self, chosen: Scenario, rng: int) -> None:
        self.scenario, self.seed, self.month = chosen, rng, 0
        shock = chosen.shocks.get("funding_cut")
        self.cut = 0.0 if shock is None else -100.0 * float(shock.real_change)  # type: ignore[attr-defined]
        self.state = SimpleNamespace(ledger=Ledger(), provider_names=["Elm"], council_names=["Dudley"])
        self.state.providers = SimpleNamespace(kind=np.array([1]))
        self.rows: list[np.ndarray] = []
        self.recorder = self
        self.made.append(self)

    def step(self) -> None:
        self.gate.wait()
        self.steps.append(self.seed)
        self.month += 1
        if self.month == self.breaks_in_month:
            raise ZeroDivisionError("nothing to divide by")
        row = np.zeros(len(COUNCIL_COLUMNS))
        for name, value in self.measures().items():
            row[COUNCIL_COLUMNS.index(name)] = value
        self.rows.append(row)
        self.state.ledger.record(
            self.month - 1, "provider_failure", reason="insolvent", provider=0, council=0, people=(self.month, 0, 0)
        )

    def measures(self) -> dict[str, float]:
        rationed = 100.0 * self.cut
        return {
            "site_closures": float(self.seed),
            "provider_failures": float(self.month),
            "care_hours_lost": 10.0 * self.month,
            "unmet_rationed_hours": rationed,
            "unmet_hours": rationed,
            "need_hours": NEED,
            "fee_home_care": 15.0 + 0.1 * self.month,
            "occupancy": 0.9,
        }


def use_fake_markets(monkeypatch: Any) -> type[FakeMarket]:
    """Let players play fake markets; returns their class, which lists those made and holds the gate."""
    fresh = {"made": [], "steps": [], "gate": threading.Event(), "breaks_in_month": None}
    kind = type("FreshFakeMarket", (FakeMarket,), fresh)
    kind.gate.set()
    monkeypatch.setattr(played, "CareMarket", kind)
    monkeypatch.setattr(played, "region_matrix", lambda market: np.array(market.rows))
    return kind


def played_run(chosen: Scenario, seed: int = 1) -> PlayedRun:
    """A run of a fake market, all its months played; markets must be fake already."""
    run = PlayedRun(chosen, seed)
    while run.done < run.length:
        run.play_month()
    return run


def until(condition: Callable[[], bool], seconds: float = 20.0) -> None:
    """Wait until something is so; fail when it does not come about."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not come about in time"
        time.sleep(0.005)


def settled(player: Player, runs: list[PlayedRun], months: int) -> None:
    """Ask for months of runs and wait until they are there."""
    player.ask("test", [(run, months) for run in runs])
    until(lambda: all(run.done >= min(months, run.length) for run in runs))
