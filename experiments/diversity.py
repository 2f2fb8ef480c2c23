"""Does a more diverse market lose fewer hours of care, on average and in the worst runs?

Six mixes of the same market under the squeeze, and the same with its largest chain failing in April 2018: the register
as it is; two in which four chains hold more of the beds; one in which chains open most new homes; one in which they
open none; one with five times as many micro-enterprises. A mix is compared with the register on the same seeds. The
tail is the mean of the worst tenth of runs, at least one: with few seeds it is the worst run, and rough.

    python -m experiments.diversity                      # about four minutes on two cores
"""

import math
import sys
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.study import (
    BLUE,
    ORANGE,
    SQUEEZE,
    STYLE,
    Finding,
    Size,
    Study,
    clear,
    drawing,
    effort,
    main,
    paired,
    play,
    span,
)

LOST: Final = "care_hours_lost"
COLLAPSE: Final = {"shocks.chain_failure.start": "2018-04", "shocks.chain_failure.provider": "largest"}
TAIL: Final = 0.10
AS_IS: Final = "register as it is"
MICRO: Final = "entry.micro_start_per_1000"


def mixes() -> dict[str, dict[str, Any]]:
    """Return the mixes by name, with the values that make them."""
    from resilience.scenario import load

    return {
        AS_IS: {},
        "four chains hold 20% of beds": {"providers.largest_four_share": 0.20},
        "four chains hold 35% of beds": {"providers.largest_four_share": 0.35},
        "chains open 90% of new homes": {"entry.chain_share_of_new_homes": 0.90},
        "chains open no new homes": {"entry.chain_share_of_new_homes": 0.0},
        "five times the micro-enterprises": {MICRO: 5.0 * float(load("west-midlands-2016").get(MICRO))},
    }


def tail(values: "pd.Series[float]") -> float:
    """Return the mean of the worst tenth of values, at least one of them."""
    worst = max(1, math.ceil(TAIL * len(values) - 1e-9))
    return float(values.nlargest(worst).mean())


def find(size: Size) -> Finding:
    """Run every mix under the squeeze, with and without the collapse, and compare mean and tail."""
    points: dict[str, dict[str, Any]] = {}
    for name, values in mixes().items():
        points[name] = values | SQUEEZE
        points[f"{name} + collapse"] = values | SQUEEZE | COLLAPSE
    played = play("diversity", size, points, measures=[LOST, "hhi_home_beds", "unmet_hours"])
    runs = played.runs
    lost = runs.pivot(index="seed", columns="scenario", values=LOST) / 1e3
    hhi = runs.groupby("scenario", observed=True)["hhi_home_beds"].mean()
    failing = runs["scenario"].str.endswith(" + collapse")
    alone, hit = paired(runs[~failing], AS_IS, LOST), paired(runs[failing], f"{AS_IS} + collapse", LOST)
    rows = [
        {
            "Market": name,
            "Concentration of beds (HHI)": round(float(hhi[name]), 4),
            "Hours lost, thousand": round(float(lost[name].mean()), 1),
            "Against the register": "-" if name == AS_IS else span(alone.loc[name], 1e3, 1),
            "Worst tenth of runs": round(tail(lost[name]), 1),
            "Hours lost with a collapse": round(float(lost[f"{name} + collapse"].mean()), 1),
            "Against the register with a collapse": "-"
            if name == AS_IS
            else span(hit.loc[f"{name} + collapse"], 1e3, 1),
            "Worst tenth with a collapse": round(tail(lost[f"{name} + collapse"]), 1),
        }
        for name in mixes()
    ]
    return Finding(_answer(lost, alone, hit), pd.DataFrame(rows), _figure(lost), *effort(played))


def _answer(lost: pd.DataFrame, alone: pd.DataFrame, hit: pd.DataFrame) -> str:
    dense = "four chains hold 35% of beds"
    own = lost[f"{dense} + collapse"] - lost[dense]
    usual = lost[f"{AS_IS} + collapse"] - lost[AS_IS]
    told = [name for name in alone.index if name not in (AS_IS, dense) and clear(alone.loc[name])]
    others = f"clear for: {', '.join(told)}" if told else "too small to tell from chance"
    return (
        f"Where four chains hold 35% of the beds, the squeeze costs {span(alone.loc[dense], 1e3)} thousand hours "
        f"more than in the register, and {span(hit.loc[f'{dense} + collapse'], 1e3)} more where the largest chain "
        f"fails as well: its collapse costs {own.mean():+,.0f} thousand there, {usual.mean():+,.0f} in the register. "
        f"Of the other mixes the effect on hours lost under the squeeze is {others}."
    )


def _figure(lost: pd.DataFrame) -> Figure:
    names = list(mixes())
    with mpl.rc_context(STYLE):
        figure, (panel,) = drawing(1)
        for shift, ending, colour, text in (
            (-0.15, "", BLUE, "squeeze"),
            (0.15, " + collapse", ORANGE, "and collapse"),
        ):
            for place, name in enumerate(names):
                values = lost[name + ending]
                high = len(names) - 1 - place - shift
                panel.plot(values, np.full(len(values), high), ".", color=colour, alpha=0.4)
                panel.plot(values.mean(), high, "o", color=colour, label=text if place == 0 else None)
        panel.set_yticks(range(len(names)), names[::-1])
        panel.set_xlabel("hours lost, thousand: a point is a run, a large one the mean")
        panel.legend(frameon=False)
    return figure


STUDY: Final = Study(
    "diversity",
    "Diversity and resilience",
    "Does a more diverse market lose fewer hours of care, on average and in the worst runs?",
    find,
    seeds=60,
    months=48,
    full_seeds=100,
    fewest_months=25,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
