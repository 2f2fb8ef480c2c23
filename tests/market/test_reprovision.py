"""Month step 9: displaced people find new places, lose the lag, or wait; the council steps in last."""

import numpy as np
import pytest

from resilience.market import reprovision
from tests.market.small import SmallMarket, column

LAG_HOMES, LAG_HOME_CARE = 0.1, 0.3
"""Shares of a month that the plain scenario's days without care are."""


def lost(small, care_type="residential", payer="council", council=0):
    return float(small.state.councils.transfer_loss[council, column(care_type, payer)])


class TestCountedPeople:
    def test_move_to_room_in_the_same_council_and_lose_the_lag(self):
        small = SmallMarket()
        small.site(capacity=10)
        small.fully_staffed()
        small.put_in_queue("displaced", 4)
        small.put_in_queue("displaced_long", 2)
        reprovision.step(small.state)
        assert small.state.sites.council_new.tolist() == [6]
        assert (small.queue("displaced"), small.queue("displaced_long")) == (0, 0)
        assert lost(small) == pytest.approx(6 * LAG_HOMES)

    def test_lose_more_at_home(self):
        small = SmallMarket()
        small.site(care_type="home_care", capacity=10)
        small.fully_staffed()
        small.put_in_queue("displaced", 4, "home_care", payer="nhs")
        reprovision.step(small.state)
        assert small.state.sites.nhs_new.tolist() == [4]
        assert lost(small, "home_care", "nhs") == pytest.approx(4 * LAG_HOME_CARE)

    def test_who_waited_longest_go_first_and_the_others_stay_in_the_queue(self):
        small = SmallMarket()
        small.site(capacity=5)
        small.fully_staffed()
        small.put_in_queue("displaced", 4)
        small.put_in_queue("displaced_long", 3)
        reprovision.step(small.state)
        assert (small.queue("displaced"), small.queue("displaced_long")) == (2, 0)
        assert lost(small) == pytest.approx(5 * LAG_HOMES)

    def test_councils_before_the_nhs(self):
        small = SmallMarket()
        small.site(capacity=5)
        small.fully_staffed()
        small.put_in_queue("displaced", 4)
        small.put_in_queue("displaced", 4, payer="nhs")
        reprovision.step(small.state)
        assert (small.state.sites.council_new[0], small.state.sites.nhs_new[0]) == (4, 1)

    def test_not_where_councils_may_not_place(self):
        small = SmallMarket()
        small.site(capacity=10, rating=0)
        small.site(capacity=10, takes_council=False)
        small.fully_staffed()
        small.put_in_queue("displaced", 4)
        reprovision.step(small.state)
        assert small.queue("displaced") == 4
        assert lost(small) == 0.0

    def test_people_who_only_wait_are_not_their_business(self):
        small = SmallMarket()
        small.site(capacity=10)
        small.fully_staffed()
        small.put_in_queue("waiting", 4)
        small.put_in_queue("displaced", 1)
        reprovision.step(small.state)
        assert (small.queue("waiting"), small.state.sites.council_new[0]) == (4, 1)


class TestSelfFunders:
    def market(self, capacity=10, council=0):
        small = SmallMarket(2, neighbours=((0, 1),))
        small.site(care_type="home_care", capacity=capacity, council=council)
        small.fully_staffed()
        for _ in range(4):
            small.self_funder(care_type="home_care", hours=5.0, displaced=True)
        small.self_funder(care_type="home_care", hours=5.0)
        return small

    def test_choose_anew_and_lose_the_lag_of_their_own_hours(self):
        small = self.market()
        reprovision.step(small.state)
        assert small.state.sites.self_funders.tolist() == [4]
        assert lost(small, "home_care", "self_funder") == pytest.approx(4 * 0.5 * LAG_HOME_CARE)
        # The fifth only waits, which is next month's business.
        assert (small.state.self_funders.site < 0).sum() == 1

    def test_look_to_neighbours_at_once(self):
        small = self.market(council=1)
        reprovision.step(small.state)
        assert small.state.sites.self_funders.tolist() == [4]
        assert lost(small, "home_care", "self_funder", council=1) == pytest.approx(4 * 0.5 * LAG_HOME_CARE)

    def test_stay_displaced_without_room(self):
        small = self.market(capacity=1)
        reprovision.step(small.state)
        assert small.state.self_funders.displaced.sum() == 3


class TestStepIn:
    def service(self, clients, displaced, *, long=0, **columns):
        small = SmallMarket(2, month=4)
        small.site("council_service", "home_care", capacity=clients, council_settled=clients, **columns)
        small.put_in_queue("displaced", displaced, "home_care")
        small.put_in_queue("displaced_long", long, "home_care")
        reprovision.step(small.state)
        return small

    @pytest.mark.parametrize(
        ("clients", "displaced", "taken"),
        [
            (60, 50, 6),  # a tenth of its clients
            (61, 50, 7),  # rounded up
            (4, 50, 1),  # at least of ten
            (0, 50, 1),
            (60, 5, 5),  # nobody more than there are
        ],
    )
    def test_takes_as_many_as_it_can_grow_by(self, clients, displaced, taken):
        small = self.service(clients, displaced)
        assert small.state.sites.council_new.tolist() == [taken]
        assert small.queue("displaced", "home_care") == displaced - taken
        assert small.state.sites.capacity[0] == clients + taken
        assert lost(small, "home_care") == pytest.approx(taken * LAG_HOME_CARE)

    def test_is_an_event(self):
        small = self.service(60, 50)
        (event,) = small.events
        assert (event["kind"], event["council"], event["people_council"], event["hours"]) == ("step_in", 0, 6, 60.0)
        assert small.state.flows.step_ins.tolist() == [1, 0]

    def test_takes_who_waited_longest_first(self):
        small = self.service(60, 50, long=4)
        assert (small.queue("displaced_long", "home_care"), small.queue("displaced", "home_care")) == (0, 48)

    def test_comes_after_other_providers(self):
        small = SmallMarket()
        small.site("council_service", "home_care", capacity=60, council_settled=60)
        small.site(care_type="home_care", capacity=3)
        small.fully_staffed()
        small.put_in_queue("displaced", 5, "home_care")
        reprovision.step(small.state)
        assert small.state.sites.council_new.tolist() == [2, 3]

    def test_two_services_of_a_council_do_not_take_the_same_people(self):
        small = SmallMarket()
        for _ in range(2):
            small.site("council_service", "home_care", capacity=60, council_settled=60)
        small.put_in_queue("displaced", 8, "home_care")
        reprovision.step(small.state)
        assert small.state.sites.council_new.tolist() == [6, 2]
        assert small.queue("displaced", "home_care") == 0

    def test_is_for_council_clients_at_home_only(self):
        small = SmallMarket()
        small.site("council_service", "home_care", capacity=60, council_settled=60)
        small.put_in_queue("displaced", 5)
        small.put_in_queue("displaced", 5, "home_care", payer="nhs")
        small.self_funder(care_type="home_care", displaced=True)
        reprovision.step(small.state)
        assert small.state.sites.council_new.tolist() == [0]
        assert not small.events

    def test_does_nothing_in_other_councils_or_without_need(self):
        small = SmallMarket(2)
        small.site("council_service", "home_care", capacity=60, council_settled=60, council=1)
        small.put_in_queue("displaced", 5, "home_care")
        reprovision.step(small.state)
        assert small.queue("displaced", "home_care") == 5
        small.put_in_queue("displaced", 0, "home_care")
        before = small.state.sites.capacity.copy()
        reprovision.step(small.state)
        assert np.array_equal(small.state.sites.capacity, before)

    def test_is_switched_off_by_a_growth_of_nothing(self):
        small = SmallMarket(values={"councils.step_in_growth": 0.0})
        small.site("council_service", "home_care", capacity=60, council_settled=60)
        small.put_in_queue("displaced", 5, "home_care")
        reprovision.step(small.state)
        assert small.queue("displaced", "home_care") == 5

    def test_comes_on_top_of_what_the_council_can_arrange_with_others(self):
        small = SmallMarket()
        small.site("council_service", "home_care", capacity=60, council_settled=60)
        small.site(care_type="home_care", capacity=100)
        small.fully_staffed()
        small.put_in_queue("displaced", 50, "home_care")
        reprovision.step(small.state)
        # Ten with others (a twentieth of 110 people is fewer), a tenth of sixty by its own people.
        assert small.state.sites.council_new.tolist() == [6, 10]
        assert small.queue("displaced", "home_care") == 34
