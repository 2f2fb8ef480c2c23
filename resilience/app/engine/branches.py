"""Runs kept at the month in which something new begins, so that another scenario with the same past goes on from there.

A shock or policy acts from its start on and not before, and every draw is keyed: two scenarios that differ only in what
begins in a month or later have the same market until then, bit for bit. Moving a slider of a shock that begins in the
second year therefore plays no month of the first year again.
"""

import pickle
from collections import OrderedDict
from typing import Final, NamedTuple

from resilience.app.engine.play import Playing, begin
from resilience.app.engine.replicate import digest_of
from resilience.scenario import Scenario
from resilience.scenario.registry import FAMILIES
from resilience.shocks.base import Shock

USUAL_CHANGE: Final = 12
"""The month, counted from 0, in which shipped scenarios and the guided session begin to differ from their baseline."""

MOST_BYTES_KEPT: Final = 200_000_000
"""Runs at a branch are kept up to this size; a West Midlands run takes about 6 MB, in a group as well as alone."""


class Branch(NamedTuple):
    """Runs before they play a month: their past, their seeds, whether events are told, and the month.

    Runs side by side are kept as a group, and only the same group goes on from there.
    """

    past: str
    seeds: tuple[int, ...]
    told: bool
    month: int


def past_of(scenario: Scenario, month: int) -> str:
    """Return the hash of what decides the months before ``month``: the scenario without what begins then or later."""
    later = [
        f"{family}.{name}"
        for family in FAMILIES
        for name, component in getattr(scenario, family).items()
        if component.start_index(scenario) >= month
    ]
    return (scenario.with_values(dict.fromkeys(later, False)) if later else scenario).hash


def months_of_change(scenario: Scenario) -> list[int]:
    """Return the months, counted from 0, in which a shock or policy of the scenario begins, earliest first."""
    components = [component for family in FAMILIES for component in getattr(scenario, family).values()]
    return sorted({component.start_index(scenario) for component in components})


class Branches:
    """The branches that a worker has passed, those used last kept longest."""

    def __init__(self, most_bytes: int = MOST_BYTES_KEPT) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[Branch, bytes] = OrderedDict()
        self._fitting: set[str] = set()
        """Scenarios whose market has been opened here: their shocks can happen to it, whatever the seed."""

    def begin(self, scenario: Scenario, seeds: tuple[int, ...], *, told: bool) -> Playing:
        """Return runs of the scenario, as far on as a kept branch allows; nothing of them has been sent.

        Raises ScenarioError and RegionError as a new market does.
        """
        kept = self._kept_for(scenario, seeds, told=told)
        if kept is None or not self._fits(scenario):
            fresh = begin(scenario, seeds if kept is None else seeds[:1], told=told)
            self._fitting.add(digest_of(scenario))
            if kept is None:
                return fresh
        played: Playing = pickle.loads(kept)
        played.go_on_as(scenario)
        return played

    def pass_by(self, played: Playing) -> None:
        """Keep the runs if something begins in the month that they play next."""
        scenario, month = played.scenario, played.month
        if month not in (months_of_change(scenario) or [USUAL_CHANGE]):
            return
        branch = Branch(past_of(scenario, month), played.seeds, played.told, month)
        if branch not in self._kept:
            self._kept[branch] = pickle.dumps(played, protocol=pickle.HIGHEST_PROTOCOL)
            while len(self._kept) > 1 and sum(map(len, self._kept.values())) > self._most:
                self._kept.popitem(last=False)

    def _kept_for(self, scenario: Scenario, seeds: tuple[int, ...], *, told: bool) -> bytes | None:
        """Return the latest branch from which the scenario can go on."""
        for month in reversed(months_of_change(scenario)):
            branch = Branch(past_of(scenario, month), seeds, told, month)
            if branch in self._kept:
                self._kept.move_to_end(branch)
                return self._kept[branch]
        return None

    def _fits(self, scenario: Scenario) -> bool:
        """Whether it is known that every shock can happen to the market; some ask for providers that must be there."""
        plain = all(type(shock).misfits is Shock.misfits for shock in scenario.shocks.values())
        return plain or digest_of(scenario) in self._fitting
