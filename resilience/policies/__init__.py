"""Policies by the kind that names them in scenario files."""

from __future__ import annotations

from resilience.policies.base import Policy
from resilience.policies.careers_campaign import CareersCampaign
from resilience.policies.catalyst import Catalyst
from resilience.policies.community_networks import CommunityNetworks
from resilience.policies.community_target import CommunityTarget
from resilience.policies.direct_payments import DirectPayments
from resilience.policies.employee_buyout import EmployeeBuyout
from resilience.policies.fee_uplift import FeeUplift
from resilience.policies.housing_with_care import HousingWithCare
from resilience.policies.level_playing_field import LevelPlayingField
from resilience.policies.leverage_cap import LeverageCap
from resilience.policies.needs_targeting import NeedsTargeting
from resilience.policies.oversight_notice import OversightNotice
from resilience.policies.ring_fenced_grant import RingFencedGrant
from resilience.policies.skills_budget import SkillsBudget
from resilience.policies.step_in import StepIn

_ALL: tuple[type[Policy], ...] = (
    CommunityTarget,
    NeedsTargeting,
    HousingWithCare,
    Catalyst,
    LevelPlayingField,
    CareersCampaign,
    SkillsBudget,
    FeeUplift,
    DirectPayments,
    RingFencedGrant,
    StepIn,
    OversightNotice,
    LeverageCap,
    EmployeeBuyout,
    CommunityNetworks,
)
POLICIES: dict[str, type[Policy]] = {policy.kind: policy for policy in _ALL}

__all__ = ["POLICIES", "Catalyst", "Policy"]
