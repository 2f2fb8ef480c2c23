"""What happens in one council in one month."""

from dataclasses import dataclass, field

from resilience.state.codes import N_KINDS, N_PAYERS, N_TYPES


def by_type_and_payer[T: (int, float)](zero: T) -> list[list[T]]:
    """Return zeros by kind of care and payer."""
    return [[zero] * N_PAYERS for _ in range(N_TYPES)]


def _hours() -> list[list[float]]:
    return by_type_and_payer(0.0)


def _people() -> list[list[int]]:
    return by_type_and_payer(0)


def _by_type() -> list[int]:
    return [0] * N_TYPES


@dataclass(slots=True)
class CouncilFlows:
    """Weekly hours and pounds by kind of care and payer, and counts; made anew every month."""

    need: list[list[float]] = field(default_factory=_hours)
    delivered: list[list[float]] = field(default_factory=_hours)
    lost: list[list[float]] = field(default_factory=_hours)
    unmet_place: list[list[float]] = field(default_factory=_hours)
    unmet_staff: list[list[float]] = field(default_factory=_hours)
    unmet_rationed: list[list[float]] = field(default_factory=_hours)
    spend: list[list[float]] = field(default_factory=_hours)
    delivered_by_kind: list[float] = field(default_factory=lambda: [0.0] * N_KINDS)
    quality_hours: float = 0.0
    arrivals: list[list[int]] = field(default_factory=_people)
    leavers: list[list[int]] = field(default_factory=_people)
    replaced: list[list[int]] = field(default_factory=_people)
    closures: list[int] = field(default_factory=_by_type)
    entries: list[int] = field(default_factory=_by_type)
    sales: list[int] = field(default_factory=_by_type)
    run_down: list[int] = field(default_factory=_by_type)
    micro_closures: int = 0
    failures: int = 0
    hand_backs: int = 0
    step_ins: int = 0
    displaced: int = 0
    capital_put_in: float = 0.0
    staff_freed: float = 0.0
    budget_drain: float = 0.0
    leavers_of_closed_sites: float = 0.0
