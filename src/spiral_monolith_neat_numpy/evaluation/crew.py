"""Threads that share short pieces of work, one after the other, and stay awake in between.

To wake a thread takes some 100 microseconds, as long as a generation of a small population takes
to breed. So one that has helped looks for the next piece, in compiled code and without Python's
lock, for most of a millisecond before it goes to sleep.
"""

import math
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.evaluation.environment import usable_cpus
from spiral_monolith_neat_numpy.genes.ranges import at_once
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.ranges import (
    DONE,
    N_WORDS,
    NOTED,
    NUMBERS,
    PATIENCE,
    Ranges,
    close,
    stay,
)

_Job = tuple[Any, Ranges, tuple[Any, ...]]  # a kernel and what it is called with
_WORTH_SHARING = 12  # times ``least``: less gains nothing in a quiet hour, and loses in others
_WORTH_WAKING = 30
_SOON_S = 3e-4  # work that comes so soon after other work will be followed by more
_NAP_S = 1e-4
_WATCH_S = 0.05
_BAD_SHARE, _GOOD_SHARE = 0.75, 0.95  # of a processor's time that the calling thread has
_LEAST_PAUSE_S, _MOST_PAUSE_S = 0.25, 4.0


class Luck:
    """Notices that others want the processors: then help does more harm than good.

    A helper that looks for work takes a processor from them, and one that they keep from
    working has everybody wait for it. The calling thread, which does not sleep, then has less
    than the whole of a processor's time. After that it is alone for a while, for longer each
    time.
    """

    def __init__(self) -> None:
        """Begin without bad luck."""
        self._since: tuple[float, float] | None = None  # of the wall clock and of the thread's
        self._out_until = -math.inf
        self._pause = _LEAST_PAUSE_S

    def is_out(self, now: float) -> bool:
        """Return whether to do without help at ``now``, in seconds of the performance counter."""
        if now < self._out_until:
            return True
        if self._since is None:
            self._since = now, time.thread_time()
        wall, cpu = self._since
        if now < wall + _WATCH_S:
            return False
        share = (time.thread_time() - cpu) / (now - wall)
        self._since = None
        if share > _GOOD_SHARE:
            self._pause = _LEAST_PAUSE_S
        elif share < _BAD_SHARE:
            self._out_until = now + self._pause
            self._pause = min(2.0 * self._pause, _MOST_PAUSE_S)
        return now < self._out_until

    def excuse(self, seconds: float) -> None:
        """Do not count time that the calling thread has slept for good reasons."""
        if self._since is not None:
            wall, cpu = self._since
            self._since = wall + seconds, cpu


class _Calling(threading.local):
    """What is known of the calling thread, which outlives its crews."""

    def __init__(self) -> None:
        self.luck = Luck()


_calling = _Calling()


class Crew:
    """The calling thread and helpers, no more of them together than there are processors."""

    def __init__(self, executor: ThreadPoolExecutor, workers: int) -> None:
        """Take the threads of ``executor``, of which ``workers`` - 1 shall help."""
        self._executor = executor
        self._n_helpers = min(workers, usable_cpus()) - 1
        self._awake: set[object] = set()
        self._words = np.zeros(N_WORDS, np.int64)
        self._number = 0
        for kernel in (stay, close):  # compiled or loaded here, not while others are at work
            kernel(self._ranges(0, 1, helps=False))
        self._job = self._nothing()
        self._error: BaseException | None = None
        self._is_left = False  # before its end was seen to
        self._ended = 0.0

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread (see ``genes.ranges.Spread``).

        Small work is done in this thread alone: to hand it over would take longer.

        Raises:
            Exception: what the kernel raised in any thread; nothing is at work then.
        """
        if self._is_left:  # by a second Ctrl-C: somebody may be at the work before
            self._call_off()
        if self._is_worth_it(n, least):
            noted = self._share(n, least, kernel, arguments)
        else:
            noted = at_once(n, least, kernel, *arguments)
        self._ended = time.perf_counter()
        return noted

    def _is_worth_it(self, n: int, least: int) -> bool:
        if self._n_helpers < 1 or n < _WORTH_SHARING * least:
            return False
        now = time.perf_counter()
        if _calling.luck.is_out(now):
            return False
        is_awake = len(self._awake) == self._n_helpers
        return is_awake or n >= _WORTH_WAKING * least or now - self._ended < _SOON_S

    def _share(self, n: int, least: int, kernel: Any, arguments: tuple[Any, ...]) -> int:
        self._is_left = True
        self._number = (self._number + 1) % NUMBERS
        self._error = None
        self._job = kernel, self._ranges(n, least, helps=True), arguments
        try:
            while len(self._awake) < self._n_helpers:
                self._wake_one()
            began = time.perf_counter()
            kernel(self._ranges(n, least, helps=False), *arguments)
            if self._words[DONE] < n:
                self._wait(n, began)
            if self._error is not None:
                raise self._error
        except BaseException:
            self._call_off()
            raise
        self._job = self._nothing()
        self._is_left = False
        return int(self._words[NOTED])

    def _wait(self, n: int, began: float) -> None:
        """Wait for helpers, the work having begun at that time."""
        waits_from = time.perf_counter()
        while self._words[DONE] < n and self._error is None:
            time.sleep(_NAP_S)
        waited = time.perf_counter() - waits_from
        if waited < waits_from - began:  # somebody has the last, long item
            _calling.luck.excuse(waited)

    def _ranges(self, n: int, least: int, *, helps: bool) -> Ranges:
        patience = PATIENCE if helps else PATIENCE // 10
        return Ranges(self._words, self._number, n, least, self._n_helpers + 1, helps, patience)

    def _nothing(self) -> _Job:
        """Return what keeps who comes late awake, and nobody's arrays alive."""
        return direct(stay), self._ranges(0, 1, helps=True), ()

    def _wake_one(self) -> None:
        token = object()
        self._awake.add(token)
        try:
            self._executor.submit(self._help, token)
        except BaseException:
            self._awake.discard(token)
            raise

    def _help(self, token: object) -> None:
        number = -1
        try:
            while self._job[1].number != number:
                kernel, ranges, arguments = self._job
                number = ranges.number
                kernel(ranges, *arguments)
        except BaseException as error:  # noqa: BLE001 - raised by who shares the work
            self._error = error
        finally:
            self._awake.discard(token)

    def _call_off(self) -> None:
        """Let no range be taken any more, and wait until nobody is at one."""
        self._number = (self._number + 1) % NUMBERS
        self._job = self._nothing()
        direct(close)(self._ranges(0, 1, helps=True))
        while self._awake:
            time.sleep(_NAP_S)
        self._is_left = False
