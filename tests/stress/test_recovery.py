"""How soon hours are re-placed, read from month-end queues by hand."""

import numpy as np
import pytest

from resilience.state.codes import DAYS_PER_MONTH
from resilience.stress.recovery import recovery

LAG = np.array([4.0, 4.0, 4.0, 10.0])
NOBODY_LEAVES = np.zeros(4)


def course(interrupted, waiting, leave=NOBODY_LEAVES, lag=LAG):
    return recovery(np.array(interrupted, dtype=float), np.array(waiting, dtype=float), lag, leave)


def residential(interrupted, *waiting, **options):
    return course([interrupted, 0, 0, 0], [[hours, 0, 0, 0] for hours in waiting], **options)


def test_those_placed_at_once_start_again_over_twice_the_mean_lag():
    found = residential(100, 0, 0, 0, 0)
    assert [found.replaced_after(day) for day in (0, 2, 4, 8, 90)] == pytest.approx([0.0, 0.25, 0.5, 1.0, 1.0])
    assert found.weeks == pytest.approx(8 / 7)  # 95% is reached on day 7.6: the eighth day


def test_kinds_of_care_have_their_own_lag():
    found = course([50, 0, 0, 50], [[0, 0, 0, 0]] * 4)
    assert found.replaced_after(8) == pytest.approx(0.5 + 0.5 * 0.4)


def test_those_placed_in_a_month_are_spread_over_it():
    found = residential(100, 100, 40, 40, 0)
    assert found.replaced_after(DAYS_PER_MONTH / 2) == pytest.approx(0.30)
    assert found.replaced_after(28) == pytest.approx(0.60 * 28 / DAYS_PER_MONTH)
    assert found.replaced_after(45) == pytest.approx(0.60)
    assert found.replaced_after(91) == pytest.approx(0.60 + 0.40 * (91 - 2 * DAYS_PER_MONTH) / DAYS_PER_MONTH)


def test_people_who_leave_care_are_not_re_placed():
    found = residential(100, 100, 90, 81, 72.9, leave=np.full(4, 0.10))
    assert found.replaced_after(90) == pytest.approx(0.0, abs=1e-9)
    assert found.left[-1] == pytest.approx(1.0 - 0.729, abs=0.01)


def test_a_market_that_never_recovers_has_no_weeks():
    assert np.isnan(residential(100, 20, 20, 20, 20).weeks)


def test_beyond_the_days_followed_nothing_is_known():
    assert np.isnan(residential(100, 0, 0).replaced_after(90))


def test_later_closures_do_not_undo_it():
    found = residential(100, 0, 30, -5, 10)
    assert found.replaced_after(90) == 1.0


def test_nobody_interrupted_is_recovered_at_once():
    assert residential(0, 0, 0).weeks == 0.0
