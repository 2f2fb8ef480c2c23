"""What every shock is."""

from __future__ import annotations

from resilience.scenario.declare import Component


class Shock(Component):
    """Something that happens to the market from outside, from a month on."""
