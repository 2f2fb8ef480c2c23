"""A provider that stops between two months: worked out by hand."""

import numpy as np
import pytest

from resilience.market import sale
from resilience.market.stopping import stop_providers
from resilience.state.codes import FAILED, FATES, TRADING
from tests.market.small import SmallMarket


def two_homes(room_next_door=3):
    """A home of 8 council-funded residents, and one with that many free places and staff for all."""
    small = SmallMarket(month=5)
    small.site(capacity=10, council_settled=8, revenue=1.0)
    small.site(capacity=20, council_settled=20 - room_next_door)
    small.fully_staffed()
    return small


def stop(small, *rows, **options):
    stop_providers(small.state, np.array(rows, dtype=np.int64), **options)


def test_those_with_room_next_door_move_at_once_and_the_others_wait():
    small = two_homes(room_next_door=3)
    stop(small, 0)
    assert small.state.sites.alive.tolist() == [False, True]
    assert small.state.sites.council_new.tolist() == [0, 3]
    assert small.queue("displaced") == 5


def test_the_end_is_that_of_any_failure_in_the_month_just_done():
    small = two_homes()
    stop(small, 0)
    failure, closure = small.events
    assert (failure["kind"], failure["reason"], failure["month"]) == ("provider_failure", "stopped", 4)
    assert (closure["kind"], closure["reason"], closure["people_council"]) == ("site_closure", "provider_failure", 8)
    assert small.state.providers.fate.tolist() == [FAILED, TRADING]
    assert small.state.providers.ended.tolist() == [4, -1]
    assert small.state.providers.last_hours[0] == pytest.approx(8 * 25.0)
    assert small.state.month == 5


def test_nobody_is_blamed_for_it():
    small = two_homes()
    stop(small, 0)
    assert small.state.providers.cause[0] == -1
    assert [event["round"] for event in small.events] == [1, 1]


def test_several_stop_together():
    small = two_homes()
    stop(small, 0, 1)
    assert not small.state.sites.alive.any()
    assert small.queue("displaced") == 25


def test_with_buyers_a_site_that_is_sold_goes_on(monkeypatch):
    monkeypatch.setattr(sale, "buyer_chance", lambda state, rows, *_: np.ones(rows.size))
    small = two_homes()
    stop(small, 0, with_buyers=True)
    assert small.state.sites.alive.tolist() == [True, True]
    assert FATES[small.state.providers.fate[0]] == "failed"
    assert small.state.sites.provider[0] == 2
    assert small.queue("displaced") == 0


def test_with_buyers_a_site_that_nobody_wants_closes(monkeypatch):
    monkeypatch.setattr(sale, "buyer_chance", lambda state, rows, *_: np.zeros(rows.size))
    small = two_homes()
    stop(small, 0, with_buyers=True)
    assert small.state.sites.alive.tolist() == [False, True]


def test_with_nobody_only_those_who_wait_look_again():
    small = two_homes(room_next_door=2)
    small.state.sites.takes_council[0] = False
    small.put_in_queue("displaced_long", 3)
    stop(small)
    assert small.queue("displaced_long") == 1
    assert int(small.state.sites.council_new[1]) == 2
    assert small.state.sites.alive.all()
    assert not small.events


def test_a_councils_own_service_cannot_be_stopped():
    small = SmallMarket()
    small.site("council_service", "home_care", council_settled=5)
    with pytest.raises(ValueError, match="no council's own service"):
        stop(small, 0)
    assert small.state.month == 1


def test_one_that_has_gone_cannot_be_stopped_again():
    small = two_homes()
    stop(small, 0)
    with pytest.raises(ValueError, match="only providers that trade"):
        stop(small, 0)
