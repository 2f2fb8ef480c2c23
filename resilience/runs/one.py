"""One run, or several of one scenario: build the market, let the months pass, hand over what was measured."""

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
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


class Markets(Protocol):
    """Markets of one scenario, one a seed, that advance together."""

    def run_for(self, months: int) -> None:
        """Let that many months pass in each."""
        ...

    def results(self) -> Sequence[Measured]:
        """Return what was measured so far, in the order of the seeds."""
        ...


type MarketsFactory = Callable[["Scenario", Sequence[int]], Markets]
"""Makes the markets of a scenario and several seeds; importable by name as well."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """One finished run.

    ``headline`` holds the measures of the whole run by name, ``tables`` the frames ``months``, ``councils``,
    ``councils_by``, ``providers`` and ``events`` as the model gives them, ``seconds`` what the run took; of runs that
    were played side by side, each one's equal share of their time.
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


def care_markets(scenario: "Scenario", seeds: Sequence[int]) -> Markets:
    """Build the care markets of a scenario, one a seed, that are played side by side."""
    from resilience.side_by_side import SideBySide

    return SideBySide(scenario, seeds)


SIDE_BY_SIDE: list[tuple[ModelFactory, MarketsFactory]] = [(care_market, care_markets)]
"""Factories whose markets can be played side by side, each with the one that makes several. All others run alone."""


def markets_factory_of(model_factory: ModelFactory) -> MarketsFactory | None:
    """Return what makes several markets of a factory's kind that are played side by side; None if nothing does."""
    return next((several for single, several in SIDE_BY_SIDE if single is model_factory), None)


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
    return _result(label, scenario, seed, measured, time.perf_counter() - started)


def run_several(
    scenario: "Scenario", seeds: Sequence[int], *, label: str, markets_factory: MarketsFactory = care_markets
) -> list[RunResult]:
    """Run a scenario once on each seed, all side by side, and return each run as ``run_one`` would.

    Whatever the model raises comes through, and then there is no result of any of them.
    """
    started = time.perf_counter()
    markets = markets_factory(scenario, seeds)
    markets.run_for(scenario.months)
    measured = markets.results()
    seconds = (time.perf_counter() - started) / len(seeds)
    return [_result(label, scenario, seed, its, seconds) for seed, its in zip(seeds, measured, strict=True)]


def _result(label: str, scenario: "Scenario", seed: int, measured: Measured, seconds: float) -> RunResult:
    return RunResult(
        run_id=run_identity(label, scenario.hash, seed),
        scenario=label,
        seed=seed,
        headline={name: float(value) for name, value in measured.headline.items()},
        tables=dict(measured.tables),
        seconds=seconds,
    )


def run_identity(label: str, scenario_hash: str, seed: int) -> str:
    """Return 12 hex digits that name one run, the same wherever and whenever it is repeated with one version."""
    from resilience import __version__

    return hashlib.sha256(f"{label}\n{scenario_hash}\n{seed}\n{__version__}".encode()).hexdigest()[:12]
