"""The one error of this package: a region, table or provider file that cannot be used, said in plain words."""

from collections.abc import Iterable
from difflib import get_close_matches


class RegionError(ValueError):
    """A region, a table of councils or a provider file that cannot be used.

    The message names the file, the line and the column where there is one, the value found and what is allowed.
    """


def nearest(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'X'?" for the known name closest to ``name``, or "" when nothing is close."""
    by_lower = {item.lower(): item for item in known}
    found = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return f" Did you mean '{by_lower[found[0]]}'?" if found else ""
