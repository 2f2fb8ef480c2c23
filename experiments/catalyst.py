"""What does a catalyst programme for micro-enterprises bring, and whom does it take from?

Somerset's programme began with about 50 enterprises and had 180 to 220 after two years and 450 or more after five
(E08-012, E08-013, E08-022, E08-028). The model's Somerset runs with such a programme and without it: as it stands;
under the squeeze; where nobody, or everybody, who works in a micro-enterprise is lost to other providers (a third would
not otherwise be in care, E08-023); and with the claims of 2017, under which four in five enterprises without support
fold within a year. What the programme brings is the difference on the same seeds.

Need grows with the programme, because enterprises reach people who bought no care before, and what they cannot staff of
it counts as unmet: hours delivered say more about a programme than unmet hours do.

    python -m experiments.catalyst                       # about a minute on two cores
"""

import sys
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.markets import staffed_market
from experiments.remedies import claims
from experiments.study import (
    BLUE,
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
from resilience.analysis.scenarios import SOMERSET_AT_START, somerset_values

START: Final = "2016-04"
PROGRAMME: Final = {"policies.catalyst.start": START}
DRAWN: Final = "entry.micro_from_care_work"
AS_IS: Final = "as it stands"
PUBLISHED: Final = {24: (180.0, 220.0), 60: (450.0, 600.0)}
"""Enterprises in Somerset by months after the start (E08-006, E08-012, E08-013, E08-016, E08-022, E08-028)."""


def markets() -> dict[str, dict[str, Any]]:
    """Return the markets in which the programme is tried, by name."""
    return {
        AS_IS: {},
        "under the squeeze": dict(SQUEEZE),
        "nobody drawn from other care": {DRAWN: 0.0},
        "everybody drawn from other care": {DRAWN: 1.0},
        "with the claims of 2017": claims(),
    }


def find(size: Size) -> Finding:
    """Run every market with and without the programme and tell what it brings."""
    points: dict[str, dict[str, Any]] = {}
    for name, values in markets().items():
        place = somerset_values() | values
        # Somerset's fifty stand over the claims' own start, so that every market begins alike.
        place |= somerset_values()
        points |= {f"{name}: without": place, f"{name}: with": place | PROGRAMME}
    played = play("catalyst", size, points, tables=["months"], market=staffed_market)
    runs = played.runs.assign(kept=-played.runs["leaving_the_local_economy"])
    rows = []
    for name in markets():
        pair = [f"{name}: without", f"{name}: with"]
        mine = runs[runs["scenario"].isin(pair)].sort_values("scenario", key=lambda labels: labels.map(pair.index))
        found = {measure: paired(mine, pair[0], measure) for measure in MEASURES}
        ends = found["micro_enterprises"]["mean"]
        rows.append(
            {
                "Market": name,
                ENDS: f"{ends[pair[0]]:,.0f} and {ends[pair[1]]:,.0f}",
                **{
                    text: span(found[measure].loc[pair[1]], scale, decimals)
                    for measure, (text, scale, decimals) in SHOWN.items()
                },
            }
        )
    months = played.table("months")
    return Finding(_answer(runs, rows, months), pd.DataFrame(rows), _figure(months), *effort(played))


SHOWN: Final = {
    "hours_delivered": ("Hours delivered, thousand", 1e3, 0),
    "hours_micro_enterprise": ("of them by micro-enterprises", 1e3, 0),
    "unmet_hours": ("Unmet hours, thousand", 1e3, 0),
    "unmet_rationed_hours": ("of them refused by councils", 1e3, 1),
    "branch_closures": ("Agency branches closed", 1.0, 1),
    "agency_workers": ("Workers at agencies", 1.0, 0),
    "jobs": ("Jobs, micro-enterprises included", 1.0, 0),
    "kept": ("Money kept local, GBP thousand", 1e3, 0),
}
ENDS: Final = "Enterprises at the end, without and with"
MEASURES: Final = ("micro_enterprises", *SHOWN)


def _answer(runs: pd.DataFrame, rows: list[dict[str, Any]], months: pd.DataFrame) -> str:
    by = {row["Market"]: row for row in rows}
    own, squeezed = by[AS_IS], by["under the squeeze"]
    without, ends = own[ENDS].split(" and ")
    beside = [
        f"{there:,.0f} after {done} months, published {low:.0f} to {high:.0f}"
        for done, (low, high), there in _beside_published(months)
    ]
    early = f" ({'; '.join(beside)})" if beside else ""
    cost = runs.loc[runs["scenario"] == f"{AS_IS}: with", "programme_cost"].mean()

    def told(row: dict[str, Any], measure: str) -> str:
        return str(row[SHOWN[measure][0]])

    return (
        f"For GBP {cost:,.0f} the programme leads from {SOMERSET_AT_START} enterprises to {ends}{early}, against "
        f"{without} without it, and to {told(own, 'hours_delivered')} thousand hours of care delivered, "
        f"{told(own, 'jobs')} jobs in all and {told(own, 'agency_workers')} workers at agencies. Unmet hours change by "
        f"{told(own, 'unmet_hours')} thousand, of which councils refuse {told(own, 'unmet_rationed_hours')} and most "
        f"is new clients' need ({told(squeezed, 'unmet_hours')} thousand in all under the squeeze), agency branches "
        f"closed by {told(own, 'branch_closures')}, and money kept local by GBP {told(own, 'kept')} thousand."
    )


def _beside_published(months: pd.DataFrame) -> list[tuple[int, tuple[float, float], float]]:
    """Return months done, the published range and the mean of the runs, of the published months that were played."""
    mine = months[months["scenario"] == f"{AS_IS}: with"].groupby("month")["micro_enterprises"].mean()
    return [(done, ends, float(mine.iloc[done - 1])) for done, ends in PUBLISHED.items() if done <= len(mine)]


def _figure(months: pd.DataFrame) -> Figure:
    """Draw the enterprises with and without the programme beside what was published."""
    with mpl.rc_context(STYLE):
        figure, (panel,) = drawing(1)
        for ending, colour in (("with", BLUE), ("without", ORANGE)):
            mine = months[months["scenario"] == f"{AS_IS}: {ending}"]
            wide = mine.pivot(index="month", columns="seed", values="micro_enterprises").to_numpy(dtype=np.float64)
            done = np.arange(1, len(wide) + 1)
            panel.fill_between(done, wide.min(axis=1), wide.max(axis=1), color=colour, alpha=0.25, linewidth=0)
            panel.plot(done, wide.mean(axis=1), color=colour, label=f"{ending} the programme (mean and range of runs)")
        for month, (low, high) in PUBLISHED.items():
            text = "published for Somerset" if month == 24 else None
            panel.errorbar(
                month,
                (low + high) / 2.0,
                yerr=(high - low) / 2.0,
                color=GREY,
                capsize=4.0,
                fmt="s",
                markersize=3.0,
                label=text,
            )
        panel.set_title("Micro-enterprises in Somerset", loc="left")
        panel.set_xlabel("months after the programme began")
        panel.legend(frameon=False, loc="upper left")
    return figure


STUDY: Final = Study(
    "catalyst",
    "A catalyst for micro-enterprises",
    "What does a catalyst programme for micro-enterprises bring, and whom does it take from?",
    find,
    seeds=100,
    full_seeds=100,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
