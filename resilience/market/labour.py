"""Month step 3, work: pay, leavers, recruits from the council's pool and vacancies; agency cover comes in step 6."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import sites as at
from resilience.state.codes import (
    CHAIN,
    COOPERATIVE,
    COUNCIL_SERVICE,
    MICRO_ENTERPRISE,
    N_KINDS,
    N_PAYERS,
    N_TYPES,
)
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows
from resilience.state.market_state import MarketState

_YOUNG_MONTHS = 24
"""Months in which a new site builds up (assumption)."""
_GROWTH_OF_YOUNG = 3.0
"""People a month for whom a new site takes on staff ahead of need; others take on staff for one (assumption)."""
_GROWTH_OF_YOUNG_COOPERATIVE = 2.0
"""The same of a new co-operative, which grows as members join (assumption; E08-001: the movement grows 8% a year)."""

_RECRUITING_OF_YOUNG = 3.0
"""Vacancies a new site fills in a month over those of others (assumption)."""


def step(state: MarketState) -> None:
    """Set pay and posts, let staff leave and be hired."""
    load = at.workload(state)
    set_pay(state)
    set_posts(state, load)
    relative = relative_pay(state)
    _leave(state, relative)
    _refresh_pool(state, relative)
    _hire(state, relative)


def outside_pay(state: MarketState) -> float:
    """Return the pay of like jobs outside care, GBP an hour: it follows part of a rise of the floor beyond its path."""
    now, labour = state.conditions, state.scenario.labour
    extra = now.wage_floor - now.wage_floor_planned
    return labour.outside_pay_ratio * (now.wage_floor_planned + labour.outside_pay_follows_floor * extra)


def set_pay(state: MarketState) -> None:
    """Set pay at or above the floor.

    A provider pays its differential over the floor. In April part of any rise of the floor beyond other pay comes out
    of the differential (compression, E05-108); a site in loss lets it run down; one with vacancies and a margin lets
    it grow, up to half as much again as like jobs outside.
    """
    s, labour, now = state.sites, state.scenario.labour, state.conditions
    state.councils.outside_pay[:] = outside_pay(state)
    kept = 1.0
    if now.is_april and state.month > 0:
        rise = now.wage_floor / now.previous_wage_floor - 1.0
        beyond = max(rise - max(now.inflation, 0.02), 0.0)
        kept = 1.0 - min(labour.pay_compression * beyond / 0.10, 0.8)
    most = 1.5 * (labour.outside_pay_ratio - 1.0)
    s.pay_differential[:], s.pay[:] = new_pay(
        s.pay_differential, s.trend, s.staff, s.posts, float(kept), float(most), float(now.wage_floor)
    )


@compiled_in("labour")
def new_pay(
    differential: Floats, trend: Floats, staff: Floats, posts: Floats, kept: float, most: float, wage_floor: float
) -> tuple[Floats, Floats]:
    """Return (differential over the floor, pay) of each site; ``kept`` of the differential stays, up to ``most``."""
    in_loss = trend < 0.0
    short = (staff < 0.92 * posts) & (trend > 0.02)
    differential = differential * kept * np.where(in_loss, 0.92, 1.0) + np.where(short, 0.0015, 0.0)
    differential = np.minimum(np.maximum(differential, 0.0), most)
    return differential, wage_floor * (1.0 + differential)


def set_posts(state: MarketState, load: Floats | None = None) -> None:
    """Set the posts each site keeps, never beyond its capacity.

    Posts serve the people there, those who will take the places of this month's leavers, a little room to grow, and
    more of it where people wait in the council's market. ``load`` is the sites' workload where the caller knows it.
    """
    s, c, labour = state.sites, state.coefficients, state.scenario.labour
    growth_of_young = np.full(N_KINDS, _GROWTH_OF_YOUNG)
    growth_of_young[COOPERATIVE] = _GROWTH_OF_YOUNG_COOPERATIVE
    s.posts[:] = planned_posts(
        s.alive,
        s.provider,
        s.council,
        s.care_type,
        s.capacity,
        is_young(state),
        s.efficiency,
        at.workload(state) if load is None else load,
        state.providers.kind,
        labour.growth_headroom + waiting_share(state),
        growth_of_young,
        1.0 / (1.0 - c.leave_settled),
        c.fixed_staff_share,
        c.staff_hours_per_person,
        float(labour.hours_per_worker),
        MICRO_ENTERPRISE,
    )
    _staff_micro_enterprises(state)


@compiled_in("labour")
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
    """Return the posts of each site.

    The first eight go by site, ``kind`` by provider, ``headroom`` by council and kind of care, ``growth_of_young`` by
    kind of provider, ``replaced`` (people over those who will stay), staff share and hours by kind of care.
    """
    of_provider = kind[provider]
    step = np.where(young, growth_of_young[of_provider], 1.0)
    wanted = load * replaced[care_type] * (1.0 + headroom[council, care_type]) + step
    ahead = np.minimum(wanted, np.maximum(capacity, load))
    # The few people of a micro-enterprise work as many hours as they have clients.
    ahead = np.where(of_provider == micro_enterprise, load, ahead)
    hours = at.staff_hours(fixed_staff_share, staff_hours_per_person, care_type, efficiency, capacity, ahead)
    return np.where(alive, hours / hours_per_worker, 0.0)


def _staff_micro_enterprises(state: MarketState) -> None:
    """Let micro-enterprises' people work as their clients need; part of them would otherwise look for other care work.

    That part of any rise in their hours comes out of the council's pool, and goes back to it when they work less.
    """
    s, councils = state.sites, state.councils
    drawn = staff_as_posts(
        s.staff, s.posts, s.provider, s.council, state.providers.kind, state.n_councils, MICRO_ENTERPRISE
    )
    councils.pool -= state.scenario.entry.micro_from_care_work * drawn
    np.maximum(councils.pool, 0.0, out=councils.pool)


@compiled_in("labour")
def staff_as_posts(
    staff: Floats, posts: Floats, provider: Rows, council: Rows, kind: Codes, councils: int, micro_enterprise: int
) -> Floats:
    """Set the ``staff`` of micro-enterprises to their posts, in place; return the rise by council."""
    rows = np.flatnonzero(kind[provider] == micro_enterprise)
    more = posts[rows] - staff[rows]
    staff[rows] = posts[rows]
    return np.bincount(council[rows], weights=more, minlength=councils).astype(np.float64)


def is_young(state: MarketState) -> Flags:
    """Return true for sites that opened in the run and are still building up."""
    return np.asarray(state.sites.opened > max(state.month - _YOUNG_MONTHS, -1))


def waiting_share(state: MarketState) -> Floats:
    """Return the people who wait in each market over those served there, at most a tenth; councils x kinds of care."""
    s, f, councils = state.sites, state.self_funders, state.councils
    served = people_by_market(
        state.market_of_site(),
        s.council_new,
        s.council_settled,
        s.nhs_new,
        s.nhs_settled,
        s.self_funders,
        state.n_councils * N_TYPES,
    ).reshape(-1, N_TYPES)
    queues = councils.waiting + councils.waiting_long + councils.displaced + councils.displaced_long
    waiting = queues.reshape(-1, N_TYPES, N_PAYERS).sum(axis=2)
    waiting = waiting + without_place(f.site, f.council, f.care_type, state.n_councils, N_TYPES)
    return np.minimum(waiting / np.maximum(served, 1.0), 0.10)


@compiled_in("labour")
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
    people = council_new + council_settled + nhs_new + nhs_settled + self_funders
    return np.bincount(market, weights=people, minlength=markets).astype(np.float64)


@compiled_in("labour")
def without_place(site: Rows, council: Rows, care_type: Codes, councils: int, kinds: int) -> Ints:
    """Return how many self-funders wait for a site (-1), councils x kinds of care."""
    none = np.flatnonzero(site == -1)
    return np.bincount(council[none] * kinds + care_type[none], minlength=councils * kinds).reshape(councils, kinds)


def relative_pay(state: MarketState) -> Floats:
    """Return each site's pay over that of like jobs outside, as a ratio to the same at the start."""
    labour = state.scenario.labour
    usual = (1.0 + labour.pay_differential) / labour.outside_pay_ratio
    return pay_over_usual(state.sites.pay, state.sites.council, state.councils.outside_pay, float(usual))


@compiled_in("labour")
def pay_over_usual(pay: Floats, council: Rows, outside_pay: Floats, usual: float) -> Floats:
    """Return each site's pay over that of like jobs outside (by council), over what is usual."""
    return pay / outside_pay[council] / usual


def _leave(state: MarketState, relative: Floats) -> None:
    """Let staff leave; the rate falls with pay ``relative`` to the start, and is lower where small or member-owned."""
    s, labour, c = state.sites, state.scenario.labour, state.coefficients
    kept = state.conditions.policies.small_turnover
    small_scale = state.scenario.councils.community_scale_people if (kept != 1.0).any() else -1
    staying = np.exp(
        turnover(
            relative ** (-c.separation_elasticity)[s.care_type],
            s.alive,
            s.provider,
            s.council,
            s.capacity,
            state.providers.kind,
            kept,
            int(small_scale),
            float(labour.turnover_per_year),
            float(labour.turnover_small),
            float(labour.turnover_member_owned),
            (CHAIN, COOPERATIVE, MICRO_ENTERPRISE, COUNCIL_SERVICE),
        )
    )
    share = float(labour.stay_in_sector)
    state.councils.pool += let_go(s.staff, s.leavers, s.posts, staying, s.council, share, state.n_councils)


@compiled_in("labour")
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
    """Return minus the rate a month at which each site's staff leave; ``by_pay`` is what pay makes of the usual one.

    Policies' factor ``kept`` by council is for community-scale providers of up to ``small_scale`` people. ``codes`` are
    those of chains, co-operatives, micro-enterprises and councils' own services.
    """
    chain, cooperative, micro_enterprise, own_service = codes
    of_provider = kind[provider]
    rate = per_year * by_pay
    rate = rate * (of_small + (1.0 - of_small) * np.minimum(np.maximum(capacity / 20.0, 0.0), 1.0))
    rate = rate * np.where(of_provider == cooperative, of_members, 1.0)
    community = alive & (of_provider != chain) & (of_provider != own_service) & (capacity <= small_scale)
    rate = rate * np.where(community, kept[council], 1.0)
    return -np.where(of_provider == micro_enterprise, 0.0, rate) / 12.0


@compiled_in("labour")
def let_go(
    staff: Floats,
    leavers: Floats,
    posts: Floats,
    staying: Floats,
    council: Rows,
    stay_in_sector: float,
    councils: int,
) -> Floats:
    """Set the ``leavers`` and the ``staff`` who stay of each site, in place; return those who look for other care work.

    The last are by council. ``staying`` is the share that does not leave. Posts that are no longer needed are not
    filled again; a sharp fall in work lays staff off.
    """
    leavers[:] = staff * (1.0 - staying)
    surplus = np.maximum(staff - leavers - 1.02 * posts, 0.0)
    staff -= leavers + surplus
    looking = np.bincount(council, weights=stay_in_sector * leavers + surplus, minlength=councils)
    return looking.astype(np.float64)


def _refresh_pool(state: MarketState, relative: Floats) -> None:
    """Let people from outside start looking for care work as ``relative`` pay allows, and others give up."""
    s, labour, councils = state.sites, state.scenario.labour, state.councils
    staff, weighted = staff_by_council(s.staff, relative, s.council, state.n_councils)
    pull = np.where(staff > 0.0, weighted / np.maximum(staff, 1e-9), 1.0) ** labour.recruit_elasticity
    growth = float(state.conditions.need_factor.mean())
    councils.pool *= 1.0 - labour.leave_pool
    councils.pool += councils.outside_inflow * pull * growth * state.conditions.recruits_factor


@compiled_in("labour")
def staff_by_council(staff: Floats, relative: Floats, council: Rows, councils: int) -> tuple[Floats, Floats]:
    """Return the staff in each council, and the same weighted by ``relative`` pay."""
    count, weighted = (np.bincount(council, weights=each, minlength=councils) for each in (staff, staff * relative))
    return count.astype(np.float64), weighted.astype(np.float64)


def _hire(state: MarketState, relative: Floats) -> None:
    """Fill vacancies from the council's pool; sites of better ``relative`` pay fill sooner; nobody is hired twice."""
    s, labour, councils = state.sites, state.scenario.labour, state.councils
    usual = usual_fill_rate(labour.turnover_per_year, labour.vacancy_start)
    # The pool is compared with its start per usual vacancy, so growth of the market alone does not look like scarcity.
    tightness = np.maximum(councils.pool, 0.0) / np.maximum(councils.pool_start, 1e-9)
    hires, total = wanted_hires(
        s.alive,
        s.staff,
        s.posts,
        is_young(state),
        relative,
        s.council,
        usual * tightness**labour.fill_curve,
        _RECRUITING_OF_YOUNG,
    )
    share = np.minimum(1.0, np.maximum(councils.pool, 0.0) / np.maximum(total, 1e-9))
    take_on(s.staff, hires, share, s.council)
    councils.pool -= total * share


@compiled_in("labour")
def take_on(staff: Floats, hires: Floats, share: Floats, council: Rows) -> None:
    """Add a council's ``share`` of the ``hires`` wanted to the ``staff`` of its sites, in place."""
    staff += hires * share[council]


@compiled_in("labour")
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
    """Return the hires that each site would make, and their sum in each council; ``fill_rate`` goes by council."""
    vacant = np.maximum(posts - staff, 0.0) * alive
    rate = np.minimum(fill_rate[council] * (relative * relative), 0.9)
    # A site that builds up recruits before it serves.
    hires = vacant * np.where(young, np.minimum(faster * rate, 0.9), rate)
    return hires, np.bincount(council, weights=hires, minlength=len(fill_rate)).astype(np.float64)


def usual_fill_rate(turnover_per_year: float, vacancy_rate: float) -> float:
    """Return the share of vacancies filled in a month at which turnover and vacancies stay as they are.

    With v vacant posts at the month's end and a share l of staff leaving a month, hires l(1 - v) come from the
    v + l(1 - v) posts vacant after they left.
    """
    leaving = (1.0 - np.exp(-turnover_per_year / 12.0)) * (1.0 - vacancy_rate)
    return float(leaving / (vacancy_rate + leaving))


def cover(state: MarketState) -> None:
    """Find agency cover for hours that staff cannot work, up to its limit, and the share of hours due then covered."""
    s, c = state.sites, state.coefficients
    s.agency_hours[:], s.cover[:] = agency_and_cover(
        s.alive,
        s.provider,
        s.care_type,
        s.capacity,
        s.efficiency,
        s.staff,
        at.workload(state),
        state.providers.kind,
        c.agency_limit,
        c.fixed_staff_share,
        c.staff_hours_per_person,
        float(state.scenario.labour.hours_per_worker),
        float(1.0 - state.conditions.sickness),
        COUNCIL_SERVICE,
    )


@compiled_in("labour")
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
    """Return (agency hours a week, share of the hours due that is covered) of each site.

    The first seven go by site, ``kind`` by provider, limits, shares and hours by kind of care; ``at_work`` is the share
    of staff who are not off sick. A council's ``own_service`` knows no limit.
    """
    needed = at.staff_hours(fixed_staff_share, staff_hours_per_person, care_type, efficiency, capacity, load)
    # Staff stretch a little before agency is called.
    own = staff * hours_per_worker * at_work * 1.02
    limit = np.where(kind[provider] == own_service, 1.0, agency_limit[care_type]) * needed
    agency = np.where(alive, np.minimum(np.maximum(needed - own, 0.0), limit), 0.0)
    covered = (own + agency) / np.maximum(needed, 1e-9)
    return agency, np.where(alive & (needed > 0.0), np.minimum(covered, 1.0), 1.0)
