"""How long stays last, against sums written out month by month."""

import numpy as np
import pytest

from resilience.market import spells
from resilience.market.opening_people import first_phase_share
from resilience.state.codes import DAYS_PER_MONTH, WEEKS_PER_MONTH
from resilience.state.coefficients import CareCoefficients
from tests.market.small import SmallMarket, scenario_with

KIND = {"residential": 0, "nursing": 1, "younger_adults": 2, "home_care": 3}


@pytest.fixture(scope="module")
def rates():
    return CareCoefficients.of(scenario_with())


def survival_by_hand(rates, kind, months):
    """The chance to stay so many months, one month after the other."""
    chance = 1.0
    for month in range(months):
        chance *= 1.0 - (rates.leave_new if month < 12 else rates.leave_settled)[kind]
    return chance


def one(value, dtype=float):
    return np.array([value], dtype=dtype)


@pytest.mark.parametrize("kind", KIND.values(), ids=KIND)
@pytest.mark.parametrize("months", [0, 1, 11, 12, 13, 60])
def test_survival_month_by_month(rates, kind, months):
    assert spells.survival(rates, one(kind, int), one(months))[0] == pytest.approx(
        survival_by_hand(rates, kind, months)
    )


@pytest.mark.parametrize("kind", KIND.values(), ids=KIND)
@pytest.mark.parametrize("last", [0, 1, 7, 12, 13, 40, 400])
def test_expected_months_is_the_sum_of_survival(rates, kind, last):
    by_hand = sum(survival_by_hand(rates, kind, month) for month in range(last))
    assert spells.expected_months(rates, one(kind, int), one(last))[0] == pytest.approx(by_hand, abs=1e-9)


@pytest.mark.parametrize("kind", [0, 3])
@pytest.mark.parametrize("last", [1, 5, 12, 20, 90])
def test_months_so_far_is_the_quantile_of_stays_seen_on_one_day(rates, kind, last):
    u = np.linspace(0.0005, 0.9995, 601)
    cumulated = np.cumsum([survival_by_hand(rates, kind, month) for month in range(last)])
    by_hand = np.searchsorted(cumulated / cumulated[-1], u)
    found = spells.months_so_far(rates, np.full(u.size, kind), np.full(u.size, float(last)), u)
    assert np.abs(found - by_hand).max() <= 1
    # The inverse is taken within a month too, so it may only differ where a draw falls on a month's edge.
    assert (found == by_hand).mean() > 0.9
    assert found.min() >= 0
    assert found.max() < last


def test_savings_last_until_they_reach_the_limit():
    # 52,178.57 GBP above the limit at 600 GBP a week: 2,608.93 a month, exactly twenty months.
    above = 20 * 600.0 * WEEKS_PER_MONTH
    limit = 20_000.0

    def months(savings, draw):
        return spells.months_of_savings(one(savings), one(draw), limit)[0]

    assert months(limit + above - 1.0, 600.0) == 20
    assert months(limit + above + 1.0, 600.0) == 21
    assert months(limit, 600.0) == 0
    assert months(limit - 5_000.0, 600.0) == 0
    assert months(100_000.0, 0.0) == 1_200


# E06-043: people stay about 834 days in the mean and 461 in the median, and 27% of them over three years.


def staying(rates):
    """The chance to stay in an older people's home, month by month."""
    months = np.arange(1_000)
    return spells.survival(rates, np.zeros(months.size, dtype=np.int64), months.astype(float))


def test_the_mean_stay_in_a_home_is_the_published_one(rates):
    # People leave in the course of a month, on average in its middle.
    assert (staying(rates).sum() - 0.5) * DAYS_PER_MONTH == pytest.approx(834.0, rel=0.02)


def test_the_median_stay_in_a_home_is_the_published_one(rates):
    chance = staying(rates)
    assert np.interp(0.5, chance[::-1], np.arange(1_000)[::-1]) * DAYS_PER_MONTH == pytest.approx(461.0, rel=0.02)


def test_the_published_share_stays_over_three_years(rates):
    assert staying(rates)[36] == pytest.approx(0.27, abs=0.01)


def test_people_who_are_only_counted_stay_about_as_long(rates):
    # Council-funded people pass on to the later phase by chance, a twelfth a month, not after twelve months.
    leave, later, settle = rates.leave_new[0], rates.leave_settled[0], rates.settle[0]
    first, second, months = 1.0, 0.0, 0.0
    for _ in range(2_000):
        months += first + second
        first, second = first * (1 - leave) * (1 - settle), second * (1 - later) + first * (1 - leave) * settle
    assert (months - 0.5) * DAYS_PER_MONTH == pytest.approx(834.0, rel=0.06)


def test_the_steady_share_of_the_first_phase_stays_itself():
    state = SmallMarket().state
    share, rates = first_phase_share(state), state.coefficients
    assert ((share > 0.0) & (share < 1.0)).all()
    for kind in range(4):
        leave, later, settle = rates.leave_new[kind], rates.leave_settled[kind], rates.settle[kind]
        first, second = share[kind], 1.0 - share[kind]
        arrivals = first * leave + second * later
        stayed = first * (1.0 - leave)
        assert stayed * (1.0 - settle) + arrivals == pytest.approx(first)
        assert second * (1.0 - later) + stayed * settle == pytest.approx(second)
