"""'Difficult to replace' by function: what the market could not take over if a provider stopped today."""

from dataclasses import dataclass

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.state.codes import COUNCIL_SERVICE, MICRO_ENTERPRISE, N_TYPES
from resilience.state.columns import Codes, Flags, Floats, Ints, Rows
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
    s = state.sites
    return hours_of_room(
        at.staffed_room(state),
        s.provider,
        s.care_type,
        state.providers.kind,
        state.coefficients.hours_per_person,
        MICRO_ENTERPRISE,
    )


@compiled_in("cells")
def hours_of_room(
    room: Ints, provider: Rows, care_type: Codes, kind: Codes, hours_per_person: Floats, micro_enterprise: int
) -> Floats:
    """Return the weekly hours of ``room`` for people at each site; none at micro-enterprises."""
    return np.where(kind[provider] == micro_enterprise, 0, room) * hours_per_person[care_type]


def cells(state: MarketState, due: Floats | None = None) -> Cells:
    """Return the cells of every provider; kinds of care do not stand in for each other.

    ``due`` are the hours a week due at each site where the caller knows them already.
    """
    s = state.sites
    owner, council, care_type, hours, spare, all_spare = sums_by_cell(
        s.alive,
        s.provider,
        state.index.market,
        at.hours_due(state) if due is None else due,
        spare_hours(state),
        len(state.providers),
        state.n_councils,
        N_TYPES,
    )
    reach = state.neighbours | np.eye(state.n_councils, dtype=np.bool_)
    nearby, absorb = hours_nearby(reach, all_spare), state.scenario.reprovision.absorb_share
    others = room_of_others(owner, council, care_type, spare, nearby, reach, float(absorb))
    return Cells(owner, council, care_type, hours, others)


@compiled_in("cells")
def hours_nearby(reach: Flags, hours: Floats) -> Floats:
    """Return the ``hours`` (councils x kinds of care) of all councils within ``reach`` of each, added up in turn."""
    nearby = np.zeros(hours.shape)
    for place in range(len(hours)):
        nearby += reach[:, place, None] * hours[place]
    return nearby


@compiled_in("cells")
def sums_by_cell(
    alive: Flags,
    provider: Rows,
    market: Ints,
    hours: Floats,
    spare: Floats,
    providers: int,
    councils: int,
    kinds: int,
) -> tuple[Ints, Ints, Ints, Floats, Floats, Floats]:
    """Return (provider, council, kind of care, hours, spare) of each cell with living sites, and all spare hours.

    The first five run over sites; a market is a council x kind of care, laid flat. Cells come in the order of
    providers, then of markets. The spare hours of all go by council and kind of care.
    """
    living = np.flatnonzero(alive)
    markets = councils * kinds
    cells, where = np.unique(provider[living] * markets + market[living], return_inverse=True)
    # Without any site NumPy would count in whole numbers.
    own_hours, own_spare = (np.bincount(where, weights=column[living]).astype(np.float64) for column in (hours, spare))
    all_spare = np.bincount(market[living], weights=spare[living], minlength=markets).astype(np.float64)
    owner, place = np.divmod(cells, markets)
    return owner, *np.divmod(place, kinds), own_hours, own_spare, all_spare.reshape(councils, kinds)


def replacement_gaps(state: MarketState, due: Floats | None = None) -> ReplacementGaps:
    """Return the replacement gaps of every provider.

    For a provider, council and kind of care the gap is its hours there less what all *other* providers' staffed room in
    the council and its neighbours can take within 28 days (``absorb_share`` of it). Kinds of care do not stand in for
    each other. A council's own service is not tested, but its room counts. ``due`` are the hours a week due at each
    site where the caller knows them already.
    """
    p, found = state.providers, cells(state, due)
    tested = p.kind != COUNCIL_SERVICE
    return ReplacementGaps(
        *largest_gaps(found.provider, found.council, found.hours, found.others, tested, state.n_councils)
    )


@compiled_in("cells")
def largest_gaps(
    provider: Ints, council: Ints, hours: Floats, others: Floats, tested: Flags, councils: int
) -> tuple[Floats, Floats]:
    """Return the largest gap in each council and of each provider; a gap adds up over kinds of care.

    The first four run over cells, ``tested`` over providers.
    """
    gap = np.where(tested[provider], np.maximum(hours - others, 0.0), 0.0)
    # Cells stand in the order of provider and council, so those of one pair follow each other.
    first = np.diff(provider * councils + council, prepend=-1) != 0
    gap_of_pair = np.bincount(np.cumsum(first) - 1, weights=gap)
    by_council, by_provider = np.zeros(councils), np.zeros(len(tested))
    np.maximum.at(by_council, council[first], gap_of_pair)
    np.maximum.at(by_provider, provider[first], gap_of_pair)
    return by_council, by_provider


@compiled_in("cells")
def room_of_others(
    provider: Ints, council: Ints, care_type: Ints, own_spare: Floats, nearby: Floats, reach: Flags, absorb: float
) -> Floats:
    """Return the hours a week that others' room near each cell can take within 28 days.

    The first four run over cells; ``nearby`` is all spare hours in each council and its neighbours by kind of care;
    ``reach`` tells which councils (rows) lie near which. Of it all a cell's own provider has ``own_nearby``.
    """
    groups, group = np.unique(provider * nearby.shape[1] + care_type, return_inverse=True)
    spare_in = np.zeros((groups.size, len(reach)))
    spare_in[group, council] = own_spare
    own_nearby = np.zeros(spare_in.shape)
    for place in range(len(reach)):
        own_nearby += spare_in[:, place, None] * reach[place]
    return absorb * np.maximum(nearby[council, care_type] - own_nearby[group, council], 0.0)
