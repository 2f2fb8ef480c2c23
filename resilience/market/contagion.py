"""Contagion: which endings another provider's ending helped to bring about, by which way, and whose it was.

An event belongs to the second round only where one of three ways leads to it from another provider's closures or
hand-backs in the same council in the last six months:

- ``fire_sale``: the site came to market, found no buyer, and would have found one without the crowd of other sites for
  sale;
- ``displaced_demand``: others' earlier endings displaced over a twentieth of the hours of its kind of care in the
  council, it is in trouble for money, its surplus fell, and agency cover and vacancies took most from it;
- ``budget_drain``: the same of council-funded hours, and fees that fell behind took most.

A site that closes because its provider failed shares its provider's way. The event links to the provider whose endings
weigh most. Staff whom a closure sets free relieve others in this model rather than harm them, so no way leads through
them; the measure ``staff_freed`` shows them.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import N_PAYERS, N_TYPES, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.ledger import EVENT_COLUMNS
from resilience.state.market_state import MarketState

WINDOW = 6
"""Months for which an ending weighs on its market, its own month included (the ADASS question asks for six)."""
MATERIAL = 0.05
"""Share of a market's hours that others must have displaced to reach a provider (assumption)."""
FEE, AGENCY = 0, 2
"""Places of these causes in the bridge."""
_UNDER_STRAIN = ("loss_making", "wound_up", "insolvent", "provider_failure", "fee below marginal cost")
"""Reasons that others' troubles can bring about; retirement and the regulator come of themselves."""
_NOT_FOR_SALE = ("regulator", "folded")
_AT = {name: place for place, name in enumerate(EVENT_COLUMNS)}


@dataclass(frozen=True, slots=True)
class Link:
    """The way from another provider's ending to an event; -1 and an empty channel where there is none."""

    provider: int = -1
    channel: str = ""

    @property
    def round(self) -> int:
        """Return 2 for an event that follows from another provider's, else 1."""
        return 1 if self.provider < 0 else 2


NO_LINK = Link()


class RecentEndings:
    """The closures, sales and hand-backs of the last six months, by place and provider."""

    def __init__(self, state: MarketState) -> None:
        self._displaced: dict[tuple[int, int], dict[int, float]] = {}
        self._council_funded: dict[tuple[int, int], dict[int, float]] = {}
        self._for_sale: dict[int, dict[int, float]] = {}
        self._failed: dict[int, Link] = {}
        per_person = state.coefficients.hours_per_person
        for event in reversed(state.ledger.rows):
            if event[_AT["month"]] <= state.month - WINDOW:
                break
            if event[_AT["kind"]] == "provider_failure" and event[_AT["month"]] == state.month:
                self._failed[event[_AT["provider"]]] = Link(event[_AT["linked_provider"]], event[_AT["channel"]])
            self._take(event, state.month, per_person)
        size = state.n_councils * N_TYPES
        market = state.market_of_site()
        hours = np.bincount(market, weights=at.hours_due(state), minlength=size)
        council_hours = at.council_people(state) * at.hours_per_person(state)
        self._hours = hours.reshape(-1, N_TYPES)
        self._council_hours = np.bincount(market, weights=council_hours, minlength=size).reshape(-1, N_TYPES)

    def _take(self, event: tuple[Any, ...], month: int, per_person: Floats) -> None:
        """Count one event of the ledger."""
        kind, provider, council = event[_AT["kind"]], int(event[_AT["provider"]]), int(event[_AT["council"]])
        if kind in ("site_closure", "site_sale") and event[_AT["reason"]] not in _NOT_FOR_SALE:
            self.add_for_sale(council, provider)
        if kind not in ("site_closure", "contract_hand_back") or event[_AT["month"]] == month:
            return
        place = council, int(event[_AT["care_type"]])
        _add(self._displaced, place, provider, float(event[_AT["hours"]]))
        funded = float(event[_AT["people_council"]]) * float(per_person[place[1]])
        _add(self._council_funded, place, provider, funded)

    def add_for_sale(self, council: int, provider: int) -> None:
        """Count one more site that came to market."""
        _add(self._for_sale, council, provider, 1.0)

    def link(self, provider: int, council: int, care_type: int, reason: str, bridge: Floats, crowded_out: bool) -> Link:
        """Return the way from another provider's ending to this event; ``crowded_out`` is the test of a fire sale."""
        if crowded_out:
            source, _ = _largest(self._for_sale.get(council, {}), provider)
            if source >= 0:
                return Link(source, "fire_sale")
        if reason not in _UNDER_STRAIN:
            return NO_LINK
        if reason == "provider_failure":
            return self._failed.get(provider, NO_LINK)
        worst = int(bridge.argmin())
        if bridge.sum() >= 0.0 or worst not in (FEE, AGENCY):
            return NO_LINK
        place = council, care_type
        by_provider = (self._council_funded if worst == FEE else self._displaced).get(place, {})
        source, total = _largest(by_provider, provider)
        market = (self._council_hours if worst == FEE else self._hours)[place]
        if source < 0 or total <= MATERIAL * market:
            return NO_LINK
        return Link(source, "budget_drain" if worst == FEE else "displaced_demand")


def _add[K](table: dict[K, dict[int, float]], place: K, provider: int, amount: float) -> None:
    """Add an amount to a provider's at a place."""
    at_place = table.setdefault(place, {})
    at_place[provider] = at_place.get(provider, 0.0) + amount


def _largest(by_provider: dict[int, float], own: int) -> tuple[int, float]:
    """Return the other provider with the largest amount (-1: none; ties go to the lower row) and all others' total."""
    others = {provider: amount for provider, amount in by_provider.items() if provider != own}
    if not others:
        return -1, 0.0
    return max(others, key=lambda provider: (others[provider], -provider)), sum(others.values())


def count_displaced(state: MarketState, council: Ints, column: Ints, count: Ints, second: Flags) -> None:
    """Bring the second round's share of each displaced queue up to date, before ``count`` people join it.

    People leave a queue and are re-placed alike whoever displaced them, so the share changes only when others join.
    """
    councils = state.councils
    before = (councils.displaced + councils.displaced_long).astype(np.float64)
    f = state.self_funders
    waiting = f.displaced & (f.site < 0)
    np.add.at(before, (f.council[waiting], f.care_type[waiting] * N_PAYERS + SELF_FUNDER), 1.0)
    joining, of_them = np.zeros_like(before), np.zeros_like(before)
    np.add.at(joining, (council, column), count)
    np.add.at(of_them, (council, column), count * second)
    total = before + joining
    share = (councils.second_round * before + of_them) / np.maximum(total, 1e-9)
    councils.second_round[:] = np.where(joining > 0.0, share, councils.second_round)


def second_round_hours(state: MarketState) -> Floats:
    """Return the weekly hours lost this month by people whom second-round events displaced, by council."""
    share = state.councils.second_round.reshape(state.n_councils, N_TYPES, N_PAYERS)
    return np.asarray((state.flows.lost * share).sum(axis=(1, 2)))


def extra_cost_of_stepping_in(state: MarketState, council: int, care_type: int, people: int) -> float:
    """Return what people in a council's own service cost a week over the fee it pays others, GBP."""
    weekly_fee = float(state.councils.fee[council, care_type] * state.coefficients.hours_per_person[care_type])
    return people * weekly_fee * (state.scenario.councils.in_house_cost_ratio - 1.0)
