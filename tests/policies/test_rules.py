"""The rules that policies call on, by hand: buy-outs, reserves, notice, direct payments, extra care, stepping in."""

import numpy as np
import pytest

from resilience.market import buyout, direct_payments, extra_care, finance, leverage, notice, reprovision, sale
from resilience.market import sites as at
from resilience.measures.identities import AccountingError, policies_are_paid_for
from resilience.state.codes import COUNCIL, DAYS_PER_MONTH, HOME_CARE, RESIDENTIAL, WEEKS_PER_MONTH
from tests.market.small import SmallMarket


def effects(small):
    return small.state.conditions.policies


class TestBuyOut:
    def market(self, chance=1.0):
        small = SmallMarket()
        effects(small).buyout_chance = chance
        effects(small).buyout_margin, effects(small).buyout_months = 0.10, 2.0
        columns = {"council_settled": 10, "staff": 12.0, "revenue": 20_000.0, "loss_months": 9}
        good = small.site("independent", operating_surplus=4_000.0, surplus_to_rent=1_000.0, **columns)
        poor = small.site("independent", operating_surplus=2_500.0, surplus_to_rent=1_000.0, **columns)
        return small, np.array([good, poor])

    def test_viable_sites_go_to_their_staff(self):
        small, rows = self.market()
        assert buyout.viable(small.state, rows).tolist() == [True, False]
        taken = buyout.take_over(small.state, rows, ["retirement", "retirement"])
        assert taken.tolist() == [True, False]
        s, p = small.state.sites, small.state.providers
        owner = s.provider[rows[0]]
        assert small.state.provider_names[owner].startswith("Co-operative")
        assert (p.cash[owner], p.debt[owner], p.members[owner]) == (40_000.0, 0.0, 12)
        assert s.loss_months[rows].tolist() == [0, 9]
        assert small.state.flows.buy_outs.tolist() == [1]
        assert small.state.flows.buy_out_capital.tolist() == small.state.flows.capital_put_in.tolist() == [40_000.0]
        assert [event["kind"] for event in small.events] == ["employee_buyout"]

    def test_without_the_policy_nobody_takes_over(self):
        small, rows = self.market(chance=0.0)
        assert not buyout.take_over(small.state, rows, ["retirement", "retirement"]).any()
        assert small.events == []

    def test_the_market_closes_only_what_nobody_takes(self):
        small, rows = self.market()
        small.state.scenario = small.scenario.with_values({"distress.buyer_base": 0.0})
        sold = sale.to_market(small.state, rows, ["retirement", "retirement"])
        assert small.state.sites.alive[rows].tolist() == [True, False]
        assert sold == {0}
        assert len(small.events_of_kind("site_closure")) == 1


class TestReserves:
    def chain(self, *, cash, debt=0.0, paid=5_000.0):
        small = SmallMarket()
        row = small.provider("chain", cash=cash, debt=debt, paid_out=paid, revenue=10_000.0)
        small.site(row, capacity=10)
        return small, row

    def hold(self, small):
        leverage.hold_back(small.state, np.ones(len(small.state.providers)))
        p = small.state.providers
        return p.paid_out.tolist(), p.cash.tolist(), p.debt.tolist(), small.state.flows.debt_repaid.tolist()

    def test_nothing_without_a_rule(self):
        small, _ = self.chain(cash=0.0, debt=900_000.0)
        assert self.hold(small) == ([5_000.0], [0.0], [900_000.0], [0.0])

    def test_payments_that_would_cut_into_the_reserve_are_taken_back(self):
        # 5,000 paid left 7,000 in cash; the reserve is 10,000: only 2,000 may be paid.
        small, _ = self.chain(cash=7_000.0)
        effects(small).reserve_months = 1.0
        assert self.hold(small) == ([2_000.0], [10_000.0], [0.0], [0.0])

    def test_payments_pay_down_debt_beyond_the_cap_first(self):
        small, _ = self.chain(cash=50_000.0, debt=103_000.0)
        effects(small).debt_per_bed = 10_000.0
        assert self.hold(small) == ([2_000.0], [50_000.0], [100_000.0], [3_000.0])

    def test_leased_beds_carry_no_debt_and_others_are_left_alone(self):
        small, row = self.chain(cash=50_000.0, debt=200_000.0)
        small.site(row, capacity=30, rent=100.0)
        alone = small.provider("independent", debt=9e9)
        small.site(alone, capacity=10)
        effects(small).debt_per_bed = 10_000.0
        assert leverage.excess_debt(small.state).tolist() == [100_000.0, 0.0]

    def test_chains_borrow_no_more_than_the_cap_for_what_they_buy(self):
        small, row = self.chain(cash=1e6)
        bought = small.site("independent", capacity=90, revenue=50_000.0)
        effects(small).debt_per_bed = 1_000.0
        buyers = sale._buying_chains(small.state, np.array([bought]))
        owed = small.state.providers.debt[row]
        assert owed == (90_000.0 if buyers[0] == row else 0.0)


class TestNotice:
    def closing(self, days, *, statutory=True):
        small = SmallMarket(values={"reprovision.lag_days_home_care": 9.0, "reprovision.lag_days_care_home": 3.0})
        effects(small).notice_days, effects(small).notice_use = days, 0.5
        row = small.site(small.provider("chain", statutory=statutory), "home_care", council_settled=8)
        notice.give(small.state, np.array([row]))
        small.state.flows.displaced[:] = 8
        return small

    @pytest.mark.parametrize(("days", "left"), [(0.0, 1.0), (6.0, 1.0 - 3.0 / 9.0), (18.0, 0.0), (90.0, 0.0)])
    def test_it_shortens_the_days_without_care(self, days, left):
        assert notice.lag_left(self.closing(days).state)[0, HOME_CARE] == pytest.approx(left)

    def test_small_providers_give_none(self):
        assert notice.lag_left(self.closing(90.0, statutory=False).state)[0, HOME_CARE] == 1.0

    def test_only_the_part_of_the_displaced_who_were_told_gain(self):
        small = self.closing(18.0)
        small.state.flows.displaced[:] = 32
        assert notice.lag_left(small.state)[0, HOME_CARE] == pytest.approx(0.75)

    def test_people_re_placed_lose_that_part_only(self):
        small = self.closing(6.0)
        small.put_in_queue("displaced", 8, "home_care")
        small.site("independent", "home_care", capacity=100)
        small.fully_staffed()
        small.state.sites.alive[0] = False
        reprovision.step(small.state)
        lost = small.state.councils.transfer_loss.sum() * DAYS_PER_MONTH
        assert lost == pytest.approx(8 * 9.0 * 2.0 / 3.0)

    def test_an_announced_sale_is_less_crowded(self):
        small = self.closing(90.0)
        other = small.site("independent", "home_care")
        assert notice.crowding_left(small.state, np.array([0, other])).tolist() == [0.5, 1.0]


class TestDirectPayments:
    def market(self, share):
        small = SmallMarket(values={"entry.micro_hours_per_client": 5.0})
        effects(small).direct_payment_share, effects(small).direct_payment_rate = share, 0.8
        micro = small.site("micro_enterprise", "home_care", capacity=6)
        small.site("independent", "home_care", capacity=100)
        small.put_in_queue("waiting", 10, "home_care")
        return small, micro

    def test_a_share_of_those_who_wait_pay_directly_while_there_is_time(self):
        # Each client of ten hours takes two of six places, so three find time and two of the five stay in the queue.
        small, micro = self.market(0.5)
        direct_payments.pay_directly(small.state, at.staffed_room(small.state))
        assert small.state.sites.council_new[micro] == 3
        assert small.queue("waiting", "home_care") == 7
        assert at.staffed_room(small.state)[micro] == 0

    def test_without_it_nobody_does(self):
        small, micro = self.market(0.0)
        direct_payments.pay_directly(small.state, at.staffed_room(small.state))
        assert small.state.sites.council_new[micro] == 0

    def test_the_council_pays_the_rate_and_the_enterprise_gets_it(self):
        small, micro = self.market(0.5)
        small.state.sites.council_new[micro] = 2
        accounts = finance.site_accounts(small.state)
        bill = 2 * 10.0 * WEEKS_PER_MONTH * 15.0 * 0.8
        assert accounts.council[micro] == pytest.approx(bill)
        finance.step(small.state)
        assert small.state.flows.spend[0, HOME_CARE, COUNCIL] == pytest.approx(bill)


def test_a_scheme_opens_with_a_third_sector_landlord_and_no_debt():
    small = SmallMarket(2)
    effects(small).extra_care_places[:] = [0, 40]
    extra_care.open_schemes(small.state)
    s, p = small.state.sites, small.state.providers
    assert (s.capacity[-1], s.care_type[-1], s.council[-1], s.rent[-1]) == (40, RESIDENTIAL, 1, 0.0)
    assert (p.sector[-1], p.debt[-1]) == (1, 0.0)
    assert small.state.flows.schemes.tolist() == [0, 1]
    assert small.state.flows.capital_put_in.tolist() == [0.0, p.cash[-1]]


def test_a_stand_by_team_takes_its_clients_beside_its_growth():
    small = SmallMarket(values={"councils.step_in_growth": 0.0})
    own = small.site("council_service", "home_care", capacity=20, council_settled=20)
    small.put_in_queue("displaced", 30, "home_care")
    effects(small).step_in_growth, effects(small).step_in_clients = 0.10, 7.0
    reprovision.step_in(small.state)
    assert small.state.sites.council_new[own] == 9
    assert small.queue("displaced", "home_care") == 21


def test_a_subsidy_lowers_a_sites_costs_by_as_much():
    small = SmallMarket()
    small.site("independent", council_settled=5)
    before = finance.site_accounts(small.state).operating_surplus
    effects(small).site_subsidy = np.array([300.0])
    assert (finance.site_accounts(small.state).operating_surplus - before).tolist() == pytest.approx([300.0])


class TestEveryPoundHasAPayer:
    def test_a_subsidy_that_nobody_pays_is_caught(self):
        small = SmallMarket()
        small.site("independent")
        effects(small).site_subsidy = np.array([300.0])
        with pytest.raises(AccountingError, match="sites are given more"):
            policies_are_paid_for(small.state)
        small.state.conditions.programme_cost[:] = 300.0
        policies_are_paid_for(small.state)

    def test_councils_cannot_pay_more_than_it_costs(self):
        small = SmallMarket()
        small.state.conditions.programme_cost[:] = 100.0
        effects(small).cost_council[:] = 101.0
        with pytest.raises(AccountingError, match="councils pay more"):
            policies_are_paid_for(small.state)
