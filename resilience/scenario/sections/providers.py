"""Which providers stand in the region at the start."""

from __future__ import annotations

from resilience.scenario.declare import Section, parameter


class ProviderRegister(Section):
    """The register of sites from which the market is built."""

    home_care_branch_scale: float = parameter(
        0.82,
        unit="ratio",
        low=0.2,
        high=2.0,
        source="E02-130: about 8,465 in 2016, between 7,852 (2014) and 9,079 (2018); 10,349 in the council table",
        label="Home-care branches at the start over the services registered in February 2021.",
    )
    largest_four_share: float = parameter(
        0.0,
        unit="share of the region's beds",
        low=0.0,
        high=0.6,
        source="E02-024, E02-148 for the register; E02-001 claims 0.20",
        label="Least share of beds of the four largest chains at the start; 0 leaves the register as it is.",
    )
    population_seed: int = parameter(
        1,
        unit="",
        low=0,
        high=1_000_000,
        role="fixed",
        source="assumption",
        label="Seed of the synthetic register; the same for every run unless it is changed.",
    )
    providers_file: str = parameter(
        "",
        unit="",
        role="fixed",
        source="definition",
        label="Your own file of sites (csv, one row per site); empty for the synthetic register.",
    )
