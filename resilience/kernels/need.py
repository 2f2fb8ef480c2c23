"""Compiled forms of how people leave care (see ``resilience/market/need.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.market import need
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
def _successes(n: int, key: np.uint64, word: np.uint64, kind: int, cumulative: Floats, n_exact: int) -> int:
    """Return how many of ``n`` people, at most ``n_exact``, the key's draw selects."""
    if n == 0:
        return 0
    u, cell, count = _uniform(key, word), n + kind * (n_exact + 1), 0
    while count < cumulative.shape[0] - 1 and u > cumulative[count, cell]:
        count += 1
    return min(count, n)


@kernel
def _leave_small(
    keys: Keys,
    words: Keys,
    alive: Flags,
    kind: Ints,
    new: Ints,
    settled: Ints,
    leave_new: Floats,
    leave_settled: Floats,
    settle: Floats,
    n_exact: int,
) -> tuple[Ints, Flags]:
    """Let people leave and settle, in place; returns those who left each site and which sites were too large for it."""
    leavers, large = np.zeros(keys.size, dtype=np.int64), np.zeros(keys.size, dtype=np.bool_)
    for row in range(keys.size):
        if not alive[row]:
            continue
        if new[row] > n_exact or settled[row] > n_exact:
            large[row] = True
            continue
        left = _successes(new[row], keys[row], words[0], kind[row], leave_new, n_exact)
        later = _successes(settled[row], keys[row], words[1], kind[row], leave_settled, n_exact)
        moved = _successes(new[row] - left, keys[row], words[2], kind[row], settle, n_exact)
        new[row] -= left + moved
        settled[row] += moved - later
        leavers[row] = left + later
    return leavers, large


def leave_in_phases(
    keys: Keys,
    words: Keys,
    alive: Flags,
    kind: Ints,
    new: Ints,
    settled: Ints,
    tables: tuple[BinomialTable, ...],
) -> Ints:
    """Let people of one payer leave and settle, in place; sites above the tables' exact part go the NumPy way."""
    first, later, settle = (table.cumulative for table in tables)
    leavers, large = _leave_small(keys, words, alive, kind, new, settled, first, later, settle, tables[0].n_exact)
    if large.any():
        leavers += need.leave_in_phases.plain(keys, words, large, kind, new, settled, tables)
    return leavers
