"""Who borders whom."""

import numpy as np
import pandas as pd
import pytest

from resilience.region import RegionError, build_region
from resilience.region.neighbours import neighbour_matrix

REAL = {
    "Birmingham": {"Sandwell", "Walsall", "Dudley", "Solihull", "Worcestershire", "Staffordshire", "Warwickshire"},
    "Coventry": {"Solihull", "Warwickshire"},
    "Dudley": {"Birmingham", "Sandwell", "Wolverhampton", "Staffordshire", "Worcestershire"},
    "Herefordshire": {"Shropshire", "Worcestershire"},
    "Sandwell": {"Birmingham", "Dudley", "Walsall", "Wolverhampton"},
    "Shropshire": {"Telford and Wrekin", "Staffordshire", "Worcestershire", "Herefordshire"},
    "Solihull": {"Birmingham", "Coventry", "Warwickshire", "Worcestershire"},
    "Stoke-on-Trent": {"Staffordshire"},
    "Telford and Wrekin": {"Shropshire", "Staffordshire"},
    "Walsall": {"Birmingham", "Sandwell", "Wolverhampton", "Staffordshire"},
    "Wolverhampton": {"Dudley", "Sandwell", "Walsall", "Staffordshire"},
}


def named(region):
    names = region.councils["council"].to_numpy(str)
    return {name: set(names[region.neighbours[row]]) for row, name in enumerate(names)}


def frame(**columns):
    size = len(columns["council"])
    usual = {"code": [f"x{n}" for n in range(size)], "map_column": range(size), "map_row": [0] * size}
    return pd.DataFrame(usual | columns)


@pytest.mark.parametrize("council", REAL)
def test_west_midlands_councils_have_their_real_borders(council):
    assert named(build_region("west-midlands"))[council] == REAL[council]


def test_real_borders_hold_inside_england_too():
    england = named(build_region("england"))
    home = set(named(build_region("west-midlands")))
    for council, neighbours in REAL.items():
        assert england[council] & home == neighbours


@pytest.mark.parametrize("region", ["west-midlands", "england", "london"])
def test_borders_are_mutual_and_nobody_is_their_own_neighbour(region):
    near = build_region(region).neighbours
    assert (near == near.T).all()
    assert not near.diagonal().any()
    assert near.dtype == np.bool_


def test_every_council_of_england_has_a_neighbour():
    assert build_region("england").neighbours.any(axis=1).all()


def test_tiles_that_touch_along_an_edge_are_neighbours_and_at_a_corner_not():
    near = neighbour_matrix(frame(council=["A", "B", "C"], map_column=[0, 1, 1], map_row=[0, 0, 1]))
    assert near.tolist() == [[False, True, False], [True, False, True], [False, True, False]]


def test_a_list_of_neighbours_of_ones_own_decides():
    near = neighbour_matrix(frame(council=["A", "B", "C"], neighbours=["C", "", ""]))
    # A names C only; B and C still touch.
    assert near.tolist() == [[False, False, True], [False, False, True], [True, True, False]]


def test_councils_placed_by_us_have_only_the_neighbours_they_name():
    near = neighbour_matrix(frame(council=["A", "B", "C"], neighbours=["", "", "A"], placed=[True, True, True]))
    assert near.tolist() == [[False, False, True], [False, False, False], [True, False, False]]


def test_an_unknown_neighbour_is_answered_with_the_nearest_name():
    with pytest.raises(RegionError, match=r"council 'A': its neighbour 'Bee'.*Allowed: councils of the same table"):
        neighbour_matrix(frame(council=["A", "B"], neighbours=["Bee", ""]))


def test_trailing_separators_do_no_harm():
    near = neighbour_matrix(frame(council=["A", "B"], map_column=[0, 5], neighbours=["B; ;", ""]))
    assert near.tolist() == [[False, True], [True, False]]
