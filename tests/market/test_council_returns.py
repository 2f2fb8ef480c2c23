"""Councils that follow their returns: fees as returned, budgets of what those and the returned volumes come to."""

import numpy as np
import pytest

from resilience.market import commissioning, council_returns
from resilience.region.returns import CouncilReturns
from tests.market.small import SmallMarket

YEARS = np.arange(2016, 2019)


def paths(*values):
    """A path of the small market's council, a value a year."""
    return np.repeat(np.array(values, dtype=float)[:, None], 1, axis=1)


def following(month, *, fees=(500.0, 510.0, 561.0), volumes=(1.0, 1.0, 0.9), values=None):
    """A small market from April 2016 whose council funds 10 residents; residential fees and volumes as given."""
    small = SmallMarket(values=values or {}, month=month)
    flat = {"nursing": paths(550.0, 550.0, 550.0), "home_care": paths(15.0, 15.0, 15.0)}
    small.state.returns = CouncilReturns(
        YEARS,
        {"residential": paths(*fees), **flat},
        {"residential": paths(*volumes), "nursing": paths(1, 1, 1), "home_care": paths(1, 1, 1)},
    )
    small.state.councils.funded_start[0] = [10.0, 0.0, 0.0, 0.0]
    return small


@pytest.mark.parametrize(("month", "expected"), [(0, 1.0), (12, 510.0 / 500.0), (24, 561.0 / 500.0 * 0.9)])
def test_money_follows_returned_fees_times_volumes(month, expected):
    small = following(month)
    small.state.councils.budget_start[:] = 1_000.0
    commissioning.set_budget(small.state)
    assert small.state.councils.budget[0] == pytest.approx(1_000.0 * expected)


def test_after_the_last_return_real_spending_and_prices_take_over():
    small = following(36, values={"paths.real_spend.2019": 95.0, "paths.inflation.2019": 0.04})
    assert council_returns.funding(small.state)[0] == pytest.approx(561.0 / 500.0 * 0.9 * 0.95 * 1.04)


def test_a_shock_to_funding_comes_on_top():
    small = following(12)
    before = council_returns.funding(small.state)[0]
    small.state.conditions.real_funding *= 0.8
    assert council_returns.funding(small.state)[0] == pytest.approx(0.8 * before)


def test_homes_and_home_care_weigh_by_what_they_cost():
    small = following(24)
    small.state.councils.funded_start[0] = [10.0, 0.0, 0.0, 20.0]
    start, later = 10 * 500.0 + 20 * 10 * 15.0, 10 * 561.0 * 0.9 + 20 * 10 * 15.0
    assert council_returns.funding(small.state)[0] == pytest.approx(later / start)


def test_fees_rise_as_returned_and_not_by_the_councils_own_rule():
    small = following(12)
    small.state.councils.fee[:] = council_returns.fees(small.state, 2016)
    commissioning.set_fees(small.state)
    assert small.state.councils.fee[0, 0] == pytest.approx(510.0)
    assert small.state.councils.uplift[0, 0] == pytest.approx(0.02)
    assert small.state.councils.uplift[0, 1] == pytest.approx(0.0)


def test_a_policy_adds_to_returned_fees():
    small = following(12)
    small.state.councils.fee[:] = council_returns.fees(small.state, 2016)
    small.state.conditions.fee_uplift = 0.05
    commissioning.set_fees(small.state)
    assert small.state.councils.fee[0, 0] == pytest.approx(500.0 * 1.07)


def test_younger_adults_fees_move_with_residential_ones():
    small = following(12)
    younger = [council_returns.fees(small.state, year)[0, 2] for year in (2016, 2017)]
    assert younger[1] / younger[0] == pytest.approx(510.0 / 500.0)


def test_after_the_last_return_councils_set_fees_by_themselves():
    small = following(36)
    small.site(capacity=20, council_settled=10)
    small.state.councils.budget[:] = commissioning.yearly_cost(small.state)
    small.state.councils.fee[:] = 500.0
    commissioning.set_fees(small.state)
    assert not small.state.returns.covers(2019)
    assert small.state.councils.fee[0, 0] == pytest.approx(500.0)


def test_a_market_without_returns_cannot_be_asked_for_them():
    with pytest.raises(ValueError, match="do not follow their returns"):
        council_returns.fees(SmallMarket().state, 2016)
