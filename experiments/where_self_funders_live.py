"""Is care safer where more people pay for themselves?

Councils of the West Midlands, from those with fewest self-funders to those with most, calm and squeezed: hours lost and
unmet in a thousand needed, closures, and the premium that self-funders pay. The rank correlation (Spearman) over
councils is taken for each seed; the interval is over seeds. Fourteen councils differ in more than this, so an
association is no cause.

    python -m experiments.where_self_funders_live        # half a minute on two quiet cores
"""

import sys
from typing import Final

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from scipy.stats import spearmanr

from experiments.study import BLUE, ORANGE, SQUEEZE, STYLE, Finding, Size, Study, drawing, effort, main, play
from resilience.region import build_region
from resilience.runs.statistics import interval_of_mean

CALM, SQUEEZED = "as it stands", "under the squeeze"
SUMS: Final = ("care_hours_lost", "unmet_hours", "need_hours", "home_closures")
SHOWN: Final = {
    "lost": "Hours lost per 1,000 needed",
    "unmet": "Unmet hours per 1,000 needed",
    "closed": "Homes closed a year, % of homes",
    "premium": "Self-funders' premium, %",
}


def by_council(councils: pd.DataFrame, months: int) -> pd.DataFrame:
    """Return a row a council, seed and scenario from the monthly table, with the rates of ``SHOWN``."""
    keys = ["scenario", "seed", "council"]
    grouped = councils.groupby(keys, observed=True)
    found = grouped[list(SUMS)].sum()
    found["lost"] = 1e3 * found["care_hours_lost"] / found["need_hours"]
    found["unmet"] = 1e3 * found["unmet_hours"] / found["need_hours"]
    found["closed"] = 100.0 * found["home_closures"] / grouped["homes"].mean() * 12.0 / months
    found["premium"] = 100.0 * grouped["self_funder_premium"].mean()
    return found[list(SHOWN)].reset_index()


def correlations(rates: pd.DataFrame, share: "pd.Series[float]", measure: str) -> tuple[float, float, float]:
    """Return the mean rank correlation over seeds of a rate with the share of self-funders, and its 90% interval.

    It is 0 for a seed on which the rate is the same in every council.
    """
    values = [
        float(spearmanr(share.loc[list(one["council"])], one[measure]).statistic) if one[measure].nunique() > 1 else 0.0
        for _, one in rates.groupby("seed")
    ]
    return (float(np.mean(values)), *interval_of_mean(np.array(values)))


def find(size: Size) -> Finding:
    """Run the market calm and squeezed and hold every council's rates against its share of self-funders."""
    points = {CALM: {}, SQUEEZED: dict(SQUEEZE)}
    played = play("where_self_funders_live", size, points, measures=["care_hours_lost"], tables=["councils"])
    rates = by_council(played.table("councils"), size.months)
    region = build_region(str(size.settings.get("region", "west-midlands"))).councils
    share = region.set_index("council")["self_funder_share"].astype(float)
    rows = []
    for label in (CALM, SQUEEZED):
        for measure, text in SHOWN.items():
            mean, low, high = correlations(rates[rates["scenario"] == label], share, measure)
            level = rates[rates["scenario"] == label].groupby("council", observed=True)[measure].mean()
            half = share.rank(method="first") > len(share) / 2
            rows.append(
                {
                    "Market": label,
                    "Measure": text,
                    "Fewer self-funders": round(float(level[share.index[~half]].mean()), 2),
                    "More self-funders": round(float(level[share.index[half]].mean()), 2),
                    "Rank correlation": round(mean, 2),
                    "from": round(low, 2),
                    "to": round(high, 2),
                }
            )
    table = pd.DataFrame(rows)
    return Finding(_answer(table), table, _figure(rates, share), *effort(played))


def _answer(table: pd.DataFrame) -> str:
    rows = table.set_index(["Market", "Measure"])

    def told(measure: str) -> str:
        row = rows.loc[(SQUEEZED, SHOWN[measure])]
        return (
            f"{row['More self-funders']:,.1f} against {row['Fewer self-funders']:,.1f} ({row['Rank correlation']:+.2f})"
        )

    return (
        "Under the squeeze the half of councils with more self-funders has, against the other half (rank correlation "
        f"in brackets), {told('unmet')} unmet hours and {told('lost')} lost hours in a thousand needed. "
        f"Of its homes {told('closed')}% close a year, and its self-funders pay a premium of {told('premium')}%."
    )


def _figure(rates: pd.DataFrame, share: "pd.Series[float]") -> Figure:
    with mpl.rc_context(STYLE):
        figure, panels = drawing(4, width=10.0, height=2.8)
        for panel, (measure, text) in zip(panels, SHOWN.items(), strict=True):
            for label, colour in ((CALM, BLUE), (SQUEEZED, ORANGE)):
                mean = rates[rates["scenario"] == label].groupby("council", observed=True)[measure].mean()
                panel.plot(100.0 * share.loc[list(mean.index)], mean, "o", color=colour, label=label, markersize=4)
            panel.set_title(text, loc="left", fontsize=8)
            panel.set_xlabel("self-funders, % of residents")
        panels[0].legend(frameon=False)
    return figure


STUDY: Final = Study(
    "where_self_funders_live",
    "Where self-funders live",
    "Is care safer where more people pay for themselves?",
    find,
    seeds=30,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
