"""Compiled forms of the month step distress (see ``resilience/market/distress.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Codes
from resilience.market.distress import Limits, Owners, Sites
from resilience.state.columns import Flags, Floats, Ints


@kernel
def money_used_up(p: Owners, group: Floats, c: Codes) -> tuple[Flags, Flags]:
    """Return the living providers whose cash and credit are used up, and those of them that are insolvent."""
    broke, insolvent = np.zeros(p.alive.size, dtype=np.bool_), np.zeros(p.alive.size, dtype=np.bool_)
    for row in range(p.alive.size):
        limit = p.credit_limit[row] * (group[row] if p.kind[row] == c.chain else 1.0)
        broke[row] = p.alive[row] and p.cash[row] < -limit
        insolvent[row] = broke[row] and p.kind[row] != c.council_service and p.kind[row] != c.micro_enterprise
    return broke, insolvent


@kernel
def count_breaches(p: Owners, group: Floats, least: float, c: Codes) -> tuple[Ints, Floats]:
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
def leaving(
    s: Sites, p: Owners, failing: Flags, broke: Flags, limits: Limits, month: int, c: Codes
) -> tuple[Ints, Ints]:
    """Return the sites that leave their owners and the number of each one's reason."""
    # Owners first: their columns are read in order, and sites ask for two of them only.
    failed, stops, folds, winds_up = 1, 2, 4, 8
    ends = np.zeros(p.alive.size, dtype=np.int8)
    for owner in range(p.alive.size):
        if failing[owner]:
            ends[owner] = failed
        if p.alive[owner]:
            if p.owner_retires[owner] <= month:
                ends[owner] |= stops | folds
            if broke[owner]:
                ends[owner] |= folds
            left = p.cash[owner] + p.credit_limit[owner]
            if p.orderly[owner] and p.surplus[owner] < 0.0 and left < -2.0 * p.surplus[owner]:
                ends[owner] |= winds_up
    rows, reasons = np.empty(s.alive.size, dtype=np.int64), np.empty(s.alive.size, dtype=np.int64)
    found = 0
    for row in range(s.alive.size):
        if not s.alive[row]:
            continue
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
