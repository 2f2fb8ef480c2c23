import math

import pytest

from benchmarks.pairing import pairing, table


def test_the_variance_removed_is_that_of_the_pairs_against_the_sum_of_both():
    # Variances 1 and 1 apart: 2 together. Differences 2, 2, 2.3: mean 2.1, variance 0.03.
    found = pairing("other", "site_closures", [1.0, 2.0, 3.0], [3.0, 4.0, 5.3])
    variance = (3.0 - 4.1) ** 2 / 2 + (4.0 - 4.1) ** 2 / 2 + (5.3 - 4.1) ** 2 / 2
    assert found.difference == pytest.approx(2.1)
    assert found.deviation_paired**2 == pytest.approx(0.03)
    assert found.removed == pytest.approx(1 - 0.03 / (1 + variance))
    assert found.times_fewer == pytest.approx((1 + variance) / 0.03)


def test_a_difference_that_is_the_same_on_every_seed_has_no_variance_left():
    found = pairing("other", "site_closures", [1.0, 2.0], [2.0, 3.0])
    assert (found.removed, found.times_fewer) == (1.0, math.inf)


def test_pairs_that_go_against_one_another_make_it_worse():
    assert pairing("other", "site_closures", [1.0, 2.0], [2.0, 1.0]).removed == pytest.approx(-1.0)


def test_the_table_has_a_row_a_measure():
    lines = table([pairing("other", "site_closures", [1.0, 2.0, 3.0], [3.0, 4.0, 5.3])], 3, 24).splitlines()
    assert lines[0].startswith("3 seeds, 24 months")
    assert lines[-1].startswith("| other | Homes and branches that close | +2 | 0 | 2 | 98.7% | 78.1 |"[:50])
