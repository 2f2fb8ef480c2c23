"""What happened to providers in a month, in words, read off the model's ledger of events."""

from typing import Any, NamedTuple

from resilience.agents.story import event_in_words, sentences
from resilience.state.codes import CAUSE_LABELS, CAUSES, HOME_CARE, MICRO_ENTERPRISE, NURSING
from resilience.state.ledger import EVENT_COLUMNS
from resilience.state.market_state import MarketState

type Row = tuple[Any, ...]

_AT = {name: place for place, name in enumerate(EVENT_COLUMNS)}

_OF_PROVIDERS = {
    "provider_failure": "goes under",
    "covenant_breach": "breaks a promise to its lenders",
    "restructuring": "is let off part of its debts and rents",
}
_WHY = {
    "retirement": "the owner retires",
    "regulator": "the regulator closes it",
    "council_decision": "its council closes it",
    "folded": "no longer worth while",
    "fee below marginal cost": "the fee no longer covers the cost of staff",
    "insolvent at closing": "its last home or branch has closed and it owes more than it has",
    "lenders and landlords": "agreed with lenders and landlords",
}


class Happening(NamedTuple):
    """One event that visitors are told of. A tuple, for hundreds are sent from process to process with every run."""

    what: str
    """What the provider or site does, as a verb in the present."""
    provider: str
    council: str
    people: int
    """People who are affected."""
    why: str
    story: str = ""
    """The event in full sentences with its figures."""


def happenings_since(state: MarketState, event: int) -> tuple[Happening, ...]:
    """The events from a place in the ledger on that visitors are told of: chains' troubles, then most people first.

    Closures that only follow from a failure told of are left out, as are sales, openings and step-ins.
    """
    told = [row for row in state.ledger.since(event) if _is_told(row)]
    happenings = [_happening(state, row) for row in told]
    lenders = [row[_AT["kind"]] in ("covenant_breach", "restructuring") for row in told]
    order = sorted(range(len(told)), key=lambda place: (not lenders[place], -happenings[place].people))
    return tuple(happenings[place] for place in order)


def _is_told(row: Row) -> bool:
    kind = row[_AT["kind"]]
    if kind == "site_closure":
        return row[_AT["reason"]] != "provider_failure"
    return kind in _OF_PROVIDERS or kind == "contract_hand_back"


def _happening(state: MarketState, row: Row) -> Happening:
    provider, council = _whole(row, "provider"), _whole(row, "council")
    return Happening(
        what=_what(state, row),
        provider=state.provider_names[provider] if provider >= 0 else "",
        council=state.council_names[council] if council >= 0 else "",
        people=sum(_whole(row, f"people_{payer}") for payer in ("council", "self_funder", "nhs")),
        why=_why(row),
        story=sentences(event_in_words(state, dict(zip(EVENT_COLUMNS, row, strict=True)))),
    )


def _whole(row: Row, name: str) -> int:
    return int(row[_AT[name]])


def _what(state: MarketState, row: Row) -> str:
    kind = str(row[_AT["kind"]])
    if kind in _OF_PROVIDERS:
        return _OF_PROVIDERS[kind]
    if kind == "contract_hand_back":
        return "hands contracts back"
    if state.providers.kind[_whole(row, "provider")] == MICRO_ENTERPRISE:
        return "stops"
    care_type = _whole(row, "care_type")
    if care_type == HOME_CARE:
        return "closes a home-care branch"
    return "closes a nursing home" if care_type == NURSING else "closes a care home"


def _why(row: Row) -> str:
    """The reason where it explains itself, else the part of the cause bridge that took most from the surplus."""
    reason = str(row[_AT["reason"]])
    if reason.startswith("interest cover"):
        return "too little surplus for the interest"
    if reason.startswith("scenario: "):
        return "this scenario makes it fail"
    if reason in _WHY:
        return _WHY[reason]
    parts = {cause: row[_AT[f"cause_{cause}"]] for cause in CAUSES}
    worst = min(parts, key=lambda cause: parts[cause])
    return CAUSE_LABELS[worst] if parts[worst] < 0 else "no surplus from the start"
