"""Compiled forms of what tables do with their columns (see ``resilience/state/columns.py``)."""

from typing import Any

from numpy.typing import NDArray

from resilience.kernels.compiler import kernel
from resilience.state.columns import Ints


@kernel
def close_up(data: NDArray[Any], gone: Ints) -> None:
    """Move the rows of a column up over those that are gone (in rising order), in place."""
    place = gone[0]
    for which in range(gone.size):
        first = gone[which] + 1
        last = gone[which + 1] if which + 1 < gone.size else len(data)
        # Slices spare the check of every row's sign.
        stay, into = data[first:last], data[place : place + last - first]
        for row in range(last - first):
            into[row] = stay[row]
        place += last - first
