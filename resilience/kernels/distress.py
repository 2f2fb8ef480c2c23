"""Compiled forms of the month step distress (see ``resilience/market/distress.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Constants
from resilience.market.distress import Limits, Owners, Sites
from resilience.state.columns import Codes, Flags, Floats, Ints


@kernel
def money_used_up(p: Owners, group: Floats, c: Constants) -> tuple[Flags, Flags]:
    """Return the living providers whose cash and credit are used up, and those of them that are insolvent."""
    broke, insolvent = np.zeros(p.alive.size, dtype=np.bool_), np.zeros(p.alive.size, dtype=np.bool_)
    for row in range(p.alive.size):
        limit = p.credit_limit[row] * (group[row] if p.kind[row] == c.chain else 1.0)
        broke[row] = p.alive[row] and p.cash[row] < -limit
        insolvent[row] = broke[row] and p.kind[row] != c.council_service and p.kind[row] != c.micro_enterprise
    return broke, insolvent


@kernel
def count_breaches(p: Owners, group: Floats, least: float, c: Constants) -> tuple[Ints, Floats]:
    """Bring the months that chains' interest cover was too low up to date; return new breaches and their cover."""
    new, covers = np.empty(p.alive.size, dtype=np.int64), np.empty(p.alive.size)
    found = 0
    for row in range(p.alive.size):
        cover = np.inf
        if p.kind[row] == c.chain and p.alive[row]:
            interest = p.interest[row] * group[row]
            if interest > 0.0:
                cover = (p.surplus[row] + p.outside_surplus[row] + interest) / max(interest, 1e-9)
        if cover < least:
            if p.breach_months[row] == 0:
                new[found], covers[found] = row, cover
                found += 1
            p.breach_months[row] += 1
        elif p.breach_months[row] > 0:
            p.breach_months[row] -= 1
    return new[:found].copy(), covers[:found].copy()


@kernel
def _owners_ends(p: Owners, failing: Flags, broke: Flags, month: int) -> Ints:
    """Return how each owner may end: 1 it failed, 2 its sites stop, 4 it folds, 8 it winds up, or their sum."""
    ends = np.empty(p.alive.size, dtype=np.int64)
    alive, retires, cash, credit = p.alive, p.owner_retires, p.cash, p.credit_limit
    orderly, surplus = p.orderly, p.surplus
    for owner in range(alive.size):
        retiring, left = retires[owner] <= month, cash[owner] + credit[owner]
        winds_up = orderly[owner] & (surplus[owner] < 0.0) & (left < -2.0 * surplus[owner])
        living = (6 if retiring else 0) | (4 if broke[owner] else 0) | (8 if winds_up else 0)
        ends[owner] = (1 if failing[owner] else 0) | (living if alive[owner] else 0)
    return ends


@kernel
def _may_leave(s: Sites, kind: Codes, ends: Ints, limits: Limits, c: Constants) -> Ints:
    """Return the sites with any sign of leaving, few of all; no branch that the processor would guess wrongly."""
    least = min(limits.patience_home_care, limits.patience_homes, limits.patience_chain)
    alive, provider, inadequate, losing = s.alive, s.provider, s.inadequate_months, s.loss_months
    rows, found = np.empty(alive.size, dtype=np.int64), 0
    for row in range(alive.size):
        owner = provider[row]
        long_enough = (inadequate[row] >= limits.forced_closure) | (losing[row] >= least)
        small_or_own = (kind[owner] == c.micro_enterprise) | (kind[owner] == c.council_service)
        rows[found] = row
        found += alive[row] & (long_enough | small_or_own | (ends[owner] != 0))
    return rows[:found]


@kernel
def leaving(
    s: Sites, p: Owners, failing: Flags, broke: Flags, limits: Limits, month: int, c: Constants
) -> tuple[Ints, Ints]:
    """Return the sites that leave their owners and the number of each one's reason."""
    failed, stops, folds, winds_up = 1, 2, 4, 8
    ends = _owners_ends(p, failing, broke, month)
    may = _may_leave(s, p.kind, ends, limits, c)
    rows, reasons = np.empty(may.size, dtype=np.int64), np.empty(may.size, dtype=np.int64)
    found = 0
    for row in may:
        kind, care_type, owner = p.kind[s.provider[row]], s.care_type[row], ends[s.provider[row]]
        micro, own = kind == c.micro_enterprise, kind == c.council_service
        reason = -1
        if owner & failed:
            reason = 0
        elif not own and s.inadequate_months[row] >= limits.forced_closure:
            reason = 1
        elif own and care_type != c.home_care and s.luck[row] < limits.council_closes:
            reason = 2
        elif micro:
            clients = s.council_new[row] + s.council_settled[row] + s.self_funders[row]
            people = clients + s.nhs_new[row] + s.nhs_settled[row]
            if owner & folds or (month - s.opened[row] > 9 and people == 0):
                reason = 3
        elif owner & stops:
            reason = 4
        else:
            patience = limits.patience_home_care if care_type == c.home_care else limits.patience_homes
            if kind == c.chain:
                patience = limits.patience_chain
            if own or (s.opened[row] >= 0 and month - s.opened[row] < limits.start_up[care_type]):
                patience = limits.never
            if s.loss_months[row] >= patience:
                reason = 5
            elif owner & winds_up:
                reason = 6
        if reason >= 0:
            rows[found], reasons[found] = row, reason
            found += 1
    return rows[:found].copy(), reasons[:found].copy()
