"""How a month's accounts are booked at sites and owners, and what each payer pays in each market, on plain columns.

The rules stand here so that they can also be compiled (``resilience/kernels/settling.py``);
:mod:`resilience.market.finance` takes the columns from the market.
"""

from typing import NamedTuple

import numpy as np

from resilience.kernels import compiled_in
from resilience.market.accounts import Constants, SiteAccounts, SiteColumns
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


class SiteBooks(NamedTuple):
    """Columns of the sites that the month is booked in."""

    provider: Rows
    opened: Counts
    revenue: Floats
    operating_surplus: Floats
    surplus: Floats
    surplus_to_rent: Floats
    surplus_to_interest: Floats
    trend: Floats
    loss_months: Counts
    bridge_now: Floats
    """Sites x causes."""
    occupied_now: Floats
    occupied_start: Floats


class Starts(NamedTuple):
    """Columns of the sites in which the start of the cause bridge is kept: as booked now, and what is written."""

    occupied_now: Floats
    bridge_now: Floats
    """Sites x causes, as are the last two."""
    occupied_start: Floats
    bridge_start: Floats
    fixed_start: Floats


class Owners(NamedTuple):
    """Columns of the providers; the last four are booked."""

    alive: Flags
    kind: Codes
    outside_beds: Counts
    outside_hours: Floats
    investor_return: Floats
    revenue: Floats
    surplus: Floats
    outside_surplus: Floats
    paid_out: Floats
    cash: Floats


class Here(NamedTuple):
    """What each provider has in the region."""

    beds: Floats
    hours: Floats
    """Care hours a week due at home."""
    group: Floats
    """Size in England over that in the region; 1 where it has nothing outside."""


class Keeping(NamedTuple):
    """What owners keep in cash, and what they draw."""

    cash_months: float
    cash_months_home_care: float
    drawings_share: float


@compiled_in("settling")
def interest_of_sites(
    alive: Flags, capacity: Counts, provider: Rows, debt: Floats, interest_rate: Floats, rate_change: Floats
) -> Floats:
    """Return each site's share by capacity of its provider's interest, GBP a month.

    The last three run over providers: the rate is that of the start or the loan, in a year, and its change since.
    """
    interest = debt * np.maximum(interest_rate + rate_change, 0.0) / 12.0
    places = np.where(alive, capacity, 0).astype(np.float64)
    total = np.bincount(provider, weights=places, minlength=interest.size)
    return places * (interest / np.maximum(total, 1.0))[provider]


@compiled_in("settling")
def book(
    a: SiteAccounts,
    of: SiteColumns,
    s: SiteBooks,
    investor_return: Floats,
    hours_per_person: Floats,
    start_up: Ints,
    trend_months: float,
    month: int,
    rounding: float,
    c: Constants,
) -> tuple[Ints, Ints, Ints]:
    """Book the month at the sites and update how each judges its margin.

    A surplus below ``rounding`` is none. ``investor_return`` runs over providers, ``hours_per_person`` and ``start_up``
    (months) over kinds of care. Returns the sites that are full or old enough for the start of their cause bridge, and
    the living homes and branches of chains.
    """
    s.revenue[:] = revenue = a.revenue
    s.operating_surplus[:] = a.surplus_beyond(rounding)
    s.surplus_to_rent[:] = a.rent
    s.surplus_to_interest[:] = a.interest
    s.surplus[:] = s.operating_surplus - a.rent - a.interest
    margin = s.surplus / np.maximum(revenue, 1.0)
    margin = np.clip(np.where(revenue > 0.0, margin, np.where(s.surplus < 0.0, -1.0, 0.0)), -1.0, 1.0)
    s.trend[:] += np.where(of.alive, (margin - s.trend) / trend_months, 0.0)
    starting_up = (s.opened >= 0) & (month - s.opened < start_up[of.care_type])
    s.loss_months[:] = np.where(of.alive & (s.trend < 0.0) & ~starting_up, s.loss_months + 1, 0)
    load = np.maximum(of.load, 1.0)
    hours = load * hours_per_person[of.care_type] * c.weeks_per_month
    share = share_of_return(revenue, s.provider, investor_return)
    components_per_hour(s.bridge_now, hours, revenue, a, share)
    s.occupied_now[:] = load / np.maximum(of.capacity, 1)
    old = month - s.opened > 12
    fresh = np.flatnonzero(of.alive & (s.occupied_start == 0.0) & ((s.occupied_now > 0.6) | old))
    chains, at_home = of.alive & (of.kind == c.chain), of.care_type == c.home_care
    return fresh, np.flatnonzero(chains & ~at_home), np.flatnonzero(chains & at_home)


def share_of_return(revenue: Floats, provider: Rows, investor_return: Floats) -> Floats:
    """Return each site's share of its provider's investor return by revenue, GBP a month."""
    total = np.bincount(provider, weights=revenue, minlength=investor_return.size)
    return np.asarray(revenue * (investor_return / np.maximum(total, 1.0))[provider])


def components_per_hour(now: Floats, hours: Floats, revenue: Floats, a: SiteAccounts, investor_return: Floats) -> None:
    """Write what each site earned and paid for an hour of care into ``now`` (sites, causes), costs negative.

    All but ``hours`` (a month) in GBP a month; occupancy is no component of its own.
    """
    now[:, 0] = revenue / hours
    now[:, 1] = -a.wages / hours
    now[:, 2] = -a.agency / hours
    now[:, 4] = -a.rent / hours
    now[:, 5] = -a.interest / hours
    now[:, 6] = -investor_return / hours
    now[:, 7] = -(a.other + a.fixed + a.overhead) / hours


@compiled_in("settling")
def take_start(
    rows: Ints,
    a: SiteAccounts,
    of: SiteColumns,
    s: Starts,
    hours_per_person: Floats,
    fixed_staff_share: Floats,
    weeks_per_month: float,
) -> None:
    """Keep this month's components of these sites as the start of their bridges.

    The part of each component that does not follow occupancy is kept apart, GBP an hour: a share of the staff (at nine
    tenths of the beds), rent, interest, investor return and what a site costs at all.
    """
    kind = of.care_type[rows]
    hours = np.maximum(of.load[rows], 1.0) * hours_per_person[kind] * weeks_per_month
    share = fixed_staff_share[kind]
    capacity_staff = share * 0.9 * of.capacity[rows]
    all_staff = capacity_staff + (1.0 - share) * of.load[rows]
    s.occupied_start[rows] = s.occupied_now[rows]
    s.bridge_start[rows] = s.bridge_now[rows]
    s.fixed_start[rows] = 0.0
    s.fixed_start[rows, 1] = -a.wages[rows] / hours * capacity_staff / np.maximum(all_staff, 1e-9)
    s.fixed_start[rows, 4:7] = s.bridge_now[rows, 4:7]
    s.fixed_start[rows, 7] = -a.fixed[rows] / hours


@compiled_in("settling")
def size_here(
    alive: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funder_hours: Floats,
    hours_per_person: Floats,
    outside_beds: Counts,
    outside_hours: Floats,
    home_care: int,
) -> Here:
    """Return what each provider has in the region and how much bigger it is in England.

    Providers with homes are sized by beds, others by their hours of home care (from one hour a week on). All but
    hours a person and the two ``outside``, which run over providers, run over sites.
    """
    at_home, among = care_type == home_care, outside_beds.size
    beds = np.bincount(provider, weights=np.where(alive & ~at_home, capacity, 0), minlength=among)
    people, per_person = council_new + council_settled + nhs_new + nhs_settled, hours_per_person[home_care]
    due = np.where(alive & at_home, (people + self_funder_hours / per_person) * per_person, 0.0)
    hours = np.bincount(provider, weights=due, minlength=among)
    by_hours = np.where(hours >= 1.0, (hours + outside_hours) / np.maximum(hours, 1.0), 1.0)
    group = np.where(beds > 0.0, (beds + outside_beds) / np.maximum(beds, 1.0), by_hours)
    elsewhere = (outside_beds > 0) | (outside_hours > 0.0)
    return Here(beds, hours, np.where(elsewhere, group, 1.0))


@compiled_in("settling")
def settle(
    a: SiteAccounts, of: SiteColumns, s: SiteBooks, p: Owners, here: Here, sector: Floats, k: Keeping, c: Constants
) -> None:
    """Add up the sites of each owner, pay owners what there is, and move cash.

    ``sector`` is what chains' homes here earn for a bed before rent and interest, and their branches for an hour a
    week, GBP a month, providers x 2.
    """
    among = p.alive.size
    p.revenue[:] = np.bincount(s.provider, weights=s.revenue, minlength=among)
    p.surplus[:] = np.bincount(s.provider, weights=s.surplus, minlength=among)
    p.outside_surplus[:] = outside_surplus(a, of, s.provider, p, here, sector, c)
    at_home = np.bincount(s.provider, weights=np.where(of.care_type == c.home_care, s.revenue, 0.0), minlength=among)
    earned = p.surplus + p.outside_surplus
    p.paid_out[:] = paid_to_owners(p, earned, here.group, cash_target(p.revenue, at_home, here.group, k), k, c)
    p.cash[:] += np.where(p.alive, earned - p.paid_out, 0.0)


def outside_surplus(
    a: SiteAccounts, of: SiteColumns, provider: Rows, p: Owners, here: Here, sector: Floats, c: Constants
) -> Floats:
    """Return the surplus of chains' homes and branches outside the region after rent and interest, GBP a month.

    Assumption: outside homes earn per bed, and outside branches per hour, what the region's chain homes and branches
    earn on average; homes carry the chain's own rent and debt per bed. So a national squeeze reaches a chain through
    all it has, and one bad branch here does not bring it down.
    """
    home = of.alive & (of.care_type != c.home_care)
    owed = np.bincount(provider, weights=np.where(home, a.rent + a.interest, 0.0), minlength=p.alive.size)
    chain = p.alive & (p.kind == c.chain)
    homes = p.outside_beds * (sector[:, 0] - owed / np.maximum(here.beds, 1.0))
    branches = np.where(chain & (here.hours >= 1.0), p.outside_hours * sector[:, 1], 0.0)
    return np.where(chain & (here.beds > 0.0), homes, 0.0) + branches


def cash_target(revenue: Floats, at_home: Floats, group: Floats, k: Keeping) -> Floats:
    """Return the cash that owners want to keep, GBP: months of revenue, the whole group counted.

    ``at_home`` is the part of each provider's ``revenue`` that comes from home care.
    """
    homes = np.maximum(revenue - at_home, 0.0)
    at_home = at_home * np.where(homes > 0.0, 1.0, group)
    return k.cash_months * homes * group + k.cash_months_home_care * at_home


def paid_to_owners(p: Owners, surplus: Floats, group: Floats, target: Floats, k: Keeping, c: Constants) -> Floats:
    """Return what owners take out this month, GBP.

    Chains pay the return they owe as far as the month's surplus allows; other owners draw a share of the surplus once
    cash stands at its target; a tenth of cash above the target leaves as well. Co-operatives pay nothing out of the
    surplus and keep twice the reserves, from which members then have a tenth. A council's own service pays nobody.
    """
    cash_after = p.cash + surplus
    member_owned = p.kind == c.cooperative
    spare = np.maximum(cash_after - target * np.where(member_owned, 2.0, 1.0), 0.0)
    earned = np.maximum(surplus, 0.0)
    owed = np.minimum(np.minimum(p.investor_return * group, earned), np.maximum(cash_after, 0.0))
    drawn = np.where(member_owned, 0.0, np.minimum(earned * k.drawings_share, spare))
    wanted = np.where(p.kind == c.chain, owed, drawn) + 0.1 * spare
    paid = np.minimum(wanted, np.maximum(cash_after, 0.0))
    return np.where(p.alive & (p.kind != c.council_service), paid, 0.0)


PAYMENTS = ("council", "self_funder", "nhs", "bought", "own_service", "nhs_people", "nursing")
"""Rows of what :func:`payments` returns: revenue from each payer, GBP a month; people whom councils buy care for (at
home those who get it), each at the rate; the own services' charge, GBP; what NHS people would pay as self-funders, GBP
a week; and people in nursing homes for whom others pay."""


@compiled_in("settling")
def payments(
    a: SiteAccounts,
    of: SiteColumns,
    market: Ints,
    residents: Ints,
    rate: float,
    hours_per_client: float,
    markets: int,
    c: Constants,
) -> Floats:
    """Return what each payer pays for in each market, (:data:`PAYMENTS`, markets).

    ``market`` is that of each site, ``residents`` its self-funders, ``rate`` what councils pay micro-enterprises over
    their fee.
    """
    at_home, own = of.care_type == c.home_care, of.kind == c.council_service
    cover = np.where(at_home, of.cover, 1.0)
    served = of.council_people * cover * np.where(of.kind == c.micro_enterprise, rate, 1.0)
    unit = np.where(at_home, hours_per_client * of.cover, 1.0)
    others = np.where(of.care_type == c.nursing, residents + of.council_people, 0)
    amounts = (
        *(a.council, a.self_funder, a.nhs, np.where(own, 0.0, served), np.where(own, a.council, 0.0)),
        *(of.nhs_people * unit * of.price, others),
    )
    return np.array([np.bincount(market, weights=amount, minlength=markets) for amount in amounts])


@compiled_in("settling")
def bills_of_self_funders(
    site: Rows,
    care_type: Codes,
    hours: Floats,
    income: Floats,
    savings: Floats,
    cover: Floats,
    price: Floats,
    market: Ints,
    cost_index: float,
    markets: int,
    home_care: int,
    weeks: float,
) -> tuple[Floats, Ints]:
    """Return the month's bills in each market, GBP, and the people at each site who pay them.

    Takes from each person's ``savings`` what income leaves unpaid. The first five run over self-funders (-1: no site),
    the next three over sites; ``cost_index`` raises incomes, a month has ``weeks``.
    """
    placed = np.flatnonzero(site >= 0)
    row = site[placed]
    units = np.where(care_type[placed] == home_care, hours[placed] * cover[row], 1.0)
    bill = units * price[row] * weeks
    savings[placed] -= np.maximum(bill - income[placed] * weeks * cost_index, 0.0)
    # Without anybody NumPy would count in whole numbers.
    bills = np.bincount(market[row], weights=bill, minlength=markets).astype(np.float64)
    return bills, np.bincount(row, minlength=market.size)
