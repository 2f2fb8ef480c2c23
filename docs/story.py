"""Tell the story of one provider, month by month: ``python -m docs.story`` (``--help`` for what can be chosen).

The run is an ordinary one; the numbers come from ``CareMarket.frame`` and the sentences from ``Provider.story``.
"""

import argparse
import sys
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

import resilience
from docs.parts import table
from resilience.model import CareMarket
from resilience.state.codes import CAUSE_LABELS

CLOSE_TO_THE_END = 12
"""Months before the end that are all shown; before them only Aprils and months in which something happened."""
_FOR_MONEY = ("loss_making", "wound_up", "provider_failure")
_FEES = ("residential", "nursing", "younger_adults")
_HEADS = (
    "month", "people", "council", "self-funders", "NHS", "places", "staff", "posts", "pay", "fee", "price", "rating",
    "revenue", "surplus", "cash",
)  # fmt: skip


@dataclass
class Played:
    """A run that was watched: the market at its end, and the sites, providers and councils of every month."""

    market: CareMarket
    sites: list[pd.DataFrame] = field(default_factory=list)
    providers: list[pd.DataFrame] = field(default_factory=list)
    councils: list[pd.DataFrame] = field(default_factory=list)

    def watch(self) -> None:
        """Keep the tables as they are now."""
        self.sites.append(self.market.frame("sites"))
        self.providers.append(self.market.frame("providers")[["provider", "alive", "cash"]])
        self.councils.append(self.market.frame("councils").set_index("council"))


def play(scenario: str, seed: int = 1, months: int | None = None) -> Played:
    """Run a scenario and keep what every month shows; the first entry is the market before its first month."""
    values = {} if months is None else {"months": months}
    played = Played(CareMarket(resilience.load(scenario, **values), rng=seed))
    played.watch()
    while played.market.running:
        played.market.step()
        played.watch()
    return played


def choose(played: Played) -> int:
    """Return the row of the provider whose story is told unless one is named.

    The one with most residents of the independents who had one older people's home at the start and ended for want of
    money; where none did, of those that ended otherwise; where nothing ended, of all.
    """
    start = played.sites[0]
    one = start[~start["provider"].duplicated(keep=False) & (start["kind"] == "independent")].set_index("provider")
    residents = one.loc[one["care_type"].isin(["residential", "nursing"]), "people"]
    ended = played.market.results().tables["events"]
    closed = ended[(ended["kind"] == "site_closure") & ended["reason"].isin(_FOR_MONEY)]
    for names in (closed["provider"], ended["provider"], [f"P{row}" for row in residents.index]):
        found = residents[residents.index.isin([int(name[1:]) for name in names if name])]
        if len(found):
            return int(found.index[found.to_numpy().argmax()])
    raise ValueError("the scenario has no independent provider with an older people's home")


def tell(played: Played, row: int) -> str:
    """Return the story of the provider in a row: who it is, what the months show, what happened, and why."""
    market = played.market
    provider = market.provider(row)
    return "\n\n".join(
        [
            f"**{provider.name}** ({_kind(provider.kind)}), scenario `{market.scenario.name}`, "
            f"seed {market.seed_of_run}, version {resilience.__version__}.",
            _beginning(played, row),
            table(_HEADS, [_line(played, row, month) for month in _months_shown(played, row)]),
            _happenings(provider.story()),
            _ending(market, row),
        ]
    )


def _kind(name: str) -> str:
    return "co-operative" if name == "cooperative" else name.replace("_", " ")


def _mine(played: Played, row: int, month: int) -> pd.DataFrame:
    sites = played.sites[month]
    return sites[sites["provider"] == row]


def _last_month(played: Played, row: int) -> int:
    """Return the last month at whose end the provider still had a site (0: the market before its first)."""
    return max((month for month in range(len(played.sites)) if len(_mine(played, row, month))), default=0)


def _months_shown(played: Played, row: int) -> list[int]:
    """Return the months that a reader sees: the opening, Aprils, months with events, and all of those near the end."""
    last = _last_month(played, row)
    events = {int(event["month"]) + 1 for event in played.market.events_of_provider(row)}
    first = next((month for month in range(last + 1) if len(_mine(played, row, month))), 0)
    april = {month for month in range(1, last + 1) if played.market.scenario.month_date(month - 1).month == 4}
    near = set(range(max(last - CLOSE_TO_THE_END + 1, first), last + 1))
    return sorted(month for month in {first} | april | near | events if first <= month <= last)


def _beginning(played: Played, row: int) -> str:
    """Return who the provider is when it is first seen."""
    first = next(month for month in range(len(played.sites)) if len(_mine(played, row, month)))
    mine = _mine(played, row, first)
    at_home = mine["setting"] == "home_care"
    parts = [
        f"{_count(one, kind)} in {council} with room for {int(places)}"
        for (kind, council), group in mine[~at_home].groupby(["care_type", "council"], sort=False)
        for one, places in [(len(group), group["beds"].sum())]
    ]
    if at_home.any():
        parts.append(f"{int(at_home.sum())} home-care branch(es) in {', '.join(sorted(set(mine['council'][at_home])))}")
    when = "before the first month" if first == 0 else f"in {_date(played, first)}"
    return f"It is first seen {when}, with {'; '.join(parts)}."


def _count(number: int, kind: str) -> str:
    return f"{number} home{'s' if number > 1 else ''} ({kind.replace('_', ' ')})"


def _line(played: Played, row: int, month: int) -> tuple[str, ...]:
    """Return one month of the provider as cells; people, places and staff are sums, pay, fee and price means."""
    mine = _mine(played, row, month)
    weight = mine["people"].clip(lower=1)
    fees = [played.councils[month].loc[site.council, f"fee_{site.care_type}"] for site in mine.itertuples()]
    homes = mine["care_type"].isin(_FEES).all()
    places = mine["beds"].sum() if homes else mine["capacity"].sum()

    def mean(values: Any) -> float:
        return float((pd.Series(list(values), index=mine.index) * weight).sum() / weight.sum())

    cash = played.providers[month].set_index("provider").loc[row, "cash"]
    return (
        "start" if month == 0 else _date(played, month),
        *(f"{int(mine[name].sum())}" for name in ("people", "people_council", "people_self_funder", "people_nhs")),
        f"{places:,.0f}" if homes else f"{places:,.0f} hours",
        *(f"{mine[name].sum():.1f}" for name in ("staff", "posts")),
        f"{mean(mine['pay']):.2f}",
        *(f"{value:,.0f}" if homes else f"{value:.2f}" for value in (mean(fees), mean(mine["price"]))),
        ", ".join(sorted(set(mine["rating"].str.replace("_", " ")))),
        *(f"{value:,.0f}" for value in (mine["revenue"].sum(), mine["surplus"].sum(), cash)),
    )


def _date(played: Played, month: int) -> str:
    """Return the name of the month after which the market was seen."""
    return played.market.scenario.month_date(month - 1).strftime("%b %Y")


def _happenings(sentences: list[str]) -> str:
    return "What happened:\n\n" + "\n".join(
        f"- {sentence}" for sentence in sentences or ["Nothing that the ledger keeps."]
    )


def _ending(market: CareMarket, row: int) -> str:
    """Return what became of the provider, and the cause bridge of its last event that has one."""
    provider = market.provider(row)
    bridges = [
        event for event in market.events_of_provider(row) if any(event[f"cause_{cause}"] for cause in CAUSE_LABELS)
    ]
    end = f"At the end of the run it is: {provider.fate}."
    if not bridges:
        return end
    last = bridges[-1]
    rows = [(label, f"{last[f'cause_{cause}']:+.2f}") for cause, label in CAUSE_LABELS.items()]
    change = last["surplus_per_hour"] - last["surplus_per_hour_start"]
    rows.append(("change in surplus per care hour", f"{change:+.2f}"))
    when = market.scenario.month_date(int(last["month"])).strftime("%B %Y")
    what = str(last["kind"]).replace("_", " ")
    intro = (
        f"The account of causes at the {what} of {when}: surplus per care hour, after rent, interest and the return "
        f"owed, went from {_pounds(last['surplus_per_hour_start'])} to {_pounds(last['surplus_per_hour'])}."
    )
    return f"{end} {intro}\n\n{table(('cause', 'GBP an hour'), rows)}"


def _pounds(amount: float) -> str:
    return f"{'-' if amount < 0 else ''}£{abs(amount):.2f}"


def main_text(arguments: list[str]) -> str:
    """Return the story that these command-line arguments ask for; leaves with a message when they are wrong."""
    parser = argparse.ArgumentParser(prog="python -m docs.story", description="The story of one provider.")
    parser.add_argument("scenario", nargs="?", default="austerity-and-wage-rise", help="a scenario file or name")
    parser.add_argument("--seed", type=int, default=1, help="the run's seed")
    parser.add_argument("--months", type=int, help="months to run, instead of the scenario's")
    parser.add_argument("--provider", help="such as P84, as in the results tables; left out, one that went under")
    chosen = parser.parse_args(arguments)
    played = play(chosen.scenario, chosen.seed, chosen.months)
    row = choose(played) if chosen.provider is None else _row_of(parser, played, chosen.provider)
    return tell(played, row)


def _row_of(parser: argparse.ArgumentParser, played: Played, name: str) -> int:
    row = int(name[1:]) if name[:1] == "P" and name[1:].isdigit() else -1
    if not 0 <= row < len(played.market.frame("providers")):
        parser.error(f"no provider {name!r}; they are named as in the results tables, such as P84")
    return row


if __name__ == "__main__":
    print(main_text(sys.argv[1:]))
