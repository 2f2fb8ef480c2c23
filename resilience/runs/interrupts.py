"""Ctrl-C at the right moment: work stops at once, saving is never cut in half."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType


@contextlib.contextmanager
def held(*, forget: bool = False) -> Iterator[None]:
    """Hold back Ctrl-C while the block runs and raise KeyboardInterrupt after it, or ``forget`` it.

    Outside the main thread, where signals never arrive, the block simply runs.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    pressed: list[int] = []

    def remember(number: int, _frame: "FrameType | None") -> None:
        pressed.append(number)

    before = signal.signal(signal.SIGINT, remember)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    if pressed and not forget:
        raise KeyboardInterrupt


@contextlib.contextmanager
def blocked() -> Iterator[None]:
    """Block SIGINT while processes are started, so that they inherit the block and leave Ctrl-C to their parent.

    A press during the block reaches this process when it ends. Where the system has no signal masks (Windows), the
    block simply runs.
    """
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
