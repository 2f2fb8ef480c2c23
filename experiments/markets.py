"""Markets that studies look at beside the model's own: one that counts its workers, and one with another order of play.

They have a module of their own because worker processes import them by name.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Final

from resilience.market import (
    calendar,
    choice,
    commissioning,
    delivery,
    distress,
    entry,
    finance,
    labour,
    need,
    pricing,
    quality,
    reprovision,
    savings,
)
from resilience.market import sites as at
from resilience.measures.results import Results
from resilience.model import CareMarket
from resilience.runs.one import ModelFactory
from resilience.scenario import Scenario
from resilience.state.codes import HOME_CARE
from resilience.state.market_state import MarketState


class StaffedMarket(CareMarket):
    """A care market that also tells, at the end, how many people work in agencies, homes and micro-enterprises."""

    def results(self) -> Results:
        """Return the results with ``agency_workers``, ``home_workers`` and ``micro_workers`` (full-time) among them."""
        found = super().results()
        found.headline.update(workers(self.state))
        return found


def staffed_market(scenario: Scenario, seed: int) -> StaffedMarket:
    """Build the market of a scenario that counts its workers."""
    return StaffedMarket(scenario, rng=seed)


def workers(state: MarketState) -> dict[str, float]:
    """Return full-time workers by where they work: home-care agencies, care homes, micro-enterprises."""
    s, micro = state.sites, at.is_micro(state)
    at_home = s.care_type == HOME_CARE
    groups = {"agency_workers": at_home & ~micro, "home_workers": ~at_home, "micro_workers": micro}
    return {name: float(s.staff[s.alive & group].sum()) for name, group in groups.items()}


STEPS: Final[Mapping[str, Callable[[MarketState], Any]]] = {
    "calendar": calendar.step,
    "need": need.step,
    "labour": labour.step,
    "commissioning": commissioning.step,
    "pricing": pricing.step,
    "choice": choice.step,
    "cover": labour.cover,
    "delivery": delivery.step,
    "finance": finance.step,
    "run_down": savings.run_down,
    "distress": distress.step,
    "reprovision": reprovision.step,
    "entry": entry.step,
    "quality": quality.step,
}
"""The steps of a month by name, in the model's own order (``resilience.model.play_month``)."""


def moved(step: str, before: str) -> tuple[str, ...]:
    """Return the model's order with one step moved to before another."""
    order = [name for name in STEPS if name != step]
    order.insert(order.index(before), step)
    return tuple(order)


ORDERS: Final[Mapping[str, tuple[str, ...]]] = {
    "quality first": moved("quality", "need"),
    "work after placement": moved("labour", "cover"),
    "choice before placement": ("calendar", "need", "labour", "pricing", "choice", "commissioning", *list(STEPS)[6:]),
    "entry before distress": moved("entry", "distress"),
    "re-provision a month later": moved("reprovision", "distress"),
}
"""Other orders of a month that could be argued for: what each is called, and its steps."""


class OrderedMarket:
    """A care market whose month has its steps in another order; everything else is the model's."""

    def __init__(self, scenario: Scenario, seed: int, order: tuple[str, ...]) -> None:
        self.market = CareMarket(scenario, rng=seed)
        self.steps = [STEPS[name] for name in order]
        self.running = True

    def step(self) -> None:
        """Advance one month in this market's order."""
        state, market = self.market.state, self.market
        for step in self.steps:
            step(state)
        market.recorder.record(state)
        if market.accounts is not None:
            market.accounts.check(state)
        state.month += 1
        self.running = state.month < market.scenario.months

    def results(self) -> Results:
        """Return measures and tables of the months done so far."""
        return self.market.results()


def market_in_order(order: str) -> ModelFactory:
    """Return what builds markets that play a month in one of ``ORDERS``. Raises KeyError for another name."""
    return functools.partial(OrderedMarket, order=ORDERS[order])
