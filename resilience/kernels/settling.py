"""Compiled forms of the month's booking at sites and owners (see ``resilience/market/settling.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Constants, SiteAccounts, SiteColumns
from resilience.market.settling import Here, Keeping, Owners, SiteBooks, Starts
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def interest_of_sites(
    alive: Flags, capacity: Counts, provider: Rows, debt: Floats, interest_rate: Floats, rate_change: Floats
) -> Floats:
    """Return each site's share by capacity of its provider's interest."""
    total, shares = np.zeros(debt.size), np.zeros(alive.size)
    for row in range(alive.size):
        if alive[row]:
            total[provider[row]] += capacity[row]
    for row in range(alive.size):
        owner = provider[row]
        places = float(capacity[row]) if alive[row] else 0.0
        interest = debt[owner] * max(interest_rate[owner] + rate_change[owner], 0.0) / 12.0
        shares[row] = places * (interest / max(total[owner], 1.0))
    return shares


@kernel
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
    """Book the month at the sites; return sites whose bridge starts now, and chains' homes and branches."""
    total = np.zeros(investor_return.size)
    for row in range(s.provider.size):
        s.revenue[row] = a.council[row] + a.self_funder[row] + a.nhs[row]
        total[s.provider[row]] += s.revenue[row]
    fresh, homes, branches = (
        np.empty(s.provider.size, dtype=np.int64),
        np.empty(s.provider.size, dtype=np.int64),
        np.empty(s.provider.size, dtype=np.int64),
    )
    found = of_chains = at_home = 0
    for row in range(s.provider.size):
        owner, care_type, revenue = s.provider[row], of.care_type[row], s.revenue[row]
        operating = revenue - a.wages[row] - a.agency[row] - a.other[row] - a.fixed[row] - a.overhead[row]
        operating = 0.0 if abs(operating) < rounding else operating
        surplus = operating - a.rent[row] - a.interest[row]
        s.operating_surplus[row], s.surplus[row] = operating, surplus
        s.surplus_to_rent[row], s.surplus_to_interest[row] = a.rent[row], a.interest[row]
        margin = -1.0 if surplus < 0.0 else 0.0
        if revenue > 0.0:
            margin = min(max(surplus / max(revenue, 1.0), -1.0), 1.0)
        s.trend[row] += (margin - s.trend[row]) / trend_months if of.alive[row] else 0.0
        starting_up = s.opened[row] >= 0 and month - s.opened[row] < start_up[care_type]
        losing = of.alive[row] and s.trend[row] < 0.0 and not starting_up
        s.loss_months[row] = s.loss_months[row] + 1 if losing else 0
        load = max(of.load[row], 1.0)
        hours = load * hours_per_person[care_type] * c.weeks_per_month
        share = revenue * (investor_return[owner] / max(total[owner], 1.0))
        now = s.bridge_now[row]
        now[0], now[1], now[2] = revenue / hours, -a.wages[row] / hours, -a.agency[row] / hours
        now[4], now[5], now[6] = -a.rent[row] / hours, -a.interest[row] / hours, -share / hours
        now[7] = -(a.other[row] + a.fixed[row] + a.overhead[row]) / hours
        s.occupied_now[row] = load / max(of.capacity[row], 1)
        ready = s.occupied_now[row] > 0.6 or month - s.opened[row] > 12
        if of.alive[row] and s.occupied_start[row] == 0.0 and ready:
            fresh[found] = row
            found += 1
        if of.alive[row] and of.kind[row] == c.chain:
            if care_type == c.home_care:
                branches[at_home] = row
                at_home += 1
            else:
                homes[of_chains] = row
                of_chains += 1
    return fresh[:found].copy(), homes[:of_chains].copy(), branches[:at_home].copy()


@kernel
def take_start(
    rows: Ints,
    a: SiteAccounts,
    of: SiteColumns,
    s: Starts,
    hours_per_person: Floats,
    fixed_staff_share: Floats,
    weeks_per_month: float,
) -> None:
    """Keep this month's components of these sites as the start of their bridges."""
    for place in range(rows.size):
        row = rows[place]
        kind = of.care_type[row]
        hours = max(of.load[row], 1.0) * hours_per_person[kind] * weeks_per_month
        share = fixed_staff_share[kind]
        capacity_staff = share * 0.9 * of.capacity[row]
        all_staff = capacity_staff + (1.0 - share) * of.load[row]
        s.occupied_start[row] = s.occupied_now[row]
        for cause in range(s.bridge_now.shape[1]):
            s.bridge_start[row, cause] = s.bridge_now[row, cause]
            s.fixed_start[row, cause] = s.bridge_now[row, cause] if 4 <= cause < 7 else 0.0
        s.fixed_start[row, 1] = -a.wages[row] / hours * capacity_staff / max(all_staff, 1e-9)
        s.fixed_start[row, 7] = -a.fixed[row] / hours


@kernel
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
    """Return what each provider has in the region and how much bigger it is in England."""
    beds, hours, group = np.empty(outside_beds.size), np.empty(outside_beds.size), np.ones(outside_beds.size)
    # Beds and hours stand together, and nothing is skipped: the processor would guess wrongly which sites are.
    size, per_person = np.zeros((outside_beds.size, 2)), hours_per_person[home_care]
    for row in range(alive.size):
        at_home = care_type[row] == home_care
        people = council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row]
        due = (people + self_funder_hours[row] / per_person) * per_person
        here = due if at_home else float(capacity[row])
        size[provider[row], 1 if at_home else 0] += here if alive[row] else 0.0
    for owner in range(outside_beds.size):
        beds[owner], hours[owner] = size[owner, 0], size[owner, 1]
        if outside_beds[owner] > 0 or outside_hours[owner] > 0.0:
            if beds[owner] > 0.0:
                group[owner] = (beds[owner] + outside_beds[owner]) / max(beds[owner], 1.0)
            elif hours[owner] >= 1.0:
                group[owner] = (hours[owner] + outside_hours[owner]) / max(hours[owner], 1.0)
    return Here(beds, hours, group)


@kernel
def settle(
    a: SiteAccounts, of: SiteColumns, s: SiteBooks, p: Owners, here: Here, sector: Floats, k: Keeping, c: Constants
) -> None:
    """Add up the sites of each owner, pay owners what there is, and move cash."""
    among = p.alive.size
    at_home, owed = np.zeros(among), np.zeros(among)
    for owner in range(among):
        p.revenue[owner] = p.surplus[owner] = 0.0
    for row in range(s.provider.size):
        owner = s.provider[row]
        p.revenue[owner] += s.revenue[row]
        p.surplus[owner] += s.surplus[row]
        if of.care_type[row] == c.home_care:
            at_home[owner] += s.revenue[row]
        elif of.alive[row]:
            owed[owner] += a.rent[row] + a.interest[row]
    for owner in range(among):
        chain, group = p.kind[owner] == c.chain, here.group[owner]
        # the surplus outside
        homes = branches = 0.0
        if chain and p.alive[owner]:
            if here.beds[owner] > 0.0:
                homes = p.outside_beds[owner] * (sector[owner, 0] - owed[owner] / max(here.beds[owner], 1.0))
            if here.hours[owner] >= 1.0:
                branches = p.outside_hours[owner] * sector[owner, 1]
        p.outside_surplus[owner] = homes + branches
        # what owners want to keep
        from_homes = max(p.revenue[owner] - at_home[owner], 0.0)
        from_branches = at_home[owner] * (1.0 if from_homes > 0.0 else group)
        target = k.cash_months * from_homes * group + k.cash_months_home_care * from_branches
        # and what they take
        surplus = p.surplus[owner] + p.outside_surplus[owner]
        cash_after = p.cash[owner] + surplus
        member_owned = p.kind[owner] == c.cooperative
        spare = max(cash_after - target * (2.0 if member_owned else 1.0), 0.0)
        earned = max(surplus, 0.0)
        if chain:
            drawn = min(min(p.investor_return[owner] * group, earned), max(cash_after, 0.0))
        else:
            drawn = 0.0 if member_owned else min(earned * k.drawings_share, spare)
        paid = min(drawn + 0.1 * spare, max(cash_after, 0.0))
        p.paid_out[owner] = paid if p.alive[owner] and p.kind[owner] != c.council_service else 0.0
        p.cash[owner] += surplus - p.paid_out[owner] if p.alive[owner] else 0.0


@kernel
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
    """Return what each payer pays for in each market."""
    sums = np.zeros((7, markets))
    for row in range(market.size):
        where, kind, care_type = market[row], of.kind[row], of.care_type[row]
        at_home = care_type == c.home_care
        sums[0, where] += a.council[row]
        sums[1, where] += a.self_funder[row]
        sums[2, where] += a.nhs[row]
        if kind == c.council_service:
            sums[4, where] += a.council[row]
        else:
            served = of.council_people[row] * (of.cover[row] if at_home else 1.0)
            sums[3, where] += served * (rate if kind == c.micro_enterprise else 1.0)
        unit = hours_per_client * of.cover[row] if at_home else 1.0
        sums[5, where] += of.nhs_people[row] * unit * of.price[row]
        if care_type == c.nursing:
            sums[6, where] += residents[row] + of.council_people[row]
    return sums


@kernel
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
    """Return the month's bills in each market and the people at each site; take from savings what income leaves."""
    bills, people = np.zeros(markets), np.zeros(market.size, dtype=np.int64)
    for person in range(site.size):
        row = site[person]
        if row < 0:
            continue
        units = hours[person] * cover[row] if care_type[person] == home_care else 1.0
        bill = units * price[row] * weeks
        savings[person] -= max(bill - income[person] * weeks * cost_index, 0.0)
        bills[market[row]] += bill
        people[row] += 1
    return bills, people
