"""Parameters by kind of care, laid out for the rules."""

import numpy as np
import pytest

from resilience.state.coefficients import CareCoefficients, monthly
from tests.market.small import scenario_with


@pytest.fixture(scope="module")
def coefficients():
    return CareCoefficients.of(scenario_with())


def test_a_yearly_hazard_becomes_a_monthly_chance():
    assert monthly(np.array([0.6]))[0] == pytest.approx(1.0 - np.exp(-0.05))
    # Twelve months of the chance are a year of the hazard.
    assert 1.0 - (1.0 - monthly(np.array([0.36]))[0]) ** 12 == pytest.approx(1.0 - np.exp(-0.36))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("hours_per_person", [25.0, 25.0, 25.0, 10.0]),
        ("staff_hours_per_person", [30.0, 40.0, 60.0, 12.0]),
        ("pay_mix", [1.10, 1.25, 1.10, 1.05]),
        ("fixed_staff_share", [0.4, 0.4, 0.4, 0.0]),
        ("other_cost", [80.0, 100.0, 150.0, 10.0]),
        ("fixed_cost", [900.0, 900.0, 900.0, 450.0]),
        ("property_cost", [10.0, 10.0, 10.0, 0.0]),
        ("agency_limit", [0.10, 0.10, 0.10, 0.05]),
        ("separation_elasticity", [1.0, 1.0, 1.0, 2.0]),
        ("lag_share", [0.1, 0.1, 0.1, 0.3]),
        ("settle", [1 / 12] * 4),
    ],
)
def test_by_kind_of_care(coefficients, name, expected):
    assert getattr(coefficients, name).tolist() == pytest.approx(expected)


def test_only_older_peoples_homes_know_two_phases(coefficients):
    new, settled = coefficients.leave_new, coefficients.leave_settled
    assert new[:2].tolist() == pytest.approx([1.0 - np.exp(-0.05)] * 2)
    assert settled[:2].tolist() == pytest.approx([1.0 - np.exp(-0.03)] * 2)
    assert new[2:].tolist() == settled[2:].tolist() == pytest.approx([1 - np.exp(-0.1 / 12), 1 - np.exp(-0.5 / 12)])
