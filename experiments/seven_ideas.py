"""Which of the seven ideas saves an hour of care most cheaply, and does that hang on the contested claims of 2017?

The seven ideas of the 2017 report on West Midlands care, each alone and all together, under the squeeze: once with the
evidence's parameters and once with the report's own contested figures (``configs/claims-2017.toml``). Each is held
against the same squeeze without any, on the same seeds. An hour saved is an hour lost or unmet without the idea that is
neither with it; care that people get who bought none before (ideas 2, 4 and 7) is not saved but shows in the hours
delivered, and what they do not get of it counts as unmet. ``python -m experiments.remedies`` does the same for all
fifteen remedies, and for pairs.

    python -m experiments.seven_ideas                    # about three minutes on two cores
"""

import sys
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from experiments.remedies import SHOWN, START, cell, claims
from experiments.study import (
    BLUE,
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
from resilience.runs.benefits import costs_and_benefits

IDEAS: Final = {
    "1 a target for community-scale care": ("community_target",),
    "2 programmes sent where need is": ("needs_targeting", "catalyst"),
    "3 housing with care": ("housing_with_care",),
    "4 a catalyst": ("catalyst",),
    "5 a level playing field": ("level_playing_field",),
    "6 a careers campaign": ("careers_campaign",),
    "7 a skills budget": ("skills_budget",),
}
"""The ideas and the policies that stand for them; the second steers a programme and comes with the fourth."""

TOGETHER: Final = "all seven together"
NONE: Final = "none"
EVIDENCE, CLAIMS = "evidence", "claims of 2017"


def scenarios() -> dict[str, dict[str, Any]]:
    """Return every idea with its values, under both sets of parameters: the label is "set: idea"."""
    every = {NONE: (), **IDEAS, TOGETHER: tuple(dict.fromkeys(kind for kinds in IDEAS.values() for kind in kinds))}
    return {
        f"{name}: {idea}": values | SQUEEZE | {f"policies.{kind}.start": START for kind in kinds}
        for name, values in ((EVIDENCE, {}), (CLAIMS, claims()))
        for idea, kinds in every.items()
    }


def benefits_of(runs: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return costs and benefits of every idea under one set of parameters, with the idea as ``scenario``."""
    by = {str(label): frame for label, frame in runs.groupby("scenario", observed=True)}
    base = by[f"{name}: {NONE}"]
    frames = [costs_and_benefits(base, by[f"{name}: {idea}"], idea) for idea in (*IDEAS, TOGETHER)]
    return pd.concat(frames, ignore_index=True)


def ranks(found: pd.DataFrame) -> "pd.Series[int]":
    """Return the place of each idea by what an hour saved costs, from 1; ideas that save none on average come last.

    Those that save none are in the order of the hours that they cost.
    """
    wide = found[found["scenario"] != TOGETHER].pivot(index="scenario", columns="measure", values="difference")
    by = wide.assign(dear=wide["cost_per_hour_saved"].fillna(np.inf), lost=-wide["hours_saved"])
    order = by.sort_values(["dear", "lost"]).index
    return pd.Series(range(1, len(order) + 1), index=order)


def find(size: Size) -> Finding:
    """Run all ideas under both sets and rank them."""
    played = play("seven_ideas", size, scenarios())
    found = {name: benefits_of(played.runs, name) for name in (EVIDENCE, CLAIMS)}
    places = {name: ranks(frame) for name, frame in found.items()}
    by_set = [played.runs[played.runs["scenario"].str.startswith(f"{name}: ")] for name in (EVIDENCE, CLAIMS)]
    delivered = pd.concat([paired(runs, str(runs["scenario"].iloc[0]), "hours_delivered") for runs in by_set])
    rows = []
    for idea in [*places[EVIDENCE].index, TOGETHER]:
        row: dict[str, Any] = {"Idea": idea}
        for name in (EVIDENCE, CLAIMS):
            own = found[name][found[name]["scenario"] == idea].set_index("measure")
            if name == EVIDENCE:
                row["Hours delivered, thousand, evidence"] = span(delivered.loc[f"{EVIDENCE}: {idea}"], 1e3)
            row[f"Rank, {name}"] = str(places[name].get(idea, "-"))
            for measure in ("hours_saved", "cost_per_hour_saved"):
                text, scale, decimals = SHOWN[measure]
                row[f"{text}, {name}"] = cell(own.loc[measure], scale, decimals)
        rows.append(row)
    return Finding(_answer(found, places, delivered), pd.DataFrame(rows), _figure(found), *effort(played))


def _answer(found: dict[str, pd.DataFrame], places: "dict[str, pd.Series[int]]", delivered: pd.DataFrame) -> str:
    agreement = float(places[EVIDENCE].sort_index().corr(places[CLAIMS].sort_index()))

    def told(name: str) -> str:
        saved = found[name].query("measure == 'hours_saved'").set_index("scenario")
        sure = [idea for idea in IDEAS if saved.loc[idea, "low"] > 0.0]
        together = span(saved.loc[TOGETHER, ["difference", "low", "high"]], 1e3)
        more = span(delivered.loc[f"{name}: {TOGETHER}"], 1e3)
        return (
            f"{len(sure) or 'none'} of the seven {'save' if len(sure) > 1 else 'saves'} hours beyond chance"
            f"{f' ({", ".join(sure)})' if sure else ''}, and all together save {together} thousand hours and deliver "
            f"{more} thousand more"
        )

    cheapest = [_cheapest(found[name]) for name in (EVIDENCE, CLAIMS)]
    return (
        f"With the evidence {told(EVIDENCE)}; with the claims of 2017 {told(CLAIMS)}. On average the cheapest hour "
        f"comes from {cheapest[0]} with the evidence and from {cheapest[1]} with the claims, and the two rankings "
        f"agree with a rank correlation of {agreement:+.2f}."
    )


def _cheapest(found: pd.DataFrame) -> str:
    """Return the idea with the least cost per hour saved, and that cost; "none of them" where none saves any."""
    costs = found[found["scenario"] != TOGETHER].query("measure == 'cost_per_hour_saved'").set_index("scenario")
    known = costs["difference"].dropna()
    return f"idea {known.idxmin()} (GBP {known.min():,.0f})" if len(known) else "none of them"


def _figure(found: dict[str, pd.DataFrame]) -> Figure:
    names = [*IDEAS, TOGETHER]
    with mpl.rc_context(STYLE):
        figure, (panel,) = drawing(1)
        for shift, name, colour in ((-0.15, EVIDENCE, BLUE), (0.15, CLAIMS, ORANGE)):
            rows = (
                found[name].query("measure == 'hours_saved'").set_index("scenario")[["difference", "low", "high"]] / 1e3
            )
            for place, idea in enumerate(names):
                row, high = rows.loc[idea], len(names) - 1 - place - shift
                panel.plot([row["low"], row["high"]], [high, high], color=colour, linewidth=1.5)
                panel.plot(row["difference"], high, "o", color=colour, label=name if place == 0 else None)
        panel.axvline(0.0, color="black", linewidth=0.8)
        panel.set_yticks(range(len(names)), names[::-1])
        panel.set_xlabel("hours saved, thousand (mean and 90% interval)")
        panel.legend(frameon=False)
    return figure


STUDY: Final = Study(
    "seven_ideas",
    "The seven ideas",
    "Which of the seven ideas saves an hour of care most cheaply, and does that hang on the contested claims of 2017?",
    find,
    seeds=30,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
