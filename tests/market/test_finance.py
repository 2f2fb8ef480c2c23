"""Month step 7: a home's and a branch's accounts by hand, owners' pay-outs, who pays what."""

import numpy as np
import pytest

from resilience.market import finance, settling
from resilience.measures.identities import Accounts, spend_is_revenue
from resilience.state.codes import COUNCIL, HOME_CARE, NHS, NURSING, SELF_FUNDER
from resilience.state.codes import WEEKS_PER_MONTH as WEEKS
from tests.market.small import SmallMarket

HOURLY = 10.50 * 1.25 * 1.20
"""Pay of a nursing home's staff: a care worker's pay, the mix of staff, on-costs."""


def nursing_home(kind="independent", **columns):
    """Thirty beds; ten council residents, four of the NHS, five self-funders."""
    small = SmallMarket()
    owner = small.provider(kind, debt=120_000.0, interest_rate=0.05)
    known = {"staff": 15.0, "agency_hours": 20.0, "rent": 500.0, "price": 800.0}
    small.site(
        owner,
        "nursing",
        capacity=30,
        council_new=4,
        council_settled=6,
        nhs_new=1,
        nhs_settled=3,
        self_funders=5,
        **(known | columns),
    )
    return small


def accounts_of(small):
    return finance.site_accounts(small.state)


def weekly(amount):
    """A site's amount by the week."""
    return float(amount[0]) / WEEKS


class TestHome:
    @pytest.mark.parametrize(
        ("name", "expected"),
        [
            ("council", 10 * 550.0),
            ("self_funder", 5 * 800.0),
            # Its own people at nine tenths of the price, and the nursing part of everybody else.
            ("nhs", 4 * 800.0 * 0.9 + 15 * 150.0),
            ("revenue", 5_500.0 + 4_000.0 + 5_130.0),
            ("wages", 15 * 40 * HOURLY),
            ("agency", 20 * HOURLY * 1.5),
            ("other", 19 * 100.0),
            ("fixed", 900.0 + 30 * 10.0),
            ("overhead", 0.02 * 14_630.0),
            ("rent", 500.0),
            ("operating_surplus", 14_630.0 - 9_450.0 - 472.5 - 1_900.0 - 1_200.0 - 292.6),
        ],
    )
    def test_accounts_by_the_week(self, name, expected):
        assert weekly(getattr(accounts_of(nursing_home()), name)) == pytest.approx(expected)

    def test_interest_by_the_month(self):
        assert accounts_of(nursing_home()).interest[0] == pytest.approx(120_000.0 * 0.05 / 12.0)

    def test_prices_efficiency_and_place_move_costs_that_are_not_pay(self):
        small = nursing_home(efficiency=1.1)
        small.state.conditions.cost_index = 1.2
        small.state.councils.cost_index[:] = 0.9
        accounts = accounts_of(small)
        factor = 1.1 * 1.2 * 0.9
        assert weekly(accounts.other) == pytest.approx(1_900.0 * factor)
        assert weekly(accounts.fixed) == pytest.approx(1_200.0 * factor)
        assert weekly(accounts.rent) == pytest.approx(500.0 * 1.2)
        assert weekly(accounts.wages) == pytest.approx(9_450.0)

    def test_a_passing_shock_is_a_share_of_all_running_costs(self):
        accounts = accounts_of(nursing_home(shock=0.02))
        running = 9_450.0 + 472.5 + 1_900.0 + 1_200.0
        assert weekly(accounts.other) == pytest.approx(1_900.0 + 0.02 * running)

    def test_fixed_costs_grow_with_the_root_of_size(self):
        small = SmallMarket()
        for capacity in (30, 120):
            small.site(capacity=capacity)
        assert accounts_of(small).fixed / WEEKS == pytest.approx([900 + 300, 1_800 + 1_200])

    def test_a_chain_carries_its_head_office(self):
        assert weekly(accounts_of(nursing_home("chain")).overhead) == pytest.approx(0.05 * 14_630.0)

    def test_a_closed_home_has_no_accounts(self):
        small = SmallMarket()
        small.site(alive=False, staff=0.0, rent=300.0)
        accounts = accounts_of(small)
        for name in ("revenue", "wages", "agency", "other", "fixed", "overhead", "rent", "interest"):
            assert getattr(accounts, name)[0] == 0.0, name


class TestHomeCare:
    def test_is_paid_by_the_hour_delivered(self):
        small = SmallMarket()
        columns = {"council_new": 8, "nhs_new": 2, "self_funders": 3, "hours": 4.0, "cover": 0.9, "staff": 3.0}
        small.site(care_type="home_care", capacity=45, **columns)
        accounts = accounts_of(small)
        assert weekly(accounts.council) == pytest.approx(8 * 10 * 0.9 * 15.0)
        assert weekly(accounts.self_funder) == pytest.approx(12 * 0.9 * 18.0)
        assert weekly(accounts.nhs) == pytest.approx(2 * 10 * 0.9 * 18.0 * 0.9)
        assert weekly(accounts.wages) == pytest.approx(3 * 40 * 10.5 * 1.05 * 1.2)
        assert weekly(accounts.other) == pytest.approx(11.2 * 10.0)
        assert weekly(accounts.fixed) == pytest.approx(450.0)

    def test_a_micro_enterprise_pays_no_on_costs_and_has_next_to_no_overhead(self):
        small = SmallMarket()
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=2, hours=5.0, staff=0.3)
        accounts = accounts_of(small)
        assert weekly(accounts.wages) == pytest.approx(0.3 * 40 * 10.5 * 1.05)
        assert weekly(accounts.fixed) == pytest.approx(12.0)
        assert weekly(accounts.overhead) == 0.0


class TestCouncilService:
    def service(self, care_type="home_care", **people):
        small = SmallMarket()
        small.site("council_service", care_type, capacity=45, staff=4.0, shock=0.1, **people)
        return small

    def test_charges_what_it_costs(self):
        small = self.service(council_settled=10)
        accounts = accounts_of(small)
        staff = 4 * 40 * 10.5 * 1.05 * 1.2
        cost = 2.0 * (staff + 10 * 10.0 + 450.0)
        assert weekly(accounts.council) == pytest.approx(cost)
        assert weekly(accounts.operating_surplus) == pytest.approx(0.0, abs=1e-9)
        assert weekly(accounts.overhead) == 0.0

    def test_what_others_pay_is_off_the_councils_bill(self):
        small = self.service("residential", council_settled=10, self_funders=2)
        accounts = accounts_of(small)
        cost = 4 * 40 * 10.5 * 1.1 * 1.2 + 12 * 80.0 + 900.0 * np.sqrt(1.5) + 450.0
        assert weekly(accounts.council) == pytest.approx(cost - 2 * 700.0)

    def test_leaves_its_provider_with_nothing_over(self):
        small = self.service(council_settled=10)
        finance.step(small.state)
        assert small.state.providers.cash[0] == pytest.approx(0.0, abs=1e-9)
        assert small.state.providers.paid_out[0] == 0.0


class TestInterest:
    def test_falls_on_living_places_alike(self):
        small = SmallMarket()
        owner = small.provider("chain", debt=1_200_000.0, interest_rate=0.10)
        for columns in ({"capacity": 30}, {"capacity": 10}, {"capacity": 60, "alive": False}):
            small.site(owner, **columns)
        assert accounts_of(small).interest.tolist() == pytest.approx([7_500.0, 2_500.0, 0.0])

    @pytest.mark.parametrize(("change", "rate"), [(0.02, 0.07), (0.0, 0.05), (-0.01, 0.04), (-0.09, 0.0)])
    def test_is_the_loans_rate_and_its_change_and_never_negative(self, change, rate):
        small = SmallMarket()
        small.site(small.provider(debt=120_000.0, interest_rate=0.05, rate_change=change))
        assert finance.interest_rate(small.state).tolist() == pytest.approx([rate])
        assert accounts_of(small).interest[0] == pytest.approx(120_000.0 * rate / 12.0)


class TestRepricing:
    """Bank Rate is six points over that of the start; loans fall due within five years, a sixtieth of them a month."""

    def loans(self, **columns):
        small = SmallMarket()
        for floating in (True, False):
            small.site(small.provider(debt=120_000.0, interest_rate=0.05, floating=floating, **columns))
        small.state.conditions.bank_rate_change = 0.06
        return small

    def test_floating_debt_follows_at_once_and_fixed_debt_as_it_falls_due(self):
        small = self.loans()
        changes = []
        for _ in range(3):
            finance.reprice_debt(small.state)
            changes.append(small.state.providers.rate_change.tolist())
        second = 0.001 + (0.06 - 0.001) / 60.0
        third = second + (0.06 - second) / 60.0
        assert np.array(changes) == pytest.approx(np.array([[0.06, 0.001], [0.06, second], [0.06, third]]))

    def test_after_the_refinancing_time_nearly_two_thirds_of_fixed_debt_have_followed(self):
        small = self.loans()
        for _ in range(60):
            finance.reprice_debt(small.state)
        assert small.state.providers.rate_change[1] == pytest.approx(0.06 * (1.0 - (59 / 60) ** 60))

    def test_a_fall_of_bank_rate_is_passed_on_as_well(self):
        small = self.loans(rate_change=0.06)
        small.state.conditions.bank_rate_change = 0.0
        finance.reprice_debt(small.state)
        assert small.state.providers.rate_change.tolist() == pytest.approx([0.0, 0.059])

    def test_with_half_a_year_to_refinance_a_sixth_follows_each_month(self):
        small = SmallMarket(values={"finance.refinancing_years": 0.5})
        small.site()
        small.state.conditions.bank_rate_change = 0.06
        finance.reprice_debt(small.state)
        assert small.state.providers.rate_change.tolist() == pytest.approx([0.01])

    def test_is_part_of_every_month_and_paid_in_the_same(self):
        small = self.loans()
        finance.step(small.state)
        assert small.state.sites.surplus_to_interest.tolist() == pytest.approx([10_000.0 * 0.11, 10_000.0 * 0.051])


class TestCredit:
    """A small provider with a home that takes 10,000 GBP a month and a branch that takes 4,000."""

    def reviewed(self, month=24, kind="independent", opened=0, alive=True):
        small = SmallMarket(month=month)
        owner = small.provider(kind, opened=opened, alive=alive, revenue=14_000.0, credit_limit=777.0)
        small.site(owner, revenue=10_000.0)
        small.site(owner, "home_care", revenue=4_000.0)
        finance.review_credit(small.state)
        return float(small.state.providers.credit_limit[0])

    @pytest.mark.parametrize("kind", ["independent", "cooperative"])
    def test_is_given_by_revenue_after_two_years_of_trading(self, kind):
        assert self.reviewed(kind=kind) == pytest.approx(1.0 * 10_000.0 + 0.5 * 4_000.0)

    @pytest.mark.parametrize(
        "case",
        [
            {"month": 23},
            {"month": 25},  # no April
            {"opened": 1},  # 23 months old
            {"opened": -1},  # there from the start
            {"kind": "chain"},
            {"kind": "council_service"},
            {"kind": "micro_enterprise"},
            {"alive": False},
        ],
        ids=str,
    )
    def test_stands_otherwise(self, case):
        assert self.reviewed(**case) == 777.0

    def test_is_reviewed_again_each_april(self):
        assert self.reviewed(month=36) == self.reviewed(month=24)


class TestBooks:
    def test_a_site_books_its_month(self):
        small = nursing_home()
        accounts = accounts_of(small)
        finance.step(small.state)
        s = small.state.sites
        surplus = 14_630.0 - 9_450.0 - 472.5 - 1_900.0 - 1_200.0 - 292.6 - 500.0
        assert s.revenue[0] == pytest.approx(14_630.0 * WEEKS)
        assert s.surplus[0] == pytest.approx(surplus * WEEKS - 500.0)
        assert (s.surplus_to_rent[0], s.surplus_to_interest[0]) == pytest.approx((500.0 * WEEKS, 500.0))
        assert s.operating_surplus[0] == pytest.approx(accounts.operating_surplus[0])
        # A provider judges its margin with a memory of six months.
        assert s.trend[0] == pytest.approx(s.surplus[0] / s.revenue[0] / 6.0)

    def test_a_provider_adds_up_its_sites(self):
        small = SmallMarket()
        chain = small.provider("chain")
        for residents in (10, 18):
            small.site(chain, capacity=20, council_settled=residents, staff=9.0)
        small.site(capacity=20, council_settled=10, staff=9.0)
        finance.step(small.state)
        s, p = small.state.sites, small.state.providers
        assert p.revenue[0] == pytest.approx(28 * 500.0 * WEEKS)
        assert p.surplus.tolist() == pytest.approx([s.surplus[:2].sum(), s.surplus[2]])

    @pytest.mark.parametrize(("trend", "loss_months"), [(-0.5, 5), (0.5, 0)])
    def test_months_in_loss_run_or_start_anew(self, trend, loss_months):
        small = nursing_home(trend=trend, loss_months=4)
        finance.step(small.state)
        assert small.state.sites.loss_months[0] == loss_months

    @pytest.mark.parametrize(
        ("care_type", "age", "loss_months"),
        [("nursing", 17, 0), ("nursing", 18, 5), ("home_care", 11, 0), ("home_care", 12, 5)],
    )
    def test_months_in_loss_do_not_count_in_start_up_time(self, care_type, age, loss_months):
        small = SmallMarket(month=20)
        small.site(care_type=care_type, opened=20 - age, trend=-0.5, loss_months=4, staff=5.0)
        finance.step(small.state)
        assert small.state.sites.trend[0] < 0.0
        assert small.state.sites.loss_months.tolist() == [loss_months]

    def test_a_site_with_costs_and_no_revenue_is_all_loss(self):
        small = SmallMarket()
        small.site(staff=5.0)
        small.site(alive=False)
        finance.step(small.state)
        assert small.state.sites.trend.tolist() == pytest.approx([-1.0 / 6.0, 0.0])

    def test_cash_explains_itself(self):
        small = nursing_home()
        small.state.providers.cash[:] = 80_000.0
        accounts = Accounts(small.state)
        finance.step(small.state)
        accounts.cash_adds_up(small.state)
        p = small.state.providers
        assert p.cash[0] == pytest.approx(80_000.0 + p.surplus[0] - p.paid_out[0])


class TestPayOut:
    """An owner's home earns about 4,700 GBP in a month on revenue of 63,600; its cash target is 1.5 months of it."""

    TARGET = 1.5 * 14_630.0 * WEEKS

    def paid(self, cash, kind="independent", staff=15.0, sector="for_profit", **provider):
        small = nursing_home(kind, rent=0.0, staff=staff)
        p = small.state.providers
        p.cash[:], p.debt[:] = cash, 0.0
        for name, value in provider.items():
            getattr(p, name)[:] = value
        finance.step(small.state)
        return float(p.paid_out[0]), float(p.surplus[0])

    def test_owners_wait_until_cash_stands_at_its_target(self):
        assert self.paid(self.TARGET - 10_000.0)[0] == 0.0

    def test_owners_then_draw_four_fifths_of_the_surplus_and_a_tenth_of_what_is_over(self):
        paid, surplus = self.paid(self.TARGET + 50_000.0)
        assert surplus > 0.0
        assert paid == pytest.approx(0.8 * surplus + 0.1 * (50_000.0 + surplus))

    def test_owners_draw_no_more_than_is_over(self):
        _, surplus = self.paid(0.0)
        paid, _ = self.paid(self.TARGET - surplus + 100.0)
        assert paid == pytest.approx(100.0 + 10.0)

    def test_in_a_month_of_loss_only_a_tenth_of_what_is_over_leaves(self):
        paid, surplus = self.paid(self.TARGET + 50_000.0, staff=30.0)
        assert surplus < 0.0
        assert paid == pytest.approx(0.1 * (50_000.0 + surplus))

    def test_chains_pay_the_return_they_owe_whatever_their_cash(self):
        assert self.paid(10.0, "chain", investor_return=1_000.0)[0] == pytest.approx(1_000.0)

    def test_chains_pay_no_more_than_they_earn(self):
        paid, surplus = self.paid(10.0, "chain", investor_return=1e9)
        assert paid == pytest.approx(surplus)
        assert self.paid(10.0, "chain", investor_return=1_000.0, staff=30.0)[0] == 0.0

    def test_chains_do_not_pay_returns_out_of_an_overdraft(self):
        _, surplus = self.paid(0.0, "chain")
        paid, _ = self.paid(200.0 - surplus, "chain", investor_return=1_000.0)
        assert paid == pytest.approx(200.0)
        assert self.paid(-surplus - 1.0, "chain", investor_return=1_000.0)[0] == 0.0

    def test_cooperatives_keep_their_surplus_and_twice_the_reserves(self):
        paid, surplus = self.paid(self.TARGET + 50_000.0, "cooperative")
        assert 0.0 < surplus < self.TARGET - 50_000.0
        assert paid == 0.0

    def test_members_have_a_tenth_of_what_is_over_that(self):
        paid, surplus = self.paid(2.0 * self.TARGET + 50_000.0, "cooperative")
        assert surplus > 0.0
        assert paid == pytest.approx(0.1 * (50_000.0 + surplus))

    def test_a_provider_that_has_ended_pays_nobody(self):
        paid, _ = self.paid(1e6, alive=False)
        assert paid == 0.0

    def test_home_care_keeps_less(self):
        small = SmallMarket()
        owner = small.provider()
        small.site(owner, "home_care", council_settled=10)
        small.site(owner, capacity=30, council_settled=10)
        finance.step(small.state)
        expected = (1.0 * 10 * 10 * 15.0 + 1.5 * 10 * 500.0) * WEEKS
        assert finance.cash_target(small.state)[0] == pytest.approx(expected)


class TestChainsOutside:
    def group(self, kind="chain", outside_beds=150):
        """Two chains' homes of 30 and 20 beds; the first has 150 beds more outside, rent and debt."""
        small = SmallMarket()
        first = small.provider(kind, outside_beds=outside_beds, debt=600_000.0, interest_rate=0.08)
        second = small.provider("chain")
        small.site(first, capacity=30, council_settled=27, staff=14.0, rent=900.0)
        small.site(second, capacity=20, council_settled=18, staff=9.0)
        small.site("independent", capacity=20, council_settled=1, staff=9.0)
        return small

    def test_the_group_is_as_many_times_the_region(self):
        state = self.group().state
        assert finance.group_factor(state).tolist() == pytest.approx([6.0, 1.0, 1.0])

    def test_a_remainder_of_an_hour_is_no_group(self):
        small = SmallMarket()
        alone, chain = small.provider(), small.provider("chain", outside_hours=900.0)
        small.site(alone, "home_care")
        small.site(chain, "home_care")
        for hours, factor in ((1e-12, 1.0), (100.0, 10.0)):
            small.state.sites.self_funder_hours[:] = hours
            assert finance.group_factor(small.state).tolist() == pytest.approx([1.0, factor])

    def test_homes_outside_earn_what_chains_homes_earn_here_and_carry_the_chains_own_burden(self):
        small = self.group()
        accounts = accounts_of(small)
        finance.step(small.state)
        per_bed = accounts.operating_surplus[:2].sum() / 50.0
        owed = (900.0 * WEEKS + 600_000.0 * 0.08 / 12.0) / 30.0
        assert small.state.providers.outside_surplus.tolist() == pytest.approx([150 * (per_bed - owed), 0.0, 0.0])

    def branches(self):
        """Chains' branches of 100 and 60 hours a week, the first with 400 hours elsewhere; and an independent's."""
        small = SmallMarket()
        first = small.provider("chain", outside_hours=400.0)
        second = small.provider("chain")
        small.site(first, "home_care", capacity=20, council_settled=10, staff=3.0)
        small.site(second, "home_care", capacity=20, council_settled=6, staff=2.0)
        small.site("independent", "home_care", capacity=20, council_settled=1, staff=9.0)
        return small

    def test_a_group_of_branches_is_sized_by_hours(self):
        assert finance.group_factor(self.branches().state).tolist() == pytest.approx([5.0, 1.0, 1.0])

    def test_a_group_with_homes_is_sized_by_beds(self):
        small = SmallMarket()
        chain = small.provider("chain", outside_beds=60, outside_hours=400.0)
        small.site(chain, capacity=30)
        small.site(chain, "home_care", council_settled=10)
        assert finance.group_factor(small.state).tolist() == pytest.approx([3.0])

    def test_a_chain_without_a_client_here_has_no_group_to_lean_on(self):
        small = SmallMarket()
        small.site(small.provider("chain", outside_hours=400.0), "home_care")
        assert finance.group_factor(small.state).tolist() == [1.0]

    def test_branches_elsewhere_earn_by_the_hour_what_chains_branches_earn_here(self):
        small = self.branches()
        accounts = accounts_of(small)
        finance.step(small.state)
        per_hour = accounts.operating_surplus[:2].sum() / 160.0
        p = small.state.providers
        assert p.outside_surplus.tolist() == pytest.approx([400.0 * per_hour, 0.0, 0.0])
        assert p.cash[0] == pytest.approx(p.surplus[0] + p.outside_surplus[0] - p.paid_out[0])

    def test_a_group_of_branches_keeps_cash_for_all_of_them(self):
        small = self.branches()
        finance.step(small.state)
        expected = [1.0 * hours * 15.0 * WEEKS for hours in (500, 60, 10)]
        assert finance.cash_target(small.state).tolist() == pytest.approx(expected)

    def test_the_cash_of_a_group_with_homes_counts_its_branches_here_once(self):
        small = SmallMarket()
        chain = small.provider("chain", outside_beds=60, outside_hours=400.0)
        small.site(chain, capacity=30, council_settled=10)
        small.site(chain, "home_care", council_settled=10)
        finance.step(small.state)
        expected = (1.5 * 3.0 * 10 * 500.0 + 1.0 * 10 * 10 * 15.0) * WEEKS
        assert finance.cash_target(small.state).tolist() == pytest.approx([expected])

    def test_without_chains_there_is_none(self):
        small = SmallMarket()
        small.site()
        finance.step(small.state)
        assert small.state.providers.outside_surplus.tolist() == [0.0]

    def test_investors_share_falls_on_sites_by_revenue(self):
        small = self.group()
        small.state.providers.investor_return[0] = 3_000.0
        small.site(0, capacity=10, council_settled=9, staff=5.0)
        finance.step(small.state)
        s, p = small.state.sites, small.state.providers
        share = settling.share_of_return(s.revenue, s.provider, p.investor_return)
        assert share.tolist() == pytest.approx([3_000.0 * 27 / 36, 0.0, 0.0, 3_000.0 * 9 / 36])


class TestSpend:
    def everyone(self):
        small = SmallMarket(2)
        small.site(care_type="nursing", capacity=30, council_settled=10, nhs_settled=4, self_funders=5, cover=0.9)
        small.site(capacity=30, council_settled=10, self_funders=2, council=1)
        home_care = {"care_type": "home_care", "council": 1, "cover": 0.8}
        small.site(council_settled=7, nhs_settled=1, self_funders=3, hours=4.0, **home_care)
        small.site("council_service", "home_care", council_settled=3, staff=1.0, council=1)
        small.site("micro_enterprise", "home_care", self_funders=2, hours=2.0, council=1, cover=1.0)
        return small

    def test_every_payers_bill_is_the_sites_revenue(self):
        small = self.everyone()
        finance.step(small.state)
        spend_is_revenue(small.state)
        spend = small.state.flows.spend / WEEKS
        assert spend[0, NURSING].tolist() == pytest.approx([10 * 550.0, 5 * 700.0, 4 * 700.0 * 0.9 + 15 * 150.0])
        own = 2.0 * (40 * 10.5 * 1.05 * 1.2 + 3 * 10.0 + 450.0 * np.sqrt(20 / 45))
        assert spend[1, HOME_CARE].tolist() == pytest.approx(
            [7 * 10 * 0.8 * 15.0 + own, (12 * 0.8 + 4) * 18.0, 10 * 0.8 * 18.0 * 0.9]
        )
        assert spend[0, HOME_CARE, [COUNCIL, SELF_FUNDER, NHS]].tolist() == [0.0, 0.0, 0.0]

    def test_councils_count_what_they_spend_in_the_year(self):
        small = self.everyone()
        small.state.councils.spend_year[:] = 100.0
        finance.step(small.state)
        expected = 100.0 + small.state.flows.spend[:, :, COUNCIL].sum(axis=1)
        assert small.state.councils.spend_year == pytest.approx(expected)

    def test_self_funders_pay_from_income_first_then_from_savings(self):
        small = SmallMarket()
        home = small.site(price=700.0)
        branch = small.site(care_type="home_care", price=20.0, cover=0.5)
        for where, hours, income in ((home, None, 0.0), (home, None, 250.0), (home, None, 900.0), (branch, 12.0, 50.0)):
            small.self_funder(site=where, hours=hours, income=income, savings=100_000.0)
        small.self_funder(savings=100_000.0)
        small.state.conditions.cost_index = 1.1
        finance.step(small.state)
        drawn = (100_000.0 - small.state.self_funders.savings) / WEEKS
        assert drawn.tolist() == pytest.approx([700.0, 700.0 - 275.0, 0.0, 120.0 - 55.0, 0.0])
