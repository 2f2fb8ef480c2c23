"""Compiled forms of what councils pay and where they may place (see ``resilience/market/commissioning.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import uniform
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Rows


@kernel
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
    """Return what councils pay in a week for the people at sites."""
    weekly = np.zeros(unit_cost.shape[0])
    for site in range(council.size):
        people = council_new[site] + council_settled[site]
        if people == 0:
            continue
        run_by, ratio = kind[provider[site]], 1.0
        if run_by == micro_enterprise:
            ratio = direct_payment_rate
        elif run_by == council_service and care_type[site] == home_care:
            ratio = own_cost_ratio
        weekly[council[site]] += people * ratio * unit_cost[council[site], care_type[site]]
    return weekly


@kernel
def steer(eligibility: Floats, reserves: Floats, budget: Floats, cost: Floats, speed: float, lowest: float) -> None:
    """Move eligibility and use reserves, in place."""
    for council in range(budget.size):
        deficit = max(cost[council] - budget[council], 0.0) / 12.0
        from_reserves = min(deficit, max(reserves[council], 0.0) / 12.0)
        reserves[council] -= from_reserves
        available = budget[council] + 12.0 * from_reserves
        gap = (available - cost[council]) / max(budget[council], 1.0)
        eligibility[council] = min(max(eligibility[council] + speed / 12.0 * gap, lowest), 1.0)


@kernel
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
    """Return the pull of a free place of each site on the council and on the NHS."""
    council, nhs = np.zeros(alive.size), np.zeros(alive.size)
    for site in range(alive.size):
        run_by = kind[provider[site]]
        if not alive[site] or rating[site] == inadequate or run_by == micro_enterprise:
            continue
        pull = quality_pull[site] * council_pull[site]
        own = run_by == council_service and care_type[site] == home_care
        if takes_council[site]:
            council[site] = pull * own_service_pull if own else pull
        if not own:
            nhs[site] = pull
    return council, nhs


@kernel
def shared_room(
    room: Ints,
    site: Rows,
    council: Rows,
    care_type: Codes,
    queues: tuple[Ints, Ints, Ints, Ints],
    payers: tuple[int, int],
    market: Ints,
    site_keys: Keys,
    words: Keys,
    kinds: int,
) -> Ints:
    """Return the part of each site's room that is open to public payers."""
    councils, all_payers = queues[0].shape[0], queues[0].shape[1] // kinds
    public = np.zeros(councils * kinds, dtype=np.int64)
    own, available = np.zeros(public.size, dtype=np.int64), np.zeros(public.size, dtype=np.int64)
    for queue in queues:
        for here in range(public.size):
            for payer in payers:
                public[here] += queue[here // kinds, here % kinds * all_payers + payer]
    for who in range(site.size):
        if site[who] == -1:
            own[council[who] * kinds + care_type[who]] += 1
    for place in range(room.size):
        available[market[place]] += room[place]
    left = np.empty(room.size, dtype=np.int64)
    for place in range(room.size):
        left[place] = room[place]
        here = market[place]
        if own[here] + public[here] > available[here]:
            wanted = room[place] * (public[here] / max(own[here] + public[here], 1))
            whole = np.floor(wanted)
            left[place] = int(whole)
            if uniform(site_keys[place], words[0, here // kinds]) < wanted - whole:
                left[place] += 1
    return left
