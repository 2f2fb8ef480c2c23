"""Compiled forms of the reviews of council contracts (see ``resilience/market/contracts.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Constants
from resilience.market.contracts import Reviewed, Terms
from resilience.state.columns import Flags, Ints, Keys


@kernel
def _fee_weekly(s: Reviewed, t: Terms, row: int, c: Constants) -> float:
    """Return what a council-funded person brings a site in a week."""
    kind = s.care_type[row]
    unit = t.hours_per_person[kind] if kind == c.home_care else 1.0
    return t.fee[s.council[row], kind] * unit + (t.funded_nursing_care if kind == c.nursing else 0.0)


@kernel
def _marginal_cost(s: Reviewed, t: Terms, row: int) -> float:
    """Return what one more person-equivalent costs a site in a week."""
    kind = s.care_type[row]
    hourly = s.pay[row] * t.pay_mix[kind] * (1.0 + t.on_cost)
    prices = t.cost_index * s.efficiency[row] * t.local_cost[s.council[row]] * t.cost_factor[kind]
    staff = t.staff_hours_per_person[kind] * s.efficiency[row] * hourly
    return (1.0 - t.fixed_staff_share[kind]) * staff + t.other_cost[kind] * prices


@kernel
def _whose_turn(key: Keys, alive: Flags, quarter: np.uint64, turn: np.uint64) -> Ints:
    """Return the living sites whose owners take stock, without a branch that the processor would guess wrongly."""
    rows, found = np.empty(alive.size, dtype=np.int64), 0
    for row in range(alive.size):
        rows[found] = row
        found += alive[row] & (key[row] % quarter == turn)
    return rows[:found]


@kernel
def look_at_contracts(
    s: Reviewed, t: Terms, least_full: float, least_marginal: float, c: Constants
) -> tuple[Ints, Ints, Ints]:
    """Return the sites that stop admitting council clients, those that admit them again, and those that hand back."""
    rows = np.empty((3, s.alive.size), dtype=np.int64)
    stopping = resuming = returning = 0
    for row in _whose_turn(s.key, s.alive, t.quarter, t.turn):
        private, at_home = s.kind[row] != c.council_service, s.care_type[row] == c.home_care
        council = s.council_new[row] + s.council_settled[row]
        counted = council + s.nhs_new[row] + s.nhs_settled[row]
        people = max(counted + s.self_funders[row], 1)
        full_enough = people / max(s.capacity[row], 1) > 0.85
        fee = max(_fee_weekly(s, t, row, c), 1e-9)
        load = counted + s.self_funder_hours[row] / t.hours_per_person[s.care_type[row]]
        margin = 1.0 - (s.revenue[row] - s.operating_surplus[row]) / max(load, 1.0) / c.weeks_per_month / fee
        if s.takes_council[row]:
            has_others = s.self_funders[row] / people > 0.45
            if private and not at_home and full_enough and has_others and margin < least_full:
                rows[0, stopping] = row
                stopping += 1
        elif margin > least_full + 0.03 or not full_enough:
            rows[1, resuming] = row
            resuming += 1
        losing = private and at_home and council > 0 and s.trend[row] < 0.0
        if losing and 1.0 - _marginal_cost(s, t, row) / fee < least_marginal:
            rows[2, returning] = row
            returning += 1
    return rows[0, :stopping].copy(), rows[1, :resuming].copy(), rows[2, :returning].copy()
