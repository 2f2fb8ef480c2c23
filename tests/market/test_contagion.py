"""Contagion: which events follow from another provider's, by which way, and whose people they displace."""

import numpy as np
import pytest

from resilience.market import closure, contagion, sale
from resilience.state.codes import CAUSES, N_CAUSES
from tests.market.small import SmallMarket, column

FEE, AGENCY = CAUSES.index("fee"), CAUSES.index("agency")
NOBODY = np.zeros(0, dtype=np.int64)


def in_loss(small, cause, **columns):
    """A home whose surplus an hour fell by 3 GBP, 2 of them by ``cause``."""
    start, now = np.zeros(N_CAUSES), np.zeros(N_CAUSES)
    now[cause], now[7] = -2.0, -1.0
    return small.site(bridge_start=start, bridge_now=now, occupied_start=0.9, occupied_now=0.9, **columns)


def after_a_neighbour(displaced, cause, *, months_later=2, reason="loss_making", staying=100, care_type="residential"):
    """The event of a home that closes after another in its council displaced people; 100 stay in the market."""
    small = SmallMarket(2, month=5)
    small.site(care_type=care_type, capacity=200, council_settled=displaced)
    in_loss(small, cause, capacity=200, council_settled=staying)
    closure.close_sites(small.state, np.array([0]), ["retirement"])
    small.state.month += months_later
    closure.close_sites(small.state, np.array([1]), [reason])
    return small.events[-1]


class TestLinks:
    def test_staff_shortage_after_people_came_from_a_neighbour_is_displaced_demand(self):
        event = after_a_neighbour(displaced=6, cause=AGENCY)
        assert (event["round"], event["linked_provider"], event["channel"]) == (2, 0, "displaced_demand")

    def test_fees_that_fell_behind_after_it_are_the_budget_drain(self):
        event = after_a_neighbour(displaced=6, cause=FEE)
        assert (event["round"], event["linked_provider"], event["channel"]) == (2, 0, "budget_drain")

    @pytest.mark.parametrize(("displaced", "round_"), [(5, 1), (6, 2)])
    def test_more_than_a_twentieth_of_the_market_must_be_displaced(self, displaced, round_):
        assert after_a_neighbour(displaced=displaced, cause=AGENCY)["round"] == round_

    @pytest.mark.parametrize(("months", "round_"), [(0, 1), (1, 2), (5, 2), (6, 1)])
    def test_it_weighs_for_six_months_from_its_own_on(self, months, round_):
        assert after_a_neighbour(displaced=10, cause=AGENCY, months_later=months)["round"] == round_

    @pytest.mark.parametrize("reason", ["retirement", "regulator", "folded"])
    def test_what_comes_of_itself_is_in_the_first_round(self, reason):
        event = after_a_neighbour(displaced=10, cause=AGENCY, reason=reason)
        assert (event["round"], event["linked_provider"], event["channel"]) == (1, -1, "")

    def test_other_causes_are_nobody_elses(self):
        assert after_a_neighbour(displaced=10, cause=CAUSES.index("rent"))["round"] == 1

    def test_other_kinds_of_care_do_not_reach_it(self):
        assert after_a_neighbour(displaced=10, cause=AGENCY, care_type="nursing")["round"] == 1

    def test_a_provider_does_not_reach_itself(self):
        small = SmallMarket(month=5)
        owner = small.provider("chain")
        small.site(owner, capacity=50, council_settled=20)
        in_loss(small, AGENCY, provider=owner, capacity=50, council_settled=20)
        closure.close_sites(small.state, np.array([0]), ["loss_making"])
        small.state.month += 1
        closure.close_sites(small.state, np.array([1]), ["loss_making"])
        assert [event["round"] for event in small.events] == [1, 1]

    def test_the_link_is_the_provider_who_displaced_most(self):
        small = SmallMarket(month=5)
        for people in (4, 9, 3):
            small.site(capacity=20, council_settled=people)
        in_loss(small, AGENCY, capacity=200, council_settled=100)
        closure.close_sites(small.state, np.array([0, 1, 2]), ["retirement"] * 3)
        small.state.month += 1
        closure.close_sites(small.state, np.array([3]), ["loss_making"])
        assert small.events[-1]["linked_provider"] == 1

    def test_a_failed_providers_sites_share_its_way(self):
        small = SmallMarket(month=5)
        small.site(capacity=20, council_settled=10)
        in_loss(small, AGENCY, capacity=200, council_settled=100)
        closure.close_sites(small.state, np.array([0]), ["retirement"])
        small.state.month += 1
        closure.fail_providers(small.state, np.array([1]), "insolvent")
        closure.close_sites(small.state, np.array([1]), ["provider_failure"])
        failure, site = small.events[-2:]
        assert (failure["kind"], failure["round"], failure["linked_provider"]) == ("provider_failure", 2, 0)
        assert (site["round"], site["linked_provider"], site["channel"]) == (2, 0, "displaced_demand")

    def test_a_failure_without_a_neighbours_ending_is_in_the_first_round(self):
        small = SmallMarket()
        in_loss(small, AGENCY, capacity=20, council_settled=10)
        closure.fail_providers(small.state, np.array([0]), "insolvent")
        closure.close_sites(small.state, np.array([0]), ["provider_failure"])
        assert [event["round"] for event in small.events] == [1, 1]


class TestFireSales:
    def market(self, others):
        """A home that finds a buyer with chance 0.45 unless ``others`` homes of one owner crowd the market."""
        small = SmallMarket(values={"distress.sale_congestion": 40.0, "distress.buyer_base": 0.9})
        small.site(capacity=40, council_settled=20, revenue=1000.0, operating_surplus=200.0)
        owner = small.provider("chain")
        for _ in range(others):
            small.site(owner, capacity=40, council_settled=20, revenue=1000.0, operating_surplus=200.0)
        return small

    def chance(self, small):
        return sale.buyer_chance(small.state, np.array([0]))[0]

    def sold(self, others, monkeypatch, luck):
        small = self.market(others)
        rows = np.arange(others + 1)
        monkeypatch.setattr(
            type(small.state), "uniform", lambda state, decision, keys, council: np.full(keys.size, luck)
        )
        monkeypatch.setattr(sale, "_sell", lambda state, rows, reasons: None)
        small.state.councils.for_sale[0] = 0.0
        sale.to_market(small.state, rows, ["retirement"] * rows.size)
        return small.events_of_kind("site_closure")

    def test_a_home_that_the_crowd_keeps_from_a_buyer_closes_in_a_fire_sale(self, monkeypatch):
        (first, *_) = self.sold(3, monkeypatch, luck=0.4)
        assert (first["round"], first["linked_provider"], first["channel"]) == (2, 1, "fire_sale")

    def test_a_home_that_nobody_wanted_anyway_does_not(self, monkeypatch):
        (first, *_) = self.sold(3, monkeypatch, luck=0.6)
        assert (first["round"], first["channel"]) == (1, "")

    def test_a_crowd_of_ones_own_homes_is_nobody_elses(self, monkeypatch):
        events = self.sold(0, monkeypatch, luck=0.4)
        assert [event["round"] for event in events] == [1]


class TestHoursOfTheSecondRound:
    def test_the_share_follows_the_people_who_join_the_queue(self):
        small = SmallMarket(2)
        small.put_in_queue("displaced_long", 6)
        joins = np.array([0, 0, 1]), np.array([column("residential", "council")] * 3), np.array([2, 4, 5])
        contagion.count_displaced(small.state, *joins, np.array([True, False, True]))
        share = small.state.councils.second_round
        assert share[0, column("residential", "council")] == pytest.approx(2 / 12)
        assert share[1, column("residential", "council")] == pytest.approx(1.0)
        assert share.sum() == pytest.approx(1.0 + 2 / 12)

    def test_nobody_joining_leaves_it(self):
        small = SmallMarket()
        small.state.councils.second_round[:] = 0.25
        contagion.count_displaced(small.state, NOBODY, NOBODY, NOBODY, NOBODY.astype(bool))
        assert (small.state.councils.second_round == 0.25).all()

    def test_displaced_self_funders_already_waiting_count(self):
        small = SmallMarket()
        for _ in range(3):
            small.self_funder(displaced=True)
        small.self_funder()
        place = np.array([column("residential", "self_funder")])
        contagion.count_displaced(small.state, np.array([0]), place, np.array([1]), np.array([True]))
        assert small.state.councils.second_round[0, place[0]] == pytest.approx(0.25)

    def test_hours_are_split_by_the_share(self):
        small = SmallMarket(2)
        small.state.flows.lost[1, 0, 0] = 80.0
        small.state.flows.lost[1, 3, 1] = 10.0
        small.state.councils.second_round[1, column("residential", "council")] = 0.25
        assert contagion.second_round_hours(small.state).tolist() == [0.0, 20.0]

    def test_a_closing_home_of_the_second_round_marks_its_people(self):
        small = SmallMarket(month=5)
        small.site(capacity=20, council_settled=10)
        in_loss(small, AGENCY, capacity=200, council_settled=100, self_funders=2)
        closure.close_sites(small.state, np.array([0]), ["retirement"])
        small.state.month += 1
        closure.close_sites(small.state, np.array([1]), ["loss_making"])
        share = small.state.councils.second_round[0]
        assert share[column("residential", "council")] == pytest.approx(100 / 110)
        assert share[column("residential", "self_funder")] == 1.0


def test_stepping_in_costs_what_the_own_service_costs_over_the_fee():
    # 3 people x 10 hours x 15 GBP, at twice the fee.
    assert contagion.extra_cost_of_stepping_in(SmallMarket().state, 0, 3, 3) == pytest.approx(450.0)
