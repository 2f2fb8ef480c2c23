"""A more concentrated market than the register's: a claim that can be tried, not what the register says."""

import numpy as np

from resilience.state import randomness
from resilience.state.codes import CHAIN, HOME_CARE, INDEPENDENT, SOLD
from resilience.state.market_state import MarketState

_GROUPS = 4


def concentrate(state: MarketState, share: float) -> None:
    """Give homes of independents to the four largest chains until these hold ``share`` of the region's beds.

    Which homes go is drawn by their keys, so that a larger share takes the same homes and more. Owners left without a
    site count as sold before the start. Nothing happens where the four hold as much already.
    """
    s, p = state.sites, state.providers
    home = s.alive & (s.care_type != HOME_CARE)
    beds = np.bincount(s.provider[home], weights=s.capacity[home], minlength=len(p))
    size = np.where((p.kind == CHAIN) & (beds > 0.0), beds + p.outside_beds, -1.0)
    largest = np.argsort(-size, kind="stable")[:_GROUPS]
    largest = largest[size[largest] > 0.0]
    missing = share * float(s.capacity[home].sum()) - float(beds[largest].sum())
    if missing <= 0.0 or largest.size == 0:
        return
    theirs = np.flatnonzero(home & (p.kind[s.provider] == INDEPENDENT))
    theirs = theirs[np.argsort(randomness.uniform(state.seed, "taken_over", 0, s.key[theirs]), kind="stable")]
    before = np.cumsum(s.capacity[theirs]) - s.capacity[theirs]
    taken = theirs[before < missing]
    part = np.cumsum(size[largest]) / size[largest].sum()
    u = randomness.uniform(state.seed, "taken_over_by", 0, s.key[taken])
    s.provider[taken] = largest[np.minimum(np.searchsorted(part, u, side="right"), largest.size - 1)]
    empty = p.alive & (np.bincount(s.provider, minlength=len(p)) == 0)
    p.alive[empty] = False
    p.fate[empty] = SOLD
