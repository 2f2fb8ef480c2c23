"""One run: build the market, let the months pass, hand over what was measured."""

import hashlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from resilience.scenario import Scenario


class Measured(Protocol):
    """What a market gives at the end: headline measures by name, and tables by name."""

    @property
    def headline(self) -> Mapping[str, float]:
        """Return measures of the whole run by their names."""
        ...

    @property
    def tables(self) -> Mapping[str, "pd.DataFrame"]:
        """Return the tables ``months``, ``councils``, ``councils_by``, ``providers`` and ``events``."""
        ...


class Market(Protocol):
    """What a run needs of a model."""

    running: bool

    def step(self) -> None:
        """Let one month pass."""
        ...

    def results(self) -> Measured:
        """Return what was measured so far."""
        ...


type ModelFactory = Callable[["Scenario", int], Market]
"""Makes a market from a scenario and a seed. Must be importable by name, for worker processes look it up."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run.

    ``headline`` holds the measures of the whole run by name, ``tables`` the frames ``months``, ``councils``,
    ``councils_by``, ``providers`` and ``events`` as the model gives them, ``seconds`` what the run took.
    """

    run_id: str
    scenario: str
    seed: int
    headline: dict[str, float]
    tables: dict[str, "pd.DataFrame"]
    seconds: float


def care_market(scenario: "Scenario", seed: int) -> Market:
    """Build the care market of a scenario."""
    from resilience.model import CareMarket

    return CareMarket(scenario, rng=seed)


def run_one(
    scenario: "Scenario", seed: int = 1, *, label: str | None = None, model_factory: ModelFactory = care_market
) -> RunResult:
    """Run a scenario once and return what was measured.

    ``label`` stands for the scenario in the tables; by default its name. Whatever the model raises comes through.
    """
    started = time.perf_counter()
    market = model_factory(scenario, seed)
    while market.running:
        market.step()
    measured = market.results()
    label = scenario.name if label is None else label
    return RunResult(
        run_id=run_identity(label, scenario.hash, seed),
        scenario=label,
        seed=seed,
        headline={name: float(value) for name, value in measured.headline.items()},
        tables=dict(measured.tables),
        seconds=time.perf_counter() - started,
    )


def run_identity(label: str, scenario_hash: str, seed: int) -> str:
    """Return 12 hex digits that name one run, the same wherever and whenever it is repeated with one version."""
    from resilience import __version__

    return hashlib.sha256(f"{label}\n{scenario_hash}\n{seed}\n{__version__}".encode()).hexdigest()[:12]
