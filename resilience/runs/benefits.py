"""What a scenario's policies cost and what they bring, against the same squeeze without them."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from resilience.runs import statistics
from resilience.runs.statistics import Numbers, interval_of_mean
from resilience.scenario import Scenario

COLUMNS = ["scenario", "measure", "label", "unit", "difference", "low", "high", "n"]
NEEDED = ("programme_cost", "programme_cost_in_spend", "council_spend", "care_hours_lost", "unmet_hours")

type Changes = dict[str, Numbers]
"""Other minus base of each measure, over the common seeds."""


def _same(name: str, sign: float = 1.0) -> Callable[[Changes], Numbers]:
    return lambda changes: sign * changes[name]


def net_cost(changes: Changes) -> Numbers:
    """Return the policies' cost and the change in council spend, what is both counted once, GBP."""
    return changes["programme_cost"] - changes["programme_cost_in_spend"] + changes["council_spend"]


def hours_saved(changes: Changes) -> Numbers:
    """Return care hours lost and unmet hours that no longer are."""
    return -(changes["care_hours_lost"] + changes["unmet_hours"])


ROWS: dict[str, tuple[str, str, Callable[[Changes], Numbers]]] = {
    "programme_cost": ("Cost of the policies", "GBP", _same("programme_cost")),
    "council_spend": ("Council spend", "GBP", _same("council_spend")),
    "net_cost": ("Cost and spend together, care bought counted once", "GBP", net_cost),
    "hours_saved": ("Hours saved (lost or unmet before)", "hours", hours_saved),
    "jobs": ("Jobs", "full-time workers", _same("jobs")),
    "money_kept_local": ("Money kept local", "GBP", _same("leaving_the_local_economy", -1.0)),
    "hospital_days": ("Delayed hospital days", "days", _same("delayed_discharge_days")),
}
"""Name, label, unit and what is counted, in the order shown; cost per hour and the tail are ratios of the whole set."""


def adds_policies(base: Scenario, other: Scenario) -> bool:
    """Return true where the other scenario has a policy that the base has not, or has otherwise."""
    return any(base.policies.get(name) != policy for name, policy in other.policies.items())


def without_policies(scenarios: Mapping[str, Scenario], label: str) -> str | None:
    """Return the scenario to which this one only adds policies; else the first; None where it adds none to that."""
    found = scenarios[label]
    for name, other in scenarios.items():
        if name != label and only_adds_policies(other, found):
            return name
    first = next(iter(scenarios))
    return first if adds_policies(scenarios[first], found) else None


def only_adds_policies(base: Scenario, other: Scenario) -> bool:
    """Tell whether the other scenario is the base with more policies, and differs in nothing else."""
    fewer = len(base.policies) < len(other.policies)
    same = all(other.policies.get(name) == policy for name, policy in base.policies.items())
    return fewer and same and _apart_from_policies(base) == _apart_from_policies(other)


def _apart_from_policies(scenario: Scenario) -> dict[str, Any]:
    return {key: part for key, part in scenario.resolved().items() if key not in ("name", "description", "policies")}


def costs_and_benefits(base: pd.DataFrame, other: pd.DataFrame, label: str) -> pd.DataFrame:
    """Return costs and benefits of ``other`` over ``base`` (runs with a ``seed`` column), one row each.

    ``difference`` is the mean over common seeds, ``low`` to ``high`` its 90% interval: Student's t for differences, a
    paired bootstrap for the two ratios. ``cost_per_hour_saved`` is the mean net cost over the mean hours saved; it is
    NaN where no hours are saved on average, and its interval ends at infinity where the resamples do not all save some.
    Without common seeds, or without the measures that count, the table is empty.
    """
    if not {"seed", *NEEDED} <= set(base.columns) & set(other.columns):
        return pd.DataFrame(columns=COLUMNS)
    both = base.merge(other, on="seed", suffixes=("", "\0other"), validate="one_to_one")
    if both.empty:
        return pd.DataFrame(columns=COLUMNS)
    shared = [name for name in base.columns if f"{name}\0other" in both and both[name].dtype.kind in "fi"]
    changes = {name: (both[f"{name}\0other"] - both[name]).to_numpy(dtype=np.float64) for name in shared}
    rows: list[tuple[object, ...]] = []
    for name, (text, unit, count) in ROWS.items():
        try:
            values = count(changes)
        except KeyError:
            continue
        rows.append((label, name, text, unit, float(values.mean()), *interval_of_mean(values), values.size))
        if name == "hours_saved":
            rows.append((label, *_cost_per_hour(net_cost(changes), values)))
            rows.append((label, *_tail(both)))
    return pd.DataFrame(rows, columns=COLUMNS)


def _cost_per_hour(cost: Numbers, saved: Numbers) -> tuple[object, ...]:
    """Return the row of the cost per hour saved: a ratio of means with a paired bootstrap interval."""
    per_hour = float(cost.mean() / saved.mean()) if saved.mean() > 0.0 else float("nan")
    low, high = statistics.NOWHERE
    if cost.size > 1 and np.isfinite(per_hour):
        rows = statistics.resampled(cost.size)
        spent, hours = cost[rows].mean(axis=1), saved[rows].mean(axis=1)
        ratios = np.sort(np.where(hours > 0.0, spent / np.where(hours > 0.0, hours, 1.0), np.inf))
        low, high = (float(ratios[round(end * (ratios.size - 1))]) for end in (statistics.LOW, statistics.HIGH))
    return "cost_per_hour_saved", "Cost per hour saved", "GBP/hour", per_hour, low, high, cost.size


def _tail(both: pd.DataFrame) -> tuple[object, ...]:
    """Return the row of the hours lost in the worst 5% of runs that no longer are."""
    source = statistics.TAIL_SOURCE
    row = statistics.tail_difference(both[source].to_numpy(float), both[f"{source}\0other"].to_numpy(float))
    change, low, high = row
    return "tail_hours_saved", "Hours lost that are spared, worst 5% of runs", "hours", -change, -high, -low, len(both)
