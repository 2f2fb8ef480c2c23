"""Policies by the kind that names them in scenario files."""

from __future__ import annotations

from resilience.policies.base import Policy
from resilience.policies.catalyst import Catalyst

POLICIES: dict[str, type[Policy]] = {policy.kind: policy for policy in (Catalyst,)}

__all__ = ["POLICIES", "Catalyst", "Policy"]
