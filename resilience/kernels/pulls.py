"""Compiled pieces that choosing a place and sharing people out have in common: picking from cumulated pull."""

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats


@kernel
def with_pull(pull: Floats, start: int, found: int) -> int:
    """Return the last place up to ``found`` that has pull, else the first one after it; there must be one."""
    place = found
    while place >= start and pull[place] <= 0.0:
        place -= 1
    if place < start:
        place = found + 1
        while pull[place] <= 0.0:
            place += 1
    return place


@kernel
def cumulated(pull: Floats, total: Floats, start: int, end: int) -> float:
    """Add up the pull of one market's sites into ``total`` and return all of it."""
    upto = 0.0
    for place in range(start, end):
        upto += pull[place]
        total[place] = upto
    return upto
