"""Under which futures does a policy fail? Feature scores and PRIM, by EMA Workbench, on futures played on common seeds.

    python -m resilience.analysis.discovery --policy fee_uplift --futures 200
    python -m resilience.analysis.discovery --policy fee_uplift catalyst --futures 200 --write boxes.csv

Futures are a Latin hypercube over uncertain parameters and shocks (``NAME`` or ``NAME=LOW:HIGH``). Each is played with
the policies and without them on the same seeds. A policy fails where it saves fewer hours, lost or unmet, than
``--least``. PRIM looks for boxes of futures in which it fails often: coverage is the share of all failures in the box,
density the share of the box that fails. Runs are kept as they finish, so a call that was stopped goes on.
"""

import argparse
import sys
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from resilience.analysis.uncertain import (
    REFUSALS,
    UNCERTAIN,
    AnalysisError,
    Factor,
    Game,
    add_game_options,
    game_of,
    latin_hypercube,
    package,
    values_of,
)
from resilience.policies import POLICIES

FOLDER: Final = Path("results") / "discovery"
HOURS: Final = ("care_hours_lost", "unmet_hours")
FEWEST: Final = 20
"""Fewer futures than this say nothing about boxes."""

FUTURES: Final = ("shocks.funding_cut.real_change=-0.3:0", "shocks.wage_rise.floor_increase=0:1.5", *UNCERTAIN)
"""What is uncertain where nothing is named: how hard the squeeze is, and weakly supported parameters."""


class DiscoveryError(AnalysisError):
    """The analysis cannot be done as asked, or its futures show nothing; the message says why."""


@dataclass(frozen=True)
class Discovery:
    """What was found: every future with the hours it saves and whether it fails, feature scores, and PRIM's box."""

    futures: pd.DataFrame
    scores: pd.DataFrame
    box: pd.DataFrame
    coverage: float
    density: float


def policy_values(kinds: Sequence[str], start: str) -> dict[str, Any]:
    """Return what turns policies of these kinds on from a month on, with their own defaults, by dotted name."""
    return {f"policies.{kind}.start": start for kind in kinds}


def futures(
    game: Game, policies: Mapping[str, Any], factors: Sequence[Factor], number: int, seed: int = 1
) -> pd.DataFrame:
    """Play futures without and with policies; return a row a future: the factors and ``hours_saved``, mean over seeds.

    ``policies`` are values by dotted name. A future in which a run failed has NaN hours. Raises DiscoveryError for too
    few futures.
    """
    if number < FEWEST:
        raise DiscoveryError(f"futures = {number}: must be at least {FEWEST}")
    points = values_of(factors, latin_hypercube(factors, number, seed))
    played = game.means([*points, *({**point, **policies} for point in points)])[list(HOURS)].sum(axis=1, skipna=False)
    hours = played.to_numpy(dtype=np.float64)
    return pd.DataFrame(points).assign(hours_saved=hours[:number] - hours[number:])


def discover(played: pd.DataFrame, factors: Sequence[Factor], least: float = 0.0, seed: int = 1) -> Discovery:
    """Return which futures fail (save fewer hours than ``least``), what tells them apart, and PRIM's box.

    Raises DiscoveryError where none or all of the futures fail, MissingPackageError without EMA Workbench.
    """
    known = played[played["hours_saved"].notna()].reset_index(drop=True)
    fails = (known["hours_saved"] < least).to_numpy()
    if not 0 < fails.sum() < len(known):
        how = "none" if not fails.any() else "all"
        raise DiscoveryError(
            f"{how} of the {len(known)} futures saves fewer than {least:,.0f} hours: nothing to tell apart"
        )
    names = [one.name for one in factors]
    # EMA Workbench wants identifiers; dotted names come back afterwards.
    plain = known[names].set_axis([f"factor_{place}" for place in range(len(names))], axis=1).astype(float)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the workbench's own, about packages it can do without and pandas
        scores = _scores(plain, known["hours_saved"].to_numpy(dtype=np.float64), names, seed)
        box, coverage, density = _box(plain, fails, names)
    return Discovery(known.assign(fails=fails), scores, box, coverage, density)


def _scores(plain: pd.DataFrame, saved: NDArray[np.float64], names: list[str], seed: int) -> pd.DataFrame:
    module = package("ema_workbench.analysis.feature_scoring")
    mode = module.RuleInductionType.REGRESSION
    found, _ = module.get_ex_feature_scores(plain, saved, mode=mode, random_state=seed)
    by = found.iloc[:, 0].to_dict()
    frame = pd.DataFrame({"factor": names, "score": [float(by[column]) for column in plain.columns]})
    return frame.sort_values("score", ascending=False, ignore_index=True)


def _box(plain: pd.DataFrame, fails: NDArray[np.bool_], names: list[str]) -> tuple[pd.DataFrame, float, float]:
    """Return PRIM's box with the best product of coverage and density: ends of each restricted factor."""
    search = package("ema_workbench.analysis.prim").Prim(plain, fails)
    box = search.find_box()
    if box is None:
        return pd.DataFrame(columns=["factor", "low", "high"]), 1.0, float(fails.mean())
    steps = box.peeling_trajectory
    chosen = int((steps["coverage"] * steps["density"]).to_numpy().argmax())
    limits, whole = box.box_lims[chosen], box.box_lims[0]
    rows = [
        (name, float(limits[column].iloc[0]), float(limits[column].iloc[1]))
        for column, name in zip(plain.columns, names, strict=True)
        if not np.allclose(limits[column].astype(float), whole[column].astype(float))
    ]
    frame = pd.DataFrame(rows, columns=["factor", "low", "high"])
    return frame, float(steps["coverage"].iloc[chosen]), float(steps["density"].iloc[chosen])


def main(arguments: Sequence[str] | None = None) -> int:
    """Read the options, play the futures, print scores and box, and write the futures where asked."""
    parser = argparse.ArgumentParser(
        prog="python -m resilience.analysis.discovery",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--base", default="austerity-and-wage-rise", help="scenario in which the policy is tried")
    parser.add_argument("--policy", nargs="+", choices=list(POLICIES), required=True, help="kinds of policy, together")
    parser.add_argument("--start", default="2017-04", help="month in which they begin")
    parser.add_argument("--futures", type=int, default=60, help="futures, each played with and without the policy")
    parser.add_argument("--least", type=float, default=0.0, help="hours that a policy must save, or it fails")
    add_game_options(parser, FOLDER, FUTURES)
    parser.add_argument("--write", type=Path, default=None, help="write the futures here (csv)")
    chosen = parser.parse_args(arguments)
    try:
        found = _carry_out(chosen)
    except REFUSALS as error:
        print(error, file=sys.stderr)
        return 2
    fails = found.futures["fails"]
    print(f"{' + '.join(chosen.policy)} fails in {int(fails.sum())} of {len(fails)} futures\n")
    print(f"What decides the hours saved:\n{found.scores.to_string(index=False)}\n")
    print(f"Where it fails (coverage {found.coverage:.0%}, density {found.density:.0%}):")
    print(found.box.to_string(index=False))
    if chosen.write is not None:
        found.futures.to_csv(chosen.write, index=False, lineterminator="\n")
    return 0


def _carry_out(chosen: argparse.Namespace) -> Discovery:
    game, factors = game_of(chosen, "-".join(chosen.policy), HOURS)
    played = futures(game, policy_values(chosen.policy, chosen.start), factors, chosen.futures)
    return discover(played, factors, chosen.least)


if __name__ == "__main__":
    sys.exit(main())
