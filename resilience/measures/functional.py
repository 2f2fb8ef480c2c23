"""'Difficult to replace' by function: what the market could not take over if a provider stopped today."""

from dataclasses import dataclass

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import COUNCIL_SERVICE, N_TYPES
from resilience.state.columns import Floats, Ints
from resilience.state.market_state import MarketState


@dataclass(frozen=True, slots=True)
class ReplacementGaps:
    """Weekly hours that could not be replaced."""

    by_council: Floats
    """The largest gap that any one provider would leave in each council, hours a week."""
    by_provider: Floats
    """The largest gap that each provider would leave in any one council, hours a week."""


@dataclass(frozen=True, slots=True)
class Cells:
    """Each provider's care of one kind in one council, and what others near by could take of it within 28 days."""

    provider: Ints
    council: Ints
    care_type: Ints
    hours: Floats
    """The provider's hours there, a week."""
    others: Floats
    """Hours a week that other providers' staffed room in the council and its neighbours can take within 28 days."""

    @property
    def gap(self) -> Floats:
        """Return the hours a week that nobody could take."""
        return np.maximum(self.hours - self.others, 0.0)


def spare_hours(state: MarketState) -> Floats:
    """Return the hours a week for which each site has staffed room.

    Micro-enterprises take only light needs of people who pay themselves: their room replaces nobody's contracts.
    """
    room = np.where(at.is_micro(state), 0, at.staffed_room(state))
    return room * at.hours_per_person(state)


def cells(state: MarketState) -> Cells:
    """Return the cells of every provider; kinds of care do not stand in for each other."""
    s = state.sites
    hours, spare = at.hours_due(state), spare_hours(state)
    absorb = state.scenario.reprovision.absorb_share
    living = np.flatnonzero(s.alive)
    size = state.n_councils * N_TYPES
    market = state.market_of_site()[living]
    all_spare = np.bincount(market, weights=spare[living], minlength=size).reshape(-1, N_TYPES)
    reach = state.neighbours | np.eye(state.n_councils, dtype=np.bool_)
    nearby = reach.astype(np.float64) @ all_spare
    cells, where = np.unique(s.provider[living] * size + market, return_inverse=True)
    own_hours = np.bincount(where, weights=hours[living])
    own_spare = np.bincount(where, weights=spare[living])
    owner, cell_market = np.divmod(cells, size)
    council, care_type = np.divmod(cell_market, N_TYPES)
    others = nearby[council, care_type] - _own_spare_nearby(reach, owner * N_TYPES + care_type, council, own_spare)
    return Cells(owner, council, care_type, own_hours, absorb * np.maximum(others, 0.0))


def replacement_gaps(state: MarketState) -> ReplacementGaps:
    """Return the replacement gaps of every provider.

    For a provider, council and kind of care the gap is its hours there less what all *other* providers' staffed room in
    the council and its neighbours can take within 28 days (``absorb_share`` of it). Kinds of care do not stand in for
    each other. A council's own service is not tested, but its room counts.
    """
    p, found = state.providers, cells(state)
    owner, gap = found.provider, found.gap
    gap[p.kind[owner] == COUNCIL_SERVICE] = 0.0
    pairs, place = np.unique(owner * state.n_councils + found.council, return_inverse=True)
    gap_of_pair = np.bincount(place, weights=gap)
    pair_owner, pair_council = np.divmod(pairs, state.n_councils)
    by_council, by_provider = np.zeros(state.n_councils), np.zeros(len(p))
    np.maximum.at(by_council, pair_council, gap_of_pair)
    np.maximum.at(by_provider, pair_owner, gap_of_pair)
    return ReplacementGaps(by_council, by_provider)


def _own_spare_nearby(reach: np.ndarray, group: np.ndarray, council: np.ndarray, own_spare: Floats) -> Floats:
    """Return, for each cell, the same group's (provider's) own room in the council and its neighbours."""
    groups, where, size = np.unique(group, return_inverse=True, return_counts=True)
    several = np.flatnonzero(size[where] > 1)
    result = own_spare.copy()
    if several.size == 0:
        return result
    spread = np.flatnonzero(size > 1)
    place = np.full(groups.size, -1, dtype=np.int64)
    place[spread] = np.arange(spread.size)
    by_council = np.zeros((spread.size, reach.shape[0]))
    rows = place[where[several]]
    by_council[rows, council[several]] = own_spare[several]
    result[several] = (by_council @ reach.astype(np.float64))[rows, council[several]]
    return result
