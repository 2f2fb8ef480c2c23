"""What a stress test found, in plain English and as plain data."""

import math
from typing import Any

import pandas as pd

from resilience.runs.answer import about, listed, percent, span
from resilience.runs.show import plain
from resilience.stress.nminus import StressResult
from resilience.stress.tables import council_table, provider_table, set_table

SHOWN_BELOW = 3
"""Providers below the legal line that the answer names."""


def tables_of(result: StressResult) -> dict[str, pd.DataFrame]:
    """Return the three tables by their names in a results folder."""
    return {
        "stress_providers": provider_table(result),
        "stress_councils": council_table(result),
        "stress_sets": set_table(result),
    }


def stress_answer(result: StressResult, tables: dict[str, pd.DataFrame]) -> str:
    """Return the answer in a few sentences."""
    order, providers = result.order, tables["stress_providers"]
    if providers.empty:
        return f"No provider has more than {about(order.min_hours)} hours a week, so nobody was tested."
    worst = providers.iloc[0]
    how = "its sites being offered to buyers" if order.with_buyers else "all its sites at once and without a buyer"
    sentences = [
        f"Of {len(providers):,} providers with more than {about(order.min_hours)} hours of care a week, the failure of "
        f"{worst['provider_name']} ({worst['provider']}, {place_of(worst)}), {how}, would cost most: "
        f"{about(worst['people_affected'])} people lose {about(worst['hours_lost'])} hours within three months, and "
        f"{percent(worst['replaced_28_days'])} of their care is re-placed within 28 days.",
        below_the_line(providers),
        together(tables["stress_sets"]),
        weakest_council(tables["stress_councils"]),
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def place_of(row: "pd.Series[Any]") -> str:
    """Return where a provider is: "9 councils", or its only council."""
    return f"{row['councils']} councils" if row["councils"] > 1 else str(row["council"])


def below_the_line(providers: pd.DataFrame) -> str:
    """Return the sentence on providers that are hard to replace but below the legal line."""
    legal = int(providers["statutory"].sum())
    hard = providers[providers["below_the_line"]].sort_values("room_used", ascending=False)
    opening = f"{legal or 'None'} of them {'meets' if legal == 1 else 'meet'} a statutory test"
    if hard.empty:
        return f"{opening}; nobody below that line is hard to replace."
    names = [
        f"{row['provider_name']} ({row['provider']}, {_need(row)})" for _, row in hard.head(SHOWN_BELOW).iterrows()
    ]
    if len(hard) == 1:
        return f"{opening}; one below that line is hard to replace all the same: {names[0]}."
    return f"{opening}; {len(hard)} below that line are hard to replace all the same, first {listed(names)}."


def _need(row: "pd.Series[Any]") -> str:
    """Return how hard a provider is to replace where that is hardest, in words."""
    kind = str(row["gap_care_type"]).replace("_", " ")
    if row["replacement_gap"] > 0:
        mend = f", which {about(row['places_to_mend'])} staffed places more would close"
        return f"{about(row['replacement_gap'])} hours a week of {kind} in {row['gap_council']} too many{mend}"
    return f"{percent(row['room_used'])} of the room for {kind} around {row['gap_council']}"


def together(sets: pd.DataFrame) -> str:
    """Return the sentence on the largest set of providers that fail together."""
    if sets.empty:
        return ""
    row = sets[sets["method"] == "greedy"].sort_values("size").iloc[-1]
    more = row["hours_lost_jointly"]
    compared = f", {about(more)} more than one by one" if more > 0.05 * row["hours_lost"] else ""
    return f"The worst {row['size']} together ({row['members']}) lose {about(row['hours_lost'])} hours{compared}."


def weakest_council(councils: pd.DataFrame) -> str:
    """Return the sentence on the council hit hardest."""
    row = councils.iloc[0]
    if not row["hours_lost"] > 0:
        return ""
    return (
        f"The council hit hardest for its size is {row['council']}: {row['worst_provider_name']} "
        f"({row['worst_provider']}) alone costs it {percent(row['share_of_need'])} of three months' need."
    )


def stress_data(result: StressResult, tables: dict[str, pd.DataFrame], out: str | None) -> dict[str, Any]:
    """Return the test as plain data: what was asked, the three tables row by row, and the answer."""
    order = result.order
    return {
        "scenario": order.scenario.name,
        "hash": order.scenario.hash,
        "region": order.scenario.region,
        "month": str(order.scenario.month_date(order.at)),
        "months_before": order.at,
        "seeds": order.seeds,
        "with_buyers": order.with_buyers,
        "min_hours": order.min_hours,
        "providers_tested": len(result.tested),
        "providers": records(tables["stress_providers"]),
        "councils": records(tables["stress_councils"]),
        "sets": records(tables["stress_sets"]),
        "failed": [{"providers": list(stop.providers), "error": failed.error} for stop, failed in result.failed],
        "seconds": round(result.seconds, 3),
        "out": out,
        "answer": stress_answer(result, tables),
    }


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain dictionaries; None for what is not known."""
    return [plain({str(name): _bare(value) for name, value in row.items()}) for row in frame.to_dict("records")]


def _bare(value: Any) -> Any:
    """Return a NumPy number as Python's own."""
    return value.item() if hasattr(value, "item") else value


def weeks(value: float, months: int) -> str:
    """Return weeks to recover, "over 13" where that lies beyond the months followed."""
    return f"{value:.1f}" if math.isfinite(value) else f"over {int(months * 365.25 / 12 / 7)}"


def after(order_at: int) -> str:
    """Return when the market was saved: "after 1 year"."""
    return f"after {span(order_at)}"
