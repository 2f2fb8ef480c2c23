"""What happens when the region's largest chain fails, as Southern Cross did in 2011?

The chain with most care stops trading in April 2018: as the market stands; under the squeeze; where nobody's homes for
sale get in one another's way (``distress.sale_congestion = 0``) and where they do so twice as much, because no evidence
tests that parameter; with a longer notice; and with councils that step in. Each is held against the same market
without the collapse, on the same seeds. Southern Cross had 752 homes (E04-044); about a tenth of its kind closed, the
others found new operators (E04-007).

    python -m experiments.chain_collapse                 # about two minutes on two cores
"""

import sys
from typing import Any, Final

import matplotlib as mpl
import pandas as pd
from matplotlib.figure import Figure

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
    effort,
    main,
    paired,
    play,
    span,
)

DATE: Final = "2018-04"
CONGESTION: Final = "distress.sale_congestion"
COLLAPSE: Final = {"shocks.chain_failure.start": DATE, "shocks.chain_failure.provider": "largest"}
NOTICE: Final = {"policies.oversight_notice.start": "2017-04"}
STEP_IN: Final = {"policies.step_in.start": "2017-04"}
MEASURES: Final = ("care_hours_lost", "people_displaced", "site_closures", "provider_failures")
COLOURS: Final = (BLUE, ORANGE, GREY, GREEN, "#cc79a7", "#e69f00")


def markets(congestion: float) -> dict[str, dict[str, Any]]:
    """Return the markets in which the chain fails, by name; ``congestion`` is the value in use."""
    return {
        "as it stands": {},
        "under the squeeze": dict(SQUEEZE),
        "buyers never crowded": {CONGESTION: 0.0},
        "buyers crowded twice as much": {CONGESTION: 2.0 * congestion},
        "longer notice": dict(NOTICE),
        "councils step in": dict(STEP_IN),
    }


def find(size: Size) -> Finding:
    """Run every market with and without the collapse and tell what it costs, and how long."""
    from resilience.scenario import load

    around = markets(float(load("west-midlands-2016").get(CONGESTION)))
    points: dict[str, dict[str, Any]] = {}
    for name, values in around.items():
        points |= {f"{name}: calm": values, f"{name}: collapse": values | COLLAPSE}
    played = play("chain_collapse", size, points, measures=MEASURES, tables=["months"])
    runs, months = played.runs, played.table("months")
    rows, paths = [], {}
    for name in around:
        pair = [f"{name}: calm", f"{name}: collapse"]
        mine = runs[runs["scenario"].isin(pair)].sort_values("scenario", key=lambda labels: labels.map(pair.index))
        found = {measure: paired(mine, pair[0], measure).loc[pair[1]] for measure in MEASURES}
        path = _extra(months, pair)
        paths[name] = path
        rows.append(
            {
                "Market": name,
                "Extra hours lost, thousand": span(found["care_hours_lost"], 1e3, 1),
                "People displaced": span(found["people_displaced"]),
                "Homes and branches closed": span(found["site_closures"], decimals=1),
                "Other providers that fail": span(found["provider_failures"] - 1.0, decimals=1),
                "Months until under a tenth of the peak": _months_to_recover(path),
            }
        )
    return Finding(_answer(rows), pd.DataFrame(rows), _figure(paths), *effort(played))


def _extra(months: pd.DataFrame, pair: list[str]) -> "pd.Series[float]":
    """Return the hours lost with the collapse beyond those without, a month, mean over seeds."""
    lost = months[months["scenario"].isin(pair)].pivot_table(
        index="month", columns="scenario", values="care_hours_lost", aggfunc="mean", observed=True
    )
    return lost[pair[1]] - lost[pair[0]]


def _months_to_recover(path: "pd.Series[float]") -> str:
    """Return the months from the worst one in the year after the collapse to the first with a tenth of its loss."""
    path = path[path.index >= DATE]
    worst = int(path.iloc[:12].to_numpy().argmax())
    below = [number for number, value in enumerate(path.iloc[worst:]) if value < path.iloc[worst] / 10.0]
    return str(below[0]) if below else f"over {len(path) - worst - 1}"


def _answer(rows: list[dict[str, Any]]) -> str:
    by = {row["Market"]: row for row in rows}
    names = ("as it stands", "under the squeeze", "buyers never crowded", "buyers crowded twice as much")
    calm, squeezed, never, twice = (by[name]["Extra hours lost, thousand"] for name in names)
    return (
        f"The collapse costs {calm} thousand hours of care and moves {by[names[0]]['People displaced']} people; "
        f"under the squeeze it costs {squeezed} thousand hours. No evidence tests how far homes for sale at once crowd "
        f"one another's buyers out: if they never do, it costs {never} thousand hours, and {twice} if they do so twice "
        "as much as assumed."
    )


def _figure(paths: "dict[str, pd.Series[float]]") -> Figure:
    with mpl.rc_context(STYLE):
        figure, panels = drawing(1)
        for (name, path), colour in zip(paths.items(), COLOURS, strict=True):
            panels[0].plot(path.index, path / 1e3, color=colour, label=name)
        panels[0].set_title("Extra hours lost a month after the largest chain's collapse", loc="left")
        panels[0].set_ylabel("thousand hours")
        panels[0].legend(frameon=False)
    return figure


STUDY: Final = Study(
    "chain_collapse",
    "A chain collapses",
    "What happens when the region's largest chain fails, as Southern Cross did in 2011?",
    find,
    seeds=30,
    months=42,
    fewest_months=25,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
