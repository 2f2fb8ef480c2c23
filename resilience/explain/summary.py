"""Why providers failed and sites closed in kept results: by kind, council and year, and what differs between scenarios.

Counts are per run, so that sets of runs of any size compare. The cause of an event is the largest part of its bridge;
the parts of the bridge of all failures, weighted by their hours, sum to the change in their surplus an hour.
"""

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from resilience.agents.story import pounds
from resilience.explain.errors import ExplainError
from resilience.runs.answer import about, listed, percent
from resilience.runs.store import StoredResults
from resilience.state.codes import CAUSE_LABELS, CAUSES, NEVER_FILLED

ENDINGS = ("provider_failure", "site_closure", "contract_hand_back")
"""Events that are explained: they take care away from people."""
LABELS = CAUSE_LABELS | {NEVER_FILLED: "new places that never filled", "": "nothing in the accounts"}
CHANNELS = {
    "fire_sale": "too many sites for sale at once",
    "displaced_demand": "people displaced by others, and too few staff",
    "budget_drain": "money spent on people displaced by others",
}
_BRIDGE = [f"cause_{cause}" for cause in CAUSES]


@dataclass(frozen=True)
class Explanation:
    """What kept results tell about causes; every table begins with the scenario."""

    scenarios: list[str]
    runs: dict[str, int]
    by_kind: pd.DataFrame
    """provider_kind x event x cause: events and weekly hours a run."""
    by_council: pd.DataFrame
    by_year: pd.DataFrame
    bridge: pd.DataFrame
    """The mean bridge of the failures of established providers, GBP an hour."""
    contagion: pd.DataFrame
    """Events of the second round by channel, and the hours lost in the first and second round."""
    differences: pd.DataFrame
    """Failures by cause in each other scenario less the first, a run; empty for one scenario."""
    sentences: list[str] = field(default_factory=list)
    """What it comes to, a text for each scenario: who fails and why, and what followed from others' endings."""

    @property
    def answer(self) -> str:
        """Return the sentences as one text."""
        return " ".join(self.sentences)

    def data(self) -> dict[str, Any]:
        """Return everything as plain data."""
        names = ("by_kind", "by_council", "by_year", "bridge", "contagion", "differences")
        tables = {name: _records(getattr(self, name)) for name in names}
        return {"scenarios": self.scenarios, "runs": self.runs, **tables, "answer": self.answer}


def explanation(stored: StoredResults) -> Explanation:
    """Read the causes off a results folder. Raises ExplainError when it has no events or no finished run."""
    if "events" not in stored.names or "runs" not in stored.names:
        raise ExplainError(f"{stored.path}: has no events to explain; it holds {', '.join(stored.names)}.")
    runs = {str(name): int(count) for name, count in stored.runs["scenario"].value_counts(sort=False).items()}
    scenarios = [label for label in stored.manifest["scenarios"] if runs.get(label)]
    if not scenarios:
        raise ExplainError(f"{stored.path}: no run finished, so there is nothing to explain.")
    events = endings(stored)
    by_kind = _counted(events, ["provider_kind", "kind", "cause"], runs)
    failures = events[events["kind"] == "provider_failure"]
    differences = _differences(_counted(failures, ["cause"], runs), scenarios)
    contagion = _contagion(stored, events, runs)
    found = Explanation(
        scenarios,
        runs,
        by_kind,
        _with_main_cause(events, ["council"], runs),
        _with_main_cause(events.assign(year=financial_year(events["month"])), ["year"], runs),
        _bridge(failures, scenarios),
        contagion,
        differences,
    )
    return replace(found, sentences=_sentences(found, failures))


def endings(stored: StoredResults) -> pd.DataFrame:
    """Return the events that take care away, each with its ``cause``: the part of its bridge that took most.

    'never_filled' stands for empty places of a provider that opened in the run, and for one that ended before its start
    could be taken; empty where the accounts tell nothing.
    """
    events = stored.events
    events = events[events["kind"].isin(ENDINGS)].reset_index(drop=True)
    parts = events[_BRIDGE].to_numpy(dtype=np.float64)
    telling = (parts < 0.0).any(axis=1)
    names = np.array([*CAUSES], dtype=object)
    cause = np.where(telling, names[parts.argmin(axis=1)] if len(parts) else "", "")
    opened = stored.providers[["run_id", "provider", "opened"]]
    young = events[["run_id", "provider"]].merge(opened, on=["run_id", "provider"], how="left")["opened"].notna()
    never = young.to_numpy() & ((cause == "occupancy") | ~parts.any(axis=1))
    return events.assign(cause=np.where(never, NEVER_FILLED, cause))


def financial_year(months: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return the financial year (April to March) of months, such as 2025/26."""
    first = months.dt.year - (months.dt.month < 4)
    return first.astype(str) + "/" + ((first + 1) % 100).map("{:02d}".format)


def _counted(events: pd.DataFrame, keys: list[str], runs: dict[str, int]) -> pd.DataFrame:
    """Return events, people and weekly hours a run by scenario and keys, most events first."""
    people = events[["people_council", "people_self_funder", "people_nhs"]].sum(axis=1)
    grouped = events.assign(people=people).groupby(["scenario", *keys], sort=True)
    table = grouped.agg(events=("kind", "size"), people=("people", "sum"), hours=("hours", "sum")).reset_index()
    count = table["scenario"].map(runs).astype(float)
    for name in ("events", "people", "hours"):
        table[name] = table[name] / count
    return _in_order(table, list(runs), ["events"])


def _in_order(table: pd.DataFrame, scenarios: list[str], by: list[str]) -> pd.DataFrame:
    """Return the rows scenario by scenario, the largest first."""
    place = table["scenario"].map({label: number for number, label in enumerate(scenarios)})
    order = table.assign(_place=place).sort_values(["_place", *by], ascending=[True, *[False] * len(by)], kind="stable")
    return order.drop(columns="_place").reset_index(drop=True)


def _with_main_cause(events: pd.DataFrame, keys: list[str], runs: dict[str, int]) -> pd.DataFrame:
    """Return failures, closures, hand-backs and their commonest cause by scenario and keys."""
    table = events.pivot_table(
        index=["scenario", *keys], columns="kind", values="hours", aggfunc="size", fill_value=0
    ).reindex(columns=list(ENDINGS), fill_value=0)
    told = events[events["cause"] != ""]
    main = told.groupby(["scenario", *keys])["cause"].agg(lambda causes: causes.value_counts().index[0])
    table = table.astype(float).join(main.rename("main_cause")).reset_index()
    table["main_cause"] = table["main_cause"].fillna("")
    for name in ENDINGS:
        table[name] = table[name] / table["scenario"].map(runs).astype(float)
    if keys == ["year"]:
        return _in_order(table.sort_values("year", kind="stable"), list(runs), [])
    return _in_order(table, list(runs), ["provider_failure", "site_closure"])


def _bridge(failures: pd.DataFrame, scenarios: list[str]) -> pd.DataFrame:
    """Return the mean bridge of failures by scenario, weighted by hours; parts sum to now less start.

    Established providers count: those that ended before their start could be taken have no bridge, and new ones that
    never filled their places never had a surplus to lose.
    """
    rows = []
    for scenario in scenarios:
        told = failures[_BRIDGE].ne(0.0).any(axis=1) & (failures["hours"] > 0) & (failures["cause"] != NEVER_FILLED)
        mine = failures[told & (failures["scenario"] == scenario)]
        columns = ["surplus_per_hour_start", "surplus_per_hour", *_BRIDGE]
        values = mine[columns].to_numpy(dtype=np.float64)
        weights = mine["hours"].to_numpy(dtype=np.float64)
        mean = weights @ values / weights.sum() if len(mine) else np.full(len(columns), np.nan)
        rows.append({"scenario": scenario, "failures": len(mine), **dict(zip(columns, mean.tolist(), strict=True))})
    return pd.DataFrame(rows)


def _contagion(stored: StoredResults, events: pd.DataFrame, runs: dict[str, int]) -> pd.DataFrame:
    """Return, by scenario, events of the second round by channel a run, and the hours lost by round."""
    rows = []
    for scenario, count in runs.items():
        mine = events[events["scenario"] == scenario]
        of_runs = stored.runs[stored.runs["scenario"] == scenario]
        row: dict[str, Any] = {"scenario": scenario, "events": len(mine) / count}
        for channel in CHANNELS:
            row[channel] = float((mine["channel"] == channel).sum()) / count if "channel" in mine else 0.0
        for name in ("care_hours_lost", "care_hours_lost_first_round", "care_hours_lost_second_round"):
            row[name] = float(of_runs[name].mean()) if name in of_runs else float("nan")
        lost = row["care_hours_lost"]
        row["second_round_share"] = row["care_hours_lost_second_round"] / lost if lost > 0 else 0.0
        rows.append(row)
    return pd.DataFrame(rows)


def _differences(causes: pd.DataFrame, scenarios: list[str]) -> pd.DataFrame:
    """Return failures by cause a run in each other scenario, beside those of the first, and the difference."""
    wide = causes.pivot_table(index="cause", columns="scenario", values="events", fill_value=0.0)
    wide = wide.reindex(columns=scenarios, fill_value=0.0)
    frames = []
    for other in scenarios[1:]:
        frame = pd.DataFrame({"scenario": other, "cause": wide.index, "base": wide[scenarios[0]].to_numpy()})
        frame["events"] = wide[other].to_numpy()
        frame["difference"] = frame["events"] - frame["base"]
        frames.append(frame.sort_values("difference", ascending=False, kind="stable"))
    columns = ["scenario", "cause", "base", "events", "difference"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=columns)


def _sentences(found: Explanation, failures: pd.DataFrame) -> list[str]:
    """Return the whole in a few sentences: a text for each scenario."""
    said = [[_failures_said(found, failures, name), _rounds_said(found, name)] for name in found.scenarios]
    return [" ".join(sentence for sentence in pair if sentence) for pair in said]


def _failures_said(found: Explanation, failures: pd.DataFrame, scenario: str) -> str:
    mine = failures[failures["scenario"] == scenario]
    if mine.empty:
        return f"In {scenario} no provider fails."
    shares = mine["cause"].value_counts(normalize=True)
    told = [f"{LABELS.get(str(cause), str(cause))} ({percent(share)})" for cause, share in shares.head(3).items()]
    count = len(mine) / found.runs[scenario]
    bridge = found.bridge[found.bridge["scenario"] == scenario].iloc[0]
    start, now = bridge["surplus_per_hour_start"], bridge["surplus_per_hour"]
    each = " a run" if found.runs[scenario] > 1 else ""
    rounded = f"{count:,.0f}" if count >= 9.95 else about(count)
    known = bridge["failures"] > 0
    money = f"; of the established, surplus went from {pounds(start)} to {pounds(now)} an hour" if known else ""
    return f"In {scenario}, {rounded} providers fail{each}, most because of {listed(told)}{money}."


def _rounds_said(found: Explanation, scenario: str) -> str:
    row = found.contagion[found.contagion["scenario"] == scenario].iloc[0]
    if not row["care_hours_lost"] > 0:
        return ""
    second = row["second_round_share"]
    ways = {channel: row[channel] for channel in CHANNELS if row[channel] > 0}
    main = max(ways, key=lambda channel: ways[channel]) if ways else ""
    how = f", most often by {CHANNELS[main]}" if main else ""
    return (
        f"Of {about(row['care_hours_lost'])} care hours lost, {percent(1.0 - second)} are first-round and "
        f"{percent(second)} follow from another provider's ending{how}."
    )


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows as plain dictionaries; None for what is not known."""
    cells = frame.astype(object).where(frame.notna(), None)
    return [
        {str(name): value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in cells.to_dict("records")
    ]
