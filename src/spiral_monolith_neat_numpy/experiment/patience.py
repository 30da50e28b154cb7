"""Ctrl-C in a run: it ends the stage that may be cut short, never the writing of results."""

import signal
import sys
import threading
from collections.abc import Callable
from types import TracebackType
from typing import TypeVar

T = TypeVar("T")


class Patience:
    """Heeds Ctrl-C in some stages of a run and keeps it for the next one in all the rest.

    In a stage the first Ctrl-C raises; those that come while it is on its way, or between two
    stages, do not: the next stage, if there is one, ends at once. Before ``take_over``, outside
    the main thread, and where something else handles Ctrl-C, it raises as it would without.
    The end of its ``with`` block gives Ctrl-C back to Python's own handler.
    """

    def __init__(self) -> None:
        """Begin without a Ctrl-C."""
        self._kept = self._heeding = False
        self._restore: Callable[[], None] | None = None

    def __enter__(self) -> "Patience":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        if self._restore is not None:
            self._restore()
            self._restore = None

    @property
    def kept(self) -> bool:
        """Whether a Ctrl-C has come that ended no stage yet."""
        return self._kept

    def take_over(self) -> None:
        """Handle Ctrl-C from here on, if Python's own handler does."""
        if (
            threading.current_thread() is not threading.main_thread()
            or signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        ):
            return
        hook = sys.unraisablehook

        def report(lost: "sys.UnraisableHookArgs") -> None:
            if not isinstance(lost.exc_value, KeyboardInterrupt):  # that one is still kept
                hook(lost)

        def restore() -> None:
            signal.signal(signal.SIGINT, signal.default_int_handler)
            sys.unraisablehook = hook

        self._restore = restore
        sys.unraisablehook = report
        signal.signal(signal.SIGINT, self._came)

    def heed(self, stage: Callable[[], T]) -> T:
        """Return what ``stage`` returns, or leave it at Ctrl-C.

        Raises:
            KeyboardInterrupt: Ctrl-C came, also where a library made another error of it.
        """
        try:
            self._heeding = True
            self.pause()
            return stage()
        except BaseException as error:
            self._heeding = False
            if not is_interrupt(error):
                raise
            self._kept = False
            raise KeyboardInterrupt from error
        finally:
            self._heeding = False

    def pause(self) -> None:
        """Raise KeyboardInterrupt if one is kept: one that was raised may have been swallowed."""
        if self._kept:
            raise KeyboardInterrupt

    def _came(self, signal_number: int, frame: object) -> None:
        self._kept = True
        if self._heeding:
            self._heeding = False
            raise KeyboardInterrupt


def is_interrupt(error: BaseException) -> bool:
    """Return whether an error is KeyboardInterrupt, or was raised on top of one."""
    seen: set[int] = set()
    rest: list[BaseException | None] = [error]
    while rest:
        one = rest.pop()
        if one is None or id(one) in seen:
            continue
        if isinstance(one, KeyboardInterrupt):
            return True
        seen.add(id(one))
        rest += [one.__cause__, one.__context__]
    return False
