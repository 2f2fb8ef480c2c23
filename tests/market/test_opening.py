"""The market on its first day: who is where, who pays, and that it stands in balance."""

import numpy as np
import pytest

from resilience.market import commissioning, entry, labour, opening, opening_people
from resilience.market import sites as at
from resilience.market.need import total_people
from resilience.measures.identities import counts_agree, every_site_has_one_living_provider
from resilience.region import build_region
from resilience.state.codes import (
    CHAIN,
    COUNCIL,
    COUNCIL_SERVICE,
    HOME_CARE,
    INDEPENDENT,
    MICRO_ENTERPRISE,
    NHS,
    SELF_FUNDER,
    YOUNGER_ADULTS,
)
from tests.market.small import PLAIN, SmallMarket, scenario_with
from tests.model.worlds import FOUR_TOWNS, four_towns, market, town_scenario


@pytest.fixture(scope="module")
def region():
    return build_region(str(FOUR_TOWNS))


@pytest.fixture(scope="module")
def opened():
    """Four towns with the round parameters of these tests: read, never write."""
    values = {name: value for name, value in PLAIN.items() if name != "measures.check_accounts"}
    return market(four_towns().with_values(values | {"labour.pay_differential_spread": 0.0})).state


def test_sites_and_providers_are_the_registers(opened, region):
    s, p = opened.sites, opened.providers
    register = len(region.sites)
    assert s.key[:register].tolist() == region.sites["key"].tolist()
    assert s.provider[:register].tolist() == region.sites["provider"].tolist()
    homes = s.care_type[:register] != HOME_CARE
    assert s.capacity[:register][homes].tolist() == region.sites["capacity"][homes].round().tolist()
    assert (s.opened < 0).all()
    assert p.key[: len(region.providers)].tolist() == region.providers["key"].tolist()
    # Micro-enterprises are nowhere registered: five in 100,000 people are there from the start.
    micro = p.kind == MICRO_ENTERPRISE
    assert np.flatnonzero(~micro).tolist() == list(range(len(region.providers)))
    assert micro.sum() == np.rint(0.05 * region.councils["population_all"] / 1_000).sum()


def test_the_first_day_breaches_no_identity(opened):
    counts_agree(opened)
    every_site_has_one_living_provider(opened)
    assert len(opened.ledger) == 0
    assert not opened.flows.arrivals.any()
    assert not opened.flows.capital_put_in.any()


def test_homes_are_as_full_as_usual(opened):
    s = opened.sites
    homes = s.care_type != HOME_CARE
    people = at.people(opened)
    assert people[homes].sum() / s.capacity[homes].sum() == pytest.approx(0.90, abs=0.02)
    assert (people[homes] <= s.capacity[homes]).all()
    assert 0.03 < (people[homes] / s.capacity[homes]).std() < 0.15


def test_self_funders_are_the_councils_share_of_older_residents(opened, region):
    s = opened.sites
    older = (s.care_type < YOUNGER_ADULTS) & (opened.providers.kind[s.provider] != COUNCIL_SERVICE)
    for row, share in enumerate(region.councils["self_funder_share"]):
        here = older & (s.council == row)
        assert s.self_funders[here].sum() / at.people(opened)[here].sum() == pytest.approx(share, abs=0.04)
    # Homes differ: some live on self-funders, some on the council.
    mix = s.self_funders[older] / np.maximum(at.people(opened)[older], 1)
    assert mix.std() > 0.08


def test_younger_adults_are_the_councils_and_the_nhs(opened):
    s = opened.sites
    homes = s.care_type == YOUNGER_ADULTS
    total = at.people(opened)[homes].sum()
    need = opened.scenario.need
    assert at.council_people(opened)[homes].sum() / total == pytest.approx(need.younger_adults_council_share, abs=0.10)
    assert s.self_funders[homes].sum() / total < 0.06


def test_commissioned_hours_at_home_are_delivered(opened, region):
    s = opened.sites
    at_home = s.care_type == HOME_CARE
    hours = np.bincount(s.council[at_home], weights=10.0 * at.council_people(opened)[at_home], minlength=4)
    assert hours == pytest.approx(region.councils["home_care_hours_per_week"].to_numpy(float), rel=0.03)
    own = at_home & (opened.providers.kind[s.provider] == COUNCIL_SERVICE)
    served = np.bincount(s.council[own], weights=10.0 * at.council_people(opened)[own], minlength=4)
    share = region.councils["home_care_in_house_share"].to_numpy(float)
    assert served == pytest.approx(share * hours, abs=25.0)
    assert not s.self_funders[own].any()


def test_self_funders_are_part_way_through_their_stay_and_savings(opened):
    f = opened.self_funders
    assert (f.site >= 0).all()
    assert (f.savings > 20_000.0).mean() > 0.97
    older = f.care_type < YOUNGER_ADULTS
    # People seen on one day have stayed longer than newcomers will have on average at their half-way.
    assert 8 < f.months_in_care[older].mean() < 30
    assert f.months_in_care.min() == 0
    assert f.spell.tolist() == list(range(len(f)))
    assert np.unique(f.key).size == len(f)


def test_light_needs_find_micro_enterprises(opened):
    s = opened.sites
    micro = at.is_micro(opened)
    assert s.self_funders[micro].sum() > 0
    assert (s.self_funders[micro] <= np.minimum(s.capacity[micro], 3)).all()
    f = opened.self_funders
    assert (f.hours[np.isin(f.site, np.flatnonzero(micro))] <= 8.0).all()


def test_staff_vacancies_and_the_pool_are_the_usual(opened):
    s = opened.sites
    employed = (s.posts > 0) & ~at.is_micro(opened)
    assert (s.staff[employed] / s.posts[employed]).tolist() == pytest.approx([0.95] * int(employed.sum()))
    assert s.pay[employed] == pytest.approx(opened.conditions.wage_floor * 1.05)
    leaving = np.bincount(s.council, weights=s.leavers, minlength=4)
    assert opened.councils.pool == pytest.approx(1.5 * leaving)
    # In balance: those who look and give up, and those hired, are those who come back and those from outside.
    councils = opened.councils
    returning = 0.6 * leaving
    after = councils.pool * 0.7 + returning * 0.7 + councils.outside_inflow
    assert councils.pool_start == pytest.approx(councils.pool * 0.7 + leaving)
    assert (after > 0.9 * leaving).all()


def test_budgets_carry_the_people_there(opened):
    cost = commissioning.yearly_cost(opened)
    assert opened.councils.budget_start == pytest.approx(cost)
    assert opened.councils.reserves == pytest.approx(opened.scenario.councils.reserves * cost)
    assert set(opened.councils.eligibility.tolist()) == {0.95}
    assert opened.councils.margin_start == pytest.approx(entry.margins_by_council(opened))


def test_providers_have_cash_credit_debt_and_owners(opened):
    p = opened.providers
    private = (p.kind == CHAIN) | (p.kind == INDEPENDENT)
    trading = private & (p.revenue > 0)
    assert (p.cash[trading] > 0).all()
    assert (p.credit_limit[trading] > 0).all()
    assert not p.debt[(p.kind == COUNCIL_SERVICE) | (p.kind == MICRO_ENTERPRISE)].any()
    assert (p.investor_return[p.kind != CHAIN] == 0).all()
    assert set(p.cash[p.kind == MICRO_ENTERPRISE].tolist()) == {1_000.0}
    # Nobody retires in this scenario.
    assert (p.owner_retires[private] > 10**9).all()


def test_nobody_starts_far_below_break_even(opened):
    s = opened.sites
    private = (opened.providers.kind[s.provider] != COUNCIL_SERVICE) & (s.revenue > 0) & ~at.is_micro(opened)
    margin = s.surplus[private] / s.revenue[private]
    assert (margin > -0.25).all()
    assert (margin < -0.10).mean() < 0.08


@pytest.mark.parametrize(("spread", "within"), [(0.0, 1e-9), (0.10, 0.08)])
def test_self_funders_pay_the_premium_of_the_start_on_average(spread, within):
    values = {"self_funders.premium_start": 0.40, "self_funders.premium_spread": spread}
    state = market(four_towns().with_values(values)).state
    s = state.sites
    older = (s.care_type < YOUNGER_ADULTS) & (s.self_funders > 0)
    fee = state.councils.fee[s.council, s.care_type]
    premium = (s.price[older] / fee[older] - 1.0) @ s.self_funders[older] / s.self_funders[older].sum()
    # Each home's own draw does not cancel out over the 34 homes of four towns.
    assert premium == pytest.approx(0.40, abs=within)
    assert (s.price >= fee * 0.85).all()


def test_arrivals_balance_leavers_in_expectation(opened):
    table = opened.councils.arrivals.reshape(-1, 4, 3)
    rates = opened.coefficients
    # NHS-funded people at home: one rate, no other way in or out.
    at_home = opened.sites.care_type == HOME_CARE
    people = np.bincount(
        opened.sites.council[at_home], weights=at.nhs_people(opened)[at_home].astype(float), minlength=4
    )
    assert table[:, HOME_CARE, NHS] == pytest.approx(people * rates.leave_new[HOME_CARE])
    assert (table >= 0.0).all()
    # Refused people leave as fast as new ones are refused.
    refused = 0.05 * table[:, :, COUNCIL]
    assert opened.councils.rationed == pytest.approx(refused / rates.leave_settled, abs=0.51)
    assert table[:, 0, SELF_FUNDER].min() > 0


def test_a_market_without_growth_keeps_its_people():
    still = {"need__growth_per_year": 0.0, "need__growth_care_homes": 0.0, "months": 24}
    change = []
    for seed in (1, 2, 3):
        model = market(town_scenario(**still), seed=seed)
        before = total_people(model.state).sum()
        model.run()
        change.append(total_people(model.state).sum() / before - 1.0)
    assert np.mean(change) == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize(
    ("noise", "fees"),
    [(0.0, [400.0, 500.0, 800.0]), (1.0, [500.0] * 3), (0.5, [500 * 0.8**0.5, 500.0, 500 * 1.6**0.5])],
)
def test_fees_are_believed_as_far_as_they_are_near_the_median(noise, fees):
    assert opening.believable_fee(np.array([400.0, 500.0, 800.0]), noise).tolist() == pytest.approx(fees)


def test_fees_of_another_first_year_have_kept_up_with_costs():
    later = scenario_with(
        {"start": "2018-04", "paths.wage_floor.2018": 12.0, "paths.inflation.2017": 0.02, "paths.inflation.2018": 0.05}
    )
    prices = 1.02 * 1.05
    expected = [1.2**0.60 * prices**0.40, 1.2**0.62 * prices**0.38, 1.2**0.62 * prices**0.38, 1.2**0.80 * prices**0.20]
    assert opening.costs_since_base_year(later).tolist() == pytest.approx(expected)
    assert opening.costs_since_base_year(scenario_with()).tolist() == pytest.approx([1.0] * 4)


def test_fees_of_another_first_year_have_followed_on_costs():
    later = scenario_with({"start": "2018-04", "paths.on_cost.2017": 0.23, "paths.on_cost.2018": 0.26})
    expected = [1.05**share for share in (0.60, 0.62, 0.62, 0.80)]
    assert opening.costs_since_base_year(later).tolist() == pytest.approx(expected)


def funded_share(**values):
    """The councils' share of older residents in each of the four towns."""
    state = market(town_scenario(**values)).state
    s = state.sites
    older = (s.care_type == 0) | (s.care_type == 1)
    funded = np.bincount(s.council[older], weights=at.council_people(state)[older], minlength=4)
    return funded / np.bincount(s.council[older], weights=at.people(state)[older], minlength=4)


def test_a_scale_moves_the_residents_whom_councils_fund():
    usual = funded_share()
    for scale in (0.9, 1.1):
        assert funded_share(need__supported_residents_scale=scale) == pytest.approx(scale * usual, rel=0.06)


def test_a_site_goes_on_drawing_those_who_came_to_it_so_far():
    small = SmallMarket()
    own = np.array([10, 0, 40, 0, 1])
    council = np.array([10, 30, 0, 0, 99])
    for _ in own:
        small.site()
    small.site(care_type="nursing")
    small.state.coefficients.leave_new[:] = small.state.coefficients.leave_settled[:] = 0.05
    prospects = np.full((1, 4), 20.0), np.full((1, 4), 0.25)
    opening_people._lasting_pull(small.state, np.append(own, 7), np.append(council, 0), prospects)
    # A self-funder stays one for 20 months; a twentieth of council-funded people leave each month, and every fourth
    # self-funder who comes becomes council-funded there: 0.5 and 0.5 - 0.125 come to the first home in a month.
    coming_own = [0.5, 0.0, 2.0, 0.0, 0.05]
    coming_council = [0.375, 1.5, 0.0, 0.0, 4.95 - 0.0125]
    everyone = sum(coming_own) + sum(coming_council)
    usual_own, usual_council = sum(coming_own) / everyone, sum(coming_council) / everyone
    s = small.state.sites
    expected = [0.5 / 0.875 / usual_own, 0.1, 3.0, 1.0, 0.1, 1.0]
    assert 1.0 / usual_own > 3.0
    assert s.self_funder_pull.tolist() == pytest.approx(expected)
    expected = [0.375 / 0.875 / usual_council, 1.0 / usual_council, 0.1, 1.0, 4.9375 / 4.9875 / usual_council, 0.1]
    assert s.council_pull.tolist() == pytest.approx(expected)


def test_local_costs_differ_with_local_fees(opened):
    by_fee = np.argsort(opened.councils.fee[:, 0])
    assert np.argsort(opened.councils.cost_index).tolist() == by_fee.tolist()
    assert 0.9 < opened.councils.cost_index.min() < 1.0 < opened.councils.cost_index.max() < 1.1


def test_pay_follows_the_floor_of_the_first_year():
    state = market(town_scenario(start="2025-04")).state
    assert state.conditions.wage_floor == pytest.approx(12.21)
    assert (state.sites.pay >= 12.21 - 1e-9).all()
    assert labour.outside_pay(state) == pytest.approx(state.scenario.labour.outside_pay_ratio * 12.21)


def test_a_market_opens_the_same_whatever_will_happen_to_it():
    base, shocked = market(), market(town_scenario(shocks__wage_rise__floor_increase=2.0, months=60))
    for name in base.state.sites.columns():
        assert np.array_equal(getattr(base.state.sites, name), getattr(shocked.state.sites, name)), name


def test_small_markets_of_these_tests_open_empty():
    assert len(SmallMarket().state.sites) == 0
