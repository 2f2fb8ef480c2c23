"""How hard each provider is to replace today, from the saved month alone: by law, by function, and what mends it.

The functional test takes the staffed room of all others within reach (the council and its neighbours), of which a share
can take people within 28 days. ``room_used`` is the part of it that replacing a provider needs where that is hardest:
above 1 there is a gap. The regional gap counts every free place once for all the provider's councils together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_flow

from resilience.market import sites as at
from resilience.measures.functional import Cells, cells, spare_hours
from resilience.measures.statutory import difficult_to_replace
from resilience.state.codes import COUNCIL_SERVICE, N_TYPES
from resilience.state.columns import Flags, Floats, Ints
from resilience.state.market_state import MarketState

HARD_FROM = 0.5
"""A provider counts as hard to replace if that needs over half of what others near by could take (assumption)."""
_MOST_ROOM_USED = 100.0
"""Shown where others near by have no room at all."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Each provider (row) on the saved month; ``worst`` is the number of its hardest cell in ``cells``, -1 without."""

    cells: Cells
    worst: Ints
    gap: Floats
    """Largest gap in one council, hours a week."""
    room_used: Floats
    statutory: Flags

    def below_the_line(self) -> Flags:
        """Return the providers that are hard to replace and meet no statutory test."""
        return (self.room_used > HARD_FROM) & ~self.statutory


def standing(state: MarketState) -> Standing:
    """Return how hard each provider is to replace; a council's own service is not tested."""
    found, n = cells(state), len(state.providers)
    tested = state.providers.kind[found.provider] != COUNCIL_SERVICE
    used = np.where(found.hours > 0.0, found.hours / np.maximum(found.others, 1e-9), 0.0)
    used = np.where(tested, np.minimum(used, _MOST_ROOM_USED), 0.0)
    worst = np.full(n, -1, dtype=np.int64)
    order = np.lexsort((found.hours, used, np.where(tested, found.gap, 0.0)))
    worst[found.provider[order]] = order
    by_council = found.provider * state.n_councils + found.council
    pairs, place = np.unique(by_council, return_inverse=True)
    gap, room_used = np.zeros(n), np.zeros(n)
    np.maximum.at(gap, pairs // state.n_councils, np.bincount(place, weights=np.where(tested, found.gap, 0.0)))
    np.maximum.at(room_used, found.provider, used)
    return Standing(found, worst, gap, room_used, difficult_to_replace(state))


@dataclass(frozen=True, slots=True)
class Mending:
    """What would close the gap of one cell."""

    places: int
    """Further staffed places (people) needed in the council or its neighbours."""
    empty: int
    """Places there that stand empty for want of staff, other providers' only."""

    @property
    def by(self) -> str:
        """Return 'staff' where empty places suffice, 'places' where there are none, else 'staff and places'."""
        if self.places == 0:
            return ""
        if self.empty >= self.places:
            return "staff"
        return "places" if self.empty == 0 else "staff and places"


def mending(state: MarketState, found: Cells, cell: int) -> Mending:
    """Return which capacity would close the gap of a cell, at the share of it that can take people in 28 days."""
    care_type, council = int(found.care_type[cell]), int(found.council[cell])
    s = state.sites
    reach = state.neighbours[council].copy()
    reach[council] = True
    others = s.alive & (s.care_type == care_type) & reach[s.council] & (s.provider != found.provider[cell])
    others &= ~at.is_micro(state)
    empty = np.maximum(s.capacity - at.people(state), 0) - at.staffed_room(state)
    absorb = state.scenario.reprovision.absorb_share
    per_person = float(state.coefficients.hours_per_person[care_type])
    gap = float(found.gap[cell])
    return Mending(
        places=int(np.ceil(gap / per_person / max(absorb, 1e-9) - 1e-9)),
        empty=int(np.maximum(empty, 0)[others].sum()),
    )


class Room:
    """The staffed room of the saved month, for gaps that several providers would leave together."""

    def __init__(self, state: MarketState) -> None:
        s = state.sites
        size = state.n_councils * N_TYPES
        cell = s.provider * size + state.market_of_site()
        shape = (len(state.providers), state.n_councils, N_TYPES)
        whole = len(state.providers) * size
        self.hours = np.bincount(cell, weights=at.hours_due(state) * s.alive, minlength=whole).reshape(shape)
        self.spare = np.bincount(cell, weights=spare_hours(state), minlength=whole).reshape(shape)
        self.all_spare = self.spare.sum(axis=0)
        self.reach = state.neighbours | np.eye(state.n_councils, dtype=np.bool_)
        self.absorb = state.scenario.reprovision.absorb_share

    def gap(self, providers: Sequence[int]) -> float:
        """Return the weekly hours that nobody could take if these providers stopped at once, each place counted once.

        For each kind of care: their hours by council flow to room in the council or its neighbours (a maximum flow,
        exact to the hour).
        """
        rows = list(providers)
        hours = self.hours[rows].sum(axis=0)
        room = self.absorb * np.maximum(self.all_spare - self.spare[rows].sum(axis=0), 0.0)
        return sum(_not_carried(hours[:, kind], room[:, kind], self.reach) for kind in range(N_TYPES))

    def added_gaps(self, chosen: Sequence[int], candidates: Ints) -> Floats:
        """Return, for each candidate, the gaps over all councils if it stopped beside those chosen, hours a week.

        Each council is looked at alone here (a place may count for two), which is quick enough for all providers.
        """
        rows = list(chosen)
        hours = self.hours[candidates] + self.hours[rows].sum(axis=0)
        room = self.all_spare - self.spare[candidates] - self.spare[rows].sum(axis=0)
        near = np.einsum("cd,ndt->nct", self.reach.astype(np.float64), room)
        return np.asarray(np.maximum(hours - self.absorb * np.maximum(near, 0.0), 0.0).sum(axis=(1, 2)))


def _not_carried(hours: Floats, room: Floats, reach: Flags) -> float:
    """Return the hours that find no room: supply by council, room by council, and who reaches whom."""
    from_, total = np.flatnonzero(hours > 0.0), float(hours.sum())
    if from_.size == 0:
        return 0.0
    if from_.size == 1:
        return max(total - float(room[reach[from_[0]]].sum()), 0.0)
    n = hours.size
    source, sink = 2 * n, 2 * n + 1
    whole_hours, whole_room = np.rint(hours).astype(np.int32), np.floor(room + 1e-9).astype(np.int32)
    graph = np.zeros((2 * n + 2, 2 * n + 2), dtype=np.int32)
    graph[source, :n] = whole_hours
    graph[:n, n : 2 * n] = np.where(reach, whole_hours[:, None], 0)
    graph[n : 2 * n, sink] = whole_room
    carried = int(maximum_flow(csr_array(graph), source, sink).flow_value)
    return float(max(int(whole_hours.sum()) - carried, 0))
