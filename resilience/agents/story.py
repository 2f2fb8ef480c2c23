"""What an event means, in plain English with its figures; the same for a market in play and for kept results."""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from resilience.state.codes import CARE_TYPES, CAUSES

if TYPE_CHECKING:
    from resilience.state.market_state import MarketState

_DOES: Final = {
    "provider_failure": "fails",
    "site_closure": "closes {site} in {council}",
    "micro_enterprise_fold": "stops; it worked in {council}",
    "site_sale": "sells {site} in {council} as a going concern",
    "contract_hand_back": "hands home-care contracts in {council} back to the council",
    "stops_admitting_council": "stops admitting council-funded people to {site} in {council}",
    "covenant_breach": "breaks the promise to its lenders",
    "restructuring": "comes to terms with its lenders and landlords, who give up part of what they are owed",
    "step_in": "takes in people in {council} who had lost their provider",
    "entry": "opens {site} in {council}",
}
_SITES: Final = {
    "residential": "a residential home",
    "nursing": "a nursing home",
    "younger_adults": "a home for younger adults",
    "home_care": "a home-care branch",
}
_REASONS: Final = {
    "retirement": "its owner retires",
    "regulator": "the regulator closes it after months rated inadequate",
    "council_decision": "its council closes one of its own homes",
    "loss_making": "it has run at a loss for too long",
    "wound_up": "its owner stops while there is money left to pay everybody",
    "provider_failure": "its provider has failed",
    "folded": "the people who ran it give up",
    "fee below full running cost": "the council's fee is below its full running cost",
    "fee below marginal cost": "the council's fee does not even pay for the extra hours",
    "insolvent": "its money and credit are used up",
    "insolvent at closing": "its last home or branch has closed, and it owes more than it has",
    "stopped": "a stress test makes it stop",
    "lenders and landlords": "",
}
_WAYS: Final = {
    "fire_sale": "too many sites were for sale at once, among them those of {who}, and it would otherwise have found a "
    "buyer",
    "displaced_demand": "{who} had ended near by, and the people it left brought more work than there were staff for",
    "budget_drain": "{who} had ended near by, and the money for its people was missing from the fees",
}
PARTS: Final = {
    "fee": "fees and prices",
    "wage_floor": "pay and on-costs",
    "agency": "agency cover",
    "occupancy": "occupancy",
    "rent": "rent",
    "interest": "interest",
    "investor_return": "the return to investors",
    "other": "other costs",
}
"""Parts of the bridge by names that fit a gain as well as a loss."""
_PAYERS: Final = (
    ("people_council", "paid for by the council"),
    ("people_self_funder", "paying for themselves"),
    ("people_nhs", "paid for by the NHS"),
)


def sentences(event: Mapping[str, Any]) -> str:
    """Return an event in one to three sentences.

    The event has the columns of the ledger in words (see ``measures.catalogue.COLUMNS``): ``month`` as a date, council
    and care_type by name, empty where there is none; ``linked_name`` names the linked provider.
    """
    parts = [_what(event), _money(event), _link(event)]
    return " ".join(part for part in parts if part)


def event_in_words(state: "MarketState", event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event of the ledger, its columns by name, with names instead of codes, ready for ``sentences``."""
    linked = int(event["linked_provider"])
    return {
        **event,
        "month": state.scenario.month_date(int(event["month"])),
        "council": state.council_names[event["council"]] if event["council"] >= 0 else "",
        "care_type": CARE_TYPES[event["care_type"]] if event["care_type"] >= 0 else "",
        "linked_provider": f"P{linked}" if linked >= 0 else "",
        "linked_name": state.provider_names[linked] if linked >= 0 else "",
    }


def _what(event: Mapping[str, Any]) -> str:
    """Return what happened, why, and to how many people."""
    kind = str(event["kind"])
    plain = kind.replace("_", " ")
    where = {"site": _SITES.get(str(event["care_type"]), "a site"), "council": event["council"] or "the region"}
    does = _DOES.get(kind, plain).format(**where)
    reason = str(event["reason"])
    why = _REASONS.get(reason, reason.replace("_", " "))
    because = f" ({why})" if why else ""
    return f"{event['month'].strftime('%B %Y')}: {does}{because}{_people(event)}."


def _people(event: Mapping[str, Any]) -> str:
    """Return how many people are affected, who pays for them and their weekly hours."""
    counts = [(int(event[column]), words) for column, words in _PAYERS]
    total = sum(count for count, _ in counts)
    if total == 0:
        return ""
    payers = ", ".join(f"{count} {words}" for count, words in counts if count)
    return f"; {total:,} {'person' if total == 1 else 'people'} ({payers}), {event['hours']:,.0f} hours a week"


def _money(event: Mapping[str, Any]) -> str:
    """Return how the surplus an hour changed since the start and what made it change; the parts sum to the change."""
    parts = {cause: float(event[f"cause_{cause}"]) for cause in CAUSES}
    start, now = float(event["surplus_per_hour_start"]), float(event["surplus_per_hour"])
    if not any(parts.values()) or not math.isfinite(start + now):
        return ""
    largest = sorted((cause for cause in CAUSES if abs(parts[cause]) >= 0.005), key=lambda cause: parts[cause])
    told = ", ".join(f"{PARTS[cause]} {pounds(parts[cause], signed=True)}" for cause in largest)
    moved = "fell" if now < start else "rose"
    change = f"from {pounds(start)} to {pounds(now)} ({pounds(now - start, signed=True)})"
    return f"Its surplus an hour {moved} {change}: {told}."


def _link(event: Mapping[str, Any]) -> str:
    """Return how another provider's ending led to the event; empty in the first round."""
    way = _WAYS.get(str(event["channel"]))
    if way is None:
        return ""
    name = event.get("linked_name") or ""
    who = f"{name} ({event['linked_provider']})" if name else str(event["linked_provider"])
    return f"It followed from others: {way.format(who=who)}."


def pounds(amount: float, *, signed: bool = False) -> str:
    """Return an amount as "£2.05", "-£0.85", or with a sign "+£0.35"."""
    sign = "-" if round(amount, 2) < 0 else "+" if signed else ""
    return f"{sign}£{abs(amount):,.2f}"
