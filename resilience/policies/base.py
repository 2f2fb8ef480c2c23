"""What every policy is."""

from __future__ import annotations

from resilience.scenario.declare import Component


class Policy(Component):
    """Something councils or government decide to do, from a month on."""
