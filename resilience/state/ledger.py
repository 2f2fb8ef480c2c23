"""The event ledger: every failure, closure, transfer, hand-back, step-in and entry, with its cause."""

from dataclasses import dataclass, field
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
_BRIDGE: Final = tuple(f"cause_{cause}" for cause in CAUSES)


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

    def __len__(self) -> int:
        return len(self.rows)

    def columns(self) -> dict[str, list[Any]]:
        """Return the events as one list a column."""
        if not self.rows:
            return {name: [] for name in EVENT_COLUMNS}
        return dict(zip(EVENT_COLUMNS, (list(column) for column in zip(*self.rows, strict=True)), strict=True))
