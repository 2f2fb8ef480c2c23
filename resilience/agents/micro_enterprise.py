"""Micro-enterprises: one to five people who care for a few others, with next to no overhead and no debt."""

from resilience.agents.provider import Provider
from resilience.state.columns import Cell


class MicroEnterprise(Provider):
    """A very small enterprise, supported by a catalyst programme or not; it folds when its people stop."""

    supported = Cell()
    members = Cell()
    owner_retires = Cell()
