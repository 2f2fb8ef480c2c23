"""The event ledger: every failure, closure, transfer, hand-back, step-in and entry, with its cause."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from resilience.state.codes import CAUSES
from resilience.state.columns import Floats, Ints

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
COUNTS: Final = (
    *("month", "kind", "round", "linked_provider", "provider", "site", "council", "care_type"),
    *("people_council", "people_self_funder", "people_nhs"),
)
"""The columns that hold whole numbers; a kind is its place in :data:`EVENT_KINDS`."""
OF_SITES: Final = 4
"""Place in :data:`COUNTS` of the first of those that :meth:`Ledger.record_sites` takes together."""
AMOUNTS: Final = ("hours", "surplus_per_hour_start", "surplus_per_hour", *(f"cause_{cause}" for cause in CAUSES))
"""The columns that hold amounts."""
_NEUTRAL: Final = np.array([0, 0, 1, -1, -1, -1, -1, -1, 0, 0, 0])
"""What the counts hold where an event says nothing of them; amounts are 0 and words empty then."""
_KIND: Final = {kind: number for number, kind in enumerate(EVENT_KINDS)}
_COUNT, _AMOUNT = ({name: place for place, name in enumerate(names)} for names in (COUNTS, AMOUNTS))


@dataclass(slots=True)
class Ledger:
    """An append-only list of events: a row each of :data:`COUNTS` and of :data:`AMOUNTS`, its reason and its channel.

    ``counts`` and ``amounts`` have room for more rows than there are events.
    """

    counts: Ints = field(default_factory=lambda: np.empty((64, len(COUNTS)), dtype=np.int64))
    amounts: Floats = field(default_factory=lambda: np.empty((64, len(AMOUNTS))))
    reasons: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)

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
        rows = self._add(month, [kind], [reason], [channel])
        self.counts[rows, 2:] = round_, linked_provider, provider, site, council, care_type, *people
        self.amounts[rows] = hours, surplus_start, surplus_now, *bridge

    def record_each(self, month: int, kinds: Sequence[str], **columns: Sequence[Any]) -> None:
        """Append an event for each of ``kinds``; ``columns`` are as long, by the names of :data:`EVENT_COLUMNS`.

        A column that is left out has the value that :meth:`record` gives it.
        """
        unknown = set(kinds).difference(EVENT_KINDS) | columns.keys() - {*EVENT_COLUMNS[2:]}
        if unknown:
            raise ValueError(f"unknown event kind or column: {', '.join(sorted(unknown))}")
        wrong = [f"{name} has {len(values)}" for name, values in columns.items() if len(values) != len(kinds)]
        if wrong:
            raise ValueError(f"{len(kinds)} events need as many values in each column: {', '.join(wrong)}")
        nothing = [""] * len(kinds)
        rows = self._add(month, kinds, columns.pop("reason", nothing), columns.pop("channel", nothing))
        for name, values in columns.items():
            if name in _COUNT:
                self.counts[rows, _COUNT[name]] = values
            else:
                self.amounts[rows, _AMOUNT[name]] = values

    def record_sites(
        self,
        month: int,
        kinds: Sequence[str],
        reasons: Sequence[str],
        at_sites: tuple[Ints, Floats],
        linked: Sequence[int],
        channels: Sequence[str],
    ) -> None:
        """Append an event for each of ``kinds``, whose way from another provider's is known (-1, "": none).

        ``at_sites`` are the counts from ``provider`` on, and all amounts, a row an event.
        """
        rows = self._add(month, kinds, reasons, channels)
        self.counts[rows, OF_SITES:], self.amounts[rows] = at_sites
        self.counts[rows, 3] = linked
        self.counts[rows, 2] += self.counts[rows, 3] >= 0

    def _add(self, month: int, kinds: Sequence[str], reasons: Sequence[str], channels: Sequence[str]) -> slice:
        """Make room for events that say nothing yet but when and what they are and why; returns their rows."""
        numbers = [_KIND[kind] for kind in kinds]
        start, stop = len(self), len(self) + len(kinds)
        if stop > len(self.counts):
            more = max(stop, 2 * len(self.counts)) - len(self.counts)
            self.counts = np.concatenate([self.counts, np.empty((more, len(COUNTS)), dtype=np.int64)])
            self.amounts = np.concatenate([self.amounts, np.empty((more, len(AMOUNTS)))])
        self.reasons += reasons
        self.channels += channels
        rows = slice(start, stop)
        self.counts[rows] = _NEUTRAL
        self.counts[rows, 0] = month
        self.counts[rows, 1] = numbers
        self.amounts[rows] = 0.0
        return rows

    @property
    def rows(self) -> list[tuple[Any, ...]]:
        """The events as tuples in the order of :data:`EVENT_COLUMNS`; made anew each time."""
        return list(self.since(0))

    def since(self, start: int, names: Sequence[str] = EVENT_COLUMNS) -> Iterator[tuple[Any, ...]]:
        """Return the named columns of the events from number ``start`` on, a tuple an event."""
        return zip(*(self._column(name, start) for name in names), strict=True)

    def first_of(self, month: int) -> int:
        """Return the number of the first event of a month or of a later one."""
        return int(np.searchsorted(self.counts[: len(self), 0], month))

    def clear(self) -> None:
        """Take all events out."""
        self.reasons.clear()
        self.channels.clear()

    def __len__(self) -> int:
        return len(self.reasons)

    def closures_of(self, month: int, providers: set[int]) -> dict[int, tuple[tuple[int, int, int], float, int]]:
        """Return (people by payer, weekly hours, kind of care) displaced by the month's site closures of providers.

        A provider that closed several sites has their sums, and the kind of care of the last of them.
        """
        found: dict[int, tuple[tuple[int, int, int], float, int]] = {}
        first = self.first_of(month)
        counts, hours = self.counts[first : len(self)], self.amounts[first : len(self), 0]
        closures = np.flatnonzero((counts[:, 0] == month) & (counts[:, 1] == _KIND["site_closure"]))[::-1]
        for (provider, _, _, care_type, *people), hour in zip(
            counts[closures, OF_SITES:].tolist(), hours[closures].tolist(), strict=True
        ):
            if provider not in providers:
                continue
            before, so_far, last = found.get(provider, ((0, 0, 0), 0.0, care_type))
            council, own, nhs = (a + b for a, b in zip(before, people, strict=True))
            found[provider] = ((council, own, nhs), so_far + hour, last)
        return found

    def columns(self) -> dict[str, list[Any]]:
        """Return the events as one list a column."""
        return {name: self._column(name, 0) for name in EVENT_COLUMNS}

    def numbers(self, name: str) -> Any:
        """Return a column of :data:`COUNTS` or :data:`AMOUNTS` as an array of its own; a kind is its number."""
        held, place = (self.counts, _COUNT) if name in _COUNT else (self.amounts, _AMOUNT)
        return held[: len(self), place[name]].copy()

    def _column(self, name: str, start: int) -> list[Any]:
        """Return a column of the events from number ``start`` on."""
        if name in _AMOUNT:
            values: list[Any] = self.amounts[start : len(self), _AMOUNT[name]].tolist()
            return values
        if name in _COUNT:
            values = self.counts[start : len(self), _COUNT[name]].tolist()
            return [EVENT_KINDS[kind] for kind in values] if name == "kind" else values
        return (self.reasons if name == "reason" else self.channels)[start:]
