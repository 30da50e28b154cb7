"""What Ctrl-C must not break off in its midst."""

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Let Ctrl-C do what it does only at the end of the block, which must be short.

    For what would be left half done by an exception anywhere in it.
    """
    before = signal.getsignal(signal.SIGINT)
    if not is_in_main_thread() or not callable(before):
        yield
        return
    came: list[tuple[int, FrameType | None]] = []
    signal.signal(signal.SIGINT, lambda number, frame: came.append((number, frame)))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
    for number, frame in came:
        before(number, frame)


def is_in_main_thread() -> bool:
    """Return whether this is the thread in which Ctrl-C raises, and may be handled."""
    return threading.current_thread() is threading.main_thread()
