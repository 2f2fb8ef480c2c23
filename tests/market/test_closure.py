"""How sites and providers end: everybody is displaced, staff are freed, events are written."""

import numpy as np
import pytest

from resilience.market import closure, displaced
from resilience.market.need import total_people
from resilience.state.codes import CAUSES, CLOSED, FAILED, FATES, FOLDED, RETIRED, SOLD, TRADING
from tests.market.small import SmallMarket


def closed():
    """Two councils; a home and a branch of council 1 close, another home there goes on."""
    small = SmallMarket(2, month=5)
    owner = small.provider(council=1)
    columns = {"council_new": 2, "council_settled": 3, "nhs_new": 1, "nhs_settled": 1, "council": 1}
    small.site(owner, capacity=20, self_funders=4, staff=10.0, posts=11.0, agency_hours=8.0, **columns)
    small.site(owner, "home_care", capacity=20, self_funders=2, hours=6.0, staff=3.0, posts=3.0, **columns)
    small.site(owner, capacity=20, self_funders=1, staff=5.0, **columns)
    before = total_people(small.state)
    closure.close_sites(small.state, np.array([0, 1]), ["retirement", "loss_making"])
    return small, before


class TestClosing:
    def test_displaces_everybody_and_loses_nobody(self):
        small, before = closed()
        assert np.array_equal(total_people(small.state), before)
        assert small.queue("displaced", council=1) == 5
        assert small.queue("displaced", payer="nhs", council=1) == 2
        assert small.queue("displaced", "home_care", council=1) == 5
        f = small.state.self_funders
        assert f.displaced.tolist() == [True] * 6 + [False]
        assert f.site.tolist() == [-1] * 6 + [2]
        assert small.state.flows.displaced.tolist() == [0, 20]

    def test_leaves_nobody_behind(self):
        small, _ = closed()
        s = small.state.sites
        for name in ("council_new", "council_settled", "nhs_new", "nhs_settled", "self_funders", "self_funder_hours"):
            assert getattr(s, name)[:2].tolist() == [0, 0], name
        for name in ("staff", "posts", "agency_hours"):
            assert getattr(s, name)[:2].tolist() == [0.0, 0.0], name
        assert s.alive.tolist() == [False, False, True]
        assert s.closed.tolist() == [5, 5, -1]

    def test_frees_seven_tenths_of_the_staff_for_the_same_area(self):
        small, _ = closed()
        assert small.state.councils.pool.tolist() == pytest.approx([0.0, 0.7 * 13.0])

    def test_is_counted_once(self):
        small, _ = closed()
        flows = small.state.flows
        assert flows.closures.tolist() == [[0, 0, 0, 0], [1, 0, 0, 1]]
        assert flows.micro_closures.tolist() == [0, 0]
        assert small.state.councils.sites_ended[:, 0].tolist() == [0, 2]

    def test_writes_who_was_affected_and_why(self):
        small, _ = closed()
        home, branch = small.events_of_kind("site_closure")
        assert (home["site"], home["provider"], home["council"], home["care_type"], home["month"]) == (0, 0, 1, 0, 5)
        assert (home["people_council"], home["people_self_funder"], home["people_nhs"]) == (5, 4, 2)
        assert home["hours"] == pytest.approx(11 * 25.0)
        assert branch["hours"] == pytest.approx(7 * 10.0 + 12.0)
        assert (home["reason"], branch["reason"]) == ("retirement", "loss_making")

    def test_a_micro_enterprise_folds_and_is_counted_apart(self):
        small = SmallMarket()
        small.site("micro_enterprise", "home_care", capacity=5, self_funders=2)
        closure.close_sites(small.state, np.array([0]), ["folded"])
        assert small.state.flows.micro_closures.tolist() == [1]
        assert not small.state.flows.closures.any()
        assert not small.state.councils.sites_ended.any()
        assert small.state.flows.displaced.tolist() == [2]
        assert [event["kind"] for event in small.events] == ["micro_enterprise_fold"]

    def test_of_nothing_changes_nothing(self):
        small = SmallMarket()
        small.site()
        closure.close_sites(small.state, np.zeros(0, dtype=np.int64), [])
        assert small.state.sites.alive.tolist() == [True]
        assert not small.events


class TestDebtOfWhatIsGone:
    """A chain owes 800,000 on 80 beds of its own (30 and 50), and 5,000 a month to investors on all its 100 beds."""

    def chain(self):
        small = SmallMarket()
        owner = small.provider("chain", debt=800_000.0, investor_return=5_000.0)
        for care_type, capacity, rent in (("residential", 30, 0.0), ("nursing", 50, 0.0), ("residential", 20, 400.0)):
            small.site(owner, care_type, capacity=capacity, rent=rent)
        small.site(owner, "home_care", capacity=40)
        small.site(owner, capacity=500, alive=False)
        small.site(small.provider(debt=1_000.0), capacity=10)
        return small

    @pytest.mark.parametrize(
        ("gone", "debt", "owed"),
        [
            ([0], 500_000.0, 3_500.0),
            ([1], 300_000.0, 2_500.0),
            ([2], 800_000.0, 4_000.0),  # leased: it brings nothing and carried no debt
            ([3], 800_000.0, 5_000.0),  # a branch is nobody's security
            ([0, 2], 500_000.0, 2_500.0),
            ([0, 1, 2, 3], 0.0, 0.0),
            ([], 800_000.0, 5_000.0),
        ],
        ids=str,
    )
    def test_goes_with_the_beds(self, gone, debt, owed):
        small = self.chain()
        displaced.pay_off_debt(small.state, np.array(gone, dtype=np.int64))
        p = small.state.providers
        assert p.debt.tolist() == pytest.approx([debt, 1_000.0])
        assert p.investor_return.tolist() == pytest.approx([owed, 0.0])

    def test_one_after_the_other_is_as_both_at_once(self):
        small = self.chain()
        for row in (0, 1):
            closure.close_sites(small.state, np.array([row]), ["loss_making"])
        p = small.state.providers
        assert (p.debt[0], p.investor_return[0]) == pytest.approx((0.0, 1_000.0))

    def test_an_only_home_takes_all_of_it_along(self):
        small = self.chain()
        closure.close_sites(small.state, np.array([5]), ["retirement"])
        assert small.state.providers.debt.tolist() == [800_000.0, 0.0]


class TestFailing:
    def failed(self):
        small = SmallMarket(2, month=7)
        chain = small.provider("chain", council=1)
        small.site(chain, capacity=20, council_settled=4, self_funders=2, council=1)
        small.site(chain, "home_care", council_settled=3, nhs_settled=1, council=0)
        small.site(chain, alive=False, council=1)
        small.site()
        closure.fail_providers(small.state, np.array([chain]), "insolvent")
        return small

    def test_ends_the_provider(self):
        p = self.failed().state.providers
        assert p.alive.tolist() == [False, True]
        assert p.fate.tolist() == [FAILED, TRADING]
        assert p.ended.tolist() == [7, -1]

    def test_writes_one_event_with_everyone_it_cared_for(self):
        small = self.failed()
        (event,) = small.events
        assert (event["kind"], event["reason"], event["provider"], event["council"]) == (
            "provider_failure",
            "insolvent",
            0,
            1,
        )
        assert (event["people_council"], event["people_self_funder"], event["people_nhs"]) == (7, 2, 1)
        assert event["hours"] == pytest.approx(6 * 25.0 + 4 * 10.0)
        assert small.state.providers.last_hours[0] == pytest.approx(190.0)
        assert small.state.flows.failures.tolist() == [0, 1]

    def test_leaves_its_sites_to_the_caller(self):
        assert self.failed().state.sites.alive.tolist() == [True, True, False, True]


class TestProvidersWithoutSites:
    @pytest.mark.parametrize(
        ("reason", "sold", "fate"),
        [
            ("retirement", False, RETIRED),
            ("loss_making", False, CLOSED),
            ("regulator", False, CLOSED),
            ("folded", False, FOLDED),
            ("retirement", True, SOLD),
        ],
    )
    def test_end_with_the_fate_of_their_last_site(self, reason, sold, fate):
        small = SmallMarket(month=9)
        small.site()
        small.site()
        small.state.sites.alive[0] = False
        closure.end_empty_providers(small.state, {0: reason}, {0} if sold else set())
        p = small.state.providers
        assert FATES[p.fate[0]] == FATES[fate]
        assert p.alive.tolist() == [False, True]
        assert p.ended.tolist() == [9, -1]

    def test_keep_the_fate_of_a_failure(self):
        small = SmallMarket()
        small.site(alive=False)
        closure.fail_providers(small.state, np.array([0]), "insolvent")
        closure.end_empty_providers(small.state, {0: "provider_failure"}, {0})
        assert small.state.providers.fate[0] == FAILED

    def test_have_no_cause_when_sold(self):
        small = SmallMarket()
        small.site(alive=False)
        closure.end_empty_providers(small.state, {}, {0})
        assert small.state.providers.cause[0] == -1

    def test_have_the_largest_part_of_the_bridge_as_cause_when_closed(self):
        small = SmallMarket(month=4)
        start, now = np.zeros(8), np.zeros(8)
        start[[0, 1]], now[[0, 1]] = [30.0, -20.0], [29.0, -23.0]
        columns = {"occupied_start": 0.9, "occupied_now": 0.9, "bridge_start": start, "bridge_now": now}
        small.site(alive=False, closed=4, **columns)
        closure.end_empty_providers(small.state, {0: "loss_making"}, set())
        assert CAUSES[small.state.providers.cause[0]] == "wage_floor"


class TestInsolventAtClosing:
    """A provider's last two homes close; with 11 and 5 people they had 275 and 125 hours a week."""

    def closed(self, cash, reason="loss_making", kind="independent", month=9, **columns):
        small = SmallMarket(2, month=month)
        owner = small.provider(kind, cash=cash, council=1, **columns)
        small.site(owner, council_settled=5, nhs_settled=2, self_funders=4, council=1)
        small.site(owner, "nursing", council_settled=3, self_funders=2, council=1)
        small.site()
        closure.close_sites(small.state, np.array([0, 1]), [reason] * 2)
        closure.end_empty_providers(small.state, {owner: reason}, set())
        return small

    @pytest.mark.parametrize(
        ("cash", "reason", "fate"),
        [
            (-0.01, "loss_making", FAILED),
            (-50_000.0, "regulator", FAILED),
            (0.0, "loss_making", CLOSED),
            (5_000.0, "loss_making", CLOSED),
            (-50_000.0, "wound_up", CLOSED),  # in good order: the owner pays the overdraft back
            (-50_000.0, "retirement", RETIRED),
        ],
    )
    def test_is_who_owes_more_than_there_is(self, cash, reason, fate):
        small = self.closed(cash, reason)
        p, failed = small.state.providers, fate == FAILED
        assert FATES[p.fate[0]] == FATES[fate]
        assert p.alive.tolist() == [False, True]
        assert small.state.flows.failures.tolist() == [0, int(failed)]
        assert len(small.events_of_kind("provider_failure")) == int(failed)

    def test_an_own_service_is_nobodys_debtor(self):
        small = self.closed(-1.0, kind="council_service")
        assert small.state.providers.fate[0] == CLOSED
        assert not small.state.flows.failures.any()

    def test_is_an_event_with_everybody_of_the_last_sites(self):
        small = self.closed(-1.0)
        event = small.events[-1]
        assert (event["kind"], event["reason"]) == ("provider_failure", "insolvent at closing")
        assert (event["provider"], event["council"], event["month"]) == (0, 1, 9)
        assert (event["people_council"], event["people_self_funder"], event["people_nhs"]) == (8, 6, 2)
        assert event["hours"] == pytest.approx(400.0)
        assert small.state.providers.last_hours[0] == pytest.approx(400.0)
        # Those of sites that closed earlier, or of others, are not its own.
        assert len(small.events_of_kind("site_closure")) == 2

    def test_has_the_cause_of_its_closing(self):
        small = SmallMarket(month=4)
        start, now = np.zeros(8), np.zeros(8)
        start[[0, 1]], now[[0, 1]] = [30.0, -20.0], [29.0, -23.0]
        columns = {"occupied_start": 0.9, "occupied_now": 0.9, "bridge_start": start, "bridge_now": now}
        small.site(small.provider(cash=-1.0), council_settled=5, **columns)
        closure.close_sites(small.state, np.array([0]), ["loss_making"])
        closure.end_empty_providers(small.state, {0: "loss_making"}, set())
        event = small.events[-1]
        assert event["reason"] == "insolvent at closing"
        assert (event["cause_fee"], event["cause_wage_floor"]) == pytest.approx((-1.0, -3.0))
        assert (event["surplus_per_hour_start"], event["surplus_per_hour"]) == pytest.approx((10.0, 6.0))
        assert CAUSES[small.state.providers.cause[0]] == "wage_floor"

    def test_keeps_what_an_earlier_month_did_apart(self):
        small = SmallMarket(month=3)
        owner = small.provider(cash=-1.0)
        for _ in range(2):
            small.site(owner, council_settled=5)
        for row in range(2):
            closure.close_sites(small.state, np.array([row]), ["loss_making"])
            closure.end_empty_providers(small.state, {0: "loss_making"}, set())
            small.state.month += 1
        assert [event["people_council"] for event in small.events_of_kind("provider_failure")] == [5]
