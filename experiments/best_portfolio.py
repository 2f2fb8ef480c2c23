"""Which portfolio of policies holds best over many futures, and under which futures does it fail?

A search (``resilience.analysis.portfolios``) tries portfolios of fourteen policies (needs targeting only steers others)
on a few futures: a squeeze of uncertain depth, and uncertain parameters. Of those on its front the one nearest to the
best in hours, tail and cost is chosen, and played on other futures and another seed, because a search favours what was
lucky; one seed a future will do, because futures differ more than runs. There it fails where it gives back less than
half of the hours that the squeeze takes: those that go missing beyond the same future without any squeeze. PRIM
(``resilience.analysis.discovery``) says what such futures have in common.

    python -m experiments.best_portfolio                 # about a quarter of an hour on two cores
"""

import sys
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from experiments.study import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    SQUEEZE,
    STYLE,
    Finding,
    Size,
    Study,
    drawing,
    effort_of,
    main,
    span,
)
from resilience.analysis.discovery import FUTURES, HOURS, Discovery, DiscoveryError, discover
from resilience.analysis.portfolios import MEASURES, Field, compromise, default, front, search
from resilience.analysis.uncertain import Factor, Game, factors_of, latin_hypercube, values_of
from resilience.policies import POLICIES
from resilience.runs.benefits import net_cost
from resilience.runs.statistics import interval_of_mean
from resilience.scenario import load

START: Final = "2017-04"
CUT, RISE = "shocks.funding_cut.real_change", "shocks.wage_rise.floor_increase"
STEERS_OTHERS: Final = "needs_targeting"
ENOUGH: Final = 0.5
"""Share of what the squeeze takes that a portfolio must give back, or it fails."""

CALM: Final = {CUT: 0.0, RISE: 0.0}
TRIALS, SEARCHED, FRESH = 72, 5, 60
REDUCED: Final = (26, 2, 20)
"""Trials, futures of the search and fresh futures where a reduced size is asked for."""

OTHER_SEEDS: Final = 101
"""The first seed on which the chosen portfolio is played again, and the seed of the fresh futures' design."""

SAID: Final = {CUT: "the change of real spending", RISE: "the rise of the wage floor"}


def find(size: Size) -> Finding:
    """Search, choose, play the chosen one on fresh futures, and say where it fails."""
    trials, searched, fresh = REDUCED if size.reduced else (TRIALS, SEARCHED, FRESH)
    base = load("west-midlands-2016", **{**size.settings, **SQUEEZE, "months": size.months})
    factors = factors_of(base, FUTURES)
    seeds = tuple(range(1, size.seeds + 1))
    folder = size.folder / "best_portfolio"
    game = Game(base, seeds, folder / "search", MEASURES, size.workers)
    design = latin_hypercube(factors, searched)
    ground = Field(
        game, [default(kind) for kind in POLICIES if kind != STEERS_OTHERS], values_of(factors, design), START
    )
    tried = search(ground, trials)
    best = front(tried)
    chosen = compromise(best)
    levels = tuple(int(chosen[lever.kind]) for lever in ground.levers)
    other = Game(base, tuple(range(OTHER_SEEDS, OTHER_SEEDS + size.seeds)), folder / "fresh", MEASURES, size.workers)
    played = on_fresh_futures(other, factors, ground.values(levels), fresh)
    where = failures(played, factors)
    runs = len(ground.known) * searched * len(seeds) + 3 * fresh * len(seeds)
    table = _table(best, str(chosen["portfolio"]))
    answer = _answer(tried, str(chosen["portfolio"]), played, where)
    figure = _figure(tried, best, chosen, played, where)
    return Finding(answer, table, figure, *effort_of([game, other], runs))


def on_fresh_futures(game: Game, factors: list[Factor], policies: dict[str, Any], number: int) -> pd.DataFrame:
    """Return a row a future: its factors, hours missing calm, squeezed and with policies, and their cost (GBP).

    A future in which a run failed is left out.
    """
    points = values_of(factors, latin_hypercube(factors, number, OTHER_SEEDS))
    every = [*({**point, **CALM} for point in points), *points, *({**point, **policies} for point in points)]
    means = game.means(every)
    hours = means[list(HOURS)].sum(axis=1, skipna=False).to_numpy(dtype=np.float64).reshape(3, number)
    spent = net_cost({name: means[name].to_numpy(dtype=np.float64) for name in MEASURES}).reshape(3, number)
    found = pd.DataFrame(points).assign(
        calm=hours[0], squeezed=hours[1], helped=hours[2], saved=hours[1] - hours[2], cost=spent[2] - spent[1]
    )
    return found.dropna(ignore_index=True)


def failures(played: pd.DataFrame, factors: list[Factor]) -> Discovery | None:
    """Return where too little of what the squeeze takes is given back; None where that is so in all futures or none."""
    names = [one.name for one in factors]
    try:
        return discover(played[names].assign(hours_saved=beyond_enough(played)), factors)
    except DiscoveryError:
        return None


def beyond_enough(played: pd.DataFrame) -> "pd.Series[float]":
    """Return the hours saved beyond ``ENOUGH`` of what the squeeze takes: below nought where a portfolio fails."""
    return played["saved"] - ENOUGH * (played["squeezed"] - played["calm"])


def _table(best: pd.DataFrame, chosen: str) -> pd.DataFrame:
    saved = best["hours_saved"]
    return pd.DataFrame(
        {
            "Portfolio on the front": [
                f"{name} (chosen)" if name == chosen else name for name in best["portfolio"].astype(str)
            ],
            "Public cost, GBP m": (best["cost"] / 1e6).round(1),
            "Hours saved, thousand": (saved / 1e3).round(0),
            "Hours saved in the worst futures, thousand": (best["tail_saved"] / 1e3).round(0),
            "GBP per hour saved": [
                f"{cost / hours:,.0f}" if hours > 0.0 else "-" for cost, hours in zip(best["cost"], saved, strict=True)
            ],
        }
    )


def _answer(tried: pd.DataFrame, chosen: str, played: pd.DataFrame, where: Discovery | None) -> str:
    saved = played["saved"].to_numpy(dtype=np.float64)
    low, high = interval_of_mean(saved)
    won = span({"difference": saved.mean(), "low": low, "high": high}, 1e3)
    hourly = f"GBP {played['cost'].mean() / saved.mean():,.0f} an hour" if saved.mean() > 0.0 else "no gain"
    whole, half = int((played["helped"] <= played["calm"]).sum()), int((beyond_enough(played) >= 0.0).sum())
    return (
        f"Of {len(tried)} portfolios tried the one nearest to the best in hours, tail and cost is {chosen}, which on "
        f"{len(played)} other futures and seeds saves {won} thousand hours at {hourly}. "
        f"It gives back all that the squeeze takes in {whole} of these futures, half or more in {half}, and "
        f"{_where(where)}."
    )


def _where(where: Discovery | None) -> str:
    if where is None:
        return "no futures tell where it fails from where it does not"
    top = ", ".join(_said(name) for name in where.scores["factor"].head(2))
    if where.box.empty:
        return f"what decides it most is {top}"
    limits = [
        f"{_said(row['factor'])} lies between {row['low']:.2f} and {row['high']:.2f}"
        for row in where.box.to_dict("records")
    ]
    return (
        f"it fails mostly where {' and '.join(limits)} ({where.coverage:.0%} of its failures lie there, and "
        f"{where.density:.0%} of what lies there fails)"
    )


def _said(name: str) -> str:
    return SAID.get(name, name)


def _figure(
    tried: pd.DataFrame, best: pd.DataFrame, chosen: "pd.Series[Any]", played: pd.DataFrame, where: Discovery | None
) -> Figure:
    with mpl.rc_context(STYLE):
        figure, (left, right) = drawing(2)
        left.plot(tried["cost"] / 1e6, tried["hours_saved"] / 1e6, ".", color=GREY, alpha=0.5, label="tried")
        left.plot(best["cost"] / 1e6, best["hours_saved"] / 1e6, "o", color=BLUE, markersize=4, label="on the front")
        left.plot(chosen["cost"] / 1e6, chosen["hours_saved"] / 1e6, "*", color=ORANGE, markersize=12, label="chosen")
        left.set_xlabel("public cost, GBP m")
        left.set_ylabel("hours saved, million")
        left.set_title("Portfolios in the search", loc="left")
        left.legend(frameon=False)
        fails = beyond_enough(played) < 0.0
        for mask, colour, mark, text in ((~fails, GREEN, "o", "gives back half"), (fails, ORANGE, "x", "does not")):
            right.plot(100.0 * played.loc[mask, CUT], played.loc[mask, RISE], mark, color=colour, label=text)
        limits = {} if where is None else where.box.set_index("factor").to_dict("index")
        if CUT in limits or RISE in limits:
            across = limits.get(CUT, {"low": played[CUT].min(), "high": played[CUT].max()})
            up = limits.get(RISE, {"low": played[RISE].min(), "high": played[RISE].max()})
            corner, width = (100.0 * across["low"], up["low"]), 100.0 * (across["high"] - across["low"])
            right.add_patch(Rectangle(corner, width, up["high"] - up["low"], fill=False, linestyle="--"))
        right.set_xlabel("change of real spending, %")
        right.set_ylabel("rise of the wage floor, GBP")
        right.set_title("The chosen one on other futures", loc="left")
        right.legend(fontsize=8, framealpha=0.85)
    return figure


STUDY: Final = Study(
    "best_portfolio",
    "The best portfolio",
    "Which portfolio of policies holds best over many futures, and under which futures does it fail?",
    find,
    seeds=1,
    months=48,
    full_seeds=5,
    fewest_months=14,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
