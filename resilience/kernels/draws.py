"""Compiled forms of keyed draws (see ``resilience/state/randomness.py``)."""

import numpy as np

from resilience.kernels.compiler import kernel
from resilience.state.columns import Floats, Keys

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)
_SHIFT_30, _SHIFT_27, _SHIFT_31, _SHIFT_11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
_TO_UNIT = 1.0 / (1 << 53)


@kernel
def _mixed(word: np.uint64) -> np.uint64:
    """Return the splitmix64 finaliser of one 64-bit word."""
    word += _GAMMA
    word ^= word >> _SHIFT_30
    word *= _MIX_1
    word ^= word >> _SHIFT_27
    word *= _MIX_2
    return word ^ (word >> _SHIFT_31)


@kernel
def uniforms(keys: Keys, word: np.uint64) -> Floats:
    """Return one uniform in (0, 1) for each key."""
    drawn = np.empty(keys.size, dtype=np.float64)
    for place in range(keys.size):
        drawn[place] = (np.float64(_mixed(keys[place] ^ word) >> _SHIFT_11) + 0.5) * _TO_UNIT
    return drawn
