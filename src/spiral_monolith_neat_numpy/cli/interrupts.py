"""What Ctrl-C does in the command, from its first line to its last.

While modules are imported it ends the process (``spiral_neat_command``). While kernels are
compiled or loaded it is kept until one is ready: an exception that the compiler's own
clean-up meets is printed and lost. In all the rest it raises, as Python has it.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator

from spiral_monolith_neat_numpy.interrupts import is_in_main_thread
from spiral_neat_command import end_at_once


def let_raise() -> None:
    """Let Ctrl-C raise KeyboardInterrupt from here on, if it ended the process until here."""
    if is_in_main_thread() and signal.getsignal(signal.SIGINT) is end_at_once:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@contextlib.contextmanager
def kept(note: str) -> Iterator[Callable[[], None]]:
    """Keep the first Ctrl-C for the next pause, or the end of the block; the second one raises.

    Outside the main thread, or where something else handles or ignores Ctrl-C, nothing is
    changed.

    Args:
        note: what to say at the first Ctrl-C; nothing if empty.

    Yields:
        A pause: what to call where the block may be left.

    Raises:
        KeyboardInterrupt: in a pause or at the end, if there was one.
    """
    came: list[int] = []

    def keep(signal_number: int, frame: object) -> None:
        came.append(signal_number)
        if len(came) > 1:
            raise KeyboardInterrupt
        if note:
            # Past Rich and Python's buffers: it may have come while they print. A terminal has
            # the progress bar and "^C" on its line.
            start = "\n" if sys.stderr.isatty() else ""
            os.write(2, f"{start}{note}\n".encode())

    def pause() -> None:
        if came:
            raise KeyboardInterrupt

    if not is_in_main_thread() or signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield pause
        return
    hook = sys.unraisablehook

    def report(lost: "sys.UnraisableHookArgs") -> None:
        if not isinstance(lost.exc_value, KeyboardInterrupt):  # that one is kept in ``came``
            hook(lost)

    sys.unraisablehook = report
    signal.signal(signal.SIGINT, keep)
    try:
        yield pause
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        sys.unraisablehook = hook
    pause()
