"""What analyses of many futures share: factors with their ranges, and points of them played on common seeds.

A design comes from a library (SALib, SciPy, Optuna), the runs from the batch runner, which keeps each as it finishes
and never does it twice, and the analysis gets a plain frame with a row a point.
"""

import argparse
import contextlib
import importlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.batches.batch import BatchOrder, carry_out_batch
from resilience.batches.errors import BatchError
from resilience.batches.plan import plan_of
from resilience.runs.one import ModelFactory, care_market
from resilience.runs.work import Progress
from resilience.scenario import ParameterInfo, Problem, Scenario, ScenarioError, load, to_toml
from resilience.scenario.errors import nearest

UNCERTAIN: Final = (
    "labour.turnover_per_year",
    "labour.outside_pay_ratio",
    "councils.eligibility_speed",
    "councils.pass_through_limit",
    "councils.squeeze_on_fees",
    "self_funders.cross_subsidy",
    "need.growth_per_year",
    "entry.branches_per_year",
    "distress.sale_congestion",
    "distress.buyer_margin",
)
"""Factors where none are named: weakly supported parameters that move the headline (docs/parameters.md)."""

REACH: Final = 0.25
"""How far of the way to each end of its declared range a factor goes, unless told otherwise."""

POINT: Final = "point"


class AnalysisError(ValueError):
    """An analysis cannot be done as asked, or shows nothing; the message says why."""


class MissingPackageError(RuntimeError):
    """An analysis needs a package of the ``analysis`` extra that is not installed; the message says which."""


REFUSALS: Final = (ScenarioError, AnalysisError, BatchError, MissingPackageError)
"""What a command of an analysis reports as it stands, ending with 2: something that it was asked cannot be done."""


@contextlib.contextmanager
def analysis_packages() -> Iterator[None]:
    """Turn a missing package of the ``analysis`` extra into MissingPackageError, with the command that installs it."""
    try:
        yield
    except ModuleNotFoundError as missing:
        first = (missing.name or "").partition(".")[0]
        if first not in {"SALib", "ema_workbench", "optuna"}:
            raise
        message = f'this needs {first}, which is not installed: pip install "care-market-resilience[analysis]"'
        raise MissingPackageError(message) from missing


def package(name: str) -> Any:
    """Return a module of the ``analysis`` extra. Raises MissingPackageError where it is not installed."""
    with analysis_packages():
        return importlib.import_module(name)


@dataclass(frozen=True)
class Factor:
    """One thing that is not known or can be chosen: a parameter by its dotted name, and the ends it lies between."""

    name: str
    low: float
    high: float
    whole: bool = False

    def value(self, number: float) -> float:
        """Return a number as a value of the parameter, between the ends, whole where it must be."""
        held = min(max(float(number), self.low), self.high)
        return round(held) if self.whole else held


def factors_of(base: Scenario, names: Sequence[str] = UNCERTAIN, reach: float = REACH) -> list[Factor]:
    """Return the factors by dotted name: from the scenario's value ``reach`` of the way to each declared end.

    A name may carry its own ends, ``labour.turnover_per_year=0.2:0.4``. Raises ScenarioError for an unknown name, for
    a parameter that is no number, and for ends that are not allowed; all of them at once.
    """
    infos = {info.name: info for info in base.parameters()}
    found, problems = list[Factor](), list[Problem]()
    for text in names:
        name, _, ends = text.partition("=")
        try:
            found.append(_factor(infos, name, ends, reach, base.name))
        except ScenarioError as error:
            problems += error.problems
    if problems:
        raise ScenarioError(problems)
    return found


def _factor(infos: Mapping[str, ParameterInfo], name: str, ends: str, reach: float, file: str) -> Factor:
    info = infos.get(name)
    if info is None:
        raise ScenarioError([Problem(file, None, name, None, "unknown setting", suggestion=nearest(name, infos))])
    if info.type not in {"number", "whole number"} or info.low is None or info.high is None:
        raise ScenarioError([Problem(file, None, name, info.value, "is no number with a range, so it cannot vary")])
    whole, allowed = info.type == "whole number", f"{info.low:g} to {info.high:g}, the lower end first"
    if not ends:
        low, high = (info.value + reach * (end - info.value) for end in (info.low, info.high))
        return Factor(name, round(low) if whole else low, round(high) if whole else high, whole)
    try:
        low, high = (float(end) for end in ends.split(":"))
    except ValueError:
        message = "needs two numbers such as 0.2:0.4"
        raise ScenarioError([Problem(file, None, name, ends, message, allowed)]) from None
    if not info.low <= low < high <= info.high:
        raise ScenarioError([Problem(file, None, name, ends, "does not lie in the range", allowed)])
    return Factor(name, low, high, whole)


def latin_hypercube(factors: Sequence[Factor], points: int, seed: int = 1) -> NDArray[np.float64]:
    """Return points by factors, spread evenly over the ranges (SciPy's Latin hypercube)."""
    from scipy.stats import qmc

    shares = qmc.LatinHypercube(len(factors), rng=np.random.default_rng(seed)).random(points)
    found: NDArray[np.float64] = qmc.scale(shares, [one.low for one in factors], [one.high for one in factors])
    return found


@dataclass(frozen=True)
class Game:
    """How points are played: the scenario around them, the common seeds, the folder of runs, and how many processes."""

    base: Scenario
    seeds: tuple[int, ...]
    folder: Path
    measures: tuple[str, ...]
    workers: int | None = None
    progress: Progress | None = None
    model_factory: ModelFactory = care_market

    def runs(self, points: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Play every point on every seed and return a row a run: ``point``, ``seed`` and the measures.

        Points are numbered from 0; a run that failed is missing (``self.folder`` keeps its traceback). Runs that are
        kept are not done again. Raises ScenarioError for a wrong value, BatchError where the folder cannot be used.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        base = self.folder / "base.toml"
        base.write_text(to_toml(self.base), encoding="utf-8")
        experiment = {
            "name": self.folder.name,
            "base": str(base.absolute()),
            "seeds": list(self.seeds),
            "measures": list(self.measures),
            "tables": [],
            "design": {"kind": "rows"},
            "rows": [{"name": str(number), **values} for number, values in enumerate(points)],
        }
        order = BatchOrder(workers=self.workers, progress=self.progress, model_factory=self.model_factory)
        runs = carry_out_batch(plan_of(experiment), order, self.folder / "runs").results().runs
        numbers = runs["scenario"].astype(str).astype(int)
        return runs.assign(**{POINT: numbers})[[POINT, "seed", *self.measures]].reset_index(drop=True)

    def means(self, points: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
        """Return the measures of every point, by its number: means over the seeds; NaN where a run failed."""
        runs = self.runs(points)
        means = runs.groupby(POINT)[list(self.measures)].mean()
        whole = runs.groupby(POINT).size() == len(self.seeds)
        return means[whole].reindex(range(len(points)))


def add_game_options(parser: argparse.ArgumentParser, folder: Path, factors: Sequence[str] = UNCERTAIN) -> None:
    """Add the options of every analysis of many futures: what is uncertain, how it is played, where runs are kept."""
    parser.add_argument("--months", type=int, default=36, help="months to run")
    parser.add_argument("--seeds", type=int, default=2, help="common seeds, from 1")
    parser.add_argument("--factors", nargs="+", default=list(factors), metavar="NAME", help="NAME or NAME=LOW:HIGH")
    parser.add_argument("--reach", type=float, default=REACH, help="part of the way to the ends of declared ranges")
    parser.add_argument("--workers", type=int, default=None, help="processes")
    parser.add_argument("--folder", type=Path, default=folder, help="where runs are kept")


def game_of(chosen: argparse.Namespace, name: str, measures: tuple[str, ...]) -> tuple[Game, list[Factor]]:
    """Return the game and the factors of what was asked for; runs are kept in a folder named after base and ``name``.

    Raises AnalysisError for impossible seeds or reach, ScenarioError as ``load`` and ``factors_of`` do.
    """
    if chosen.seeds < 1 or not 0.0 < chosen.reach <= 1.0:
        raise AnalysisError("--seeds must be at least 1, --reach above 0 and at most 1")
    base = load(chosen.base, months=chosen.months)
    factors = factors_of(base, chosen.factors, chosen.reach)
    seeds = tuple(range(1, chosen.seeds + 1))
    return Game(base, seeds, chosen.folder / f"{base.name}-{name}", measures, chosen.workers), factors


def values_of(factors: Sequence[Factor], design: NDArray[np.float64]) -> list[dict[str, float]]:
    """Return the rows of a design (points by factors) as values by dotted name."""
    return [{one.name: one.value(number) for one, number in zip(factors, row, strict=True)} for row in design]
