"""Compiled forms of how people leave care (see ``resilience/market/need.py``)."""

import numpy as np
from scipy.special import ndtri

from resilience.kernels.compiler import kernel
from resilience.state import randomness
from resilience.state.columns import Flags, Floats, Ints, Keys
from resilience.state.randomness import BinomialTable

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / (1 << 53)


@kernel
def _uniform(key: np.uint64, word: np.uint64) -> float:
    """Return the keyed uniform (the same as in ``draws``, whose code must stand in this file to be renewed with it)."""
    mixed = (key ^ word) + _GAMMA
    mixed ^= mixed >> _SHIFT_30
    mixed *= _MIX_1
    mixed ^= mixed >> _SHIFT_27
    mixed *= _MIX_2
    mixed ^= mixed >> _SHIFT_31
    return (np.float64(mixed >> _SHIFT_11) + 0.5) * _TO_UNIT


@kernel
def leaving(
    keys: Keys,
    word: np.uint64,
    months_in_care: Ints,
    care_type: Ints,
    leave_new: Floats,
    leave_settled: Floats,
    first_phase_months: int,
) -> Ints:
    """Return the rows of those who leave."""
    rows = np.empty(keys.size, dtype=np.int64)
    count = 0
    for row in range(keys.size):
        kind = care_type[row]
        hazard = leave_new[kind] if months_in_care[row] < first_phase_months else leave_settled[kind]
        if _uniform(keys[row], word) < hazard:
            rows[count] = row
            count += 1
    return rows[:count]


@kernel
def _inverted(n: int, u: float, kind: int, cumulative: Floats, n_exact: int) -> int:
    """Return how many of ``n`` people, at most ``n_exact``, the uniform selects."""
    if n == 0:
        return 0
    cell, count = n + kind * (n_exact + 1), 0
    while count < cumulative.shape[0] - 1 and u > cumulative[count, cell]:
        count += 1
    return min(count, n)


@kernel
def _leave_small(
    keys: Keys,
    words: Keys,
    alive: Flags,
    kind: Ints,
    market: Ints,
    new: Ints,
    settled: Ints,
    leave_new: Floats,
    leave_settled: Floats,
    settle: Floats,
    n_exact: int,
    markets: int,
) -> tuple[Ints, Ints]:
    """Let people leave and settle, in place; returns those who left each market and the sites too large for it."""
    leavers, large, count = np.zeros(markets, dtype=np.int64), np.empty(keys.size, dtype=np.int64), 0
    for row in range(keys.size):
        if not alive[row] or new[row] + settled[row] == 0:
            continue
        if new[row] > n_exact or settled[row] > n_exact:
            large[count] = row
            count += 1
            continue
        left = later = moved = 0
        if new[row] > 0:
            left = _inverted(new[row], _uniform(keys[row], words[0]), kind[row], leave_new, n_exact)
        if settled[row] > 0:
            later = _inverted(settled[row], _uniform(keys[row], words[1]), kind[row], leave_settled, n_exact)
        if new[row] > left:
            moved = _inverted(new[row] - left, _uniform(keys[row], words[2]), kind[row], settle, n_exact)
        new[row] -= left + moved
        settled[row] += moved - later
        leavers[market[row]] += left + later
    return leavers, large[:count]


@kernel
def _drawn(n: int, u: float, normal: float, kind: int, chances: Floats, cumulative: Floats, n_exact: int) -> int:
    """Return how many of ``n`` people a draw selects, given as a uniform and as its normal quantile."""
    if n <= n_exact:
        return _inverted(n, u, kind, cumulative, n_exact)
    mean = n * chances[kind]
    spread = np.sqrt(mean * (1.0 - chances[kind]))
    return min(int(max(np.rint(mean + spread * normal), 0.0)), n)


@kernel
def _leave_large(
    rows: Ints,
    u: Floats,
    normal: Floats,
    kind: Ints,
    market: Ints,
    new: Ints,
    settled: Ints,
    chances: Floats,
    leave_new: Floats,
    leave_settled: Floats,
    settle: Floats,
    n_exact: int,
    leavers: Ints,
) -> None:
    """Let people of the large sites in ``rows`` leave and settle, in place, and add to those who left each market."""
    for place in range(rows.size):
        row = rows[place]
        care, first = kind[row], new[row]
        left = _drawn(first, u[0, place], normal[0, place], care, chances[0], leave_new, n_exact)
        later = _drawn(settled[row], u[1, place], normal[1, place], care, chances[1], leave_settled, n_exact)
        moved = _drawn(first - left, u[2, place], normal[2, place], care, chances[2], settle, n_exact)
        new[row] -= left + moved
        settled[row] += moved - later
        leavers[market[row]] += left + later


def leave_in_phases(
    keys: Keys,
    words: Keys,
    alive: Flags,
    kind: Ints,
    market: Ints,
    new: Ints,
    settled: Ints,
    tables: tuple[BinomialTable, ...],
    markets: int,
) -> Ints:
    """Let people of one payer leave and settle, in place; the few large sites need normal quantiles, from SciPy."""
    first, later, settle = (table.cumulative for table in tables)
    n_exact = tables[0].n_exact
    leavers, large = _leave_small(
        keys, words, alive, kind, market, new, settled, first, later, settle, n_exact, markets
    )
    if large.size:
        u = randomness.uniforms_of(keys[large], words)
        chances = np.stack([table.probabilities for table in tables])
        _leave_large(large, u, ndtri(u), kind, market, new, settled, chances, first, later, settle, n_exact, leavers)
    return leavers


@kernel
def move_out(leaving: Ints, site: Ints, hours: Floats, self_funders: Ints, self_funder_hours: Floats) -> None:
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
    provider: Ints,
    kind: Ints,
    supported: Flags,
    capacity: Ints,
    self_funders: Ints,
    council_new: Ints,
    council_settled: Ints,
    council: Ints,
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
def _mixed(word: np.uint64) -> np.uint64:
    """Return the splitmix64 finaliser of one 64-bit word (the same as in ``draws``)."""
    word += _GAMMA
    word ^= word >> _SHIFT_30
    word *= _MIX_1
    word ^= word >> _SHIFT_27
    word *= _MIX_2
    return word ^ (word >> _SHIFT_31)


@kernel
def newcomers(counts: Ints, words: Ints, month: int, council_keys: Keys) -> tuple[Keys, Ints, Ints]:
    """Return the keys, councils and kinds of care of newcomers."""
    size, kinds = 0, counts.shape[1] // council_keys.size
    for which in range(counts.shape[0]):
        for market in range(counts.shape[1]):
            size += counts[which, market]
    keys = np.empty(size, dtype=np.uint64)
    council, care_type = np.empty(size, dtype=np.int64), np.empty(size, dtype=np.int64)
    place = 0
    for which in range(counts.shape[0]):
        begun = _mixed(_mixed(_mixed(np.uint64(words[which]))) ^ _mixed(np.uint64(month)))
        for market in range(counts.shape[1]):
            home, care = divmod(market, kinds)
            here = _mixed(_mixed(begun ^ _mixed(council_keys[home])) ^ _mixed(np.uint64(care)))
            for ordinal in range(counts[which, market]):
                keys[place] = _mixed(here ^ _mixed(np.uint64(ordinal)))
                council[place], care_type[place] = home, care
                place += 1
    return keys, council, care_type


@kernel
def traits_of(
    care_type: Ints,
    relative: Floats,
    in_class: Floats,
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
    for who in range(care_type.size):
        setting = 1 if care_type[who] == home_care else 0
        hours[who] = hours_per_person[care_type[who]]
        if setting == 1:
            hours[who] = min(max(hours[who] * relative[0, who], 1.5), 70.0)
        own = savings_median[setting] * relative[1, who] * cost_index * savings_factor[setting]
        savings[who] = max(own, least_savings)
        income[who] = income_to_fees[setting] * relative[2, who]
        price_class[who] = (0 if in_class[who] < -0.43 else 1) + (0 if in_class[who] < 0.43 else 1)
    return hours, savings, income, price_class
