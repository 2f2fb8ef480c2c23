"""The story of one provider in kept results, in plain sentences with its figures."""

import difflib
from dataclasses import dataclass
from typing import Any

import pandas as pd

from resilience.agents.story import sentences
from resilience.explain.errors import ExplainError
from resilience.runs.store import StoredResults
from resilience.state.codes import CAUSE_LABELS, CAUSES

_FATES = {
    "trading": "It still trades at the end",
    "failed": "It failed in {month}",
    "closed": "It closed in {month}",
    "retired": "Its owner retired in {month}",
    "sold": "It was sold in {month}",
    "folded": "It stopped in {month}",
}


@dataclass(frozen=True)
class Story:
    """Who the provider is, what happened, and what became of it, in one run."""

    provider: str
    name: str
    scenario: str
    seed: int
    opening: str
    events: list[str]
    ending: str
    largest_bridge: dict[str, float]
    """Parts of its last bridge, GBP an hour; empty without one."""

    def lines(self) -> list[str]:
        """Return the story as lines of text."""
        return [self.opening, *(f"- {event}" for event in self.events), self.ending]

    def data(self) -> dict[str, Any]:
        """Return the story as plain data."""
        return {
            "provider": self.provider,
            "name": self.name,
            "scenario": self.scenario,
            "seed": self.seed,
            "story": [self.opening, *self.events, self.ending],
            "bridge": self.largest_bridge,
        }


def story_of(stored: StoredResults, provider: str, *, scenario: str | None = None, seed: int | None = None) -> Story:
    """Return the story of a provider, by id ("P12") or name, in one run: by default the first of the first scenario.

    Raises ExplainError, with the nearest known name, for a provider, scenario or seed that is not there.
    """
    run = _run_of(stored, scenario, seed)
    providers = stored.providers
    row = _provider_row(providers[providers["run_id"] == run["run_id"]], provider)
    events = stored.events
    names = providers[providers["run_id"] == run["run_id"]].set_index("provider")["provider_name"]
    mine = events[(events["run_id"] == run["run_id"]) & (events["provider"] == row["provider"])]
    records = [{str(name): value for name, value in event.items()} for event in mine.to_dict("records")]
    told = [sentences(event | {"linked_name": names.get(event.get("linked_provider"), "")}) for event in records]
    return Story(
        provider=str(row["provider"]),
        name=str(row["provider_name"]),
        scenario=str(run["scenario"]),
        seed=int(run["seed"]),
        opening=_opening(row, run),
        events=told or ["Nothing happened to it that the ledger records."],
        ending=_ending(row),
        largest_bridge=_last_bridge(records),
    )


def _run_of(stored: StoredResults, scenario: str | None, seed: int | None) -> "pd.Series[Any]":
    """Return the run that is meant."""
    missing = {"providers", "events", "runs"} - set(stored.names)
    if missing:
        raise ExplainError(f"{stored.path}: has no table of {', '.join(sorted(missing))}, so no story can be told.")
    runs = stored.runs
    if runs.empty:
        raise ExplainError(f"{stored.path}: no run finished, so there is nothing to explain.")
    if scenario is not None:
        known = list(dict.fromkeys(runs["scenario"]))
        if scenario not in known:
            raise ExplainError(f"no scenario '{scenario}' in {stored.path}; it has {', '.join(known)}.")
        runs = runs[runs["scenario"] == scenario]
    if seed is not None:
        seeds = sorted(set(runs["seed"].tolist()))
        if seed not in seeds:
            raise ExplainError(f"no run with seed {seed} in {stored.path}; it has {', '.join(map(str, seeds))}.")
        runs = runs[runs["seed"] == seed]
    return runs.iloc[0]


def _provider_row(providers: pd.DataFrame, wanted: str) -> "pd.Series[Any]":
    """Return the provider of an id or name, whatever the case."""
    text = wanted.strip().casefold()
    for column in ("provider", "provider_name"):
        found = providers[providers[column].str.casefold() == text]
        if len(found):
            return found.iloc[0]
    known = {name.casefold(): name for column in ("provider_name", "provider") for name in providers[column]}
    near = difflib.get_close_matches(text, known, n=1, cutoff=0.4)
    hint = f" Did you mean '{known[near[0]]}'?" if near else ""
    last = providers["provider"].iloc[-1]
    raise ExplainError(f"no provider '{wanted}' in this run.{hint} Ids run from P0 to {last}.")


def _opening(row: "pd.Series[Any]", run: "pd.Series[Any]") -> str:
    """Return who the provider is."""
    kind = {"cooperative": "co-operative"}.get(str(row["kind"]), str(row["kind"]).replace("_", " "))
    article = "An" if kind[0] in "aeiou" else "A"
    entered = "" if pd.isna(row["opened"]) else f"; it entered in {row['opened'].strftime('%B %Y')}"
    legal = "; it meets a statutory 'difficult to replace' test" if row["statutory"] else ""
    setting = "care homes" if row["setting"] == "care_home" else "home care"
    return (
        f"{row['provider_name']} ({row['provider']}), {run['scenario']}, seed {run['seed']}. {article} {kind} in "
        f"{setting}, {row['council']}; {row['hours_per_week']:,.0f} hours a week at the last{entered}{legal}."
    )


def _ending(row: "pd.Series[Any]") -> str:
    """Return what became of it, and of what."""
    month = "" if pd.isna(row["fate_month"]) else row["fate_month"].strftime("%B %Y")
    fate = _FATES.get(str(row["fate"]), str(row["fate"])).format(month=month)
    cause = CAUSE_LABELS.get(str(row["cause"]))
    of = f"; most of the lost surplus was due to {cause}" if cause and row["fate"] != "trading" else ""
    money = f" It has £{row['cash']:,.0f} in cash and owes £{row['debt']:,.0f}." if row["fate"] == "trading" else ""
    return f"{fate}{of}.{money}".replace("£-", "-£")


def _last_bridge(events: list[dict[str, Any]]) -> dict[str, float]:
    """Return the bridge of the last event that has one."""
    for event in reversed(events):
        parts = {cause: float(event[f"cause_{cause}"]) for cause in CAUSES}
        if any(parts.values()):
            return parts
    return {}
