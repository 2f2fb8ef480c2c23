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

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.bridge import over_causes
from resilience.state.codes import HOME_CARE, N_PAYERS, N_TYPES, SELF_FUNDER
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.ledger import COUNTS, EVENT_KINDS
from resilience.state.market_state import MarketState

MATERIAL = 0.05
"""Share of a market's hours that others must have displaced to reach a provider (assumption)."""
WINDOW: Final = 6
"""Months for which an ending weighs on its market, its own month included (the ADASS question asks for six)."""
FEE, AGENCY = 0, 2
"""Places of these causes in the bridge."""
_UNDER_STRAIN = frozenset(
    (
        *("loss_making", "wound_up", "insolvent", "insolvent at closing"),
        *("provider_failure", "fee below marginal cost"),
    )
)
"""Reasons that others' troubles can bring about; retirement and the regulator come of themselves."""
_NOT_FOR_SALE: Final = ("regulator", "folded", "council_decision")
"""Reasons of closures without an offer for sale."""
_KIND, _LINKED, _PROVIDER, _COUNCIL, _CARE_TYPE, _PEOPLE = (
    COUNTS.index(name) for name in ("kind", "linked_provider", "provider", "council", "care_type", "people_council")
)
_FAILURE, _CLOSURE, _SALE, _HAND_BACK = (
    EVENT_KINDS.index(kind) for kind in ("provider_failure", "site_closure", "site_sale", "contract_hand_back")
)


@dataclass(frozen=True, slots=True)
class Link:
    """The way from another provider's ending to an event; -1 and an empty channel where there is none."""

    provider: int = -1
    channel: str = ""


NO_LINK = Link()


def links(
    state: MarketState,
    places: list[list[int]],
    reasons: list[str],
    bridges: Floats,
    crowded_out: list[bool] | None = None,
) -> list[Link]:
    """Return the way from another provider's ending to each event of this month.

    ``places`` are lists that begin with provider, site, council and kind of care, ``crowded_out`` is the test of a
    fire sale: sites that come to market now and close unsold, but would not without the crowd.
    """
    found = [NO_LINK] * len(reasons)
    strained = [number for number, reason in enumerate(reasons) if reason in _UNDER_STRAIN]
    if crowded_out is not None and any(crowded_out):
        crowd = [place for place, crowded in zip(places, crowded_out, strict=True) if crowded]
        for number, crowded in enumerate(crowded_out):
            if crowded:
                found[number] = _fire_sale(state, places[number], crowd)
    if not strained:
        return found
    worst, change = bridges.argmin(axis=1).tolist(), over_causes(bridges).tolist()
    failures = _failures(state) if "provider_failure" in reasons else {}
    for number in strained:
        provider, _, council, care_type = places[number][:4]
        if found[number] is not NO_LINK:
            continue
        if reasons[number] == "provider_failure":
            found[number] = failures.get(provider, NO_LINK)
        elif change[number] < 0.0 and worst[number] in (FEE, AGENCY):
            found[number] = _through_the_market(state, provider, (council, care_type), worst[number] == FEE)
    return found


def _events(state: MarketState, first: int, last: int) -> tuple[Ints, Floats, list[str]]:
    """Return (counts, amounts, reasons) of the ledger's events from one month to another."""
    ledger = state.ledger
    rows = slice(ledger.first_of(first), ledger.first_of(last + 1))
    return ledger.counts[rows], ledger.amounts[rows], ledger.reasons[rows]


def _fire_sale(state: MarketState, place: list[int], crowd: list[list[int]]) -> Link:
    """Return the link to the other provider with most like sites for sale in the last six months, or in the crowd."""
    own, _, council, care_type = place[:4]
    counts, _, reasons = _events(state, state.month - WINDOW + 1, state.month)
    here = np.flatnonzero(counts[:, _COUNCIL] == council)
    events = counts[here]
    ended = (events[:, _KIND] == _CLOSURE) | (events[:, _KIND] == _SALE)
    like = (events[:, _CARE_TYPE] == HOME_CARE) == (care_type == HOME_CARE)
    for_sale = [
        int(counts[event, _PROVIDER]) for event in here[ended & like].tolist() if reasons[event] not in _NOT_FOR_SALE
    ]
    for_sale += [
        provider
        for provider, _, where, kind, *_ in crowd
        if where == council and (kind == HOME_CARE) == (care_type == HOME_CARE)
    ]
    source, _ = _largest([dict(Counter(for_sale))], own)
    return NO_LINK if source < 0 else Link(source, "fire_sale")


def _failures(state: MarketState) -> dict[int, Link]:
    """Return the link of each provider's own failure this month."""
    ledger = state.ledger
    first = ledger.first_of(state.month)
    counts = ledger.counts[first : ledger.first_of(state.month + 1)]
    failed = np.flatnonzero(counts[:, _KIND] == _FAILURE)
    whose = zip(failed.tolist(), counts[failed][:, (_PROVIDER, _LINKED)].tolist(), strict=True)
    return {provider: Link(linked, ledger.channels[first + event]) for event, (provider, linked) in whose}


def _through_the_market(state: MarketState, provider: int, place: tuple[int, int], by_fee: bool) -> Link:
    """Return the link to the other provider that displaced most before this month, if all others displaced enough."""
    counts, amounts, _ = _events(state, state.month - WINDOW + 1, state.month - 1)
    here = np.flatnonzero(counts[:, _COUNCIL] == place[0])
    events = counts[here]
    ended = (events[:, _KIND] == _CLOSURE) | (events[:, _KIND] == _HAND_BACK)
    here = here[ended & (events[:, _CARE_TYPE] == place[1])]
    hours = amounts[here, 0]
    if by_fee:
        hours = counts[here, _PEOPLE] * state.coefficients.hours_per_person[place[1]]
    by_month: dict[int, dict[int, float]] = {}
    for month, who, amount in zip(*(counts[here][:, (0, _PROVIDER)].T.tolist()), hours.tolist(), strict=True):
        in_month = by_month.setdefault(month, {})
        in_month[who] = in_month.get(who, 0.0) + amount
    source, total = _largest(list(by_month.values()), provider)
    if source < 0 or total <= MATERIAL * _market_hours(state, place, by_fee):
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


def _largest(months: Sequence[Mapping[int, float]], own: int) -> tuple[int, float]:
    """Return the other provider with the largest amount (-1: none; ties go to the lower row) and all others' total.

    Each of ``months`` has amounts by provider.
    """
    others: dict[int, float] = {}
    for amounts in months:
        for provider, amount in amounts.items():
            if provider != own:
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
