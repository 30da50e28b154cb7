"""Work by turn: everything once, the first error by number, nothing left at work."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Lock, current_thread
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.evaluation import turns
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext


class Telling(Event):
    """Says to another event when it is set."""

    def __init__(self, other: Event) -> None:
        super().__init__()
        self._other = other

    def set(self) -> None:
        super().set()
        self._other.set()


class Work:
    """Counts its calls, and raises on some numbers."""

    def __init__(self, bad: frozenset[int] = frozenset()) -> None:
        self.bad = bad
        self.done: list[int] = []
        self.at_work = 0
        self._lock = Lock()

    def __call__(self, index: int) -> None:
        with self._lock:
            self.at_work += 1
            self.done.append(index)
        try:
            if index in self.bad:
                raise ValueError(f"bad {index}")
        finally:
            with self._lock:
                self.at_work -= 1


@given(n=st.integers(0, 40), bad=st.frozensets(st.integers(0, 40)), workers=st.integers(1, 4))
def test_all_is_done_once_or_the_lowest_error_raised(
    n: int, bad: frozenset[int], workers: int
) -> None:
    work = Work(bad)
    failing = [index for index in sorted(bad) if index < n]
    with ThreadPoolExecutor(workers) as executor:
        context = PopulationContext(0, 0, workers, executor)
        if failing:
            with pytest.raises(ValueError, match=f"^bad {failing[0]}$"):
                turns.take_turns(n, work, context)
            assert set(range(failing[0] + 1)) <= set(work.done)
        else:
            turns.take_turns(n, work, context)
            assert sorted(work.done) == list(range(n))
    assert work.at_work == 0


def test_without_threads_the_caller_works_in_order() -> None:
    work = Work()
    turns.take_turns(5, work, PopulationContext(0, 0))
    assert work.done == [0, 1, 2, 3, 4]


def test_after_an_error_nothing_more_is_begun() -> None:
    work = Work(frozenset({2, 4}))
    with pytest.raises(ValueError, match="^bad 2$"):
        turns.take_turns(6, work, PopulationContext(0, 0))
    assert work.done == [0, 1, 2]


def test_of_two_errors_at_once_the_lower_is_raised() -> None:
    first_raised = Event()

    def work(index: int) -> None:
        if index == 0:
            assert first_raised.wait(60)
        else:
            first_raised.set()
        raise ValueError(f"bad {index}")

    with ThreadPoolExecutor(2) as executor, pytest.raises(ValueError, match="^bad 0$"):
        turns.take_turns(2, work, PopulationContext(0, 0, 2, executor))


def test_threads_work_at_the_same_time() -> None:
    both = Barrier(2, timeout=60)

    def meet(index: int) -> None:
        both.wait()

    with ThreadPoolExecutor(2) as executor:
        turns.take_turns(2, meet, PopulationContext(0, 0, 2, executor))


def test_an_interrupt_stops_the_work_and_waits_for_it() -> None:
    work, here = Work(), current_thread()
    both = Barrier(2, timeout=60)

    def interrupted(index: int) -> None:
        if index < 2:
            both.wait()  # by now the other thread is at work too
        if current_thread() is here:
            raise KeyboardInterrupt
        work(index)

    with ThreadPoolExecutor(2) as executor, pytest.raises(KeyboardInterrupt):
        turns.take_turns(10**6, interrupted, PopulationContext(0, 0, 2, executor))
    assert work.at_work == 0
    assert 1 <= len(work.done) < 10**6


def test_no_more_threads_than_there_is_work_for() -> None:
    class Handing(ThreadPoolExecutor):
        n_handed = 0

        def submit(self, *args: Any, **kwargs: Any) -> Any:
            self.n_handed += 1
            return super().submit(*args, **kwargs)

    with Handing(4) as executor:
        turns.take_turns(3, Work(), PopulationContext(0, 0, 4, executor))
        assert executor.n_handed == 2  # the third is this one


def test_what_was_given_out_before_an_error_is_tried() -> None:
    taken, failed = Event(), Event()

    class Late(Telling):
        def is_set(self) -> bool:  # between taking number 0 and looking at it
            if current_thread() is here:
                taken.set()
                assert failed.wait(60)
            return super().is_set()

    here = current_thread()

    def work(index: int) -> None:
        if index == 1:
            assert taken.wait(60)
        raise ValueError(f"bad {index}")

    with pytest.MonkeyPatch.context() as patch, ThreadPoolExecutor(2) as executor:
        patch.setattr(turns, "Event", lambda: Late(failed))
        with pytest.raises(ValueError, match="^bad 0$"):
            turns.take_turns(2, work, PopulationContext(0, 0, 2, executor))


def test_what_ends_a_thread_ends_the_work() -> None:
    here = current_thread()
    both = Barrier(2, timeout=60)

    def work(index: int) -> None:
        both.wait()
        if current_thread() is not here:
            raise SystemExit(3)

    with ThreadPoolExecutor(2) as executor, pytest.raises(SystemExit):
        turns.take_turns(2, work, PopulationContext(0, 0, 2, executor))
