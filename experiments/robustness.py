"""Do the headline findings hold under other seeds, and when the steps of a month are played in another order?

Each finding of the README and of the other studies is one signed difference on common seeds, over four years. It is
taken on the studies' own seeds, on as many others (from 1001), and with the month in five other orders: quality before
anything else; work after placement; self-funders' choice before councils' placement; entry before distress; and people
who are displaced placed in the month after. A finding holds where the 90% interval of its difference lies on the side
that it claims, is turned where it lies on the other, and is open where it holds nought.

    python -m experiments.robustness                     # about ten minutes on two cores
"""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from numpy.typing import NDArray
from scipy.stats import spearmanr

from experiments.markets import ORDERS, market_in_order
from experiments.study import BLUE, GREY, ORANGE, SQUEEZE, STYLE, Finding, Size, Study, drawing, effort, main, play
from resilience.region import build_region
from resilience.runs.one import care_market
from resilience.runs.statistics import interval_of_mean
from resilience.runs.store import StoredResults

type Verdict = Literal["holds", "open", "turned"]
type Measured = Mapping[str, "pd.DataFrame"]
"""A table a scenario, with a row a seed and the measures of ``MEASURES`` and ``correlation``."""

START: Final = "2017-04"
MEASURES: Final = (
    "care_hours_lost",
    "unmet_hours",
    "unmet_rationed_hours",
    "leaving_the_local_economy",
    "provider_failures",
    "site_closures",
)
COLLAPSE: Final = {"shocks.chain_failure.start": "2018-04", "shocks.chain_failure.provider": "largest"}
DENSE: Final = {"providers.largest_four_share": 0.35}
CUT: Final = {name: value for name, value in SQUEEZE.items() if ".funding_cut." in name}
RISE: Final = {name: value for name, value in SQUEEZE.items() if ".wage_rise." in name}


def policy(kind: str) -> dict[str, Any]:
    """Return the squeeze with one policy."""
    return {**SQUEEZE, f"policies.{kind}.start": START}


POINTS: Final[Mapping[str, Mapping[str, Any]]] = {
    "calm": {},
    "cut": CUT,
    "rise": RISE,
    "squeeze": SQUEEZE,
    "calm, collapse": COLLAPSE,
    "squeeze, collapse": {**SQUEEZE, **COLLAPSE},
    "dense": {**SQUEEZE, **DENSE},
    "dense, collapse": {**SQUEEZE, **DENSE, **COLLAPSE},
    "grant": policy("ring_fenced_grant"),
    "fees": policy("fee_uplift"),
    "step-in": policy("step_in"),
    "buy-out": policy("employee_buyout"),
    "catalyst": policy("catalyst"),
    "leverage cap": policy("leverage_cap"),
}
"""The scenarios that the findings compare, by name."""


@dataclass(frozen=True)
class Claim:
    """A finding: what is said, where, and the number a seed that must be above nought, in what unit."""

    said: str
    study: str
    unit: str
    margin: Callable[[Measured], "pd.Series[float]"]
    scale: float = 1.0


def missing(table: pd.DataFrame) -> "pd.Series[float]":
    """Return the hours lost or unmet of each run."""
    return table["care_hours_lost"] + table["unmet_hours"]


def saved(runs: Measured, by: str) -> "pd.Series[float]":
    """Return the hours, lost or unmet, that a policy saves under the squeeze."""
    return missing(runs["squeeze"]) - missing(runs[by])


CLAIMS: Final = (
    Claim(
        "the squeeze costs hours of care", "README", "thousand hours",
        lambda runs: missing(runs["squeeze"]) - missing(runs["calm"]), 1e3,
    ),
    Claim(
        "more providers fail under it", "README", "providers",
        lambda runs: runs["squeeze"]["provider_failures"] - runs["calm"]["provider_failures"],
    ),
    Claim(
        "most of what goes missing is rationed", "README", "% of hours above half",
        lambda runs: runs["squeeze"]["unmet_rationed_hours"] / missing(runs["squeeze"]) - 0.5, 0.01,
    ),
    Claim(
        "a cut makes a wage rise cost more hours", "austerity_and_wages", "thousand hours",
        lambda runs: missing(runs["squeeze"]) - missing(runs["cut"])
        - (missing(runs["rise"]) - missing(runs["calm"])), 1e3,
    ),
    Claim(
        "the largest chain's collapse costs hours", "chain_collapse", "thousand hours lost",
        lambda runs: runs["calm, collapse"]["care_hours_lost"] - runs["calm"]["care_hours_lost"], 1e3,
    ),
    Claim(
        "under the squeeze it costs more where four chains hold 35% of beds", "diversity", "thousand hours lost",
        lambda runs: (runs["dense, collapse"]["care_hours_lost"] - runs["dense"]["care_hours_lost"])
        - (runs["squeeze, collapse"]["care_hours_lost"] - runs["squeeze"]["care_hours_lost"]), 1e3,
    ),
    Claim(
        "more goes unmet where fewer pay for themselves", "where_self_funders_live", "rank correlation, sign turned",
        lambda runs: -runs["squeeze"]["correlation"],
    ),
    Claim(
        "a grant saves more hours than dearer fees", "remedies", "thousand hours",
        lambda runs: saved(runs, "grant") - saved(runs, "fees"), 1e3,
    ),
    Claim(
        "dearer fees spare more people the loss of care", "remedies", "thousand hours lost",
        lambda runs: runs["grant"]["care_hours_lost"] - runs["fees"]["care_hours_lost"], 1e3,
    ),
    Claim(
        "councils that step in save hours", "remedies", "thousand hours", lambda runs: saved(runs, "step-in"), 1e3,
    ),
    Claim(
        "buy-outs by staff save hours", "remedies", "thousand hours", lambda runs: saved(runs, "buy-out"), 1e3,
    ),
    Claim(
        "more assessed need goes without care with a catalyst", "remedies", "thousand hours",
        lambda runs: -saved(runs, "catalyst"), 1e3,
    ),
    Claim(
        "a leverage cap keeps money local", "remedies", "GBP m",
        lambda runs: runs["squeeze"]["leaving_the_local_economy"]
        - runs["leverage cap"]["leaving_the_local_economy"], 1e6,
    ),
)  # fmt: skip

OWN, OTHER = "studies' seeds", "other seeds"
OTHER_SEEDS: Final = 1001


def find(size: Size) -> Finding:
    """Take every finding in every way and say which hold."""
    share = _share_of_self_funders(size)
    ways = {OWN: (1, None), OTHER: (OTHER_SEEDS, None), **{name: (1, name) for name in ORDERS}}
    played: list[StoredResults] = []
    margins: dict[str, dict[str, NDArray[np.float64]]] = {}
    for way, (first_seed, order) in ways.items():
        results = play(
            f"robustness/{way.replace(' ', '_').replace(chr(39), '')}",
            size,
            POINTS,
            measures=MEASURES,
            tables=["councils"],
            first_seed=first_seed,
            market=care_market if order is None else market_in_order(order),
        )
        played.append(results)
        runs = measured(results, share)
        margins[way] = {claim.said: claim.margin(runs).to_numpy(dtype=np.float64) / claim.scale for claim in CLAIMS}
    rows = [
        {
            "Finding": claim.said,
            "From": claim.study,
            "Unit": claim.unit,
            **{way: told(margins[way][claim.said]) for way in ways},
        }
        for claim in CLAIMS
    ]
    return Finding(_answer(margins), pd.DataFrame(rows), _figure(margins), *effort(*played))


def _share_of_self_funders(size: Size) -> "pd.Series[float]":
    region = build_region(str(size.settings.get("region", "west-midlands"))).councils
    return region.set_index("council")["self_funder_share"].astype(float)


def measured(results: StoredResults, share: "pd.Series[float]") -> dict[str, pd.DataFrame]:
    """Return the measures of every scenario by seed; ``correlation`` is the rank correlation over councils (Spearman)
    of their share of self-funders with the share of need unmet, 0 where that is the same in all of them.
    """
    councils = results.table("councils").groupby(["scenario", "seed", "council"], observed=True)
    sums = councils[["unmet_hours", "need_hours"]].sum()
    unmet = (sums["unmet_hours"] / sums["need_hours"]).unstack("council")
    rates = {
        key: float(spearmanr(share.loc[list(row.index)], row).statistic) if row.nunique() > 1 else 0.0
        for key, row in unmet.iterrows()
    }
    runs = results.runs.set_index(["scenario", "seed"])
    runs = runs.assign(correlation=pd.Series(rates))
    return {name: runs.loc[name].sort_index() for name in POINTS}


def verdict(margin: NDArray[np.float64]) -> Verdict:
    """Tell whether the 90% interval of a finding's margin lies above nought, below it, or holds it."""
    low, high = interval_of_mean(margin)
    if np.isnan(low):
        low = high = float(margin.mean())
    return "holds" if low > 0.0 else "turned" if high < 0.0 else "open"


def told(margin: NDArray[np.float64]) -> str:
    """Return a margin with its interval and its verdict: "holds: +12 (+9 to +15)"."""
    low, high = interval_of_mean(margin)
    decimals = 2 if abs(margin.mean()) < 2.0 else 0
    ends = "" if np.isnan(low) else f" ({low:+,.{decimals}f} to {high:+,.{decimals}f})"
    return f"{verdict(margin)}: {margin.mean():+,.{decimals}f}{ends}"


def _answer(margins: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> str:
    verdicts = {claim.said: {way: verdict(found[claim.said]) for way, found in margins.items()} for claim in CLAIMS}
    always = [said for said, found in verdicts.items() if set(found.values()) == {"holds"}]
    turned = [said for said, found in verdicts.items() if "turned" in found.values()]
    rest = [said for said in verdicts if said not in always and said not in turned]
    ways = f"on both sets of seeds and in all {len(ORDERS)} other orders"
    other = f"turned somewhere: {'; '.join(turned)}" if turned else "no finding is turned anywhere"
    doubtful = f"not clear everywhere: {'; '.join(rest)}" if rest else "none is unclear anywhere"
    return f"{len(always)} of {len(CLAIMS)} findings hold {ways}. Of the others, {doubtful}; {other}."


def _figure(margins: Mapping[str, Mapping[str, NDArray[np.float64]]]) -> Figure:
    """Draw each finding's margin in every way, as a share of the largest size it has in any."""
    ways = list(margins)
    with mpl.rc_context(STYLE):
        figure, (panel,) = drawing(1, height=5.0)
        for place, claim in enumerate(CLAIMS):
            largest = max(abs(float(found[claim.said].mean())) for found in margins.values()) or 1.0
            for number, way in enumerate(ways):
                margin = margins[way][claim.said] / largest
                high = len(CLAIMS) - 1 - place + 0.3 - 0.1 * number
                low_end, high_end = interval_of_mean(margin)
                colour = {"holds": BLUE, "open": GREY, "turned": ORANGE}[verdict(margin)]
                panel.plot([low_end, high_end], [high, high], color=colour, linewidth=1.0)
                panel.plot(margin.mean(), high, "o", color=colour, markersize=3.0)
        panel.axvline(0.0, color="black", linewidth=0.8)
        panel.set_xlim(-2.0, 2.5)
        panel.set_yticks(range(len(CLAIMS)), [claim.said for claim in CLAIMS][::-1], fontsize=8)
        panel.set_xlabel(
            f"margin over its largest, 90% interval (blue: holds, orange: turned); from above:\n"
            f"{', '.join(ways[:4])},\n{', '.join(ways[4:])}",
            fontsize=7,
        )
    return figure


STUDY: Final = Study(
    "robustness",
    "Robustness",
    "Do the headline findings hold under other seeds, and when the steps of a month are played in another order?",
    find,
    seeds=15,
    months=48,
    full_seeds=30,
    fewest_months=26,
)

if __name__ == "__main__":
    sys.exit(main(STUDY))
