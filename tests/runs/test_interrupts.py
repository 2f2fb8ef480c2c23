import signal
import threading
from contextlib import AbstractContextManager

import pytest

from resilience.runs import interrupts


def press_within(block: AbstractContextManager[None], steps: list[str]) -> None:
    """Press Ctrl-C within a block, and note that the block was done whole."""
    with block:
        signal.raise_signal(signal.SIGINT)
        steps.append("whole")


def test_ctrl_c_waits_for_the_end_of_the_block():
    steps: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        press_within(interrupts.held(), steps)
    assert steps == ["whole"]


def test_a_forgotten_ctrl_c_is_forgotten():
    with interrupts.held(forget=True):
        signal.raise_signal(signal.SIGINT)


def test_afterwards_ctrl_c_works_as_before():
    before = signal.getsignal(signal.SIGINT)
    with interrupts.held():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_in_the_block_comes_through():
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(ZeroDivisionError), interrupts.held():
        raise ZeroDivisionError
    assert signal.getsignal(signal.SIGINT) is before


def test_other_threads_simply_run():
    done = []

    def work() -> None:
        with interrupts.held():
            done.append(1)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [1]


@pytest.mark.skipif(not hasattr(signal, "pthread_sigmask"), reason="the system has no signal masks")
def test_a_blocked_ctrl_c_arrives_after_the_block():
    steps: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        press_within(interrupts.blocked(), steps)
    assert steps == ["whole"]
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
