"""The event ledger: every failure, closure, transfer, hand-back, step-in and entry, with its cause."""

from collections.abc import Sequence
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
_MONTH, _KIND, _PROVIDER, _CARE_TYPE, _HOURS = (
    EVENT_COLUMNS.index(name) for name in ("month", "kind", "provider", "care_type", "hours")
)
_PEOPLE: Final = slice(EVENT_COLUMNS.index("people_council"), EVENT_COLUMNS.index("people_nhs") + 1)


@dataclass(slots=True)
class Ledger:
    """An append-only list of events; ``rows`` holds tuples in the order of :data:`EVENT_COLUMNS`."""

    rows: list[tuple[Any, ...]] = field(default_factory=list)

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
        self.rows.append(
            (
                month,
                kind,
                reason,
                provider,
                site,
                council,
                care_type,
                *people,
                hours,
                surplus_start,
                surplus_now,
                *bridge,
                round_,
                linked_provider,
                channel,
            )
        )

    def record_each(self, month: int, kinds: Sequence[str], **columns: Sequence[Any]) -> None:
        """Append an event for each of ``kinds``; ``columns`` are as long, by the names of :data:`EVENT_COLUMNS`.

        A column that is left out has the value that :meth:`record` gives it.
        """
        unknown = set(kinds).difference(EVENT_KINDS) | columns.keys() - _NEUTRAL.keys()
        if unknown:
            raise ValueError(f"unknown event kind or column: {', '.join(sorted(unknown))}")
        given = [columns[name] if name in columns else repeat(value, len(kinds)) for name, value in _NEUTRAL.items()]
        self.rows += list(zip(repeat(month, len(kinds)), kinds, *given, strict=True))

    def __len__(self) -> int:
        return len(self.rows)

    def closures_of(self, month: int, providers: set[int]) -> dict[int, tuple[tuple[int, int, int], float, int]]:
        """Return (people by payer, weekly hours, kind of care) displaced by the month's site closures of providers.

        A provider that closed several sites has their sums, and the kind of care of the last of them.
        """
        found: dict[int, tuple[tuple[int, int, int], float, int]] = {}
        for event in reversed(self.rows):
            if event[_MONTH] != month:
                break
            provider = event[_PROVIDER]
            if event[_KIND] != "site_closure" or provider not in providers:
                continue
            people, hours, care_type = found.get(provider, ((0, 0, 0), 0.0, event[_CARE_TYPE]))
            council, own, nhs = (a + b for a, b in zip(people, event[_PEOPLE], strict=True))
            found[provider] = ((council, own, nhs), hours + event[_HOURS], care_type)
        return found

    def columns(self) -> dict[str, list[Any]]:
        """Return the events as one list a column."""
        if not self.rows:
            return {name: [] for name in EVENT_COLUMNS}
        return dict(zip(EVENT_COLUMNS, (list(column) for column in zip(*self.rows, strict=True)), strict=True))
