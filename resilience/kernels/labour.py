"""Compiled forms of pay, posts, staff who come and go, and agency cover (see ``resilience/market/labour.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def new_pay(
    differential: Floats, trend: Floats, staff: Floats, posts: Floats, kept: float, most: float, wage_floor: float
) -> tuple[Floats, Floats]:
    """Return (differential over the floor, pay) of each site."""
    wanted, pay = np.empty(trend.size), np.empty(trend.size)
    for row in range(trend.size):
        of_site = differential[row] * kept * (0.92 if trend[row] < 0.0 else 1.0)
        short = staff[row] < 0.92 * posts[row] and trend[row] > 0.02
        of_site += 0.0015 if short else 0.0
        wanted[row] = min(max(of_site, 0.0), most)
        pay[row] = wage_floor * (1.0 + wanted[row])
    return wanted, pay


@kernel
def planned_posts(
    alive: Flags,
    provider: Rows,
    council: Rows,
    care_type: Codes,
    capacity: Counts,
    young: Flags,
    efficiency: Floats,
    load: Floats,
    kind: Codes,
    headroom: Floats,
    growth_of_young: Floats,
    replaced: Floats,
    fixed_staff_share: Floats,
    staff_hours_per_person: Floats,
    hours_per_worker: float,
    micro_enterprise: int,
) -> Floats:
    """Return the posts of each site."""
    posts = np.zeros(alive.size)
    for row in range(alive.size):
        if not alive[row]:
            continue
        of_provider, care = kind[provider[row]], care_type[row]
        ahead = load[row]
        if of_provider != micro_enterprise:
            step = growth_of_young[of_provider] if young[row] else 1.0
            wanted = load[row] * replaced[care] * (1.0 + headroom[council[row], care]) + step
            ahead = min(wanted, max(float(capacity[row]), load[row]))
        fixed = fixed_staff_share[care]
        places = fixed * 0.9 * capacity[row] + (1.0 - fixed) * ahead
        posts[row] = staff_hours_per_person[care] * efficiency[row] * places / hours_per_worker
    return posts


@kernel
def staff_as_posts(
    staff: Floats, posts: Floats, provider: Rows, council: Rows, kind: Codes, councils: int, micro_enterprise: int
) -> Floats:
    """Set the staff of micro-enterprises to their posts, in place; return the rise by council."""
    more = np.zeros(councils)
    for row in range(staff.size):
        if kind[provider[row]] == micro_enterprise:
            more[council[row]] += posts[row] - staff[row]
            staff[row] = posts[row]
    return more


@kernel
def people_by_market(
    market: Ints,
    council_new: Counts,
    council_settled: Counts,
    nhs_new: Counts,
    nhs_settled: Counts,
    self_funders: Counts,
    markets: int,
) -> Floats:
    """Return the people served in each market."""
    people = np.zeros(markets)
    for row in range(market.size):
        people[market[row]] += (
            council_new[row] + council_settled[row] + nhs_new[row] + nhs_settled[row] + self_funders[row]
        )
    return people


@kernel
def without_place(site: Rows, council: Rows, care_type: Codes, councils: int, kinds: int) -> Ints:
    """Return how many self-funders wait for a site, councils x kinds of care."""
    count = np.zeros((councils, kinds), dtype=np.int64)
    for row in range(site.size):
        if site[row] == -1:
            count[council[row], care_type[row]] += 1
    return count


@kernel
def pay_over_usual(pay: Floats, council: Rows, outside_pay: Floats, usual: float) -> Floats:
    """Return each site's pay over that of like jobs outside, over what is usual."""
    relative = np.empty(pay.size)
    for row in range(pay.size):
        relative[row] = pay[row] / outside_pay[council[row]] / usual
    return relative


@kernel
def turnover(
    by_pay: Floats,
    alive: Flags,
    provider: Rows,
    council: Rows,
    capacity: Counts,
    kind: Codes,
    kept: Floats,
    small_scale: int,
    per_year: float,
    of_small: float,
    of_members: float,
    codes: tuple[int, int, int, int],
) -> Floats:
    """Return minus the rate a month at which each site's staff leave."""
    chain, cooperative, micro_enterprise, own_service = codes
    rates = np.empty(alive.size)
    for row in range(alive.size):
        of_provider = kind[provider[row]]
        rate = per_year * by_pay[row]
        rate *= of_small + (1.0 - of_small) * min(max(capacity[row] / 20.0, 0.0), 1.0)
        rate *= of_members if of_provider == cooperative else 1.0
        if alive[row] and of_provider != chain and of_provider != own_service and capacity[row] <= small_scale:
            rate *= kept[council[row]]
        rates[row] = -(0.0 if of_provider == micro_enterprise else rate) / 12.0
    return rates


@kernel
def let_go(
    staff: Floats,
    leavers: Floats,
    posts: Floats,
    staying: Floats,
    council: Rows,
    stay_in_sector: float,
    councils: int,
) -> Floats:
    """Set the leavers and the staff who stay of each site, in place; return those who look for other care work."""
    looking = np.zeros(councils)
    for row in range(staff.size):
        leavers[row] = staff[row] * (1.0 - staying[row])
        surplus = max(staff[row] - leavers[row] - 1.02 * posts[row], 0.0)
        staff[row] -= leavers[row] + surplus
        looking[council[row]] += stay_in_sector * leavers[row] + surplus
    return looking


@kernel
def take_on(staff: Floats, hires: Floats, share: Floats, council: Rows) -> None:
    """Add a council's share of the hires wanted to the staff of its sites, in place."""
    for row in range(staff.size):
        staff[row] += hires[row] * share[council[row]]


@kernel
def staff_by_council(staff: Floats, relative: Floats, council: Rows, councils: int) -> tuple[Floats, Floats]:
    """Return the staff in each council, and the same weighted by relative pay."""
    count, weighted = np.zeros(councils), np.zeros(councils)
    for row in range(staff.size):
        count[council[row]] += staff[row]
        weighted[council[row]] += staff[row] * relative[row]
    return count, weighted


@kernel
def wanted_hires(
    alive: Flags,
    staff: Floats,
    posts: Floats,
    young: Flags,
    relative: Floats,
    council: Rows,
    fill_rate: Floats,
    faster: float,
) -> tuple[Floats, Floats]:
    """Return the hires that each site would make, and their sum in each council."""
    hires, total = np.zeros(alive.size), np.zeros(fill_rate.size)
    for row in range(alive.size):
        if alive[row]:
            rate = min(fill_rate[council[row]] * (relative[row] * relative[row]), 0.9)
            rate = min(faster * rate, 0.9) if young[row] else rate
            hires[row] = max(posts[row] - staff[row], 0.0) * rate
            total[council[row]] += hires[row]
    return hires, total


@kernel
def agency_and_cover(
    alive: Flags,
    provider: Rows,
    care_type: Codes,
    capacity: Counts,
    efficiency: Floats,
    staff: Floats,
    load: Floats,
    kind: Codes,
    agency_limit: Floats,
    fixed_staff_share: Floats,
    staff_hours_per_person: Floats,
    hours_per_worker: float,
    at_work: float,
    own_service: int,
) -> tuple[Floats, Floats]:
    """Return (agency hours a week, share of the hours due that is covered) of each site."""
    agency, cover = np.zeros(alive.size), np.ones(alive.size)
    for row in range(alive.size):
        if not alive[row]:
            continue
        care = care_type[row]
        fixed = fixed_staff_share[care]
        places = fixed * 0.9 * capacity[row] + (1.0 - fixed) * load[row]
        needed = staff_hours_per_person[care] * efficiency[row] * places
        own = staff[row] * hours_per_worker * at_work * 1.02
        limit = (1.0 if kind[provider[row]] == own_service else agency_limit[care]) * needed
        agency[row] = min(max(needed - own, 0.0), limit)
        if needed > 0.0:
            cover[row] = min((own + agency[row]) / max(needed, 1e-9), 1.0)
    return agency, cover
