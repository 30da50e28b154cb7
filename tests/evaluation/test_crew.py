"""Threads that share short pieces of work."""

import gc
import itertools
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.evaluation import crew as module
from spiral_monolith_neat_numpy.evaluation.crew import Crew, Luck
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, note, take


class Work:
    """A kernel, as far as a crew can tell, that counts items and the threads that took them."""

    def __init__(self, n: int) -> None:
        self.times = np.zeros(n, np.int64)
        self.threads: set[int] = set()
        self.met = threading.Event()  # both threads have a range

    def __call__(self, ranges: Ranges, step: int) -> None:
        begin(ranges)
        first, last = take(ranges)
        while first < last:
            self.work_on(ranges, first, last, step)
            finish(ranges, first, last)
            first, last = take(ranges)
        end(ranges)

    def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
        self.times[first:last] += step
        self.threads.add(threading.get_ident())
        if len(self.threads) > 1:
            self.met.set()
        self.met.wait(1.0)
        self.met.set()


def count(ranges: Ranges, out: IntArray) -> None:
    """Add one to every item, and end the work."""
    first, last = take(ranges)
    while first < last:
        out[first:last] += 1
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)


def shared(crew: Crew, make: Callable[[], Work]) -> tuple[Work, int]:
    """Return work that both threads took part in, and what it noted.

    On a busy machine a helper may come when all is done: then the next work is tried.
    """
    for _ in range(100):
        module._calling.luck = Luck()
        work = make()
        noted = crew.spread(work.times.size, 1, work, 3)
        if len(work.threads) == 2:
            return work, noted
    raise AssertionError("no helper came in 100 pieces of work")


@pytest.fixture
def crew(monkeypatch: pytest.MonkeyPatch) -> Iterator[Crew]:
    monkeypatch.setattr(module, "usable_cpus", lambda: 2)
    monkeypatch.setattr(module._calling, "luck", Luck())
    with ThreadPoolExecutor(2) as executor:
        yield Crew(executor, 2)


def test_both_threads_do_every_item_once(crew: Crew) -> None:
    for _ in range(20):
        work, noted = shared(crew, lambda: Work(300))
        assert (work.times == 3).all()
        assert noted == -1


@pytest.mark.parametrize("n", [0, 1, 119])
def test_small_work_is_done_by_the_caller(crew: Crew, n: int) -> None:
    work = Work(n)
    work.met.set()
    crew.spread(n, 10, work, 1)
    assert (work.times == 1).all()
    assert work.threads <= {threading.get_ident()}


def test_there_are_no_more_threads_than_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "usable_cpus", lambda: 1)
    with ThreadPoolExecutor(4) as executor:
        work = Work(300)
        work.met.set()
        Crew(executor, 4).spread(300, 1, work, 1)
    assert work.threads == {threading.get_ident()}


def test_work_of_middle_size_wakes_helpers_only_after_other_work(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Luck, "is_out", lambda self, now: False)
    now = itertools.count(100.0, 10.0)
    monkeypatch.setattr(time, "perf_counter", lambda: next(now))
    work = Work(200)
    work.met.set()
    crew.spread(200, 10, work, 1)
    assert work.threads == {threading.get_ident()}
    monkeypatch.setattr(time, "perf_counter", lambda: 110.0)
    crew._ended = 110.0
    assert crew._is_worth_it(200, 10)


class Noting(Work):
    """Notes two items."""

    def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
        super().work_on(ranges, first, last, step)
        for item in (211, 2):
            if first <= item < last:
                note(ranges, item)


def test_what_is_noted_comes_back(crew: Crew) -> None:
    assert shared(crew, lambda: Noting(300))[1] == 2
    alone = Noting(3)
    alone.met.set()
    assert crew.spread(3, 1, alone, 1) == 2


class Failing(Work):
    """Raises an error in the threads that are named."""

    def __init__(self, who: tuple[str, ...], error: type[BaseException] = ValueError) -> None:
        super().__init__(300)
        self.who, self.error, self.caller = who, error, threading.get_ident()

    def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
        super().work_on(ranges, first, last, step)
        mine = "caller" if threading.get_ident() == self.caller else "helper"
        if mine in self.who:
            raise self.error(f"bad {mine}")


@pytest.mark.parametrize("who", [("caller",), ("helper",), ("caller", "helper")])
def test_an_error_in_any_thread_is_raised_when_nobody_is_at_work(
    crew: Crew, who: tuple[str, ...]
) -> None:
    for _ in range(3):
        with pytest.raises(ValueError, match="^bad (caller|helper)$"):
            shared(crew, lambda: Failing(who))
        assert not crew._n_awake()
        work, _ = shared(crew, lambda: Work(300))  # as if nothing had happened
        assert (work.times == 3).all()


def test_ctrl_c_ends_the_work(crew: Crew) -> None:
    with pytest.raises(KeyboardInterrupt):
        shared(crew, lambda: Failing(("caller",), KeyboardInterrupt))
    assert not crew._n_awake()


def test_no_work_begins_while_somebody_is_at_what_a_second_ctrl_c_left(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Slow(Failing):
        helper_works = False

        def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
            super().work_on(ranges, first, last, step)
            self.helper_works = True
            goes_on.wait(30.0)
            self.helper_works = False

    class Watching(Work):
        def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
            super().work_on(ranges, first, last, step)
            overlaps.append(left.helper_works)

    def again() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(Luck, "is_out", lambda self, now: False)
    called_off, n_left = crew._call_off, 0
    overlaps: list[bool] = []
    for _ in range(50):  # on a busy machine the helper may come late, and leave nothing
        goes_on = threading.Event()
        monkeypatch.setattr(crew, "_call_off", again)
        left = Slow(("caller",), KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            crew.spread(300, 1, left, 3)
        monkeypatch.setattr(crew, "_call_off", called_off)
        n_left += left.helper_works
        size = (300, 3)[n_left % 2]  # work that is shared, and work that the caller does alone
        later = threading.Timer(0.02, goes_on.set)
        later.start()
        work = Watching(size)
        work.met.set()
        crew.spread(size, 1, work, 3)
        later.join()
        assert (work.times == 3).all()
        if n_left == 4:
            break
    assert n_left == 4
    assert not any(overlaps)


def test_helpers_go_to_sleep_and_are_woken_again(crew: Crew) -> None:
    for _ in range(3):
        shared(crew, lambda: Work(300))
        deadline = time.monotonic() + 30.0
        while crew._n_awake() and time.monotonic() < deadline:
            time.sleep(0.001)
        assert not crew._n_awake()


def test_nobody_keeps_the_arrays_of_work_that_is_done(crew: Crew) -> None:
    class Held:
        pass

    def work(ranges: Ranges, held: Any, out: IntArray) -> None:
        begin(ranges)
        count(ranges, out)

    held = Held()
    known, out = weakref.ref(held), np.zeros(300, np.int64)
    crew.spread(300, 1, work, held, out)
    del held
    deadline = time.monotonic() + 30.0
    while crew._n_awake() and time.monotonic() < deadline:
        time.sleep(0.001)
    gc.collect()
    assert known() is None


def test_a_closed_executor_is_an_error_that_leaves_nobody_at_work(crew: Crew) -> None:
    crew._executor.shutdown()
    with pytest.raises(RuntimeError, match="cannot schedule"):
        crew.spread(300, 1, Work(300), 1)
    assert not crew._n_awake()


class Clock:
    """Tells luck of work that was shared, and the time."""

    def __init__(self) -> None:
        self.now, self.luck = 50.0, Luck()

    def share(self, seconds: float, share: float) -> None:
        """Share work in which the calling thread has that share of a processor's time."""
        self.now += seconds
        self.luck.note(self.now, seconds, share * seconds)

    def is_out(self, seconds: float = 0.0) -> bool:
        """Look after some seconds without shared work."""
        self.now += seconds
        return self.luck.is_out(self.now)


def test_who_has_too_little_of_a_processor_is_alone_for_longer_each_time() -> None:
    clock = Clock()
    assert not clock.is_out()
    for pause in (0.25, 0.5, 1.0, 2.0, 4.0, 4.0):
        clock.share(0.06, 0.6)
        assert clock.is_out()
        assert clock.is_out(0.99 * pause)
        assert not clock.is_out(0.02 * pause)
    clock.share(0.06, 0.99)  # all is well again
    assert not clock.is_out()
    clock.share(0.06, 0.6)
    assert clock.is_out()
    assert not clock.is_out(0.26)


def test_a_share_in_between_changes_nothing() -> None:
    clock = Clock()
    for _ in range(50):
        clock.share(0.06, 0.8)
        assert not clock.is_out()


def test_a_moment_is_too_short_to_tell_and_only_shared_work_counts() -> None:
    clock = Clock()
    clock.share(0.04, 0.0)
    assert not clock.is_out()
    assert not clock.is_out(100.0)  # whatever the thread did in between, sleep too
    clock.share(0.16, 1.0)
    assert not clock.is_out()
    for _ in range(10):
        clock.share(0.01, 0.6)
    assert clock.is_out()


def test_a_crew_out_of_luck_works_alone(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    shared(crew, lambda: Work(300))
    monkeypatch.setattr(Luck, "is_out", lambda self, now: True)
    work = Work(300)
    work.met.set()
    crew.spread(300, 1, work, 1)
    assert work.threads == {threading.get_ident()}


@pytest.mark.parametrize("late", ["some", "much"])
def test_a_long_last_item_is_no_bad_luck_but_a_helper_worse_than_none_is(
    crew: Crew, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    class Slow(Work):
        def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
            super().work_on(ranges, first, last, step)
            if threading.get_ident() != caller:
                helped.append(True)
            if late == "some":
                time.sleep(0.05 if threading.get_ident() == caller else 0.08)
            elif threading.get_ident() != caller:
                time.sleep(0.3)

    caller, helped, noted = threading.get_ident(), list[bool](), list[tuple[float, float]]()
    monkeypatch.setattr(Luck, "is_out", lambda self, now: False)
    monkeypatch.setattr(Luck, "note", lambda self, now, wall, cpu: noted.append((wall, now)))
    for _ in range(20):
        helped.clear()
        began = crew._ended = time.perf_counter()  # as if after other work: worth waking one
        crew.spread(24, 2, Slow(24), 1)
        wall, now = noted[-1]
        if helped and (late == "some") == (wall < 0.99 * (now - began)):
            break
    assert helped
    assert (wall < 0.99 * (now - began)) == (late == "some")


def test_an_error_is_raised_where_the_helper_can_never_begin(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def failing(ranges: Ranges) -> None:
        raise ValueError("bad")

    monkeypatch.setattr(module, "usable_cpus", lambda: 2)
    with ThreadPoolExecutor(1) as executor:  # its only thread is the one that calls
        crew = Crew(executor, 2)
        called = executor.submit(crew.spread, 300, 1, failing)
        with pytest.raises(ValueError, match="^bad$"):
            called.result(30.0)
    assert not crew._n_awake()


def test_work_that_comes_while_other_work_is_shared_is_done_alone(crew: Crew) -> None:
    class Nested(Work):
        def work_on(self, ranges: Ranges, first: int, last: int, step: int) -> None:
            super().work_on(ranges, first, last, step)
            inner = Work(300)
            inner.met.set()
            assert crew.spread(300, 1, inner, 2) == -1
            assert (inner.times == 2).all()
            assert inner.threads == {threading.get_ident()}

    work, _ = shared(crew, lambda: Nested(300))
    assert (work.times == 3).all()


def test_a_late_error_does_not_land_on_the_next_work(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(ranges: Ranges, out: IntArray) -> None:
        begin(ranges)
        if ranges.helps:
            came.set()
            goes_on.wait(30.0)
            raise ValueError("too late")
        came.wait(5.0)
        count(ranges, out)

    monkeypatch.setattr(Luck, "is_out", lambda self, now: False)
    came, goes_on, out = threading.Event(), threading.Event(), np.zeros(300, np.int64)
    crew.spread(300, 1, late, out)
    assert came.is_set()
    assert (out == 1).all()
    work = Work(300)
    work.met.set()
    threading.Timer(0.001, goes_on.set).start()
    crew.spread(300, 1, work, 1)
    goes_on.set()
    assert (work.times == 1).all()
