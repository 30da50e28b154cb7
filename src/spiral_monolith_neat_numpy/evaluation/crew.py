"""Threads that share short pieces of work, one after the other, and stay awake in between.

To wake a thread takes some 100 microseconds, as long as a generation of a small population takes
to breed. So one that has helped looks for the next piece, in compiled code and without Python's
lock, for most of a millisecond before it goes to sleep.
"""

import math
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock
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

# A kernel, its ranges and other arguments, and the errors that it raised in helpers.
_Job = tuple[Any, Ranges, tuple[Any, ...], list[BaseException]]
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
    working has everybody wait for it. The calling thread, which does not sleep while it shares
    work, then has less than the whole of a processor's time. After that it is alone for a
    while, for longer each time.
    """

    def __init__(self) -> None:
        """Begin without bad luck."""
        self._wall = self._cpu = 0.0  # seconds of shared work, and those that the thread ran
        self._out_until = -math.inf
        self._pause = _LEAST_PAUSE_S

    def is_out(self, now: float) -> bool:
        """Return whether to do without help at ``now``, in seconds of the performance counter."""
        return now < self._out_until

    def note(self, now: float, wall: float, cpu: float) -> None:
        """Take account of work that was shared.

        Args:
            now: seconds of the performance counter.
            wall: seconds that the work took, but for a wait for somebody's last, long item.
            cpu: seconds of them that the calling thread had a processor.
        """
        self._wall += wall
        self._cpu += cpu
        if self._wall < _WATCH_S:
            return
        share = self._cpu / self._wall
        self._wall = self._cpu = 0.0
        if share > _GOOD_SHARE:
            self._pause = _LEAST_PAUSE_S
        elif share < _BAD_SHARE:
            self._out_until = now + self._pause
            self._pause = min(2.0 * self._pause, _MOST_PAUSE_S)


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
        self._helpers: list[Future[None]] = []
        self._lock = Lock()
        self._words = np.zeros(N_WORDS, np.int64)
        self._number = 0
        for kernel in (stay, close):  # compiled or loaded here, not while others are at work
            kernel(self._ranges(0, 1, helps=False))
        self._job = self._nothing()
        self._is_left = False  # before its end was seen to
        self._ended = 0.0

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread (see ``genes.ranges.Spread``).

        Small work is done in this thread alone: to hand it over would take longer. So is work
        that comes while another thread has some shared.

        Raises:
            Exception: what the kernel raised in any thread; nothing is at work then.
        """
        if not self._lock.acquire(blocking=False):
            return at_once(n, least, kernel, *arguments)
        try:
            if self._is_left:  # by a second Ctrl-C: somebody may be at the work before
                self._call_off()
            if self._is_worth_it(n, least):
                return self._share(n, least, kernel, arguments)
            return at_once(n, least, kernel, *arguments)
        finally:
            self._ended = time.perf_counter()
            self._lock.release()

    def _is_worth_it(self, n: int, least: int) -> bool:
        if self._n_helpers < 1 or n < _WORTH_SHARING * least:
            return False
        now = time.perf_counter()
        if _calling.luck.is_out(now):
            return False
        is_awake = self._n_awake() == self._n_helpers
        return is_awake or n >= _WORTH_WAKING * least or now - self._ended < _SOON_S

    def _share(self, n: int, least: int, kernel: Any, arguments: tuple[Any, ...]) -> int:
        self._is_left = True
        self._number = (self._number + 1) % NUMBERS
        errors: list[BaseException] = []
        self._job = kernel, self._ranges(n, least, helps=True), arguments, errors
        try:
            for _ in range(self._n_helpers - self._n_awake()):
                self._helpers.append(self._executor.submit(self._help))
            began, cpu = time.perf_counter(), time.thread_time()
            kernel(self._ranges(n, least, helps=False), *arguments)
            worked = time.perf_counter() - began
            while self._words[DONE] < n and not errors:
                time.sleep(_NAP_S)
            now = time.perf_counter()
            is_long = now - began < 2.0 * worked  # the wait was: somebody has the last, long item
            _calling.luck.note(now, worked if is_long else now - began, time.thread_time() - cpu)
            if errors:
                raise errors[0]
        except BaseException:
            self._call_off()
            raise
        self._job = self._nothing()
        self._is_left = False
        return int(self._words[NOTED])

    def _ranges(self, n: int, least: int, *, helps: bool) -> Ranges:
        patience = PATIENCE if helps else PATIENCE // 10
        return Ranges(self._words, self._number, n, least, self._n_helpers + 1, helps, patience)

    def _nothing(self) -> _Job:
        """Return what keeps who comes late awake, and nobody's arrays alive."""
        return direct(stay), self._ranges(0, 1, helps=True), (), []

    def _n_awake(self) -> int:
        self._helpers = [helper for helper in self._helpers if not helper.done()]
        return len(self._helpers)

    def _help(self) -> None:
        number = -1
        while self._job[1].number != number:
            kernel, ranges, arguments, errors = self._job
            number = ranges.number
            try:
                kernel(ranges, *arguments)
            except BaseException as error:  # noqa: BLE001 - raised by who shares the work
                errors.append(error)
                return

    def _call_off(self) -> None:
        """Let no range be taken any more, and wait until nobody is at one."""
        self._number = (self._number + 1) % NUMBERS
        self._job = self._nothing()
        direct(close)(self._ranges(0, 1, helps=True))
        for helper in self._helpers:
            helper.cancel()  # one that has not begun may never do so
        while self._n_awake():
            time.sleep(_NAP_S)
        self._is_left = False
