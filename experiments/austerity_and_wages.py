"""Does a rise of the wage floor cost more care where councils' spending is cut?

Four cuts of councils' real spending, over three years from April 2017, by four rises of the wage floor over two: the
grid of ``experiments/austerity-and-wages.toml``, every point on the same seeds.

    python -m experiments.austerity_and_wages            # about three minutes on two cores
"""

import sys
import tomllib
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

from experiments.study import STYLE, Finding, Size, Study, drawing, effort, main, paired, play

FILE: Final = Path(__file__).with_name("austerity-and-wages.toml")
LOST, UNMET, CLOSED = "care_hours_lost", "unmet_hours", "site_closures"


def grid() -> dict[str, dict[str, Any]]:
    """Return the points of the experiment file by label, with the values that hold at every point."""
    told = tomllib.loads(FILE.read_text(encoding="utf-8"))
    held = {
        f"shocks.{shock}.{key}": value
        for shock, values in told["values"]["shocks"].items()
        for key, value in values.items()
    }
    cuts = told["factors"]["shocks"]["funding_cut"]["real_change"]
    rises = told["factors"]["shocks"]["wage_rise"]["floor_increase"]
    return {
        label(cut, rise): held | {"shocks.funding_cut.real_change": cut, "shocks.wage_rise.floor_increase": rise}
        for cut in cuts
        for rise in rises
    }


def label(cut: float, rise: float) -> str:
    """Return what a point is called."""
    return f"cut {-cut:.0%}, rise {rise:.2f}"


def find(size: Size) -> Finding:
    """Run the grid and say how far the two squeezes make one another worse."""
    points = grid()
    played = play("austerity_and_wages", size, points, measures=[LOST, UNMET, CLOSED])
    runs = played.runs
    first = next(iter(points))
    changes = {measure: paired(runs, first, measure) for measure in (LOST, UNMET, CLOSED)}
    rows = [
        {
            "Cut of real spending, %": abs(100.0 * values["shocks.funding_cut.real_change"]),
            "Rise of the wage floor, GBP": values["shocks.wage_rise.floor_increase"],
            "Hours lost, thousand": round(changes[LOST].loc[name, "mean"] / 1e3, 1),
            "Unmet hours, million": round(changes[UNMET].loc[name, "mean"] / 1e6, 2),
            "Homes and branches closed": round(changes[CLOSED].loc[name, "mean"], 1),
        }
        for name, values in points.items()
    ]
    table = pd.DataFrame(rows)
    return Finding(_answer(runs), table, _figure(table), *effort(played))


def _answer(runs: pd.DataFrame) -> str:
    """Compare what the largest rise costs under the deepest cut and without one, seed by seed."""
    runs = runs.assign(care=runs[LOST] + runs[UNMET])
    wide = runs.pivot(index="seed", columns="scenario", values="care") / 1e6
    cut = wide[label(-0.30, 0.0)] - wide[label(0.0, 0.0)]
    rise = wide[label(0.0, 1.5)] - wide[label(0.0, 0.0)]
    under = wide[label(-0.30, 1.5)] - wide[label(-0.30, 0.0)]
    more = under - rise
    worse = float((more > 0.0).mean())
    sooner = "more" if more.mean() > 0.0 else "less"
    return (
        f"A cut of 30% alone costs {cut.mean():,.1f} million hours of care, lost or unmet, and a rise of GBP 1.50 "
        f"alone {rise.mean():+,.1f} million. On top of the cut the same rise adds {under.mean():+,.1f} million, "
        f"so a cut makes it cost {sooner} ({more.mean():+,.1f} million; more on {worse:.0%} of seeds)."
    )


def _figure(table: pd.DataFrame) -> Figure:
    shown = ["Hours lost, thousand", "Unmet hours, million", "Homes and branches closed"]
    with mpl.rc_context(STYLE):
        figure, panels = drawing(3, height=3.2)
        for panel, name in zip(panels, shown, strict=True):
            levels = table.pivot(
                index="Cut of real spending, %", columns="Rise of the wage floor, GBP", values=name
            ).sort_index()
            panel.imshow(levels, cmap="Blues", origin="lower", aspect="auto")
            middle = (levels.to_numpy().max() + levels.to_numpy().min()) / 2.0
            for down, values in enumerate(levels.to_numpy()):
                for across, value in enumerate(values):
                    colour = "white" if value > middle else "black"
                    panel.text(across, down, f"{value:,.4g}", ha="center", va="center", color=colour)
            panel.set_xticks(range(levels.shape[1]), [f"{rise:.2f}" for rise in levels.columns])
            panel.set_yticks(range(levels.shape[0]), [f"{cut:.0f}" for cut in levels.index])
            panel.set_title(name, loc="left")
            panel.set_xlabel("rise of the wage floor, GBP")
        panels[0].set_ylabel("cut of real spending, %")
    return figure


STUDY: Final = Study(
    "austerity_and_wages",
    "Austerity and wages",
    "Does a rise of the wage floor cost more care where councils' spending is cut?",
    find,
    seeds=30,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
