"""What the ledger's closures, sales and hand-backs come to by month, place and provider: each event is read once."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

from resilience.state.codes import HOME_CARE
from resilience.state.columns import Floats
from resilience.state.ledger import Ledger

WINDOW: Final = 6
"""Months for which an ending weighs on its market, its own month included (the ADASS question asks for six)."""
_NOT_FOR_SALE: Final = ("regulator", "folded", "council_decision")
_READ: Final = (
    *("month", "kind", "reason", "provider", "council", "care_type"),
    *("people_council", "hours", "linked_provider", "channel"),
)
_COUNTED: Final = frozenset(("provider_failure", "site_closure", "site_sale", "contract_hand_back"))


@dataclass(slots=True)
class MonthOfEndings:
    """One month's endings, amounts by (council, kind of care, provider)."""

    displaced: dict[tuple[int, int, int], float] = field(default_factory=dict)
    """Weekly hours displaced by closures and hand-backs."""
    council_funded: dict[tuple[int, int, int], float] = field(default_factory=dict)
    """The council-funded part of them."""
    for_sale: dict[tuple[int, int, int], float] = field(default_factory=dict)
    """Sites that came to market, sold or closed; for the kind of care stands whether they are branches."""
    failed: dict[int, tuple[int, str]] = field(default_factory=dict)
    """Linked provider and channel of each provider that failed."""


@dataclass(slots=True)
class Endings:
    """The endings of the last six months; the ledger is read up to ``read``."""

    months: dict[int, MonthOfEndings] = field(default_factory=dict)
    read: int = 0

    def catch_up(self, ledger: Ledger, month: int, hours_per_person: Floats) -> None:
        """Read the ledger's new events and forget months outside the window that ends with ``month``."""
        if self.read < len(ledger):
            self._read(ledger.since(self.read, _READ), hours_per_person.tolist())
            self.read = len(ledger)
        for old in [known for known in self.months if known <= month - WINDOW]:
            del self.months[old]

    def _read(self, events: Iterable[tuple[Any, ...]], hours_per_person: list[float]) -> None:
        """Count events; those of the council-funded are in person-equivalents."""
        for month, kind, reason, provider, council, care_type, people, hours, linked, channel in events:
            if kind not in _COUNTED:
                continue
            endings = self.months.get(month)
            if endings is None:
                endings = self.months[month] = MonthOfEndings()
            if kind == "provider_failure":
                endings.failed[provider] = linked, channel
                continue
            if kind != "contract_hand_back" and reason not in _NOT_FOR_SALE:
                add(endings.for_sale, (council, int(care_type == HOME_CARE), provider), 1.0)
            if kind != "site_sale":
                place = council, care_type, provider
                add(endings.displaced, place, hours)
                add(endings.council_funded, place, people * hours_per_person[care_type])


def add[K](amounts: dict[K, float], place: K, amount: float) -> None:
    """Add to the amount at a place."""
    amounts[place] = amounts.get(place, 0.0) + amount
