"""Shocks to who comes to care, who pays, and who works in it."""

import pytest

from tests.shocks.months import conditions_in, shock

FALL = shock("self_funder_fall", fewer=0.40, council_pays=0.25, premium_loss=0.30, house_price_fall=0.20, years=2)


def test_before_a_fall_nothing_differs():
    now = conditions_in(11, FALL)
    assert now.payer_factor.tolist() == [1.0, 1.0, 1.0]
    assert (now.council_pays_instead, now.new_savings_factor, now.premium_loss) == (0.0, 1.0, 0.0)


def test_missing_self_funders_stay_away_or_come_to_the_council():
    now = conditions_in(24, FALL)
    # Of 100 expected, 40 no longer pay: 10 come to the council, 30 stay away.
    assert now.payer_factor.tolist() == pytest.approx([1.0, 0.70, 1.0])
    assert 100 * 0.70 * now.council_pays_instead == pytest.approx(10.0)
    assert 100 * 0.70 * (1.0 - now.council_pays_instead) == pytest.approx(60.0)


def test_a_fall_builds_up_in_equal_yearly_steps():
    first, second, third = (conditions_in(month, FALL) for month in (12, 24, 36))
    assert first.payer_factor[1] == pytest.approx(1.0 - 0.75 * 0.20)
    assert [now.new_savings_factor for now in (first, second, third)] == pytest.approx([0.9, 0.8, 0.8])


def test_the_premium_is_lost_step_by_step_and_only_once():
    lost = [conditions_in(month, FALL).premium_loss for month in (0, 12, 24, 36, 48)]
    # After two years 70% is kept: 85% in the first April, 0.70 / 0.85 of that in the second.
    assert lost == pytest.approx([0.0, 0.15, 1.0 - 0.70 / 0.85, 0.0, 0.0])


def test_a_whole_premium_can_only_be_lost_once():
    values = shock("self_funder_fall", premium_loss=1.0, years=1)
    assert [conditions_in(month, values).premium_loss for month in (12, 24)] == [1.0, 0.0]


def test_two_falls_combine():
    second = {"shocks.z.kind": "self_funder_fall", "shocks.z.start": "2017-04", "shocks.z.fewer": 0.5}
    second |= {"shocks.z.council_pays": 1.0, "shocks.z.premium_loss": 0.5, "shocks.z.house_price_fall": 0.5}
    now = conditions_in(24, {**FALL, **second})
    # Of 100, the first fall leaves 60 and 10 at the council; the second moves half of those who remain.
    assert 70.0 * (1.0 - now.council_pays_instead) == pytest.approx(30.0)
    assert now.new_savings_factor == pytest.approx(0.8 * 0.5)


@pytest.mark.parametrize(("month", "factor"), [(0, 1.0), (11, 1.0), (12, 0.8), (24, 0.6), (48, 0.6)])
def test_recruits_stay_away_in_equal_yearly_steps(month, factor):
    values = shock("labour_supply_cut", fewer_recruits=0.40, years=2)
    assert conditions_in(month, values).recruits_factor == pytest.approx(factor)


@pytest.mark.parametrize(
    ("month", "years_grown"), [(11, 0.0), (12, 1 / 12), (17, 0.5), (23, 1.0), (35, 2.0), (36, 2.0), (59, 2.0)]
)
def test_need_grows_faster_month_by_month_and_keeps_what_it_gained(month, years_grown):
    values = shock("demand_growth", extra_growth=0.06, years=2)
    assert conditions_in(month, values).arrivals_factor.tolist() == pytest.approx([1.06**years_grown] * 4)


def test_faster_growth_of_need_brings_no_recruits():
    now = conditions_in(40, shock("demand_growth", extra_growth=0.10))
    assert now.recruits_factor == 1.0
    assert now.need_factor.tolist() == [1.0] * 4


def test_slower_growth_is_a_shock_too():
    assert conditions_in(23, shock("demand_growth", extra_growth=-0.03)).arrivals_factor[0] == pytest.approx(0.97)
