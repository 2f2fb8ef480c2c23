"""Month step 8: admissions, hand-backs, insolvency, covenants, patience, retirement, the regulator."""

import numpy as np
import pytest

from resilience.market import contracts, distress
from resilience.market.accounts import Constants
from resilience.market.finance import group_factor
from resilience.state.codes import CLOSED, FAILED, FOLDED, RETIRED, SOLD, TRADING
from resilience.state.codes import WEEKS_PER_MONTH as WEEKS
from tests.market.small import SmallMarket

NO_BUYER = {"distress.buyer_base": 0.0}
CERTAIN_BUYER = {"distress.buyer_base": 1.0, "distress.buyer_size": 0.0, "distress.sale_congestion": 0.0}
PROFITABLE = {"revenue": 10_000.0, "operating_surplus": 9_000.0}
"""Accounts of a site that any buyer would want: the chance of a sale is 0.999."""


def cannot_pay(state):
    return distress.money_used_up(distress.owners_of(state), group_factor(state), Constants())[1].tolist()


def fates(small):
    return small.state.providers.fate.tolist()


class TestInsolvency:
    @pytest.mark.parametrize(
        ("cash", "insolvent"), [(-5_000.0, False), (-5_000.01, True), (-4_999.0, False), (0.0, False)]
    )
    def test_begins_where_cash_and_credit_end(self, cash, insolvent):
        small = SmallMarket()
        small.site(small.provider(cash=cash, credit_limit=5_000.0))
        assert cannot_pay(small.state) == [insolvent]

    def test_looks_at_a_chains_whole_group(self):
        small = SmallMarket()
        chain = small.provider("chain", cash=-15_000.0, credit_limit=5_000.0, outside_beds=40)
        small.site(chain, capacity=20)
        assert cannot_pay(small.state) == [False]
        small.state.providers.cash[0] = -15_000.01
        assert cannot_pay(small.state) == [True]

    def test_does_not_befall_a_councils_service_nor_self_employed_people(self):
        small = SmallMarket()
        for kind in ("council_service", "micro_enterprise", "cooperative", "independent"):
            small.site(small.provider(kind, cash=-1e6), "home_care")
        assert cannot_pay(small.state) == [False, False, True, True]

    def test_does_not_befall_the_dead(self):
        small = SmallMarket()
        small.site(small.provider(cash=-1e6, alive=False), alive=False)
        assert cannot_pay(small.state) == [False]

    def test_ends_the_provider_and_brings_all_its_sites_to_market(self):
        small = SmallMarket(values=NO_BUYER)
        failing, sound = small.provider(cash=-1.0), small.provider(cash=1.0)
        for owner in (failing, failing, sound):
            small.site(owner, council_settled=5)
        distress.step(small.state)
        assert small.state.sites.alive.tolist() == [False, False, True]
        assert fates(small) == [FAILED, TRADING]
        assert small.queue("displaced") == 10
        assert [event["kind"] for event in small.events] == ["provider_failure", "site_closure", "site_closure"]
        assert {event["reason"] for event in small.events_of_kind("site_closure")} == {"provider_failure"}

    def test_passes_sites_on_where_there_are_buyers(self):
        small = SmallMarket(values=CERTAIN_BUYER)
        small.site(small.provider(cash=-1.0), council_settled=5, **PROFITABLE)
        distress.step(small.state)
        assert small.state.sites.alive.tolist() == [True]
        assert small.state.sites.provider[0] != 0
        assert fates(small) == [FAILED, TRADING]
        assert small.queue("displaced") == 0
        assert small.state.flows.failures.tolist() == [1]


class TestMicroEnterprises:
    @pytest.mark.parametrize(
        ("columns", "opened", "clients", "folds"),
        [
            ({"owner_retires": 5}, -24, 2, True),
            ({"owner_retires": 6}, -24, 2, False),
            ({"cash": -1_000.01, "credit_limit": 1_000.0}, -24, 2, True),
            ({}, -5, 0, True),  # nobody came for ten months
            ({}, -4, 0, False),
            ({}, -5, 1, False),
        ],
    )
    def test_fold_when_people_stop_money_ends_or_nobody_comes(self, columns, opened, clients, folds):
        small = SmallMarket(month=5, values=CERTAIN_BUYER)
        owner = small.provider("micro_enterprise", **columns)
        small.site(owner, "home_care", capacity=5, self_funders=clients, hours=3.0, opened=opened, **PROFITABLE)
        distress.step(small.state)
        assert small.state.sites.alive.tolist() == [not folds]
        assert fates(small) == [FOLDED if folds else TRADING]
        assert small.state.flows.failures.tolist() == [0]
        assert small.state.flows.micro_closures.tolist() == [int(folds)]


class TestOwnersLeave:
    def leaving(self, values=NO_BUYER, month=5, **columns):
        provider = {
            name: columns.pop(name) for name in ("owner_retires", "orderly", "cash", "surplus") if name in columns
        }
        small = SmallMarket(month=month, values=values)
        small.site(small.provider(**provider), council_settled=5, **(PROFITABLE | columns))
        distress.step(small.state)
        return small

    @pytest.mark.parametrize(("month", "leaves"), [(4, False), (5, True), (6, True)])
    def test_when_the_month_of_their_retirement_comes(self, month, leaves):
        small = self.leaving(month=month, owner_retires=5)
        assert small.state.sites.alive.tolist() == [not leaves]
        assert fates(small) == [RETIRED if leaves else TRADING]

    def test_by_sale_where_somebody_buys(self):
        small = self.leaving(CERTAIN_BUYER, owner_retires=5)
        assert fates(small) == [SOLD, TRADING]
        assert small.state.sites.provider.tolist() == [1]

    @pytest.mark.parametrize(
        ("care_type", "loss_months", "gives_up"),
        [("residential", 11, False), ("residential", 12, True), ("home_care", 7, False), ("home_care", 8, True)],
    )
    def test_when_their_patience_with_losses_ends(self, care_type, loss_months, gives_up):
        small = SmallMarket(values=NO_BUYER)
        small.site(care_type=care_type, council_settled=3, loss_months=loss_months)
        distress.step(small.state)
        assert small.state.sites.alive.tolist() == [not gives_up]
        assert fates(small) == [CLOSED if gives_up else TRADING]

    @pytest.mark.parametrize(
        ("kind", "care_type", "opened", "expected"),
        [
            ("independent", "residential", -24, 12),
            ("independent", "home_care", -24, 8),
            ("cooperative", "home_care", -24, 8),
            ("chain", "residential", -24, 10),
            ("chain", "home_care", -24, 10),
            ("council_service", "home_care", -24, 10_000),
            ("independent", "residential", 3, 10_000),  # seventeen months old
            ("independent", "residential", 2, 12),
            ("independent", "home_care", 9, 10_000),  # eleven months old
            ("independent", "home_care", 8, 8),
        ],
    )
    def test_with_a_patience_of_their_own(self, kind, care_type, opened, expected):
        small = SmallMarket(month=20)
        small.site(kind, care_type, opened=opened)
        s, kind = small.state.sites, small.state.providers.kind
        limits = distress.limits(small.state)
        assert distress.patience(kind, s.care_type, s.opened, limits, 20, Constants()).tolist() == [expected]

    @pytest.mark.parametrize(
        ("orderly", "cash", "surplus", "stops"),
        [
            (True, 1_999.0, -1_000.0, True),  # two more months of loss could not be paid
            (True, 2_000.0, -1_000.0, False),
            (False, 1_999.0, -1_000.0, False),
            (True, 10.0, 1_000.0, False),
        ],
    )
    def test_in_good_order_while_they_can_still_pay(self, orderly, cash, surplus, stops):
        small = self.leaving(orderly=orderly, cash=cash, surplus=surplus)
        assert small.state.sites.alive.tolist() == [not stops]
        assert [event["reason"] for event in small.events] == (["wound_up"] if stops else [])

    @pytest.mark.parametrize(("months", "closed"), [(14, False), (15, True)])
    def test_when_the_regulator_has_seen_enough_even_with_a_buyer(self, months, closed):
        small = self.leaving(CERTAIN_BUYER, inadequate_months=months)
        assert small.state.sites.alive.tolist() == [not closed]
        assert fates(small) == [CLOSED if closed else TRADING]

    def test_but_the_regulator_does_not_close_a_councils_own_service(self):
        small = SmallMarket(values=NO_BUYER)
        small.site("council_service", "home_care", council_settled=5, inadequate_months=60)
        distress.step(small.state)
        assert small.state.sites.alive.tolist() == [True]

    def test_a_site_leaves_once_a_month_for_the_most_pressing_reason(self):
        small = SmallMarket(month=5, values=CERTAIN_BUYER)
        owner = small.provider(owner_retires=5, orderly=True, surplus=-10.0)
        small.site(owner, council_settled=5, loss_months=40, **PROFITABLE)
        distress.step(small.state)
        assert [(event["kind"], event["reason"]) for event in small.events] == [("site_sale", "retirement")]
        assert small.state.flows.sales.sum() == 1
        assert len(small.state.providers) == 2


class TestCovenant:
    """A chain owes 1,000 GBP of interest a month; cover below 1.1 is a breach, three months of it bring the lenders."""

    def chain(self, cover, **columns):
        small = SmallMarket(values=NO_BUYER)
        known = {"debt": 240_000.0, "interest_rate": 0.05, "investor_return": 500.0, "cash": 1e6} | columns
        owner = small.provider("chain", surplus=1_000.0 * (cover - 1.0), **known)
        small.site(owner, council_settled=5, rent=400.0)
        return small

    @pytest.mark.parametrize("cover", [-2.0, 0.5, 1.0, 1.09, 1.5])
    def test_cover_is_surplus_before_interest_over_interest(self, cover):
        assert distress.interest_cover(self.chain(cover).state)[0] == pytest.approx(cover)

    def test_cover_counts_the_whole_group(self):
        small = self.chain(1.0, outside_beds=40, outside_surplus=600.0)
        # Three times the interest; surplus after interest is 0 here and 600 outside.
        assert distress.interest_cover(small.state)[0] == pytest.approx((600.0 + 3_000.0) / 3_000.0)

    @pytest.mark.parametrize(
        ("rate_change", "interest"), [(0.05, 2_000.0), (0.01, 1_200.0), (0.0, 1_000.0), (-0.04, 200.0)]
    )
    def test_is_of_the_interest_that_the_debt_costs_now(self, rate_change, interest):
        small = self.chain(1.5, rate_change=rate_change)
        # The surplus of the month, 500 after interest, is given.
        assert distress.interest_cover(small.state)[0] == pytest.approx((500.0 + interest) / interest)

    def test_bank_rate_itself_does_not_reach_it(self):
        small = self.chain(1.5, floating=True)
        small.state.conditions.bank_rate_change = 0.05
        assert distress.interest_cover(small.state)[0] == pytest.approx(1.5)

    def test_a_group_of_branches_counts_its_hours_elsewhere(self):
        small = SmallMarket()
        known = {"debt": 240_000.0, "interest_rate": 0.05, "surplus": 0.0, "outside_surplus": 800.0}
        small.site(small.provider("chain", outside_hours=300.0, **known), "home_care", council_settled=10)
        # 100 hours here and 300 elsewhere: four times the interest of 1,000.
        assert distress.interest_cover(small.state)[0] == pytest.approx((800.0 + 4_000.0) / 4_000.0)

    def test_without_debt_there_is_nothing_to_cover(self):
        assert distress.interest_cover(self.chain(-5.0, debt=0.0).state)[0] == np.inf

    def breach_months(self, small, months):
        seen = []
        for _ in range(months):
            distress.step(small.state)
            small.state.month += 1
            seen.append(int(small.state.providers.breach_months[0]))
        return seen

    def test_months_in_breach_are_counted_and_forgiven_one_by_one(self):
        small = self.chain(1.0)
        assert self.breach_months(small, 2) == [1, 2]
        small.state.providers.surplus[0] = 500.0
        assert self.breach_months(small, 3) == [1, 0, 0]

    def test_sound_chains_are_not_in_breach(self):
        assert self.breach_months(self.chain(1.11), 3) == [0, 0, 0]

    def test_lenders_restructure_once(self):
        small = self.chain(0.0)
        assert self.breach_months(small, 3) == [1, 2, 0]
        p = small.state.providers
        assert bool(p.restructured[0])
        assert bool(p.alive[0])
        assert (p.debt[0], p.investor_return[0]) == pytest.approx((168_000.0, 350.0))
        assert small.state.sites.rent[0] == pytest.approx(280.0)
        assert [event["kind"] for event in small.events] == ["covenant_breach", "restructuring"]
        assert small.events[0]["reason"] == "interest cover 0.00"

    def test_and_end_it_the_next_time(self):
        small = self.chain(0.0)
        self.breach_months(small, 5)
        assert bool(small.state.providers.alive[0])
        distress.step(small.state)
        assert fates(small) == [FAILED]
        assert small.state.providers.ended[0] == 6
        kinds = [event["kind"] for event in small.events]
        assert kinds == ["covenant_breach", "restructuring", "covenant_breach", "provider_failure", "site_closure"]

    def test_independents_have_no_covenant(self):
        small = SmallMarket(values=NO_BUYER)
        small.site(small.provider(debt=240_000.0, interest_rate=0.05, surplus=-5_000.0, cash=1e6), council_settled=5)
        assert self.breach_months(small, 4) == [0, 0, 0, 0]


class TestUnitCosts:
    def test_of_a_home(self):
        small = SmallMarket()
        small.site(capacity=20, council_settled=10, pay=10.5, revenue=30_000.0, operating_surplus=3_000.0)
        rows = np.arange(len(small.state.sites))
        known = contracts.reviewed(small.state), contracts.terms(small.state), rows
        marginal, full = contracts.marginal_cost(*known), contracts.full_cost(*known, WEEKS)
        assert marginal[0] == pytest.approx(0.6 * 30 * 10.5 * 1.1 * 1.2 + 80.0)
        assert full[0] == pytest.approx(27_000.0 / 10 / WEEKS)

    def test_of_home_care(self):
        small = SmallMarket()
        small.site(care_type="home_care", council_settled=10, efficiency=1.1)
        marginal = contracts.marginal_cost(contracts.reviewed(small.state), contracts.terms(small.state), np.arange(1))
        assert marginal[0] == pytest.approx(1.1 * (12 * 10.5 * 1.05 * 1.2 + 10.0))

    def test_the_fee_of_a_week_has_the_nhs_part_of_nursing(self):
        small = SmallMarket()
        for care_type in ("residential", "nursing", "younger_adults", "home_care"):
            small.site(care_type=care_type)
        known = contracts.reviewed(small.state), contracts.terms(small.state), np.arange(4), Constants()
        assert contracts.fee_weekly(*known).tolist() == pytest.approx([500.0, 700.0, 1_200.0, 150.0])


def full_home(*, margin=-0.01, self_funders=10, council=8, month=1, key=1, **columns):
    """Eighteen of twenty beds taken; full running cost is the fee over (1 - margin); it takes stock in month 1."""
    small = SmallMarket(month=month)
    columns["key"] = np.uint64(key)
    people = self_funders + council
    cost = 500.0 * (1.0 - margin) * people * WEEKS
    small.site(
        capacity=20, self_funders=self_funders, council_settled=council, revenue=cost, operating_surplus=0.0, **columns
    )
    return small


class TestAdmissions:
    @pytest.mark.parametrize(
        ("case", "stops"),
        [
            ({}, True),
            ({"margin": 0.001}, False),
            ({"self_funders": 8, "council": 10}, False),  # 44% are not enough to turn to
            ({"self_funders": 9, "council": 8}, False),  # with 17 of 20 beds taken it needs everyone
        ],
    )
    def test_stop_where_others_pay_and_the_fee_is_below_full_cost(self, case, stops):
        small = full_home(**case)
        contracts.review(small.state)
        assert small.state.sites.takes_council.tolist() == [not stops]
        assert [event["kind"] for event in small.events] == (["stops_admitting_council"] if stops else [])

    def test_stop_only_in_homes_of_private_owners(self):
        small = full_home()
        for key, owner, care_type in ((4, "council_service", "residential"), (7, "independent", "home_care")):
            columns = {"capacity": 20, "council_settled": 2, "self_funders": 17, "revenue": 1e9}
            small.site(owner, care_type, key=np.uint64(key), **columns)
        contracts.review(small.state)
        assert small.state.sites.takes_council.tolist() == [False, True, True]

    def test_displace_nobody(self):
        small = full_home()
        contracts.review(small.state)
        event = small.events[0]
        assert (event["people_council"], event["people_self_funder"], event["hours"]) == (0, 0, 0.0)
        assert small.state.sites.council_settled.tolist() == [8]

    @pytest.mark.parametrize(("margin", "resumes"), [(0.031, True), (0.029, False), (-0.01, False)])
    def test_resume_when_the_fee_is_well_above_cost(self, margin, resumes):
        small = full_home(margin=margin, takes_council=False)
        contracts.review(small.state)
        assert small.state.sites.takes_council.tolist() == [resumes]

    def test_resume_when_beds_are_empty(self):
        small = full_home(self_funders=9, council=8, takes_council=False)
        contracts.review(small.state)
        assert small.state.sites.takes_council.tolist() == [True]

    @pytest.mark.parametrize(
        ("month", "key", "looks"),
        [(1, 1, True), (2, 1, False), (3, 1, False), (4, 1, True), (2, 5, True), (0, 6, True)],
    )
    def test_are_looked_at_once_a_quarter_by_each_home_in_its_own_month(self, month, key, looks):
        stopping, resuming = (full_home(month=month, key=key), full_home(month=month, key=key, margin=0.04))
        resuming.state.sites.takes_council[:] = False
        for small in (stopping, resuming):
            assert contracts.takes_stock(small.state.sites.key, contracts.terms(small.state)).tolist() == [looks]
            contracts.review(small.state)
        assert stopping.state.sites.takes_council.tolist() == [not looks]
        assert resuming.state.sites.takes_council.tolist() == [looks]
        assert len(stopping.events) == int(looks)


class TestHandBack:
    """Marginal cost of a week of home care is 168.76 GBP at the usual pay; the fee brings 150."""

    def branch(self, month=3, key=3, **columns):
        small = SmallMarket(month=month)
        known = {
            "capacity": 60,
            "council_new": 4,
            "council_settled": 36,
            "trend": -0.02,
            "key": np.uint64(key),
        } | columns
        small.site(care_type="home_care", **known)
        contracts.review(small.state)
        return small

    def test_gives_a_quarter_of_council_clients_back_the_settled_first(self):
        small = self.branch()
        s = small.state.sites
        assert (s.council_new[0], s.council_settled[0]) == (4, 26)
        assert small.queue("displaced", "home_care") == 10
        assert small.state.flows.hand_backs.tolist() == [1]
        assert small.state.flows.displaced.tolist() == [10]
        assert small.state.councils.sites_ended[0, 0] == 1
        (event,) = small.events
        assert (event["kind"], event["people_council"], event["hours"]) == ("contract_hand_back", 10, 100.0)

    def test_goes_on_to_newer_clients_when_settled_ones_are_few(self):
        small = self.branch(council_new=38, council_settled=2)
        assert (small.state.sites.council_new[0], small.state.sites.council_settled[0]) == (30, 0)

    def test_gives_at_least_one_back(self):
        small = self.branch(council_new=0, council_settled=1)
        assert small.queue("displaced", "home_care") == 1

    @pytest.mark.parametrize(
        "columns",
        [
            {"trend": 0.01},
            {"pay": 8.0},
            {"council_new": 0, "council_settled": 0},
            {"alive": False},
        ],
        ids=["in profit", "cheap", "no council clients", "closed"],
    )
    def test_does_not_happen_without_need(self, columns):
        small = self.branch(**columns)
        assert not small.events
        assert not small.state.councils.displaced.any()

    @pytest.mark.parametrize(
        ("month", "key", "looks"), [(3, 3, True), (4, 3, False), (4, 4, True), (5, 3, False), (6, 3, True)]
    )
    def test_is_looked_at_once_a_quarter_each_branch_in_its_own_month(self, month, key, looks):
        assert bool(self.branch(month=month, key=key).events) is looks

    def test_homes_and_the_own_service_keep_their_clients(self):
        small = SmallMarket(month=3)
        for kind, care_type in (("council_service", "home_care"), ("independent", "residential")):
            small.site(kind, care_type, council_settled=10, trend=-0.5, pay=30.0, key=np.uint64(3))
        contracts.review(small.state)
        assert not small.events


class TestCouncilsOwnHomes:
    def test_close_by_their_councils_decision_without_being_offered_for_sale(self):
        small = SmallMarket(values={"councils.own_homes_closed_per_year": 0.5} | CERTAIN_BUYER)
        own = [small.site("council_service", council_settled=5) for _ in range(200)]
        other = small.site(council_settled=5)
        branch = small.site("council_service", "home_care", council_settled=5)
        distress.step(small.state)
        closed = small.events_of_kind("site_closure")
        # One month at a hazard of a half a year: 1 - exp(-0.5 / 12) = 4.1% of 200 homes.
        assert 2 <= len(closed) <= 18
        assert {event["reason"] for event in closed} == {"council_decision"}
        assert {event["site"] for event in closed} <= set(own)
        assert small.state.sites.alive[[other, branch]].all()
        assert not small.events_of_kind("site_sale")

    def test_stay_where_councils_close_none(self):
        small = SmallMarket()
        small.site("council_service", council_settled=5)
        distress.step(small.state)
        assert not small.events_of_kind("site_closure")
