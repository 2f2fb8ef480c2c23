"""Shocks by the kind that names them in scenario files."""

from __future__ import annotations

from resilience.shocks.base import Shock
from resilience.shocks.funding_cut import FundingCut
from resilience.shocks.wage_rise import WageRise

SHOCKS: dict[str, type[Shock]] = {shock.kind: shock for shock in (FundingCut, WageRise)}

__all__ = ["SHOCKS", "FundingCut", "Shock", "WageRise"]
