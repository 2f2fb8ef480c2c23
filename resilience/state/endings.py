"""What the ledger's closures, sales and hand-backs come to by month, place and provider: each event is read once."""

from dataclasses import dataclass, field
from typing import Any, Final

from resilience.state.codes import HOME_CARE
from resilience.state.columns import Floats
from resilience.state.ledger import EVENT_COLUMNS, Ledger

WINDOW: Final = 6
"""Months for which an ending weighs on its market, its own month included (the ADASS question asks for six)."""
_NOT_FOR_SALE: Final = ("regulator", "folded", "council_decision")
_MONTH, _KIND, _REASON, _PROVIDER, _COUNCIL, _CARE_TYPE, _PEOPLE, _HOURS, _LINKED, _CHANNEL = (
    EVENT_COLUMNS.index(name)
    for name in (
        "month",
        "kind",
        "reason",
        "provider",
        "council",
        "care_type",
        "people_council",
        "hours",
        "linked_provider",
        "channel",
    )
)

type ByProvider = dict[int, float]


@dataclass(slots=True)
class MonthOfEndings:
    """One month's endings, amounts by provider."""

    displaced: dict[tuple[int, int], ByProvider] = field(default_factory=dict)
    """Weekly hours displaced by closures and hand-backs, by (council, kind of care)."""
    council_funded: dict[tuple[int, int], ByProvider] = field(default_factory=dict)
    """The council-funded part of them."""
    for_sale: dict[tuple[int, bool], ByProvider] = field(default_factory=dict)
    """Sites that came to market, sold or closed, by council and whether they are branches."""
    failed: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Linked provider and channel of each provider that failed."""


@dataclass(slots=True)
class Endings:
    """The endings of the last six months; the ledger is read up to ``read``."""

    months: dict[int, MonthOfEndings] = field(default_factory=dict)
    read: int = 0

    def catch_up(self, ledger: Ledger, month: int, hours_per_person: Floats) -> None:
        """Read the ledger's new events and forget months outside the window that ends with ``month``."""
        for event in ledger.rows[self.read :]:
            self._take(event, hours_per_person)
        self.read = len(ledger.rows)
        for old in [known for known in self.months if known <= month - WINDOW]:
            del self.months[old]

    def _take(self, event: tuple[Any, ...], hours_per_person: Floats) -> None:
        kind, provider, council = event[_KIND], event[_PROVIDER], event[_COUNCIL]
        if kind == "provider_failure":
            self._month(event).failed[provider] = event[_LINKED], event[_CHANNEL]
        if kind in ("site_closure", "site_sale") and event[_REASON] not in _NOT_FOR_SALE:
            add(self._month(event).for_sale, (council, event[_CARE_TYPE] == HOME_CARE), provider, 1.0)
        if kind in ("site_closure", "contract_hand_back"):
            month, place = self._month(event), (council, event[_CARE_TYPE])
            add(month.displaced, place, provider, event[_HOURS])
            add(month.council_funded, place, provider, event[_PEOPLE] * float(hours_per_person[place[1]]))

    def _month(self, event: tuple[Any, ...]) -> MonthOfEndings:
        month = self.months.get(event[_MONTH])
        if month is None:
            month = self.months[event[_MONTH]] = MonthOfEndings()
        return month


def add[K](table: dict[K, ByProvider], place: K, provider: int, amount: float) -> None:
    """Add an amount to a provider's at a place."""
    at_place = table.setdefault(place, {})
    at_place[provider] = at_place.get(provider, 0.0) + amount
