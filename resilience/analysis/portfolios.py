"""Which portfolios of policies are robust? A search by Optuna over futures that are played on common seeds.

    python -m resilience.analysis.portfolios --trials 60 --futures 8
    python -m resilience.analysis.portfolios --policies fee_uplift.uplift=0.02,0.05 step_in --write portfolios.csv

A portfolio is a set of policies, some of them in one of several sizes (``KIND.PARAMETER=SIZE,SIZE``). Each is played on
the same futures, a Latin hypercube over uncertain parameters and shocks (``NAME`` or ``NAME=LOW:HIGH``), and the same
seeds. Three things are to be small: the hours lost or unmet, their mean over the futures and the mean of the worst
fifth of them (the tail), and what it costs the public purse beyond having no policy. What is left is the front: no
portfolio on it is worse than another in all three, and those that differ by less than ``--epsilon`` count as one.

Runs are kept as they finish. The search itself keeps nothing: called again it asks for the same portfolios in the same
order and finds their runs, so a call that was stopped goes on, and one with more trials adds to those there are.
"""

import argparse
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.analysis.discovery import FUTURES
from resilience.analysis.uncertain import (
    REFUSALS,
    AnalysisError,
    Game,
    add_game_options,
    game_of,
    latin_hypercube,
    package,
    values_of,
)
from resilience.policies import POLICIES
from resilience.runs.benefits import net_cost
from resilience.runs.work import Progress
from resilience.scenario import Problem, Scenario, ScenarioError
from resilience.scenario.errors import nearest

FOLDER: Final = Path("results") / "portfolios"
HOURS: Final = ("care_hours_lost", "unmet_hours")
MEASURES: Final = (*HOURS, "programme_cost", "programme_cost_in_spend", "council_spend")
OBJECTIVES: Final = ("hours", "tail", "cost")
"""What is to be small: mean hours lost or unmet, the same in the worst fifth of futures, and GBP beyond no policy."""

WORST: Final = 0.2
"""Share of the futures that makes the tail."""

EPSILON: Final = 0.02
"""Differences below this share of an objective's range over the portfolios tried do not count."""

SIZES: Final[Mapping[str, tuple[str, tuple[float, ...]]]] = {
    "fee_uplift": ("uplift", (0.02, 0.05, 0.10)),
    "ring_fenced_grant": ("share_of_budget", (0.02, 0.05, 0.10)),
    "community_networks": ("members_per_1000", (2.0, 5.0)),
    "housing_with_care": ("schemes_per_council", (1, 3)),
}
"""Policies whose effect and cost grow together, the parameter that says how large they are, and the sizes tried."""

type Levels = tuple[int, ...]
"""A portfolio: for each lever 0 where it is off, else the number of its size, from 1."""


@dataclass(frozen=True)
class Lever:
    """A policy that can be off or on, and its sizes where it has several (values of one of its parameters)."""

    kind: str
    parameter: str = ""
    sizes: tuple[float, ...] = ()

    @property
    def levels(self) -> int:
        """Return in how many ways it can be on."""
        return max(1, len(self.sizes))

    def values(self, level: int, start: str) -> dict[str, Any]:
        """Return what turns it on at a level from a month on, by dotted name; nothing at level 0."""
        if level == 0:
            return {}
        size = {f"policies.{self.kind}.{self.parameter}": self.sizes[level - 1]} if self.sizes else {}
        return {f"policies.{self.kind}.start": start, **size}

    def text(self, level: int) -> str:
        """Return what it is called at a level, with its size where it has several."""
        name = self.kind.replace("_", " ")
        return f"{name} {self.sizes[level - 1]:g}" if self.sizes else name


def levers_of(base: Scenario, texts: Sequence[str], start: str) -> list[Lever]:
    """Return the levers by name: ``KIND`` with its sizes in ``SIZES``, or ``KIND.PARAMETER=SIZE,SIZE``.

    Raises ScenarioError for an unknown policy, setting or size, and for a policy that is given twice or that the
    scenario has already; all of them at once.
    """
    found, problems = list[Lever](), list[Problem]()
    for text in texts:
        name, _, sizes = text.partition("=")
        kind, _, parameter = name.partition(".")
        wrong = _mistake(base, kind, parameter, sizes, [lever.kind for lever in found])
        if wrong:
            problems.append(Problem(base.name, None, f"policies.{name}", sizes or None, *wrong))
            continue
        lever = Lever(kind, parameter, tuple(float(size) for size in sizes.split(","))) if sizes else default(kind)
        try:
            for level in range(1, lever.levels + 1):
                base.with_values(lever.values(level, start))
        except ScenarioError as error:
            problems += error.problems
        found.append(lever)
    if problems:
        raise ScenarioError(problems)
    return found


def default(kind: str) -> Lever:
    """Return a policy with the sizes of ``SIZES``, or none."""
    return Lever(kind, *SIZES.get(kind, ("", ())))


def _mistake(
    base: Scenario, kind: str, parameter: str, sizes: str, before: Sequence[str]
) -> tuple[str, str | None, str | None] | None:
    """Return what is wrong with a lever as asked for (message, what is allowed, the nearest name); None if nothing."""
    if kind not in POLICIES:
        return "unknown policy", None, nearest(kind, POLICIES)
    if kind in before or kind in base.policies:
        return "is in the scenario already" if kind in base.policies else "is given twice", None, None
    if bool(parameter) != bool(sizes) or not all(_is_number(size) for size in sizes.split(",") if sizes):
        return "needs a setting and sizes", "such as fee_uplift.uplift=0.02,0.05", None
    return None


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


@dataclass(frozen=True)
class Field:
    """What portfolios are tried on: levers from a month on, and the futures (values by dotted name) of a game."""

    game: Game
    levers: Sequence[Lever]
    futures: Sequence[Mapping[str, Any]]
    start: str
    known: dict[Levels, dict[str, float]] = field(default_factory=dict)
    """What is known of portfolios so far."""

    @property
    def none(self) -> Levels:
        """Return the portfolio without any policy."""
        return (0,) * len(self.levers)

    def values(self, levels: Levels) -> dict[str, Any]:
        """Return the values of a portfolio by dotted name."""
        parts = [lever.values(level, self.start) for lever, level in zip(self.levers, levels, strict=True)]
        return {name: value for part in parts for name, value in part.items()}

    def text(self, levels: Levels) -> str:
        """Return what a portfolio is called."""
        on = [lever.text(level) for lever, level in zip(self.levers, levels, strict=True) if level]
        return " + ".join(on) or "no policy"

    def play(self, asked: Sequence[Levels]) -> list[dict[str, float]]:
        """Return the objectives of portfolios, playing those that are not known; NaN where a run failed.

        Raises as ``Game.runs`` does.
        """
        new = [levels for levels in dict.fromkeys([self.none, *asked]) if levels not in self.known]
        if new:
            points = [{**future, **self.values(levels)} for levels in new for future in self.futures]
            means = self.game.means(points)
            for place, levels in enumerate(new):
                self.known[levels] = objectives(means[place * len(self.futures) : (place + 1) * len(self.futures)])
        nothing = self.known[self.none]["cost"]
        return [{**self.known[levels], "cost": self.known[levels]["cost"] - nothing} for levels in asked]


def objectives(futures: pd.DataFrame) -> dict[str, float]:
    """Return mean hours lost or unmet, their mean in the worst fifth, and public cost (GBP) over a portfolio's futures.

    ``futures`` has a row a future with ``MEASURES``, means over seeds. Care that a policy's money buys is counted once.
    """
    hours = futures[list(HOURS)].sum(axis=1, skipna=False).to_numpy(dtype=np.float64)
    cost = net_cost({name: futures[name].to_numpy(dtype=np.float64) for name in MEASURES})
    worst = math.ceil(WORST * hours.size - 1e-9)
    return {"hours": float(hours.mean()), "tail": float(np.sort(hours)[-worst:].mean()), "cost": float(cost.mean())}


def search(
    ground: Field, trials: int, *, together: int = 8, seed: int = 1, progress: Progress | None = None
) -> pd.DataFrame:
    """Return the portfolios of so many trials, in the order they were first tried: ``frame_of`` of them.

    No policy, each alone at every size and all together are tried first, then what Optuna's tree-structured Parzen
    estimator asks for, ``together`` at a time; ``progress`` hears of the trials done and asked for. The same call asks
    for the same. Raises MissingPackageError without Optuna, AnalysisError for impossible numbers or where every
    portfolio has a failed run, and as ``Game.runs``.
    """
    if trials < 1 or together < 1:
        raise AnalysisError(f"trials = {trials}, together = {together}: both must be at least 1")
    optuna = package("optuna")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    first = list(_first(ground.levers))
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=len(first) + together, constant_liar=True)
    study = optuna.create_study(directions=["minimize"] * len(OBJECTIVES), sampler=sampler)
    for levels in first:
        study.enqueue_trial(_named(ground.levers, levels))
    tried: dict[Levels, dict[str, float]] = {}
    for begin in range(0, trials, together):
        asked = [study.ask() for _ in range(min(together, trials - begin))]
        wanted = [tuple(one.suggest_int(lever.kind, 0, lever.levels) for lever in ground.levers) for one in asked]
        for one, levels, found in zip(asked, wanted, ground.play(wanted), strict=True):
            values = [found[name] for name in OBJECTIVES]
            if all(map(math.isfinite, values)):
                tried.setdefault(levels, found)
                study.tell(one, values)
            else:
                study.tell(one, state=optuna.trial.TrialState.FAIL)
        if progress is not None:
            progress(begin + len(asked), trials)
    if not tried:
        raise AnalysisError(f"every portfolio has a failed run; {ground.game.folder} keeps their tracebacks")
    return frame_of(ground, tried)


def _first(levers: Sequence[Lever]) -> Iterator[Levels]:
    """Yield no policy, every lever alone at every size, and all of them at their first size."""
    none = [0] * len(levers)
    yield tuple(none)
    for place, lever in enumerate(levers):
        for level in range(1, lever.levels + 1):
            yield (*none[:place], level, *none[place + 1 :])
    if len(levers) > 1:
        yield (1,) * len(levers)


def _named(levers: Sequence[Lever], levels: Levels) -> dict[str, int]:
    return {lever.kind: level for lever, level in zip(levers, levels, strict=True)}


def frame_of(ground: Field, tried: Mapping[Levels, Mapping[str, float]]) -> pd.DataFrame:
    """Return a row a portfolio: ``portfolio`` (its name), a level for each lever, the objectives, and ``hours_saved``.

    ``hours_saved`` and ``tail_saved`` are against no policy on the same futures and seeds.
    """
    nothing = ground.known[ground.none]
    rows = [
        {
            "portfolio": ground.text(levels),
            **_named(ground.levers, levels),
            **found,
            "hours_saved": nothing["hours"] - found["hours"],
            "tail_saved": nothing["tail"] - found["tail"],
        }
        for levels, found in tried.items()
    ]
    return pd.DataFrame(rows)


def front(portfolios: pd.DataFrame, epsilon: float = EPSILON) -> pd.DataFrame:
    """Return the portfolios that no other dominates in steps of ``epsilon`` (share of each objective's range).

    Each objective is divided into boxes; a portfolio goes where another's box is at least as good in all and better in
    one. Of those in one box the nearest to its best corner stays (Laumanns and others 2002). The cheapest comes first.
    """
    values = portfolios[list(OBJECTIVES)].to_numpy(dtype=np.float64)
    steps = _scaled(values) / epsilon
    boxes = np.floor(steps + 1e-9)
    distance = ((steps - boxes) ** 2).sum(axis=1)
    kept = [row for row in range(len(values)) if not _beaten(row, boxes, distance)]
    return portfolios.iloc[kept].sort_values("cost", ignore_index=True)


def _scaled(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return columns from 0 (their least) to 1 (their most); 0 where all are the same."""
    low, width = values.min(axis=0), np.ptp(values, axis=0)
    return (values - low) / np.where(width > 0.0, width, 1.0)


def _beaten(row: int, boxes: NDArray[np.float64], distance: NDArray[np.float64]) -> bool:
    """Tell whether another portfolio's box dominates a row's, or one in the same box is nearer to its best corner."""
    same = (boxes == boxes[row]).all(axis=1)
    better = (boxes <= boxes[row]).all(axis=1) & ~same
    nearer = same & ((distance < distance[row]) | ((distance == distance[row]) & (np.arange(len(boxes)) < row)))
    return bool(better.any() or nearer.any())


def compromise(best: pd.DataFrame) -> "pd.Series[Any]":
    """Return the row of a front that lies nearest to the least of every objective, each scaled to its range there."""
    scaled = _scaled(best[list(OBJECTIVES)].to_numpy(dtype=np.float64))
    return best.iloc[int((scaled**2).sum(axis=1).argmin())]


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, search, print the front, and write all portfolios where asked. Returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="python -m resilience.analysis.portfolios",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="austerity-and-wage-rise", help="scenario in which portfolios are tried")
    parser.add_argument("--policies", nargs="+", metavar="KIND", help="by default all that the scenario has not")
    parser.add_argument("--start", default="2017-04", help="month in which they begin")
    parser.add_argument("--trials", type=int, default=60, help="portfolios asked for")
    parser.add_argument("--together", type=int, default=8, help="portfolios asked for at a time")
    parser.add_argument("--futures", type=int, default=5, help="futures on which each is played")
    parser.add_argument("--search-seed", type=int, default=1, help="seed of the search")
    parser.add_argument("--epsilon", type=float, default=EPSILON, help="share of the range that does not count")
    add_game_options(parser, FOLDER, FUTURES)
    parser.add_argument("--write", type=Path, default=None, help="write all portfolios here (csv)")
    chosen = parser.parse_args(arguments)
    try:
        found = _carry_out(chosen)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return 2
    best = front(found, chosen.epsilon)
    shown = best[["portfolio", "hours_saved", "tail_saved", "cost"]].set_index("portfolio")
    print(f"{len(found)} portfolios on {chosen.futures} futures x {chosen.seeds} seeds; the front, cheapest first:\n")
    print(shown.map("{:,.0f}".format).to_string())
    print(f"\nNearest to the best of all three: {compromise(best)['portfolio']}")
    if chosen.write is not None:
        on_front = found["portfolio"].isin(best["portfolio"])
        found.assign(front=on_front).to_csv(chosen.write, index=False, lineterminator="\n")
    return 0


def _carry_out(chosen: argparse.Namespace) -> pd.DataFrame:
    if chosen.futures < 1 or not 0.0 < chosen.epsilon < 1.0:
        raise AnalysisError("--futures must be at least 1, --epsilon above 0 and below 1")
    game, factors = game_of(chosen, "portfolios", MEASURES)
    named = chosen.policies or [kind for kind in POLICIES if kind not in game.base.policies]
    levers = levers_of(game.base, named, chosen.start)
    futures = values_of(factors, latin_hypercube(factors, chosen.futures, chosen.search_seed))
    ground = Field(game, levers, futures, chosen.start)
    return search(
        ground,
        chosen.trials,
        together=chosen.together,
        seed=chosen.search_seed,
        progress=lambda done, asked: print(f"{done} of {asked} portfolios", file=sys.stderr),
    )


if __name__ == "__main__":
    sys.exit(main())
