"""Shocks by the kind that names them in scenario files."""

from __future__ import annotations

from resilience.shocks.base import Shock
from resilience.shocks.chain_failure import ChainFailure
from resilience.shocks.cost_inflation import CostInflation
from resilience.shocks.demand_growth import DemandGrowth
from resilience.shocks.epidemic import Epidemic
from resilience.shocks.funding_cut import FundingCut
from resilience.shocks.interest_rise import InterestRise
from resilience.shocks.labour_supply_cut import LabourSupplyCut
from resilience.shocks.multiple_failure import MultipleFailure
from resilience.shocks.on_cost_rise import OnCostRise
from resilience.shocks.self_funder_fall import SelfFunderFall
from resilience.shocks.wage_rise import WageRise

_ALL: tuple[type[Shock], ...] = (
    FundingCut,
    WageRise,
    OnCostRise,
    CostInflation,
    InterestRise,
    SelfFunderFall,
    Epidemic,
    LabourSupplyCut,
    DemandGrowth,
    ChainFailure,
    MultipleFailure,
)
SHOCKS: dict[str, type[Shock]] = {shock.kind: shock for shock in _ALL}

__all__ = [
    "SHOCKS",
    "ChainFailure",
    "CostInflation",
    "DemandGrowth",
    "Epidemic",
    "FundingCut",
    "InterestRise",
    "LabourSupplyCut",
    "MultipleFailure",
    "OnCostRise",
    "SelfFunderFall",
    "Shock",
    "WageRise",
]
