"""The region as the model receives it."""

from resilience.region import build_region


def test_west_midlands_has_the_homes_and_beds_of_the_register_of_april_2021():
    region = build_region("west-midlands")
    homes = region.sites[region.sites["care_type"] != "home_care"]
    assert len(homes) == 1673
    assert homes["capacity"].sum() == 48939
