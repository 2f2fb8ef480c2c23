"""Compiled forms of the reviews of council contracts (see ``resilience/market/contracts.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.accounts import Codes
from resilience.market.contracts import Reviewed, Terms
from resilience.state.columns import Ints


@kernel
def _fee_weekly(s: Reviewed, t: Terms, row: int, c: Codes) -> float:
    """Return what a council-funded person brings a site in a week."""
    kind = s.care_type[row]
    unit = t.hours_per_person[kind] if kind == c.home_care else 1.0
    return t.fee[s.council[row], kind] * unit + (t.funded_nursing_care if kind == c.nursing else 0.0)


@kernel
def change_admissions(s: Reviewed, t: Terms, least: float, c: Codes) -> tuple[Ints, Ints]:
    """Return the sites that stop admitting council clients, and those that admit them again."""
    stop, resume = np.empty(s.alive.size, dtype=np.int64), np.empty(s.alive.size, dtype=np.int64)
    stopping = resuming = 0
    for row in range(s.alive.size):
        if not s.alive[row] or s.key[row] % t.quarter != t.turn:
            continue
        counted = s.council_new[row] + s.council_settled[row] + s.nhs_new[row] + s.nhs_settled[row]
        load = counted + s.self_funder_hours[row] / t.hours_per_person[s.care_type[row]]
        full_cost = (s.revenue[row] - s.operating_surplus[row]) / max(load, 1.0) / c.weeks_per_month
        margin = 1.0 - full_cost / max(_fee_weekly(s, t, row, c), 1e-9)
        people = max(counted + s.self_funders[row], 1)
        full_enough = people / max(s.capacity[row], 1) > 0.85
        if s.takes_council[row]:
            private = s.care_type[row] != c.home_care and s.kind[row] != c.council_service
            if private and full_enough and s.self_funders[row] / people > 0.45 and margin < least:
                stop[stopping] = row
                stopping += 1
        elif margin > least + 0.03 or not full_enough:
            resume[resuming] = row
            resuming += 1
    return stop[:stopping].copy(), resume[:resuming].copy()


@kernel
def below_marginal_cost(s: Reviewed, t: Terms, least: float, c: Codes) -> Ints:
    """Return the losing branches with council clients whose fee leaves less than a margin over marginal cost."""
    rows = np.empty(s.alive.size, dtype=np.int64)
    found = 0
    for row in range(s.alive.size):
        kind = s.care_type[row]
        if not s.alive[row] or kind != c.home_care or s.kind[row] == c.council_service or not s.trend[row] < 0.0:
            continue
        if s.council_new[row] + s.council_settled[row] <= 0 or s.key[row] % t.quarter != t.turn:
            continue
        hourly = s.pay[row] * t.pay_mix[kind] * (1.0 + t.on_cost)
        prices = t.cost_index * s.efficiency[row] * t.local_cost[s.council[row]] * t.cost_factor[kind]
        staff = t.staff_hours_per_person[kind] * s.efficiency[row] * hourly
        cost = (1.0 - t.fixed_staff_share[kind]) * staff + t.other_cost[kind] * prices
        if 1.0 - cost / max(_fee_weekly(s, t, row, c), 1e-9) < least:
            rows[found] = row
            found += 1
    return rows[:found].copy()
