"""Compiled forms of what a closing site leaves behind (see ``market/displaced.py`` and ``market/contagion.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market.displaced import Closing, Payers, Places, Residents
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Rows


@kernel
def count_in(
    second_round: Floats,
    displaced: Ints,
    displaced_long: Ints,
    already: Ints,
    council: Ints,
    column: Ints,
    count: Ints,
    second: Flags,
) -> None:
    """Bring the second round's share of each queue up to date, before ``count`` people join it."""
    joining, of_them = np.zeros(displaced.shape), np.zeros(displaced.shape)
    for place in range(count.size):
        joining[council[place], column[place]] += count[place]
        if second[place]:
            of_them[council[place], column[place]] += count[place]
    for row in range(displaced.shape[0]):
        for cell in range(displaced.shape[1]):
            if joining[row, cell] > 0.0:
                before = float(displaced[row, cell] + displaced_long[row, cell] + already[row, cell])
                total = before + joining[row, cell]
                share = second_round[row, cell] * before + of_them[row, cell]
                second_round[row, cell] = share / max(total, 1e-9)


@kernel
def _join(
    rows: Ints, new: Counts, settled: Counts, payer: int, second: Flags, s: Closing, c: Places, payers: Payers
) -> None:
    """Put the people of one payer into the queue of the displaced."""
    council, column = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64)
    count = np.empty(rows.size, dtype=np.int64)
    for place in range(rows.size):
        council[place] = s.council[rows[place]]
        column[place] = s.care_type[rows[place]] * payers.many + payer
        count[place] = new[rows[place]] + settled[rows[place]]
    nobody = np.zeros(c.displaced.shape, dtype=np.int64)
    count_in(c.second_round, c.displaced, c.displaced_long, nobody, council, column, count, second)
    for place in range(rows.size):
        c.displaced[council[place], column[place]] += count[place]
        c.displaced_now[council[place]] += count[place]
        new[rows[place]] = 0
        settled[rows[place]] = 0


@kernel
def _self_funders_move_out(rows: Ints, second: Flags, s: Closing, f: Residents, c: Places, payers: Payers) -> None:
    """Let the self-funders of closing sites wait as displaced people."""
    council, column = np.empty(rows.size, dtype=np.int64), np.empty(rows.size, dtype=np.int64)
    count = np.empty(rows.size, dtype=np.int64)
    closing = np.zeros(s.alive.size, dtype=np.bool_)
    people = 0
    for place in range(rows.size):
        council[place] = s.council[rows[place]]
        column[place] = s.care_type[rows[place]] * payers.many + payers.self_funder
        count[place] = s.self_funders[rows[place]]
        people += count[place]
        closing[rows[place]] = True
    if people == 0:
        return
    already = np.zeros(c.displaced.shape, dtype=np.int64)
    for person in range(f.site.size):
        if f.site[person] < 0:
            if f.displaced[person]:
                already[f.council[person], f.care_type[person] * payers.many + payers.self_funder] += 1
        elif closing[f.site[person]]:
            f.site[person] = -1
            f.displaced[person] = True
            f.waiting_months[person] = 0
    count_in(c.second_round, c.displaced, c.displaced_long, already, council, column, count, second)
    for place in range(rows.size):
        c.displaced_now[council[place]] += count[place]
        s.self_funders[rows[place]] = 0
        s.self_funder_hours[rows[place]] = 0.0


@kernel
def move_out(
    rows: Ints,
    micro: Flags,
    second: Flags,
    s: Closing,
    f: Residents,
    c: Places,
    freed_staff_stay: float,
    month: int,
    payers: Payers,
) -> None:
    """End the named sites: displace everybody there, set their staff free and count the closures."""
    _join(rows, s.council_new, s.council_settled, payers.council, second, s, c, payers)
    _join(rows, s.nhs_new, s.nhs_settled, payers.nhs, second, s, c, payers)
    _self_funders_move_out(rows, second, s, f, c, payers)
    for place in range(rows.size):
        row = rows[place]
        council = s.council[row]
        c.staff_freed[council] += s.staff[row]
        c.pool[council] += freed_staff_stay * s.staff[row]
        s.staff[row] = s.posts[row] = s.agency_hours[row] = 0.0
        s.alive[row] = False
        s.closed[row] = month
        if micro[place]:
            c.micro_closures[council] += 1
        else:
            c.closures[council, s.care_type[row]] += 1
            c.sites_ended[council, 0] += 1


@kernel
def pay_off(
    rows: Ints,
    alive: Flags,
    care_type: Codes,
    capacity: Counts,
    rent: Floats,
    provider: Rows,
    debt: Floats,
    investor_return: Floats,
    home_care: int,
) -> None:
    """Lower ``debt`` and ``investor_return`` by what stood on these sites."""
    # Of each owner concerned: all its beds and own beds, and those that go.
    sums, owners, number = np.zeros((rows.size, 4)), 0, np.full(debt.size, -1, dtype=np.int32)
    for place in range(rows.size):
        if number[provider[rows[place]]] < 0:
            number[provider[rows[place]]] = owners
            owners += 1
    for row in range(alive.size):
        own = number[provider[row]]
        if own >= 0 and alive[row] and care_type[row] != home_care:
            sums[own, 0] += capacity[row]
            sums[own, 1] += capacity[row] if rent[row] == 0.0 else 0
    for place in range(rows.size):
        row = rows[place]
        if alive[row] and care_type[row] != home_care:
            sums[number[provider[row]], 2] += capacity[row]
            sums[number[provider[row]], 3] += capacity[row] if rent[row] == 0.0 else 0
    for place in range(rows.size):
        owner = provider[rows[place]]
        own = number[owner]
        if own >= 0:
            number[owner] = -1
            debt[owner] *= 1.0 - sums[own, 3] / max(sums[own, 1], 1.0)
            investor_return[owner] *= 1.0 - sums[own, 2] / max(sums[own, 0], 1.0)
