"""The two families of components a scenario can hold, looked up when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from resilience.scenario.declare import Component

Family = Literal["shocks", "policies"]
FAMILIES: tuple[Family, ...] = ("shocks", "policies")
NAME_PATTERN = "^[A-Za-z0-9_-]+$"
"""What a shock or policy may be called, so that dotted names can reach it."""

SINGULAR: dict[Family, str] = {"shocks": "shock", "policies": "policy"}


def kinds(family: Family) -> Mapping[str, type[Component]]:
    """The classes of a family by the `kind` that names them in scenario files."""
    if family == "shocks":
        from resilience.shocks import SHOCKS

        return SHOCKS
    from resilience.policies import POLICIES

    return POLICIES


def base_class(family: Family) -> type[Component]:
    """The class of which every component of a family is a kind."""
    if family == "shocks":
        from resilience.shocks.base import Shock

        return Shock
    from resilience.policies.base import Policy

    return Policy
