"""What the rules make of the conditions that shocks change: by hand, one rule at a time."""

import numpy as np
import pytest

from resilience.market import accounts, commissioning, contracts, finance, labour, need, pricing
from resilience.market import sites as at
from resilience.state.codes import COUNCIL, HOME_CARE, N_PAYERS, N_TYPES, SELF_FUNDER, WEEKS_PER_MONTH
from tests.market.small import SmallMarket

# -- need ------------------------------------------------------------------------------------------------------------


def test_a_higher_hazard_of_leaving_is_a_power_of_the_chance_to_stay():
    state = SmallMarket().state
    usual, usual_later = need.leaving_chances(state)
    state.conditions.leaving_factor = np.array([2.0, 1.0, 1.0, 1.0])
    new, later = need.leaving_chances(state)
    assert new[0] == pytest.approx(1.0 - np.exp(-2 * 0.60 / 12))
    assert later[0] == pytest.approx(1.0 - np.exp(-2 * 0.36 / 12))
    assert new[1:].tolist() == pytest.approx(usual[1:].tolist())
    assert later[1:].tolist() == pytest.approx(usual_later[1:].tolist())


def test_more_residents_of_every_payer_leave_in_an_epidemic():
    def stay(factor):
        small = SmallMarket()
        small.site(capacity=400, self_funders=300, council_settled=60, nhs_settled=30)
        small.state.conditions.leaving_factor = np.full(N_TYPES, factor)
        need._leave_sites(small.state)
        need._self_funders_leave(small.state)
        site = small.state.sites
        return int(site.council_settled[0]), int(site.nhs_settled[0]), int(site.self_funders[0])

    assert all(fewer < usual for fewer, usual in zip(stay(4.0), stay(1.0), strict=True))


def arrivals(**conditions):
    """People who arrived in a month in which 50 of each payer were expected at home and in a home; (kinds, payers)."""
    small = SmallMarket()
    small.state.councils.arrivals[:] = 50.0
    for name, value in conditions.items():
        setattr(small.state.conditions, name, value)
    need._arrive(small.state)
    return small.state.flows.arrivals[0]


def test_fewer_people_come_to_the_kinds_of_care_they_shun():
    usual, shunned = arrivals(), arrivals(arrivals_factor=np.array([0.5, 1.0, 1.0, 1.0]))
    assert (shunned[0] < usual[0]).all()
    assert (shunned[1:] == usual[1:]).all()


def test_the_council_pays_instead_for_the_share_that_cannot():
    kinds, payers, council = np.ones(N_TYPES), np.ones(N_PAYERS), np.ones(1)
    mean = need.expected_arrivals(np.full((1, N_TYPES, N_PAYERS), 40.0), kinds, kinds, payers, 0.25, council)
    assert (mean[0, :, COUNCIL] == 50.0).all()
    assert (mean[0, :, SELF_FUNDER] == 30.0).all()
    assert (mean[0, :, 2] == 40.0).all()


def test_all_self_funders_can_become_the_councils():
    came = arrivals(council_pays_instead=1.0)
    assert (came[:, SELF_FUNDER] == 0).all()
    assert (came[:, COUNCIL] > arrivals()[:, COUNCIL]).all()


def test_new_residents_own_less_and_people_at_home_what_they_did():
    small = SmallMarket()
    keys, kinds = np.arange(200, dtype=np.uint64), np.repeat([0, HOME_CARE], 100)
    before = need.self_funder_traits(small.state, keys, np.zeros_like(kinds), kinds)["savings"]
    small.state.conditions.new_savings_factor = 0.75
    after = need.self_funder_traits(small.state, keys, np.zeros_like(kinds), kinds)["savings"]
    well_off = before > 2 * 20_000.0
    assert after[:100][well_off[:100]] == pytest.approx(0.75 * before[:100][well_off[:100]])
    assert (after[100:] == before[100:]).all()


# -- work ------------------------------------------------------------------------------------------------------------


def test_sick_staff_are_paid_and_agency_covers_up_to_its_limit():
    # 20 people at home, 10 hours each, 1.2 paid hours an hour: 240 hours a week, the work of 6 people of 40 hours.
    small = SmallMarket()
    small.site(care_type="home_care", capacity=40, council_settled=20, staff=6.0)
    labour.cover(small.state)
    assert (small.state.sites.agency_hours[0], small.state.sites.cover[0]) == (0.0, 1.0)
    wages = finance.site_accounts(small.state).wages
    small.state.conditions.sickness = 0.25
    labour.cover(small.state)
    # 180 hours stretched by 2% leave 56.4 short; agency covers 5% of 240.
    assert small.state.sites.agency_hours[0] == pytest.approx(12.0)
    assert small.state.sites.cover[0] == pytest.approx((180 * 1.02 + 12.0) / 240.0)
    assert finance.site_accounts(small.state).wages == pytest.approx(wages)


def test_sick_staff_leave_less_room_for_new_people():
    small = SmallMarket()
    small.site(care_type="home_care", capacity=40, council_settled=20, staff=12.0)
    # 480 hours and 5% of agency serve 42 people of 12 paid hours: room is bound by the 40 places.
    assert at.staffed_room(small.state).tolist() == [20]
    small.state.conditions.sickness = 0.25
    # 360 hours and 5% of agency serve 31.5 people.
    assert at.staffed_room(small.state).tolist() == [11]


# -- money -----------------------------------------------------------------------------------------------------------


def home_with_costs(**conditions):
    """A home of 20 beds with 10 residents: (other, fixed) costs of a month under these conditions."""
    small = SmallMarket()
    small.site(capacity=20, council_settled=10)
    for name, value in conditions.items():
        setattr(small.state.conditions, name, value)
    columns, rates = finance.columns_for_accounts(small.state), finance.rates_of(small.state)
    return tuple(float(cost[0]) for cost in accounts.running_costs(columns, rates, np.zeros(1)))


def test_running_costs_follow_their_factor():
    # 10 residents at GBP 80; GBP 900 for 30 beds, by the root of size, and GBP 10 a bed.
    other, fixed = home_with_costs()
    assert other == pytest.approx(800.0 * WEEKS_PER_MONTH)
    assert fixed == pytest.approx((900.0 * (20 / 30) ** 0.5 + 200.0) * WEEKS_PER_MONTH)
    dearer = home_with_costs(running_cost_factor=np.array([1.25, 1.0, 1.0, 1.0]))
    assert dearer == pytest.approx((1.25 * other, 1.25 * fixed))
    assert home_with_costs(running_cost_factor=np.array([1.0, 9.0, 9.0, 9.0])) == (other, fixed)


def test_a_grant_pays_for_every_bed_empty_or_not():
    other, fixed = home_with_costs()
    with_grant = home_with_costs(grant_per_place=np.array([50.0, 0.0, 0.0, 0.0]))
    assert with_grant == pytest.approx((other - 20 * 50.0 * WEEKS_PER_MONTH, fixed))


def test_what_a_person_costs_rises_with_running_costs():
    small = SmallMarket()
    small.site(capacity=20, council_settled=10)
    before = contracts.marginal_cost(contracts.reviewed(small.state), contracts.terms(small.state), np.arange(1))
    small.state.conditions.running_cost_factor = np.array([1.5, 1.0, 1.0, 1.0])
    after = contracts.marginal_cost(contracts.reviewed(small.state), contracts.terms(small.state), np.arange(1))
    assert after[0] - before[0] == pytest.approx(0.5 * 80.0)


def test_floating_debt_pays_a_rise_of_bank_rate_at_once_and_fixed_debt_as_it_falls_due():
    small = SmallMarket()
    for floating in (True, False):
        owner = small.provider("chain", debt=1_200_000.0, interest_rate=0.10, floating=floating)
        small.site(owner, capacity=40)
    small.state.conditions.bank_rate_change = 0.05
    finance.reprice_debt(small.state)
    # A sixtieth of debt at fixed rates falls due each month and takes the rate of the day.
    assert finance._interest(small.state).tolist() == pytest.approx([15_000.0, 10_000.0 + 5_000.0 / 60.0])


# -- fees and prices -------------------------------------------------------------------------------------------------


def test_news_of_costs_adds_to_what_fees_and_prices_follow():
    state = SmallMarket(month=12).state
    assert commissioning.cost_inflation(state).tolist() == [0.0] * 4
    state.conditions.cost_rise = np.array([0.01, 0.02, 0.03, 0.04])
    assert commissioning.cost_inflation(state).tolist() == pytest.approx([0.01, 0.02, 0.03, 0.04])


def prices_after(premium_loss):
    """This April's prices of a home, a home below the council's fee, and a micro-enterprise."""
    small = SmallMarket(month=12)
    small.site(capacity=10, price=700.0, self_funders=10)
    small.site(capacity=10, price=450.0, self_funders=10)
    small.site("micro_enterprise", "home_care", capacity=5, price=20.0, self_funders=5)
    small.state.conditions.premium_loss = premium_loss
    pricing.step(small.state)
    return small.state.sites.price.tolist()


def test_a_lost_premium_comes_off_what_is_above_the_councils_fee():
    assert prices_after(0.0) == pytest.approx([700.0, 450.0, 20.0])
    assert prices_after(0.25) == pytest.approx([650.0, 450.0, 20.0])
    assert prices_after(1.0) == pytest.approx([500.0, 450.0, 20.0])
