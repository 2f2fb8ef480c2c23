"""Councils have less to spend on care."""

from __future__ import annotations

from typing import ClassVar

from resilience.scenario.declare import parameter
from resilience.shocks.base import Shock


class FundingCut(Shock):
    """A change in what councils spend on care, in real terms, that builds up in a straight line."""

    kind: ClassVar[str] = "funding_cut"

    real_change: float = parameter(
        -0.10,
        unit="fraction",
        low=-0.6,
        high=0.2,
        label="Change in councils' real spending on care when it has built up; a cut is negative.",
        source="assumption",
        role="lever",
    )
    years: int = parameter(
        3,
        unit="years",
        low=1,
        high=10,
        label="Years over which it builds up in a straight line.",
        source="assumption",
        role="lever",
    )
