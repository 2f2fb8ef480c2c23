"""Regions: the councils, their facts, and a synthetic market of providers that agrees with the register."""

from resilience.region.build import Region, build_region
from resilience.region.errors import RegionError

__all__ = ["Region", "RegionError", "build_region"]
