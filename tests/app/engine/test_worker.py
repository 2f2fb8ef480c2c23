"""A worker plays what is most urgent first, and heeds messages between months, however many there are."""

import threading
from multiprocessing import Pipe

import pytest

from resilience.app.engine import worker
from resilience.app.engine.worker import Do, Drop, Failed, Hurry, Part
from tests.app.fakes import scenario


@pytest.fixture
def hand(monkeypatch):
    """A pipe to a worker that lives in a thread of this process."""
    monkeypatch.setattr(worker, "prepare", lambda: None)
    here, there = Pipe()
    thread = threading.Thread(target=worker.work, args=(there, None), daemon=True)
    thread.start()
    yield here
    here.close()
    thread.join(timeout=60)
    assert not thread.is_alive()


def order(job, number=1, months=1, seeds=(1,), **more):
    return Do(job, (0, number, job), scenario(months=months, **more), seeds, told=number == 1)


def answers(hand, count):
    found = []
    while len(found) < count:
        assert hand.poll(60)
        reply = hand.recv()
        if isinstance(reply, Failed) or reply.finished:
            found.append(reply)
    return found


def test_the_more_urgent_run_goes_first_and_the_other_goes_on(hand):
    hand.send(order(1, number=2, months=36))
    hand.send(order(2, number=1))
    first, second = answers(hand, 2)
    assert (first.job, second.job) == (2, 1)
    assert [run.months.count for run in second.runs] == [36]


def test_a_run_that_becomes_more_urgent_goes_before_the_one_under_way(hand):
    hand.send(Do(1, (1, 0, 1), scenario(months=36), (1,), told=False))
    hand.send(order(2, number=2, months=36))
    hand.send(Hurry(1, (0, 1, 3)))
    hand.send(Hurry(77, (0, 1, 4)))  # one that it does not hold
    assert [reply.job for reply in answers(hand, 2)] == [1, 2]


def test_a_dropped_run_is_never_heard_of_again(hand):
    hand.send(order(1, number=2, months=600))
    hand.send(order(2, number=2, months=600))
    hand.send(Drop(1))
    hand.send(Drop(2))
    hand.send(Drop(77))  # one that it does not hold
    hand.send(order(3, number=9))
    (only,) = answers(hand, 1)
    assert only.job == 3


def test_a_group_is_answered_as_a_whole_at_its_end_and_gives_way_between_months(hand):
    hand.send(order(1, number=2, months=12, seeds=(5, 6, 7)))
    hand.send(order(2, number=1))
    first, second = answers(hand, 2)
    assert (first.job, second.job) == (2, 1)
    assert [run.months.count for run in second.runs] == [12, 12, 12]
    assert len({run.months.region.tobytes() for run in second.runs}) == 3
    assert second.pace > 0


def test_a_group_that_is_dropped_stops_between_two_months(hand):
    hand.send(order(1, number=2, months=600, seeds=(5, 6)))
    hand.send(Drop(1))
    hand.send(order(2, number=9))
    assert [reply.job for reply in answers(hand, 1)] == [2]


def test_a_run_that_cannot_be_is_answered_with_why_and_the_next_is_played(hand):
    hand.send(order(1, **{"shocks.chain_failure.provider": "Nobody Ltd"}))
    hand.send(order(2, number=2))
    wrong, right = answers(hand, 2)
    assert isinstance(wrong, Failed)
    assert "is no provider in this market" in wrong.problem
    assert isinstance(right, Part)
    assert right.runs[0].months.first == 0


def test_an_error_of_the_model_is_said_with_its_seed(hand, monkeypatch, caplog):
    from resilience.app.engine import play

    def breaks(self) -> None:
        raise ZeroDivisionError("nothing to divide by")

    monkeypatch.setattr(play.Played, "step", breaks)
    hand.send(order(1))
    (wrong,) = answers(hand, 1)
    assert wrong.problem == "The model stopped with seed 1: ZeroDivisionError: nothing to divide by"
    assert "ZeroDivisionError" in caplog.text


def test_messages_are_taken_even_while_nobody_reads_its_answers(hand):
    hand.send(order(1, number=1, months=24))  # its answer fills the pipe, for it has events
    for job in range(2, 400):
        hand.send(order(job, number=5))
        hand.send(Drop(job))
    (done,) = answers(hand, 1)
    assert done.job == 1
