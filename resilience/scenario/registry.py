"""The two families of components a scenario can hold, looked up when first needed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from resilience.scenario.declare import Component

Family = Literal["shocks", "policies"]
FAMILIES: tuple[Family, ...] = ("shocks", "policies")
SINGULAR: dict[Family, str] = {"shocks": "shock", "policies": "policy"}


def kinds(family: Family) -> Mapping[str, type[Component]]:
    """The classes of a family by the `kind` that names them in scenario files."""
    if family == "shocks":
        from resilience.shocks import SHOCKS

        return SHOCKS
    from resilience.policies import POLICIES

    return POLICIES
