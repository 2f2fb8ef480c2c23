"""Month step 3, work: pay, leavers, recruits from the council's pool, vacancies and agency cover."""

import numpy as np

from resilience.market import sites as at
from resilience.state.codes import COOPERATIVE, COUNCIL_SERVICE, MICRO_ENTERPRISE, N_PAYERS, N_TYPES
from resilience.state.columns import Flags, Floats, Ints
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
    """Set pay and posts, let staff leave and be hired, and find out what can be covered."""
    set_pay(state)
    set_posts(state)
    relative = relative_pay(state)
    _leave(state, relative)
    _refresh_pool(state, relative)
    _hire(state, relative)
    cover(state)


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
    if now.is_april and state.month > 0:
        rise = now.wage_floor / now.previous_wage_floor - 1.0
        beyond = max(rise - max(now.inflation, 0.02), 0.0)
        s.pay_differential *= 1.0 - min(labour.pay_compression * beyond / 0.10, 0.8)
    in_loss = s.trend < 0.0
    short = (s.staff < 0.92 * s.posts) & (s.trend > 0.02)
    s.pay_differential *= np.where(in_loss, 0.92, 1.0)
    s.pay_differential += np.where(short, 0.0015, 0.0)
    np.clip(s.pay_differential, 0.0, 1.5 * (labour.outside_pay_ratio - 1.0), out=s.pay_differential)
    s.pay[:] = now.wage_floor * (1.0 + s.pay_differential)


def set_posts(state: MarketState) -> None:
    """Set the posts each site keeps, never beyond its capacity.

    Posts serve the people there, those who will take the places of this month's leavers, a little room to grow, and
    more of it where people wait in the council's market.
    """
    s, labour = state.sites, state.scenario.labour
    load = at.workload(state)
    replaced = 1.0 / (1.0 - state.coefficients.leave_settled[s.care_type])
    headroom = labour.growth_headroom + waiting_share(state)[s.council, s.care_type]
    member_owned = state.providers.kind[s.provider] == COOPERATIVE
    young = np.where(member_owned, _GROWTH_OF_YOUNG_COOPERATIVE, _GROWTH_OF_YOUNG)
    step = np.where(is_young(state), young, 1.0)
    ahead = np.minimum(load * replaced * (1.0 + headroom) + step, np.maximum(s.capacity, load))
    # The few people of a micro-enterprise work as many hours as they have clients.
    micro = at.is_micro(state)
    ahead = np.where(micro, load, ahead)
    s.posts[:] = np.where(s.alive, at.staff_hours_needed(state, ahead) / labour.hours_per_worker, 0.0)
    _staff_micro_enterprises(state, np.flatnonzero(micro))


def _staff_micro_enterprises(state: MarketState, rows: Ints) -> None:
    """Let micro-enterprises' people work as their clients need; part of them would otherwise look for other care work.

    That part of any rise in their hours comes out of the council's pool, and goes back to it when they work less.
    """
    s, councils = state.sites, state.councils
    more = s.posts[rows] - s.staff[rows]
    s.staff[rows] = s.posts[rows]
    drawn = np.bincount(s.council[rows], weights=more, minlength=state.n_councils)
    councils.pool -= state.scenario.entry.micro_from_care_work * drawn
    np.maximum(councils.pool, 0.0, out=councils.pool)


def is_young(state: MarketState) -> Flags:
    """Return true for sites that opened in the run and are still building up."""
    s = state.sites
    return (s.opened >= 0) & (state.month - s.opened < _YOUNG_MONTHS)


def waiting_share(state: MarketState) -> Floats:
    """Return the people who wait in each market over those served there, at most a tenth; councils x kinds of care."""
    f, councils = state.self_funders, state.councils
    size = state.n_councils * N_TYPES
    served = np.bincount(state.market_of_site(), weights=at.people(state), minlength=size)
    queues = councils.waiting + councils.waiting_long + councils.displaced + councils.displaced_long
    waiting = queues.reshape(-1, N_TYPES, N_PAYERS).sum(axis=2).ravel()
    without = f.site < 0
    waiting = waiting + np.bincount((f.council * N_TYPES + f.care_type)[without], minlength=size)
    return np.minimum(waiting / np.maximum(served, 1.0), 0.10).reshape(-1, N_TYPES)


def relative_pay(state: MarketState) -> Floats:
    """Return each site's pay over that of like jobs outside, as a ratio to the same at the start."""
    labour = state.scenario.labour
    usual = (1.0 + labour.pay_differential) / labour.outside_pay_ratio
    return state.sites.pay / state.councils.outside_pay[state.sites.council] / usual


def _leave(state: MarketState, relative: Floats) -> None:
    """Let staff leave; the rate falls with pay ``relative`` to the start, and is lower where small or member-owned."""
    s, labour, c = state.sites, state.scenario.labour, state.coefficients
    kind = state.providers.kind[s.provider]
    rate = labour.turnover_per_year * relative ** -c.separation_elasticity[s.care_type]
    small = np.clip(s.capacity / 20.0, 0.0, 1.0)
    rate *= labour.turnover_small + (1.0 - labour.turnover_small) * small
    rate *= np.where(kind == COOPERATIVE, labour.turnover_member_owned, 1.0)
    kept = state.conditions.policies.small_turnover
    if (kept != 1.0).any():
        rate *= np.where(at.is_community_scale(state), kept[s.council], 1.0)
    rate[kind == MICRO_ENTERPRISE] = 0.0
    s.leavers[:] = s.staff * (1.0 - np.exp(-rate / 12.0))
    # Posts that are no longer needed are not filled again; a sharp fall in work lays staff off.
    surplus = np.maximum(s.staff - s.leavers - 1.02 * s.posts, 0.0)
    s.staff -= s.leavers + surplus
    state.councils.pool += np.bincount(
        s.council, weights=labour.stay_in_sector * s.leavers + surplus, minlength=state.n_councils
    )


def _refresh_pool(state: MarketState, relative: Floats) -> None:
    """Let people from outside start looking for care work as ``relative`` pay allows, and others give up."""
    s, labour, councils = state.sites, state.scenario.labour, state.councils
    staff = np.bincount(s.council, weights=s.staff, minlength=state.n_councils)
    weighted = np.bincount(s.council, weights=s.staff * relative, minlength=state.n_councils)
    pull = np.where(staff > 0.0, weighted / np.maximum(staff, 1e-9), 1.0) ** labour.recruit_elasticity
    growth = float(state.conditions.need_factor.mean())
    councils.pool *= 1.0 - labour.leave_pool
    councils.pool += councils.outside_inflow * pull * growth * state.conditions.recruits_factor


def _hire(state: MarketState, relative: Floats) -> None:
    """Fill vacancies from the council's pool; sites of better ``relative`` pay fill sooner; nobody is hired twice."""
    s, labour, councils = state.sites, state.scenario.labour, state.councils
    vacant = np.maximum(s.posts - s.staff, 0.0) * s.alive
    usual = usual_fill_rate(labour.turnover_per_year, labour.vacancy_start)
    # The pool is compared with its start per usual vacancy, so growth of the market alone does not look like scarcity.
    tightness = np.maximum(councils.pool, 0.0) / np.maximum(councils.pool_start, 1e-9)
    rate = np.minimum(usual * (tightness**labour.fill_curve)[s.council] * relative**2.0, 0.9)
    # A site that builds up recruits before it serves.
    hires = vacant * np.where(is_young(state), np.minimum(_RECRUITING_OF_YOUNG * rate, 0.9), rate)
    total = np.bincount(s.council, weights=hires, minlength=state.n_councils)
    share = np.minimum(1.0, np.maximum(councils.pool, 0.0) / np.maximum(total, 1e-9))
    hires *= share[s.council]
    s.staff += hires
    councils.pool -= total * share


def usual_fill_rate(turnover_per_year: float, vacancy_rate: float) -> float:
    """Return the share of vacancies filled in a month at which turnover and vacancies stay as they are.

    With v vacant posts at the month's end and a share l of staff leaving a month, hires l(1 - v) come from the
    v + l(1 - v) posts vacant after they left.
    """
    leaving = (1.0 - np.exp(-turnover_per_year / 12.0)) * (1.0 - vacancy_rate)
    return float(leaving / (vacancy_rate + leaving))


def cover(state: MarketState) -> None:
    """Find agency cover for hours that staff cannot work, up to its limit, and the share of hours due then covered."""
    s, labour, c = state.sites, state.scenario.labour, state.coefficients
    needed = at.staff_hours_needed(state, at.workload(state))
    own = s.staff * labour.hours_per_worker * (1.0 - state.conditions.sickness)
    # Staff stretch a little before agency is called.
    short = np.maximum(needed - own * 1.02, 0.0)
    own_service = state.providers.kind[s.provider] == COUNCIL_SERVICE
    limit = np.where(own_service, 1.0, c.agency_limit[s.care_type]) * needed
    s.agency_hours[:] = np.where(s.alive, np.minimum(short, limit), 0.0)
    covered = (own * 1.02 + s.agency_hours) / np.maximum(needed, 1e-9)
    s.cover[:] = np.where(s.alive & (needed > 0.0), np.minimum(covered, 1.0), 1.0)
