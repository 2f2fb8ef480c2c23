"""How many runs are played side by side, and where one group ends and the next begins.

Runs side by side take a fraction of the time each, so a visitor who has the engine to themselves gets groups as large
as leave every worker one. Those who share it get smaller groups, so that nobody waits long for another's; and where a
run takes long, groups are small as well. Groups of the same size have the same members whenever they are played, for a
group that was kept at a branch goes on only as a whole.
"""

import math
from typing import Final

MOST_TOGETHER: Final = 16
"""Runs side by side at most; more than five gain little, but leave fewer pictures to draw, and come in late."""

AMONG_OTHERS: Final = 5
"""Runs side by side while other visitors wait: in the West Midlands they take about two seconds."""

FIRST_COUNTS_AS: Final = 2
"""Runs side by side that take as long as the first run of a scenario, which is played alone."""

SECONDS_ALONE: Final = 24.0
"""Runs are put side by side that would take so much processor time one after the other: about half of it together."""

FIRST_TOGETHER: Final = 2
"""Number of the first replicate that is played with others."""


def size_of_group(replicates: int, workers: int, *, others_wait: bool, seconds_a_run: float) -> int:
    """Return how many runs of a scenario to play side by side, of so many replicates.

    ``seconds_a_run`` is the processor time that a run alone takes.
    """
    share = math.ceil((replicates - 1 + FIRST_COUNTS_AS) / workers)
    # A power of two, since the time that a run takes is never quite the same and groups should be.
    in_time = 2 ** int(math.log2(max(SECONDS_ALONE / max(seconds_a_run, 1e-9), 1.0)))
    return max(min(AMONG_OTHERS if others_wait else MOST_TOGETHER, share, in_time), 1)


def end_of_group(number: int, size: int) -> int:
    """Return the number after the last replicate of the group of this size that a replicate is in."""
    return number + size - (number - FIRST_TOGETHER) % size
