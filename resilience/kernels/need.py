"""Compiled forms of how people leave care (see ``resilience/market/need.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.kernels.draws import mixed, uniform
from resilience.kernels.normal import normal_quantile
from resilience.state.columns import Codes, Counts, Flags, Floats, Ints, Keys, Months, Rows
from resilience.state.randomness import BinomialTable


@kernel
def leaving(
    keys: Keys,
    council: Rows,
    words: Keys,
    months_in_care: Months,
    care_type: Codes,
    leave_new: Floats,
    leave_settled: Floats,
    first_phase_months: int,
) -> Ints:
    """Return the rows of those who leave."""
    most = 0.0
    for kind in range(leave_new.size):
        most = max(most, leave_new[kind], leave_settled[kind])
    rows, count = np.empty(keys.size, dtype=np.int64), 0
    for row in range(keys.size):
        u = uniform(keys[row], words[0, council[row]])
        if u < most:
            kind = care_type[row]
            hazard = leave_new[kind] if months_in_care[row] < first_phase_months else leave_settled[kind]
            if u < hazard:
                rows[count] = row
                count += 1
    return rows[:count]


@kernel
def count_leavers(gone: Ints, council: Rows, care_type: Codes, leavers: Ints, payer: int) -> None:
    """Add people who left to a payer's leavers, in place."""
    for row in gone:
        leavers[council[row], care_type[row], payer] += 1


@kernel
def grow_older(site: Rows, months_in_care: Months, waiting_months: Months) -> None:
    """Count a month more in care, and of waiting for those without a site, in place."""
    for row in range(site.size):
        months_in_care[row] += 1
        waiting_months[row] += 1 if site[row] < 0 else 0


@kernel
def scaled(normal: Floats, spread: Floats, less: Floats) -> Floats:
    """Return the first rows of standard normals times a spread a row, less a number a row."""
    steps = np.empty((spread.size, normal.shape[1]))
    for row in range(spread.size):
        for place in range(normal.shape[1]):
            steps[row, place] = normal[row, place] * spread[row] - less[row]
    return steps


@kernel
def _inverted(n: int, u: float, kind: int, cumulative: Floats, n_exact: int) -> int:
    """Return how many of ``n`` people, at most ``n_exact``, the uniform selects; no uniform lies above the last row."""
    cell, count = n + kind * (n_exact + 1), 0
    # Mostly a few go: their steps are counted without a branch that the processor would guess wrongly.
    first = min(4, cumulative.shape[0])
    for step in range(first):
        count += u > cumulative[step, cell]
    while count >= first and u > cumulative[count, cell]:
        count += 1
    return min(count, n)


@kernel
def _leave_small(
    keys: Keys,
    council: Rows,
    words: Keys,
    alive: Flags,
    kind: Codes,
    new: Counts,
    settled: Counts,
    leave_new: Floats,
    leave_settled: Floats,
    settle: Floats,
    n_exact: int,
    leavers: Ints,
    payer: int,
) -> Ints:
    """Let people leave and settle, in place; returns the sites that are too large for it."""
    large, count = np.empty(keys.size, dtype=np.int64), 0
    for row in range(keys.size):
        first, second = new[row], settled[row]
        if not alive[row] or first + second == 0:
            continue
        if max(first, second) > n_exact:
            large[count] = row
            count += 1
            continue
        key, where, care = keys[row], council[row], kind[row]
        left = _inverted(first, uniform(key, words[0, where]), care, leave_new, n_exact)
        later = _inverted(second, uniform(key, words[1, where]), care, leave_settled, n_exact)
        moved = _inverted(first - left, uniform(key, words[2, where]), care, settle, n_exact)
        new[row] = first - (left + moved)
        settled[row] = second + (moved - later)
        leavers[where, care, payer] += left + later
    return large[:count]


@kernel
def _drawn(n: int, u: float, kind: int, chances: Floats, cumulative: Floats, n_exact: int) -> int:
    """Return how many of ``n`` people the uniform selects: what a table draws."""
    if n <= n_exact:
        return _inverted(n, u, kind, cumulative, n_exact)
    mean = n * chances[kind]
    spread = np.sqrt(mean * (1.0 - chances[kind]))
    return min(int(max(np.rint(mean + spread * normal_quantile(u)), 0.0)), n)


def leave_in_phases(
    keys: Keys,
    council: Rows,
    words: Keys,
    alive: Flags,
    kind: Codes,
    new: Counts,
    settled: Counts,
    tables: tuple[BinomialTable, ...],
    leavers: Ints,
    payer: int,
) -> None:
    """Let people of one payer leave and settle, in place; the few large sites apart, which would slow all others."""
    cumulative, n_exact = (tables[0].cumulative, tables[1].cumulative, tables[2].cumulative), tables[0].n_exact
    large = _leave_small(keys, council, words, alive, kind, new, settled, *cumulative, n_exact, leavers, payer)
    chances = tables[0].probabilities, tables[1].probabilities, tables[2].probabilities
    _leave_large(large, keys, council, words, kind, new, settled, chances, cumulative, n_exact, leavers, payer)


@kernel
def _leave_large(
    large: Ints,
    keys: Keys,
    council: Rows,
    words: Keys,
    kind: Codes,
    new: Counts,
    settled: Counts,
    chances: tuple[Floats, Floats, Floats],
    cumulative: tuple[Floats, Floats, Floats],
    n_exact: int,
    leavers: Ints,
    payer: int,
) -> None:
    """Let people of one payer leave and settle at the sites that are too large for the tables, in place."""
    for row in large:
        key, where, care, first = keys[row], council[row], kind[row], new[row]
        left = _drawn(first, uniform(key, words[0, where]), care, chances[0], cumulative[0], n_exact)
        later = _drawn(settled[row], uniform(key, words[1, where]), care, chances[1], cumulative[1], n_exact)
        moved = _drawn(first - left, uniform(key, words[2, where]), care, chances[2], cumulative[2], n_exact)
        new[row] = first - (left + moved)
        settled[row] += moved - later
        leavers[where, care, payer] += left + later


def leave_queues(
    queues: tuple[Ints, Ints, Ints, Ints],
    rationed: Ints,
    leavers: Ints,
    payer_keys: Keys,
    keys: Keys,
    words: Keys,
    table: BinomialTable,
) -> None:
    """Let people leave the queues and grow a month older there, in place."""
    of_table = table.probabilities, table.cumulative, table.n_exact
    _leave_queues(queues, rationed, leavers, payer_keys, keys, words, *of_table)


@kernel
def _leave_queues(
    queues: tuple[Ints, Ints, Ints, Ints],
    rationed: Ints,
    leavers: Ints,
    payer_keys: Keys,
    keys: Keys,
    words: Keys,
    chances: Floats,
    cumulative: Floats,
    n_exact: int,
) -> None:
    """Let people leave the queues and grow a month older there, in place; the last words are those of the refused."""
    councils, kinds, payers = leavers.shape
    for council in range(councils):
        for care in range(kinds):
            market = council * kinds + care
            for payer in range(payers):
                column, key = care * payers + payer, payer_keys[market * payers + payer]
                for which in range(4):
                    u, waiting = uniform(key, words[which, council]), queues[which][council, column]
                    gone = _drawn(waiting, u, care, chances, cumulative, n_exact)
                    queues[which][council, column] -= gone
                    leavers[council, care, payer] += gone
                for which in (0, 2):
                    queues[which + 1][council, column] += queues[which][council, column]
                    queues[which][council, column] = 0
            u = uniform(keys[market], words[4, council])
            refused = _drawn(rationed[council, care], u, care, chances, cumulative, n_exact)
            rationed[council, care] -= refused
            leavers[council, care, 0] += refused


@kernel
def expected_arrivals(
    at_start: Floats,
    need_factor: Floats,
    arrivals_factor: Floats,
    payer_factor: Floats,
    council_pays_instead: float,
    low_need: Floats,
) -> Floats:
    """Return the people expected newly to need care this month; payers are council, self-funder and NHS."""
    mean, at_home = np.empty(at_start.shape), need_factor.size - 1
    for council in range(mean.shape[0]):
        for care in range(need_factor.size):
            for payer in range(payer_factor.size):
                usual = at_start[council, care, payer] * need_factor[care]
                mean[council, care, payer] = usual * payer_factor[payer] * arrivals_factor[care]
            moved = council_pays_instead * mean[council, care, 1]
            mean[council, care, 0] += moved
            mean[council, care, 1] -= moved
        mean[council, at_home, 0] *= low_need[council]
        mean[council, at_home, 1] *= low_need[council]
    return mean


def ration(
    arrivals: Ints, eligibility: Floats, rationed: Ints, waiting: Ints, keys: Keys, words: Keys, table: BinomialTable
) -> None:
    """Let eligibility decide how many of the newly assessed the council funds; the rest go without, in place."""
    of_table = table.probabilities, table.cumulative, table.n_exact
    _ration(arrivals, eligibility, rationed, waiting, keys, words, *of_table)


@kernel
def _ration(
    arrivals: Ints,
    eligibility: Floats,
    rationed: Ints,
    waiting: Ints,
    keys: Keys,
    words: Keys,
    chances: Floats,
    cumulative: Floats,
    n_exact: int,
) -> None:
    """Refuse some of the newly assessed, look at others again and send those who are funded to the queue, in place."""
    councils, kinds = rationed.shape
    payers = waiting.shape[1] // kinds
    for council in range(councils):
        opening = min(max((eligibility[council] - 0.9) * 10.0, 0.0), 1.0)
        for care in range(kinds):
            key, part = keys[council * kinds + care], arrivals[council, care, 0] * (1.0 - eligibility[council])
            whole = np.floor(part)
            refused = int(whole) + (1 if uniform(key, words[0, council]) < part - whole else 0)
            rationed[council, care] += refused
            u = uniform(key, words[1, council])
            looked_at = _drawn(rationed[council, care], u, 0, chances, cumulative, n_exact)
            again = int(np.floor(looked_at * opening))
            rationed[council, care] -= again
            waiting[council, care * payers] += arrivals[council, care, 0] - refused + again


@kernel
def fund(
    rows: Ints,
    site: Rows,
    council: Rows,
    care_type: Codes,
    months_in_care: Months,
    displaced: Flags,
    council_new: Counts,
    council_settled: Counts,
    waiting: Ints,
    queue_displaced: Ints,
    run_down: Ints,
    first_phase_months: int,
    column_of: Ints,
) -> None:
    """Count self-funders among the council's people at their sites, or in its queues, in place."""
    for row in rows:
        where, care = council[row], care_type[row]
        run_down[where, care] += 1
        if site[row] < 0:
            (queue_displaced if displaced[row] else waiting)[where, column_of[care]] += 1
        else:
            (council_new if months_in_care[row] < first_phase_months else council_settled)[site[row]] += 1


@kernel
def move_out(leaving: Ints, site: Rows, hours: Floats, self_funders: Counts, self_funder_hours: Floats) -> None:
    """Take people off the counts of their sites, in place."""
    lost = np.zeros(self_funders.size)
    for row in leaving:
        if site[row] >= 0:
            self_funders[site[row]] -= 1
            lost[site[row]] += hours[row]
    for row in range(lost.size):
        self_funder_hours[row] = max(self_funder_hours[row] - lost[row], 0.0)


@kernel
def known_places_of_micro(
    alive: Flags,
    provider: Rows,
    kind: Codes,
    supported: Flags,
    capacity: Counts,
    self_funders: Counts,
    council_new: Counts,
    council_settled: Counts,
    council: Rows,
    councils: int,
    places_per_client: int,
    micro_enterprise: int,
) -> Floats:
    """Return the free places of micro-enterprises in each council, those of unsupported ones counted by half."""
    free = np.zeros(councils)
    for row in range(alive.size):
        if alive[row] and kind[provider[row]] == micro_enterprise:
            taken = self_funders[row] + places_per_client * (council_new[row] + council_settled[row])
            free[council[row]] += max(capacity[row] - taken, 0) * (1.0 if supported[provider[row]] else 0.5)
    return free


@kernel
def newcomers(counts: Ints, words: Ints, month: int, council_keys: Keys) -> tuple[Keys, Rows, Codes]:
    """Return the keys, councils and kinds of care of newcomers."""
    size, kinds = 0, counts.shape[1] // council_keys.size
    for which in range(counts.shape[0]):
        for market in range(counts.shape[1]):
            size += counts[which, market]
    keys = np.empty(size, dtype=np.uint64)
    council, care_type = np.empty(size, dtype=np.int32), np.empty(size, dtype=np.int8)
    place = 0
    for which in range(counts.shape[0]):
        begun = mixed(mixed(mixed(np.uint64(words[which]))) ^ mixed(np.uint64(month)))
        for market in range(counts.shape[1]):
            home, care = divmod(market, kinds)
            here = mixed(mixed(begun ^ mixed(council_keys[home])) ^ mixed(np.uint64(care)))
            for ordinal in range(counts[which, market]):
                keys[place] = mixed(here ^ mixed(np.uint64(ordinal)))
                council[place], care_type[place] = home, care
                place += 1
    return keys, council, care_type


@kernel
def want_little(hours: Floats, first: int, scale: float, most: float) -> None:
    """Scale the hours of the people from one row on, in place."""
    for row in range(first, hours.size):
        hours[row] = min(max(hours[row] * scale, 1.0), most)


@kernel
def traits_of(
    care_type: Codes,
    own_hours: Floats,
    relative: Floats,
    in_class: Floats,
    edges: Floats,
    hours_per_person: Floats,
    savings_median: Floats,
    income_to_fees: Floats,
    savings_factor: Floats,
    cost_index: float,
    least_savings: float,
    home_care: int,
) -> tuple[Floats, Floats, Floats, Ints]:
    """Return people's hours, savings, income and price class."""
    hours, savings = np.empty(care_type.size), np.empty(care_type.size)
    income, price_class = np.empty(care_type.size), np.empty(care_type.size, dtype=np.int64)
    at_home = 0
    for who in range(care_type.size):
        setting = 1 if care_type[who] == home_care else 0
        hours[who] = hours_per_person[care_type[who]]
        if setting == 1:
            hours[who] = min(max(hours[who] * own_hours[at_home], 1.5), 70.0)
            at_home += 1
        own = savings_median[setting] * relative[0, who] * cost_index * savings_factor[setting]
        savings[who] = max(own, least_savings)
        income[who] = income_to_fees[setting] * relative[1, who]
        price_class[who] = (0 if in_class[who] < edges[0] else 1) + (0 if in_class[who] < edges[1] else 1)
    return hours, savings, income, price_class
