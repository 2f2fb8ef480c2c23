"""Where each site stands among the candidates of its market: rebuilt only when sites are added."""

from typing import NamedTuple, Self

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import N_PAYERS, N_TYPES
from resilience.state.columns import Codes, Flags, Ints, Keys, Rows
from resilience.state.tables import Councils, Sites


class MarketIndex(NamedTuple):
    """Markets are councils x kinds of care laid flat; a site's council and kind of care never change."""

    market: Ints
    """Market of each site."""
    order: Ints
    """Rows of the sites by market, then by row: the stable order of candidates."""
    starts: Ints
    """First place of each market in ``order``."""
    ends: Ints
    """Place after the last one of each market in ``order``."""

    keys: Keys
    """Stable key of each market."""
    payer_keys: Keys
    """Stable key of each council, kind of care and payer, laid flat."""
    council: Rows
    """Council of each market."""
    council_keys: Keys
    """Stable key of each council."""
    council_order: Ints
    """Rows of the councils in the order of their keys."""
    neighbours: Flags
    """Councils x councils: true where they share a border."""

    @classmethod
    def of(cls, sites: Sites, councils: Councils, neighbours: Flags) -> Self:
        """Return the index of the sites there are now."""
        keys, payer_keys = (
            (councils.key[:, None] + np.arange(cells, dtype=np.uint64)).ravel().astype(np.uint64)
            for cells in (N_TYPES, N_TYPES * N_PAYERS)
        )
        candidates = places_of_markets(sites.council, sites.care_type, N_TYPES, len(councils))
        council = np.repeat(np.arange(len(councils), dtype=np.int32), N_TYPES)
        by_key = np.argsort(councils.key, kind="stable")
        return cls(*candidates, keys, payer_keys, council, councils.key.copy(), by_key, neighbours)

    def with_sites_of(self, sites: Sites) -> Self:
        """Return the index of the sites there are now, of the same councils."""
        market, order, starts, ends = places_of_markets(sites.council, sites.care_type, N_TYPES, self.council_keys.size)
        return self._replace(market=market, order=order, starts=starts, ends=ends)


@compiled_in("tables")
def places_of_markets(council: Rows, care_type: Codes, kinds: int, councils: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Return each site's market, the sites' rows by market (then by row), and where each market starts and ends."""
    market = council.astype(np.int64) * kinds + care_type
    ends = np.cumsum(np.bincount(market, minlength=councils * kinds))
    starts = np.concatenate([np.zeros(1, dtype=np.int64), ends[:-1]])
    return market, np.argsort(market, kind="stable"), starts, ends
