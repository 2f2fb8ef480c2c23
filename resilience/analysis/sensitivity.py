"""Which uncertain parameters decide a measure? Morris, Sobol or PAWN, by SALib, on common seeds.

    python -m resilience.analysis.sensitivity --method morris --points 8
    python -m resilience.analysis.sensitivity --method sobol --points 64 --factors labour.turnover_per_year
    python -m resilience.analysis.sensitivity --method pawn --points 200 --measure unmet_hours --write sensitivity.csv

Each factor goes part of the way from its value to the ends of its declared range (``--reach``), or between ends of its
own (``NAME=LOW:HIGH``). Every point has the same seeds; a measure is the mean over them. Runs are kept as they finish,
so a call that was stopped goes on. Morris tells the important from the unimportant with few runs; Sobol shares out the
variance and needs many; PAWN compares whole distributions and takes any design. Wide intervals ask for more points.
"""

import argparse
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.analysis.uncertain import (
    REFUSALS,
    AnalysisError,
    Factor,
    Game,
    add_game_options,
    game_of,
    latin_hypercube,
    package,
    values_of,
)
from resilience.measures.catalogue import MEASURES
from resilience.scenario.errors import nearest

Method = Literal["morris", "sobol", "pawn"]
FOLDER: Final = Path("results") / "sensitivity"
LEVELS: Final = 4
"""Levels of the grid on which Morris moves."""

SLICES: Final = 10
"""Slices into which PAWN divides each factor's range."""


class SensitivityError(AnalysisError):
    """The analysis cannot be done as asked; the message says why."""


def problem(factors: Sequence[Factor]) -> dict[str, Any]:
    """Return the factors as SALib's problem."""
    return {
        "num_vars": len(factors),
        "names": [one.name for one in factors],
        "bounds": [[one.low, one.high] for one in factors],
    }


def design(method: Method, factors: Sequence[Factor], points: int, seed: int = 1) -> NDArray[np.float64]:
    """Return the points of a method, rows by factors; ``points`` is SALib's N.

    Morris makes N (factors + 1) of it, Sobol N (factors + 2), PAWN N. Raises SensitivityError for an impossible N,
    MissingPackageError without SALib.
    """
    if points < 2 or (method == "sobol" and points & (points - 1)):
        allowed = "a power of two" if method == "sobol" else "at least 2"
        raise SensitivityError(f"points = {points}: must be {allowed} for {method}")
    if method == "pawn":
        return latin_hypercube(factors, points, seed)
    sampled = package(f"SALib.sample.{method}").sample
    more = {"num_levels": LEVELS} if method == "morris" else {"calc_second_order": False}
    found: NDArray[np.float64] = np.asarray(sampled(problem(factors), points, seed=seed, **more), dtype=np.float64)
    return found


def indices(
    method: Method, factors: Sequence[Factor], points: NDArray[np.float64], results: NDArray[np.float64], seed: int = 1
) -> pd.DataFrame:
    """Return a row a factor with the method's indices, the most important first.

    Morris: ``mu_star`` (mean size of the effect of a step, in the measure's unit), its interval, ``mu`` (with sign),
    ``sigma`` (how much the effect differs from place to place). Sobol: ``first`` and ``total`` shares of the variance
    with intervals. PAWN: ``median``, ``low``, ``high`` of the Kolmogorov-Smirnov distances. Intervals are 95%, as
    SALib's. Raises SensitivityError where points without a result leave too little.
    """
    points, results = _whole(method, len(factors), points, results)
    return ANALYSES[method](problem(factors), points, results, seed)


def _whole(
    method: Method, factors: int, points: NDArray[np.float64], results: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points that have results; Morris and Sobol lose the whole trajectory or block of one that has none."""
    block = {"morris": factors + 1, "sobol": factors + 2, "pawn": 1}[method]
    kept = np.repeat(np.isfinite(results).reshape(-1, block).all(axis=1), block)
    if kept.sum() < 2 * block:
        raise SensitivityError(f"only {int(kept.sum())} of {len(results)} points have a result; more are needed")
    return points[kept], results[kept]


def _morris(
    asked: dict[str, Any], points: NDArray[np.float64], results: NDArray[np.float64], seed: int
) -> pd.DataFrame:
    found = package("SALib.analyze.morris").analyze(asked, points, results, num_levels=LEVELS, seed=seed)
    columns = {"mu_star": "mu_star", "mu_star_conf": "mu_star_conf", "mu": "mu", "sigma": "sigma"}
    return _frame(asked, found, columns, "mu_star")


def _sobol(asked: dict[str, Any], _: NDArray[np.float64], results: NDArray[np.float64], seed: int) -> pd.DataFrame:
    found = package("SALib.analyze.sobol").analyze(asked, results, calc_second_order=False, seed=seed)
    return _frame(
        asked, found, {"S1": "first", "S1_conf": "first_conf", "ST": "total", "ST_conf": "total_conf"}, "total"
    )


def _pawn(asked: dict[str, Any], points: NDArray[np.float64], results: NDArray[np.float64], seed: int) -> pd.DataFrame:
    slices = min(SLICES, max(2, len(points) // 10))
    found = package("SALib.analyze.pawn").analyze(asked, points, results, S=slices, seed=seed)
    return _frame(asked, found, {"median": "median", "minimum": "low", "maximum": "high"}, "median")


def _frame(asked: dict[str, Any], found: Mapping[str, Any], columns: Mapping[str, str], by: str) -> pd.DataFrame:
    values = {new: np.asarray(found[old], dtype=np.float64) for old, new in columns.items()}
    frame = pd.DataFrame({"factor": asked["names"], **values})
    return frame.sort_values(by, ascending=False, ignore_index=True)


ANALYSES: Final[Mapping[Method, Callable[..., pd.DataFrame]]] = {"morris": _morris, "sobol": _sobol, "pawn": _pawn}


@dataclass(frozen=True)
class Sensitivity:
    """What an analysis gave: a row a factor, the points with their results, and how many had none."""

    indices: pd.DataFrame
    points: pd.DataFrame
    failed: int


def analyse(game: Game, factors: Sequence[Factor], method: Method, points: int, seed: int = 1) -> Sensitivity:
    """Play a method's design and return how much each factor decides the first of the game's measures.

    Raises as ``design``, ``indices`` and ``Game.runs`` do.
    """
    rows = design(method, factors, points, seed)
    played = values_of(factors, rows)
    means = game.means(played)
    results = means[game.measures[0]].to_numpy(dtype=np.float64)
    # A whole number, or an end that a value was held to, is what was played.
    real = np.array([[row[one.name] for one in factors] for row in played], dtype=np.float64)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # SALib's use of pandas, not ours
        found = indices(method, factors, real if method == "pawn" else rows, results, seed)
    return Sensitivity(found, pd.concat([pd.DataFrame(played), means], axis=1), int(np.isnan(results).sum()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, run, print the table and write it where asked. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m resilience.analysis.sensitivity",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="austerity-and-wage-rise", help="scenario whose parameters are uncertain")
    parser.add_argument("--method", choices=list(ANALYSES), default="morris")
    parser.add_argument("--points", type=int, default=8, help="N: trajectories, Sobol's N, or points of PAWN")
    parser.add_argument("--measure", default="care_hours_lost", help="what the factors are held against")
    add_game_options(parser, FOLDER)
    parser.add_argument("--write", type=Path, default=None, help="write the table here (csv)")
    chosen = parser.parse_args(arguments)
    try:
        found = _carry_out(chosen)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return 2
    print(
        f"{chosen.method} on {chosen.measure}: {len(found.points)} points x {chosen.seeds} seeds, {found.failed} failed"
    )
    print(found.indices.to_string(index=False))
    if chosen.write is not None:
        found.indices.to_csv(chosen.write, index=False, lineterminator="\n")
    return 0


def _carry_out(chosen: argparse.Namespace) -> Sensitivity:
    if chosen.measure not in MEASURES:
        near = nearest(chosen.measure, MEASURES)
        raise SensitivityError(
            f"--measure {chosen.measure}: unknown measure." + (f" Did you mean '{near}'?" if near else "")
        )
    game, factors = game_of(chosen, chosen.method, (chosen.measure,))
    return analyse(game, factors, chosen.method, chosen.points)


if __name__ == "__main__":
    sys.exit(main())
