"""Month step 4, councils: fees and budgets each April, eligibility and placement every month."""

import numpy as np

from resilience.kernels import compiled_in
from resilience.market import council_returns
from resilience.market import sites as at
from resilience.market.council_queues import ALWAYS_REPLACED, place_payer, queues
from resilience.market.direct_payments import pay_directly
from resilience.market.placement import ROUNDS
from resilience.state.codes import (
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    INADEQUATE,
    MICRO_ENTERPRISE,
    N_TYPES,
    NHS,
)
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Rows
from resilience.state.market_state import MarketState
from resilience.state.randomness import uniforms_of

WAGE_SHARE = np.array([0.60, 0.62, 0.62, 0.80])
"""Share of pay in providers' costs by kind of care, as councils reckon it (E03-098, E03-101, E03-059)."""


def step(state: MarketState) -> None:
    """Set the year's budget and fees in April, steer eligibility, and place council- and NHS-funded people."""
    set_budget(state)
    if state.conditions.is_april and state.month > 0:
        set_fees(state)
        state.councils.budget += state.conditions.policies.april_grant
    if state.conditions.is_april:
        state.councils.spend_year[:] = 0.0
    steer_eligibility(state)
    place(state)


def set_budget(state: MarketState) -> None:
    """Set each council's yearly budget: the first one, moved by real funding and general prices, plus grants.

    Councils that follow their returns have the money that those come to. What a council pays for programmes beside care
    is taken off.
    """
    now, councils = state.conditions, state.councils
    since_start = now.real_funding * now.price_index if state.returns is None else council_returns.funding(state)
    councils.budget[:] = councils.budget_start * since_start + councils.grant
    councils.budget += now.policies.grant - 12.0 * now.policies.cost_beside_care


def yearly_cost(state: MarketState) -> Floats:
    """Return what the people whom each council funds now cost in a year at today's fees, GBP by council.

    People waiting for a place are counted, since their place will be paid for; the own service is counted at its cost.
    """
    s, c, councils = state.sites, state.coefficients, state.councils
    unit = np.array([1.0, 1.0, 1.0, c.hours_per_person[HOME_CARE]])
    weekly = weekly_cost(
        s.council_new,
        s.council_settled,
        s.provider,
        state.providers.kind,
        s.care_type,
        s.council,
        councils.fee * unit,
        float(state.scenario.councils.in_house_cost_ratio),
        float(state.conditions.policies.direct_payment_rate),
        HOME_CARE,
        COUNCIL_SERVICE,
        MICRO_ENTERPRISE,
    )
    return 365.25 / 7.0 * (weekly + (queue_of(state, COUNCIL) * councils.fee * unit).sum(axis=1))


@compiled_in("commissioning")
def weekly_cost(
    council_new: Counts,
    council_settled: Counts,
    provider: Rows,
    kind: Codes,
    care_type: Codes,
    council: Rows,
    unit_cost: Floats,
    own_cost_ratio: float,
    direct_payment_rate: float,
    home_care: int,
    council_service: int,
    micro_enterprise: int,
) -> Floats:
    """Return what councils pay in a week for the people at sites, GBP by council.

    Columns are by site, ``kind`` by provider; ``unit_cost`` is what a person at the fee costs, councils x kinds of
    care. A council's own home care costs ``own_cost_ratio`` of that, a micro-enterprise ``direct_payment_rate``.
    """
    run_by = kind[provider]
    ratio = np.where((run_by == council_service) & (care_type == home_care), own_cost_ratio, 1.0)
    ratio = np.where(run_by == micro_enterprise, direct_payment_rate, ratio)
    weekly = (council_new + council_settled) * ratio * unit_cost[council, care_type]
    return np.bincount(council, weights=weekly, minlength=unit_cost.shape[0]).astype(np.float64)


def queue_of(state: MarketState, payer: int) -> Ints:
    """Return the people of a payer who wait for a place, councils x kinds of care."""
    own = queues(state).of(payer)
    return own.waiting + own.waiting_long + own.displaced + own.displaced_long


def cost_inflation(state: MarketState) -> Floats:
    """Return how much providers' unit costs rise this April, by kind of care.

    Pay at the floor with on-costs on their path, general prices, and what shocks add to the costs of all.
    """
    now = state.conditions
    pay = (now.wage_floor / now.previous_wage_floor) * (1.0 + now.on_cost_rise) - 1.0
    return WAGE_SHARE * pay + (1.0 - WAGE_SHARE) * now.inflation + now.cost_rise


def set_fees(state: MarketState) -> None:
    """Uplift fees as far as the budget allows.

    The uplift a council would like is its providers' cost inflation. What it can afford is the budget over the cost of
    the people it expects to fund at last year's fees. A squeeze falls on fees by ``squeeze_on_fees``, the rest on
    eligibility and reserves; spare money goes partly into fees. Councils that follow their returns pay what those say.
    """
    councils, p = state.councils, state.scenario.councils
    if state.returns is not None and state.returns.covers(state.conditions.year):
        fees = council_returns.fees(state, state.conditions.year)
        councils.uplift[:] = fees / council_returns.fees(state, state.conditions.year - 1) - 1.0
        councils.uplift += state.conditions.fee_uplift
        councils.fee *= 1.0 + councils.uplift
        return
    wanted = cost_inflation(state)
    need = state.scenario.need
    volume = 1.0 + 0.5 * (need.growth_per_year + need.growth_care_homes) * councils.eligibility
    affordable = councils.budget / np.maximum(yearly_cost(state) * volume, 1.0) - 1.0
    gap = affordable[:, None] - wanted
    uplift = np.where(
        gap < 0.0, wanted + p.squeeze_on_fees * gap, wanted + np.minimum(p.pass_through_limit * gap, 0.04)
    )
    uplift = np.maximum(uplift, np.minimum(p.lowest_uplift, wanted)) + state.conditions.fee_uplift
    councils.uplift[:] = uplift
    councils.fee *= 1.0 + uplift


def steer_eligibility(state: MarketState) -> None:
    """Tighten or widen eligibility by the gap between the budget and the cost of a year; reserves cushion a deficit."""
    c, p = state.councils, state.scenario.councils
    steer(
        c.eligibility, c.reserves, c.budget, yearly_cost(state), float(p.eligibility_speed), float(p.lowest_eligibility)
    )


@compiled_in("commissioning")
def steer(eligibility: Floats, reserves: Floats, budget: Floats, cost: Floats, speed: float, lowest: float) -> None:
    """Move eligibility and use reserves, in place; all are by council, budget and cost GBP a year."""
    deficit = np.maximum(cost - budget, 0.0) / 12.0
    from_reserves = np.minimum(deficit, np.maximum(reserves, 0.0) / 12.0)
    reserves -= from_reserves
    available = budget + 12.0 * from_reserves
    gap = (available - cost) / np.maximum(budget, 1.0)
    eligibility += speed / 12.0 * gap
    np.clip(eligibility, lowest, 1.0, out=eligibility)


def place(state: MarketState) -> None:
    """Place council-funded, then NHS-funded people: the displaced first, then those who have waited longest."""
    room = at.staffed_room(state)
    council_pull, nhs_pull = public_pulls(state)
    open_to_public_payers = room_beside_self_funders(state, room)
    pay_directly(state, room)
    s, waiting, share = state.sites, queues(state), state.scenario.reprovision.replaced_in_a_month
    for payer, new, settled, pull in (
        (COUNCIL, s.council_new, s.council_settled, council_pull),
        (NHS, s.nhs_new, s.nhs_settled, nhs_pull),
    ):
        words = state.words(
            *(f"place/{payer}/{attempt}" for attempt in range(ROUNDS)),
            f"place_away/{payer}",
            *(f"place_host/{payer}/{attempt}" for attempt in range(ROUNDS)),
        )
        place_payer(
            payer, waiting, new, settled, open_to_public_payers, pull, state.index, words, share, ALWAYS_REPLACED
        )


def public_pulls(state: MarketState) -> tuple[Floats, Floats]:
    """Return the pull of a free place of each site on the council and on the NHS; zero where they do not place.

    Nobody is placed with sites that are rated inadequate or with micro-enterprises, and by councils only with those
    that are willing. A council's own home care is dearer and takes part in proportion to ``own_service_pull``; the NHS
    does not use it. Policies may give community-scale providers a weight of their own in councils' awards.
    """
    s, p = state.sites, state.scenario.councils
    council, nhs = pulls_of_payers(
        s.alive,
        s.rating,
        s.takes_council,
        s.provider,
        state.providers.kind,
        s.care_type,
        s.council_pull,
        np.exp(p.quality_weight * s.quality),
        float(p.own_service_pull),
        INADEQUATE,
        HOME_CARE,
        COUNCIL_SERVICE,
        MICRO_ENTERPRISE,
    )
    value = state.conditions.policies.social_value
    if value.any():
        council *= np.exp(np.where(at.is_community_scale(state), value[s.council], 0.0))
    return council, nhs


@compiled_in("commissioning")
def pulls_of_payers(
    alive: Flags,
    rating: Codes,
    takes_council: Flags,
    provider: Rows,
    kind: Codes,
    care_type: Codes,
    council_pull: Floats,
    quality_pull: Floats,
    own_service_pull: float,
    inadequate: int,
    home_care: int,
    council_service: int,
    micro_enterprise: int,
) -> tuple[Floats, Floats]:
    """Return the pull of a free place of each site on the council and on the NHS; ``kind`` is by provider."""
    run_by = kind[provider]
    own = (run_by == council_service) & (care_type == home_care)
    usable = alive & (rating != inadequate) & (run_by != micro_enterprise)
    pull = quality_pull * council_pull
    council = np.where(usable & takes_council, pull * np.where(own, own_service_pull, 1.0), 0.0)
    return council, np.where(usable & ~own, pull, 0.0)


def room_beside_self_funders(state: MarketState, room: Ints) -> Ints:
    """Return the room left to council and NHS where there is less of it than people who want it.

    Where a market is short, each site keeps for self-funders the part of its room that is their part of the demand, a
    fraction of a place settled by a keyed draw (assumption: providers take people as they come, whoever pays).
    """
    f, index = state.self_funders, state.index
    s, payers, words = state.sites, (COUNCIL, NHS), state.words("room_share")
    people = f.site, f.council, f.care_type
    return shared_room(room, *people, queues(state)[:4], payers, index.market, s.key, words, N_TYPES)


@compiled_in("commissioning")
def shared_room(
    room: Ints,
    site: Rows,
    council: Rows,
    care_type: Codes,
    queues: tuple[Ints, ...],
    payers: tuple[int, int],
    market: Ints,
    site_keys: Keys,
    words: Keys,
    kinds: int,
) -> Ints:
    """Return the part of each site's ``room`` that is open to public payers.

    ``site``, ``council`` and ``care_type`` are those of self-funders, who wait without a site (-1); ``queues`` hold
    the others who wait, councils x (kinds of care x payers), of whom the public ``payers`` count.
    """
    waiting = np.stack(queues).sum(axis=0).reshape(len(queues[0]), kinds, -1)
    public = (waiting[:, :, payers[0]] + waiting[:, :, payers[1]]).ravel()
    without = np.flatnonzero(site == -1)
    own = np.bincount(council[without] * kinds + care_type[without], minlength=public.size)
    available = np.bincount(market, weights=room, minlength=public.size)
    left, scarce = room.copy(), np.flatnonzero((own + public > available)[market])
    share = public / np.maximum(own + public, 1)
    wanted = room[scarce] * share[market[scarce]]
    whole = np.floor(wanted)
    (u,) = uniforms_of(site_keys[scarce], words, (market[scarce] // kinds).astype(np.int32))
    left[scarce] = whole + (u < wanted - whole)
    return left
