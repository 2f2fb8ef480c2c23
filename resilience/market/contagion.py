"""Contagion: which endings another provider's ending helped to bring about, by which way, and whose it was.

An event belongs to the second round only where one of three ways leads to it from another provider's closures or
hand-backs in the same council in the last six months:

- ``fire_sale``: the site came to market, found no buyer, and would have found one without the crowd of other homes (or
  branches) for sale;
- ``displaced_demand``: others' earlier endings displaced over a twentieth of the hours of its kind of care in the
  council, it is in trouble for money, its surplus fell, and agency cover and vacancies took most from it;
- ``budget_drain``: the same of council-funded hours, and fees that fell behind took most.

A site that closes because its provider failed shares its provider's way. The event links to the provider whose endings
weigh most. Staff whom a closure sets free relieve others in this model rather than harm them, so no way leads through
them; the measure ``staff_freed`` shows them.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.bridge import over_causes
from resilience.state.codes import HOME_CARE, N_PAYERS, N_TYPES, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.endings import MonthOfEndings, add
from resilience.state.market_state import MarketState

MATERIAL = 0.05
"""Share of a market's hours that others must have displaced to reach a provider (assumption)."""
FEE, AGENCY = 0, 2
"""Places of these causes in the bridge."""
_UNDER_STRAIN = frozenset(
    (
        *("loss_making", "wound_up", "insolvent", "insolvent at closing"),
        *("provider_failure", "fee below marginal cost"),
    )
)
"""Reasons that others' troubles can bring about; retirement and the regulator come of themselves."""


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
    """Finds the way from other providers' endings of the last six months to an event of this month."""

    def __init__(self, state: MarketState, crowded: Iterable[int] = ()) -> None:
        """Catch up with the ledger; ``crowded`` are sites that come to market now and will close unsold."""
        state.endings.catch_up(state.ledger, state.month, state.coefficients.hours_per_person)
        self._state = state
        self._crowd: dict[tuple[int, int, int], float] = {}
        s = state.sites
        for row in crowded:
            add(self._crowd, (int(s.council[row]), int(s.care_type[row] == HOME_CARE), int(s.provider[row])), 1.0)

    def links(
        self,
        providers: list[int],
        councils: list[int],
        care_types: list[int],
        reasons: list[str],
        bridges: Floats,
        crowded_out: list[bool],
    ) -> list[Link]:
        """Return the way from another provider's ending to each event; ``crowded_out`` is the test of a fire sale."""
        worst, change = bridges.argmin(axis=1).tolist(), over_causes(bridges).tolist()
        events = zip(providers, councils, care_types, reasons, worst, change, crowded_out, strict=True)
        return [
            self._link(provider, (council, care_type), reason, cause, parts, crowded)
            if crowded or reason in _UNDER_STRAIN
            else NO_LINK
            for provider, council, care_type, reason, cause, parts, crowded in events
        ]

    def _link(
        self, provider: int, place: tuple[int, int], reason: str, worst: int, change: float, crowded_out: bool
    ) -> Link:
        """Return the way to one event; ``worst`` is the cause that took most of the ``change`` in surplus per hour."""
        months, now = self._state.endings.months, self._state.month
        if crowded_out:
            like = place[0], int(place[1] == HOME_CARE)
            source, _ = _largest([*(month.for_sale for month in months.values()), self._crowd], like, provider)
            if source >= 0:
                return Link(source, "fire_sale")
        if reason not in _UNDER_STRAIN:
            return NO_LINK
        if reason == "provider_failure":
            return Link(*months[now].failed.get(provider, (-1, ""))) if now in months else NO_LINK
        if change >= 0.0 or worst not in (FEE, AGENCY):
            return NO_LINK
        earlier = [month for number, month in months.items() if number < now]
        return self._through_the_market(earlier, provider, place, worst == FEE)

    def _through_the_market(
        self, earlier: list[MonthOfEndings], provider: int, place: tuple[int, int], by_fee: bool
    ) -> Link:
        """Return the link to the other provider that displaced most, if all others displaced enough."""
        amounts = [month.council_funded if by_fee else month.displaced for month in earlier]
        source, total = _largest(amounts, place, provider)
        if source < 0 or total <= MATERIAL * _market_hours(self._state, place, by_fee):
            return NO_LINK
        return Link(source, "budget_drain" if by_fee else "displaced_demand")


def _market_hours(state: MarketState, place: tuple[int, int], council_funded: bool) -> float:
    """Return the weekly hours of people served in one council's market of one kind of care, or council-funded ones."""
    s, index, market = state.sites, state.index, place[0] * N_TYPES + place[1]
    per_person = state.coefficients.hours_per_person[place[1]]
    here = index.order[index.starts[market] : index.ends[market]]
    people = s.council_new[here] + s.council_settled[here]
    if council_funded:
        return float(people.sum() * per_person)
    load = people + (s.nhs_new[here] + s.nhs_settled[here]) + s.self_funder_hours[here] / per_person
    return float(load.sum() * per_person)


def _largest(months: list[dict[tuple[int, int, int], float]], place: tuple[int, int], own: int) -> tuple[int, float]:
    """Return the other provider with the largest amount at a place (-1: none; ties go to the lower row), others' total.

    The keys of ``months`` are the two numbers of a place and the provider.
    """
    others: dict[int, float] = {}
    for amounts in months:
        for (council, kind, provider), amount in amounts.items():
            if council == place[0] and kind == place[1] and provider != own:
                others[provider] = others.get(provider, 0.0) + amount
    if not others:
        return -1, 0.0
    return max(others, key=lambda provider: (others[provider], -provider)), sum(others.values())


def count_displaced(state: MarketState, council: Ints, column: Ints, count: Ints, second: Flags) -> None:
    """Bring the second round's share of each displaced queue up to date, before ``count`` people join it."""
    c, f = state.councils, state.self_funders
    waiting = np.flatnonzero(f.displaced & (f.site < 0))
    already = np.zeros_like(c.displaced)
    np.add.at(already, (f.council[waiting], f.care_type[waiting] * N_PAYERS + SELF_FUNDER), 1)
    count_in(c.second_round, c.displaced, c.displaced_long, already, council, column, count, second)


@compiled_in("displaced")
def count_in(
    second_round: Floats,
    displaced: Ints,
    displaced_long: Ints,
    already: Ints,
    council: Ints,
    column: Ints,
    count: Ints,
    second: Flags,
) -> None:
    """Bring the second round's share of each queue up to date, before ``count`` people join it.

    The first four run over councils and (kinds of care x payers): the shares, the people in the queues, and the
    self-funders ``already`` waiting, who stand in no queue. Each entry of the others is a site whose people join
    queue ``column`` of its ``council``. People leave a queue and are re-placed alike whoever displaced them, so the
    share changes only when others join.
    """
    before = (displaced + displaced_long + already).astype(np.float64)
    joining, of_them = np.zeros_like(before), np.zeros_like(before)
    np.add.at(joining, (council, column), count)
    np.add.at(of_them, (council, column), count * second)
    total = before + joining
    share = (second_round * before + of_them) / np.maximum(total, 1e-9)
    second_round[:] = np.where(joining > 0.0, share, second_round)


def second_round_hours(state: MarketState) -> Floats:
    """Return the weekly hours lost this month by people whom second-round events displaced, by council."""
    share = state.councils.second_round.reshape(state.n_councils, N_TYPES, N_PAYERS)
    return np.asarray((state.flows.lost * share).sum(axis=(1, 2)))


def extra_cost_of_stepping_in(state: MarketState, council: int, care_type: int, people: int) -> float:
    """Return what people in a council's own service cost a week over the fee it pays others, GBP."""
    weekly_fee = float(state.councils.fee[council, care_type] * state.coefficients.hours_per_person[care_type])
    return people * weekly_fee * (state.scenario.councils.in_house_cost_ratio - 1.0)
