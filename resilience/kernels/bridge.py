"""Compiled forms of the cause bridges (see ``resilience/market/bridge.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.bridge import Booked
from resilience.market.closure import AtSites
from resilience.state.columns import Codes, Counts, Floats, Ints, Rows


@kernel
def _sum(parts: Floats) -> float:
    """Return the sum of eight parts, added two by two."""
    return ((parts[0] + parts[1]) + (parts[2] + parts[3])) + ((parts[4] + parts[5]) + (parts[6] + parts[7]))


@kernel
def _bridge(row: int, b: Booked, occupancy: int, parts: Floats, emptied: Floats) -> None:
    """Write the bridge of one site, whose start was taken, into ``parts``; ``emptied`` is room to work in."""
    dilution = b.occupied_start[row] / max(b.occupied_now[row], 1e-9) - 1.0
    for cause in range(parts.size):
        emptied[cause] = b.fixed[row, cause] * dilution
        parts[cause] = b.latest[row, cause] - b.start[row, cause] - emptied[cause]
    parts[occupancy] += _sum(emptied)


@kernel
def events_at(
    rows: Ints, everybody: bool, given: Ints, s: AtSites, b: Booked, hours_per_person: Floats, occupancy: int
) -> tuple[Ints, Floats]:
    """Return the ledger's counts from ``provider`` on, and its amounts, of events at these sites."""
    causes = b.start.shape[1]
    counts, amounts = np.zeros((rows.size, 7), dtype=np.int64), np.zeros((rows.size, 3 + causes))
    emptied = np.empty(causes)
    for place in range(rows.size):
        row = rows[place]
        care_type = s.care_type[row]
        count, amount = counts[place], amounts[place]
        count[0], count[1], count[2], count[3] = s.provider[row], row, s.council[row], care_type
        own_hours = 0.0
        if everybody:
            count[4], count[5] = s.council_new[row] + s.council_settled[row], s.self_funders[row]
            count[6] = s.nhs_new[row] + s.nhs_settled[row]
            own_hours = s.self_funder_hours[row]
        else:
            count[4] = given[place]
        amount[0] = (count[4] + count[6]) * hours_per_person[care_type] + own_hours
        if b.occupied_start[row] > 0.0:
            amount[1], amount[2] = _sum(b.start[row]), _sum(b.latest[row])
            _bridge(row, b, occupancy, amount[3:], emptied)
    return counts, amounts


@kernel
def bridges_of_providers(
    providers: Ints,
    rows: Ints,
    b: Booked,
    provider: Rows,
    capacity: Counts,
    care_type: Codes,
    hours_per_person: Floats,
    among: int,
    occupancy: int,
) -> tuple[Floats, Floats, Floats]:
    """Return (bridge, surplus per hour at the start, now) of each provider over its sites in ``rows``."""
    causes = b.start.shape[1]
    bridge, start, now = np.zeros((providers.size, causes)), np.zeros(providers.size), np.zeros(providers.size)
    total, hours = np.zeros(providers.size), np.zeros(rows.size)
    number = np.full(among, -1)
    for place in range(providers.size):
        number[providers[place]] = place
    for place in range(rows.size):
        row = rows[place]
        own = number[provider[row]]
        if own >= 0 and b.occupied_start[row] > 0.0:
            hours[place] = max(b.occupied_now[row] * capacity[row], 1.0) * hours_per_person[care_type[row]]
            total[own] += hours[place]
    parts, emptied = np.empty(causes), np.empty(causes)
    for place in range(rows.size):
        row = rows[place]
        own = number[provider[row]]
        if own < 0 or b.occupied_start[row] <= 0.0:
            continue
        weight = hours[place] / max(total[own], 1e-9)
        _bridge(row, b, occupancy, parts, emptied)
        for cause in range(causes):
            bridge[own, cause] += parts[cause] * weight
        start[own] += weight * _sum(b.start[row])
        now[own] += weight * _sum(b.latest[row])
    return bridge, start, now
