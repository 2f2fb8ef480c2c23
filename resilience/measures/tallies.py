"""Sums over sites that the recorder needs, by council and by provider: one pass over the columns for each."""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.state.codes import HOME_CARE, MICRO_ENTERPRISE, YOUNGER_ADULTS
from resilience.state.columns import Codes, Counts, Flags, Floats, Rows
from resilience.state.market_state import MarketState


class ByProvider(NamedTuple):
    """Sums over each provider's sites."""

    beds: Floats
    """Beds of its living homes."""
    clients: Floats
    """People served by its living branches."""
    home_care_hours: Floats
    """Hours a week due at its living branches."""
    hours: Floats
    """Hours a week due at all of its sites."""


class ByCouncil(NamedTuple):
    """Sums over the sites in each council; people, workers, hours a week, GBP a month."""

    homes: Floats
    beds: Floats
    residents: Floats
    branches: Floats
    """Home-care branches, micro-enterprises apart."""
    micro_enterprises: Floats
    prices: Floats
    """What self-funders in homes for older people pay, GBP a week."""
    prices_at_fee: Floats
    """What they would pay at the council's fee, GBP a week."""
    costs: Floats
    """Revenue less operating surplus."""
    leaving: Floats
    """Rent, interest and what chains pay out."""
    staff: Floats
    posts: Floats
    employed: Floats
    """Staff of all but micro-enterprises."""
    leavers: Floats
    hourly_pay: Floats
    """Pay an hour of all staff together, GBP."""
    vacant: Floats
    """Posts that stand vacant."""
    hours: Floats
    """Hours a week delivered."""
    statutory_hours: Floats
    """Of these, the hours of providers that are difficult to replace by law."""


def by_provider(state: MarketState, people: Counts, due: Floats) -> ByProvider:
    """Return the sums over each provider's sites; ``people`` and hours ``due`` by site."""
    s = state.sites
    return ByProvider(
        *tally_by_provider(s.alive, s.provider, s.care_type, s.capacity, people, due, len(state.providers), HOME_CARE)
    )


@compiled_in("tallies")
def tally_by_provider(
    alive: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    people: Counts,
    due: Floats,
    providers: int,
    home_care: int,
) -> Floats:
    """Return a row for each field of :class:`ByProvider`, a column a provider."""
    home, branch = alive & (care_type != home_care), alive & (care_type == home_care)
    weights = (capacity * home, people * branch, due * branch, due)
    return np.array(
        [np.bincount(provider, weights=weight, minlength=providers) for weight in weights], dtype=np.float64
    )


def by_council(state: MarketState, people: Counts, due: Floats, paid_out: Floats) -> ByCouncil:
    """Return the sums over the sites in each council.

    ``people`` and hours ``due`` go by site; ``paid_out`` is the share of its revenue that each provider pays out.
    """
    s = state.sites
    return ByCouncil(
        *tally_by_council(
            s.alive,
            s.council,
            s.provider,
            state.providers.kind,
            s.care_type,
            s.capacity,
            people,
            s.self_funders,
            s.price,
            s.revenue,
            s.operating_surplus,
            s.surplus_to_rent,
            s.surplus_to_interest,
            s.staff,
            s.posts,
            s.leavers,
            s.pay,
            due,
            s.cover,
            state.councils.fee,
            paid_out,
            state.providers.statutory,
            HOME_CARE,
            YOUNGER_ADULTS,
            MICRO_ENTERPRISE,
        )
    )


@compiled_in("tallies")
def tally_by_council(
    alive: Flags,
    council: Rows,
    provider: Rows,
    kind: Codes,
    care_type: Codes,
    capacity: Counts,
    people: Counts,
    self_funders: Counts,
    price: Floats,
    revenue: Floats,
    operating_surplus: Floats,
    rent: Floats,
    interest: Floats,
    staff: Floats,
    posts: Floats,
    leavers: Floats,
    pay: Floats,
    due: Floats,
    cover: Floats,
    fee: Floats,
    paid_out: Floats,
    statutory: Flags,
    home_care: int,
    younger_adults: int,
    micro_enterprise: int,
) -> Floats:
    """Return a row for each field of :class:`ByCouncil`, a column a council.

    All go by site but ``fee`` (councils x kinds of care), ``kind``, ``paid_out`` and ``statutory`` (by provider).
    """
    micro = kind[provider] == micro_enterprise
    home, at_home = alive & (care_type != home_care), alive & (care_type == home_care)
    older = alive & (care_type < younger_adults)
    hours = due * cover
    weights = (
        home,
        capacity * home,
        people * home,
        at_home & ~micro,
        alive & micro,
        self_funders * price * older,
        self_funders * fee[council, care_type] * older,
        (revenue - operating_surplus) * alive,
        (rent + interest + revenue * paid_out[provider]) * alive,
        staff,
        posts,
        np.where(micro, 0.0, staff),
        leavers,
        staff * pay,
        np.maximum(posts - staff, 0.0) * alive,
        hours,
        hours * statutory[provider],
    )
    return np.array([np.bincount(council, weights=weight, minlength=len(fee)) for weight in weights], dtype=np.float64)


@compiled_in("tallies")
def squares_of_beds(
    alive: Flags, provider: Rows, council: Rows, care_type: Codes, capacity: Counts, councils: int, home_care: int
) -> Floats:
    """Return the sum of squares of providers' beds in each council."""
    home = np.flatnonzero(alive & (care_type != home_care))
    cells = provider[home] * councils + council[home]
    order = np.argsort(cells)
    cells = cells[order]
    first = np.flatnonzero(np.diff(cells, prepend=-1))
    # Beds are whole numbers, so the order in which they are added does not matter.
    total = np.add.reduceat(capacity[home][order], first) if first.size else first
    squares = total.astype(np.float64) ** 2
    return np.bincount(cells[first] % councils, weights=squares, minlength=councils).astype(np.float64)
