"""The answer in one sentence of plain English: who fails, how much care is lost, why; and what differs."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pandas as pd

from resilience.runs import benefits
from resilience.runs.compare import Comparison
from resilience.runs.ensemble import RunSet
from resilience.state.codes import CAUSE_LABELS, NEVER_FILLED

ENOUGH_FOR_A_SHARE = 20
"""From this many runs on, the 5th and 95th percentile say where 90% of runs lie; below it they are just their range."""

NO_ANSWER = "No run finished, so there is no answer; the failed runs tell why."

UNMET_REASONS = {
    "unmet_no_place_hours": "because there is no place with staff",
    "unmet_no_staff_hours": "because there are no staff to deliver it",
    "unmet_rationed_hours": "because councils ration",
}

COMPARED = {
    "site_closures": ("homes and branches close", "closures"),
    "provider_failures": ("providers go under", "provider failures"),
    "care_hours_lost": ("hours of care are lost", "care hours lost"),
    "unmet_hours": ("hours of need go unmet", "unmet hours"),
}
"""What a comparison speaks of, in this order: after "more" or "fewer", and as a thing that does not differ."""


def answer(runs: RunSet, label: str | None = None) -> str:
    """Return the answer of one scenario of a set of runs, by default the first."""
    label = runs.label if label is None else label
    if not len(runs.of(label)):
        return NO_ANSWER
    return "; ".join(_clauses(runs, label)) + "."


def two_sentences(runs: RunSet, label: str | None = None) -> list[str]:
    """Return the same answer as two sentences: who closes and fails, and how much care is lost and why."""
    label = runs.label if label is None else label
    if not len(runs.of(label)):
        return [NO_ANSWER]
    first, *others = _clauses(runs, label)
    rest = "; ".join(others)
    return [f"{first}.", f"{rest[0].upper()}{rest[1:]}."]


def _clauses(runs: RunSet, label: str) -> list[str]:
    """Return what the answer says: who closes and fails, the hours, and the cause where anybody failed."""
    count = len(runs.of(label))
    rows = _by_measure(runs.summary(label))
    period = span(runs.scenarios[label].months)
    opening = f"Over {period}" if count > 1 else f"In this single run (more runs would give an interval), over {period}"
    clauses = [f"{opening} {_closures(rows, count)}", _hours(rows)]
    cause = main_cause(runs.causes.get(label, Counter()))
    return [*clauses, cause] if cause else clauses


def difference_answer(comparison: Comparison, other: str | None = None) -> str:
    """Return what differs, one sentence for each scenario compared with the base, or for one of them only."""
    others = comparison.others if other is None else [other]
    return " ".join(_difference_sentence(comparison, label) for label in others)


def main_cause(causes: Counter[str]) -> str:
    """Return the clause that names the commonest cause of failure; empty when nobody failed.

    New providers that never filled their places are told apart: they say little about why established ones fail.
    """
    total = causes.total()
    if not total:
        return ""
    young = causes.get(NEVER_FILLED, 0)
    started = f"{percent(young / total)} of the failures are new providers that never filled their places"
    others = {cause: count for cause, count in causes.items() if cause != NEVER_FILLED}
    if not others:
        return started
    cause, count = max(others.items(), key=lambda item: (item[1], item[0]))
    label = CAUSE_LABELS.get(cause, cause)
    if not young:
        return f"the commonest cause of failure is {label} ({percent(count / total)} of failures)"
    share = percent(count / (total - young))
    return f"{started}, and the commonest cause among the others is {label} ({share})"


def span(months: int) -> str:
    """Return a number of months in words: "5 years", "18 months"."""
    count, unit = (months // 12, "year") if months % 12 == 0 else (months, "month")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def about(number: float, unit: float | None = None) -> str:
    """Return a number as one says it, to the next ``unit``: 212 as "210", 1,940,000 as "1.9 million", 3.4 as "3.4"."""
    unit = rounding_unit(number) if unit is None else unit
    rounded = round(number / unit) * unit
    for scale, word in ((1e9, "billion"), (1e6, "million")):
        if abs(rounded) >= scale:
            decimals = max(0, round(math.log10(scale / unit)))
            return f"{_plain(rounded / scale, decimals)} {word}"
    return _plain(rounded, 1) if unit < 1 else f"{rounded:,.0f}"


def rounding_unit(number: float, low: float = math.nan, high: float = math.nan) -> float:
    """Return the power of ten to which a number is rounded: two figures, or more where its interval is narrow.

    Never finer than a tenth for numbers below ten, nor than one for others.
    """
    size, width = abs(number), high - low
    unit: float = 10.0 ** (math.floor(math.log10(size)) - 1) if size else 1.0
    if width > 0:
        unit = min(unit, 10.0 ** math.floor(math.log10(width / 2)))
    return max(unit, 0.1 if 0 < size < 9.95 else 1.0)


def percent(share: float) -> str:
    """Return a share as a percentage that claims no more than is known."""
    if 0 < share < 0.001:
        return "less than 0.1%"
    return f"{share:.1%}" if share < 0.0995 else f"{share:.0%}"


def _plain(number: float, decimals: int) -> str:
    """Return a number without needless zeros behind the point."""
    text = f"{number:.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _by_measure(frame: pd.DataFrame) -> dict[str, dict[Any, Any]]:
    return {row["measure"]: row for row in frame.to_dict("records")}


def _closures(rows: dict[str, dict[Any, Any]], count: int) -> str:
    """Return who closes and who fails."""
    closed, failed = rows["site_closures"], rows["provider_failures"]
    what = "no homes or branches close"
    if closed["mean"] > 0:
        number = _counted(closed, count)
        subject = "home or branch closes" if number == "1" and count == 1 else "homes and branches close"
        what = f"{'about ' if count > 1 else ''}{number} {subject}{_range(closed, count)}"
    if not failed["mean"]:
        return f"{what} and no provider goes under"
    number = _counted(failed, count)
    verb = "provider goes under" if number == "1" else "providers go under"
    return f"{what} and {number} {verb}{_range(failed, count)}"


def _counted(row: dict[Any, Any], count: int) -> str:
    """Return how many: exactly in one run, to a sensible unit on average."""
    mean = row["mean"]
    return f"{mean:,.0f}" if count == 1 else about(mean, rounding_unit(mean, row["low"], row["high"]))


def _range(row: dict[Any, Any], count: int) -> str:
    """Return where the runs lie, in brackets; nothing for one run or when all agree."""
    low, high = row["low"], row["high"]
    if count < 2 or low == high:
        return ""
    unit = max(1.0, rounding_unit(row["mean"], low, high))
    ends = f"{about(low, unit)} to {about(high, unit)}"
    return f" (90% of runs: {ends})" if count >= ENOUGH_FOR_A_SHARE else f" ({count} runs: {ends})"


def _hours(rows: dict[str, dict[Any, Any]]) -> str:
    """Return how much care is lost and how much need goes unmet."""
    lost, unmet = rows["care_hours_lost"]["mean"], rows["unmet_hours"]["mean"]
    need = rows["need_hours"]["mean"] if "need_hours" in rows else float("nan")
    share = f" ({percent(lost / need)} of need)" if need > 0 else ""
    first = "nobody loses care that they had"
    if lost > 0:
        first = f"people lose {about(lost)} hours of care{share} before they are re-placed"
    if not unmet > 0:
        return f"{first}, and no other need goes unmet"
    share = f" ({percent(unmet / need)})" if need > 0 else ""
    further = "a further " if lost > 0 else ""
    return f"{first}, and {further}{about(unmet)} hours of need go unmet{share}{_main_reason(rows, unmet)}"


def _main_reason(rows: dict[str, dict[Any, Any]], unmet: float) -> str:
    """Return why most of the unmet hours are unmet."""
    parts = {name: rows[name]["mean"] for name in UNMET_REASONS if name in rows}
    if not parts:
        return ""
    name = max(parts, key=lambda part: (parts[part], part))
    how = "mostly" if parts[name] > unmet / 2 else "most often"
    return f", {how} {UNMET_REASONS[name]}"


def _difference_sentence(comparison: Comparison, other: str) -> str:
    """Return what differs between one scenario and the base."""
    rows = _by_measure(comparison.differences(other))
    pairs = int(max((row["n"] for row in rows.values()), default=0))
    if not pairs:
        return f"No seed finished under both {comparison.base} and {other}, so there is no answer."
    present = [name for name in COMPARED if name in rows]
    clear = [name for name in present if _is_clear(rows[name], pairs)]
    unclear = [COMPARED[name][1] for name in present if name not in clear]
    seeds = f"{pairs} common seeds" if pairs > 1 else "one seed only, so with no interval"
    months = comparison.run_set.scenarios[other].months
    opening = f"With {other} instead of {comparison.base}, over {span(months)} ({seeds}),"
    parts = []
    if clear:
        parts.append(listed([_change(rows[name], COMPARED[name][0], pairs) for name in clear]))
    if unclear:
        parts.append(f"there is no {'clear ' if pairs > 1 else ''}difference in {listed(unclear)}")
    return f"{opening} {'; '.join(parts)}.{_cost_sentence(comparison, other)}"


def _cost_sentence(comparison: Comparison, other: str) -> str:
    """Return what the policies cost that a scenario adds, and what an hour of care saved costs; empty without any.

    They are held against the scenario that differs in nothing else, if the comparison has one. Where it has none, what
    they save cannot be told from what else differs, and the sentence says so.
    """
    scenarios = comparison.run_set.scenarios
    base = benefits.without_policies(scenarios, other)
    if base is None:
        return ""
    rows = _by_measure(
        benefits.costs_and_benefits(comparison.run_set.of(base), comparison.run_set.of(other), label=other)
    )
    if not rows:
        return ""
    cost, saved, hourly = rows["programme_cost"], rows["hours_saved"], rows["cost_per_hour_saved"]
    against = "Its policies" if base == comparison.base else f"Against {base} its policies"
    text = f" {against} cost GBP {about(cost['difference'])}"
    if not benefits.only_adds_policies(scenarios[base], scenarios[other]):
        return f"{text}; what they save cannot be told from what else differs."
    if saved["high"] < 0:
        return f"{text}, and with them {about(-saved['difference'])} more hours of care are lost or unmet."
    if not (saved["low"] > 0 or (saved["n"] < 2 and saved["difference"] > 0)):
        return f"{text}, and it is not clear that they save hours of care."
    hours = f"{about(saved['difference'])} hours of care that were lost or unmet"
    if hourly["difference"] < 0:
        return f"{text} and save {hours} and money besides."
    return f"{text} and save {hours}, at GBP {about(hourly['difference'])} an hour with councils' spend counted in."


def _is_clear(row: dict[Any, Any], pairs: int) -> bool:
    """Tell whether the interval of the mean difference leaves out zero; of one pair, whether it differs at all."""
    if pairs < 2:
        return bool(row["difference"] != 0)
    return bool(row["low"] > 0 or row["high"] < 0)


def _change(row: dict[Any, Any], what: str, pairs: int) -> str:
    """Return one difference: "about 41 more homes and branches close (90% interval 35 to 47)"."""
    more = "more" if row["difference"] > 0 else "fewer"
    change = abs(row["difference"])
    if pairs < 2:
        return f"{about(change)} {more} {what}"
    low, high = sorted((abs(row["low"]), abs(row["high"])))
    if low == high:
        return f"{about(low)} {more} {what} on every seed"
    unit = rounding_unit(change, low, high)
    return f"about {about(change, unit)} {more} {what} (90% interval {about(low, unit)} to {about(high, unit)})"


def listed(parts: Sequence[str]) -> str:
    """Return parts as a list in a sentence: "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
