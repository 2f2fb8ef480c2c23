"""Statistics behind the targets, with numbers worked out by hand."""

import math

import numpy as np
import pytest

from resilience.analysis import fitted


def test_the_elasticity_is_found_again_in_hazards_that_have_it():
    # 400 homes of 10 beds and 400 of 40, watched a year: 40 and 20 close. log(20/40) / log(40/10) = -0.5.
    beds = np.repeat([10.0, 40.0], 400)
    closed = np.concatenate([np.arange(400) < 40, np.arange(400) < 20])
    assert fitted.closure_elasticity(beds, np.ones(800), closed) == pytest.approx(-0.5, abs=1e-4)


def test_the_elasticity_counts_how_long_each_home_was_watched():
    # The same closures, but the large homes were watched for half as long: the hazard is the same.
    beds = np.repeat([10.0, 40.0], 400)
    closed = np.concatenate([np.arange(400) < 40, np.arange(400) < 20])
    years = np.repeat([1.0, 0.5], 400)
    assert fitted.closure_elasticity(beds, years, closed) == pytest.approx(0.0, abs=1e-4)


def test_the_elasticity_of_three_sizes_is_that_of_the_maximum_likelihood():
    # Poisson likelihood over sizes 1, 2, 4 with 4, 3, 1 closures of 100 each; the score equations at the answer are 0.
    beds = np.repeat([1.0, 2.0, 4.0], 100)
    closed = np.concatenate([np.arange(100) < count for count in (4, 3, 1)])
    slope = fitted.closure_elasticity(beds, np.ones(300), closed)
    logs = np.log([1.0, 2.0, 4.0])
    level = np.log(8 / (100 * np.exp(slope * logs).sum()))
    expected = 100 * np.exp(level + slope * logs)
    assert (expected * logs).sum() == pytest.approx((np.array([4, 3, 1]) * logs).sum(), rel=1e-4)


def test_no_elasticity_without_closures_or_with_one_size():
    assert math.isnan(fitted.closure_elasticity(np.array([10.0, 20.0]), np.ones(2), np.zeros(2, dtype=np.bool_)))
    assert math.isnan(fitted.closure_elasticity(np.array([10.0, 10.0]), np.ones(2), np.array([True, False])))
    assert math.isnan(fitted.closure_elasticity(np.empty(0), np.empty(0), np.empty(0, dtype=np.bool_)))


def test_growth_is_that_of_a_year():
    assert fitted.yearly_growth(100.0, 121.0, 24) == pytest.approx(math.log(1.1))
    assert fitted.yearly_growth(100.0, 90.0, 6) == pytest.approx(2 * math.log(0.9))
    assert math.isnan(fitted.yearly_growth(0.0, 90.0, 6))


def test_shares():
    assert fitted.share(3.0, 4.0) == 0.75
    assert math.isnan(fitted.share(1.0, 0.0))
    owner = np.array([0, 0, 1, 2, 3])
    assert fitted.top_shares(owner, np.array([10.0, 20.0, 25.0, 15.0, 5.0]), (1, 2), 100.0) == [0.30, 0.55]


def test_a_real_change_takes_prices_out_and_leaves_a_part_year_alone():
    # 100 a month, then 120 at prices 1.2 and with half as much again: (180/1.2)/100 - 1 = 0.5.
    spend = np.repeat([100.0, 120.0, 180.0, 9.0], [12, 12, 12, 5])
    prices = np.repeat([1.0, 1.1, 1.2, 1.2], [12, 12, 12, 5])
    assert fitted.real_change(spend, prices) == pytest.approx(0.5)
    assert math.isnan(fitted.real_change(spend[:23], prices[:23]))
