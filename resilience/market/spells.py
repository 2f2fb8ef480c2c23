"""How long stays last: survival in two phases, cut short when savings run out.

A self-funder's stay has a chance ``1 - leave_new`` of going on in each of its first twelve months and
``1 - leave_settled`` afterwards (E06-043), and ends as a self-funder's after ``last`` months, when savings are gone.
"""

import numpy as np

from resilience.market.need import FIRST_PHASE_MONTHS
from resilience.state.codes import WEEKS_PER_MONTH
from resilience.state.coefficients import CareCoefficients
from resilience.state.columns import Codes, Floats, Ints

_LONGEST = 1_200.0
"""Months that stand for 'for ever'."""


def months_of_savings(savings: Floats, weekly_draw: Floats, limit: float) -> Floats:
    """Return the months until savings (GBP) reach the limit at a weekly draw (GBP)."""
    months = np.maximum(savings - limit, 0.0) / np.maximum(weekly_draw * WEEKS_PER_MONTH, 1e-9)
    return np.minimum(np.ceil(months), _LONGEST)


def survival(c: CareCoefficients, care_type: Codes, months: Floats) -> Floats:
    """Return the chance that a stay lasts at least so many months."""
    stay, stay_on = 1.0 - c.leave_new[care_type], 1.0 - c.leave_settled[care_type]
    first = np.minimum(months, FIRST_PHASE_MONTHS)
    return stay**first * stay_on ** np.maximum(months - FIRST_PHASE_MONTHS, 0.0)


def expected_months(c: CareCoefficients, care_type: Codes, last: Floats) -> Floats:
    """Return the mean length of stays that end at ``last`` months at the latest: the sum of survival before it."""
    stay, stay_on = 1.0 - c.leave_new[care_type], 1.0 - c.leave_settled[care_type]
    first = np.minimum(last, FIRST_PHASE_MONTHS)
    later = np.maximum(last - FIRST_PHASE_MONTHS, 0.0)
    return _geometric(stay, first) + stay**FIRST_PHASE_MONTHS * _geometric(stay_on, later)


def months_so_far(c: CareCoefficients, care_type: Codes, last: Floats, u: Floats) -> Ints:
    """Return how long people seen on one day have stayed: the ``u`` quantile, density in proportion to survival."""
    stay, stay_on = 1.0 - c.leave_new[care_type], 1.0 - c.leave_settled[care_type]
    target = u * expected_months(c, care_type, last)
    in_first = _geometric(stay, np.minimum(last, FIRST_PHASE_MONTHS))
    early = np.log1p(-np.minimum(target, in_first) * (1.0 - stay)) / np.log(stay)
    beyond = np.maximum(target - in_first, 0.0) / stay**FIRST_PHASE_MONTHS
    late = np.log(np.maximum(1.0 - beyond * (1.0 - stay_on), 1e-12)) / np.log(stay_on)
    months = np.where(target <= in_first, early, FIRST_PHASE_MONTHS + late)
    return np.clip(np.floor(months), 0, np.maximum(last - 1.0, 0.0)).astype(np.int64)


def _geometric(ratio: Floats, terms: Floats) -> Floats:
    """Return 1 + ratio + ratio^2 + ..., that many terms."""
    return (1.0 - ratio**terms) / (1.0 - ratio)
