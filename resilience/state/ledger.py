"""The event ledger: every failure, closure, transfer, hand-back, step-in and entry, with its cause."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any, Final

from resilience.state.codes import CAUSES

EVENT_KINDS: Final = (
    "provider_failure",
    "site_closure",
    "micro_enterprise_fold",
    "site_sale",
    "employee_buyout",
    "contract_hand_back",
    "stops_admitting_council",
    "covenant_breach",
    "restructuring",
    "step_in",
    "entry",
    "shock_without_effect",
)

EVENT_COLUMNS: Final = (
    "month",
    "kind",
    "reason",
    "provider",
    "site",
    "council",
    "care_type",
    "people_council",
    "people_self_funder",
    "people_nhs",
    "hours",
    "surplus_per_hour_start",
    "surplus_per_hour",
    *(f"cause_{cause}" for cause in CAUSES),
    "round",
    "linked_provider",
    "channel",
)
_NEUTRAL: Final[dict[str, Any]] = {
    **dict.fromkeys(EVENT_COLUMNS[2:], 0),
    **{"reason": "", "provider": -1, "site": -1, "council": -1, "care_type": -1, "hours": 0.0},
    **{"surplus_per_hour_start": 0.0, "surplus_per_hour": 0.0, **{f"cause_{cause}": 0.0 for cause in CAUSES}},
    **{"round": 1, "linked_provider": -1, "channel": ""},
}
"""What a column holds, month and kind apart, where an event says nothing of it."""
_OF_CLOSURES: Final = (
    *("month", "kind", "provider", "care_type", "hours"),
    *("people_council", "people_self_funder", "people_nhs"),
)


@dataclass(slots=True)
class Ledger:
    """An append-only list of events, kept as one list a column of :data:`EVENT_COLUMNS`."""

    _columns: dict[str, list[Any]] = field(default_factory=lambda: {name: [] for name in EVENT_COLUMNS})

    def record(
        self,
        month: int,
        kind: str,
        *,
        reason: str = "",
        provider: int = -1,
        site: int = -1,
        council: int = -1,
        care_type: int = -1,
        people: tuple[int, int, int] = (0, 0, 0),
        hours: float = 0.0,
        surplus_start: float = 0.0,
        surplus_now: float = 0.0,
        bridge: tuple[float, ...] = (0.0,) * len(CAUSES),
        round_: int = 1,
        linked_provider: int = -1,
        channel: str = "",
    ) -> None:
        """Append one event.

        ``people`` are the council-funded, self-funding and NHS-funded people affected, ``hours`` their weekly hours,
        ``bridge`` the parts of the change in surplus per hour since the start (they sum to ``surplus_now`` less
        ``surplus_start``), ``round_`` 2 where another provider's ending led to it by a ``channel``, and
        ``linked_provider`` that provider (-1: none).
        """
        if kind not in EVENT_KINDS:
            raise ValueError(f"unknown event kind {kind!r}; known: {', '.join(EVENT_KINDS)}")
        start, now = surplus_start, surplus_now
        place = reason, provider, site, council, care_type
        event = (month, kind, *place, *people, hours, start, now, *bridge, round_, linked_provider, channel)
        for column, value in zip(self._columns.values(), event, strict=True):
            column.append(value)

    def record_each(self, month: int, kinds: Sequence[str], **columns: Sequence[Any]) -> None:
        """Append an event for each of ``kinds``; ``columns`` are as long, by the names of :data:`EVENT_COLUMNS`.

        A column that is left out has the value that :meth:`record` gives it.
        """
        unknown = set(kinds).difference(EVENT_KINDS) | columns.keys() - _NEUTRAL.keys()
        if unknown:
            raise ValueError(f"unknown event kind or column: {', '.join(sorted(unknown))}")
        wrong = [f"{name} has {len(values)}" for name, values in columns.items() if len(values) != len(kinds)]
        if wrong:
            raise ValueError(f"{len(kinds)} events need as many values in each column: {', '.join(wrong)}")
        self._columns["month"] += repeat(month, len(kinds))
        self._columns["kind"] += kinds
        for name, value in _NEUTRAL.items():
            self._columns[name] += columns[name] if name in columns else repeat(value, len(kinds))

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The events as tuples in the order of :data:`EVENT_COLUMNS`; made anew each time."""
        return list(self.since(0))

    def since(self, start: int, names: Sequence[str] = EVENT_COLUMNS) -> Iterator[tuple[Any, ...]]:
        """Return the named columns of the events from number ``start`` on, a tuple an event."""
        return zip(*(self._columns[name][start:] for name in names), strict=True)

    def clear(self) -> None:
        """Take all events out."""
        for column in self._columns.values():
            column.clear()

    def __len__(self) -> int:
        return len(self._columns["month"])

    def closures_of(self, month: int, providers: set[int]) -> dict[int, tuple[tuple[int, int, int], float, int]]:
        """Return (people by payer, weekly hours, kind of care) displaced by the month's site closures of providers.

        A provider that closed several sites has their sums, and the kind of care of the last of them.
        """
        found: dict[int, tuple[tuple[int, int, int], float, int]] = {}
        from_then_on = self.since(bisect_left(self._columns["month"], month), _OF_CLOSURES)
        for when, kind, provider, care_type, hours, *people in reversed(list(from_then_on)):
            if when != month or kind != "site_closure" or provider not in providers:
                continue
            before, so_far, last = found.get(provider, ((0, 0, 0), 0.0, care_type))
            council, own, nhs = (a + b for a, b in zip(before, people, strict=True))
            found[provider] = ((council, own, nhs), so_far + hours, last)
        return found

    def columns(self) -> dict[str, list[Any]]:
        """Return the events as one list a column."""
        return {name: list(column) for name, column in self._columns.items()}
