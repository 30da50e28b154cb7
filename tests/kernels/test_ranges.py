"""Ranges that threads take by turn: every item once, whoever takes it."""

import threading
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.packing import part_of

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.ranges import (
    DONE,
    N_WORDS,
    NEXT,
    NOTED,
    NUMBERS,
    Ranges,
    begin,
    close,
    end,
    finish,
    for_one,
    note,
    stay,
    take,
)


@kernel
def work_off(ranges: Ranges, noted: IntArray, out_times: IntArray, out_length: IntArray) -> int:
    """Count each item, note some, write the lengths of the ranges; return how many there were."""
    begin(ranges)
    count = 0
    first, last = take(ranges)
    while first < last:
        for item in range(first, last):
            out_times[item] += 1
            if noted[item]:
                note(ranges, item)
        out_length[count] = last - first
        count += 1
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)
    return count


def worked_off(ranges: Ranges, noted: tuple[int, ...] = ()) -> tuple[list[int], list[int]]:
    """Return how often each item was worked on, and the ranges' lengths."""
    is_noted, times = np.zeros(ranges.n, np.int64), np.zeros(ranges.n, np.int64)
    is_noted[list(noted)] = 1
    lengths = np.zeros(ranges.n, np.int64)
    count = work_off(ranges, is_noted, times, lengths)
    return times.tolist(), lengths[:count].tolist()


def ranges_of(n: int, least: int = 1, workers: int = 1, number: int = 1) -> Ranges:
    return Ranges(np.full(N_WORDS, -7), number, n, least, workers, False, 0)


def test_one_thread_takes_all_at_once() -> None:
    assert worked_off(for_one(5)) == ([1] * 5, [5])
    assert worked_off(for_one(0)) == ([], [])


@given(st.integers(0, 60), st.integers(1, 9), st.integers(1, 4))
def test_ranges_hold_every_item_once_and_never_grow(n: int, least: int, workers: int) -> None:
    ranges = ranges_of(n, least, workers)
    times, lengths = worked_off(ranges)
    assert times == [1] * n
    assert lengths == sorted(lengths, reverse=True)
    assert all(length >= least for length in lengths[:-1])
    assert ranges.words[DONE] == n


def test_of_forty_items_two_threads_take_a_fourth_of_their_share_each_time() -> None:
    assert worked_off(ranges_of(40, 2, 2))[1] == [5, 4, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]


@pytest.mark.parametrize(("noted", "lowest"), [((), -1), ((7,), 7), ((9, 3, 5), 3), ((0,), 0)])
def test_the_lowest_noted_item_is_known(noted: tuple[int, ...], lowest: int) -> None:
    ranges = ranges_of(10)
    worked_off(ranges, noted)
    assert ranges.words[NOTED] == lowest


def test_who_helps_takes_what_is_left_and_begins_nothing() -> None:
    assert worked_off(part_of(3, 6)) == ([0, 0, 0, 1, 1, 1], [3])


def test_who_comes_too_late_takes_nothing_of_the_next_work() -> None:
    ranges = ranges_of(6)
    worked_off(ranges)
    ranges.words[NEXT] = 2 << 32  # the next one has begun
    late = ranges._replace(helps=True)
    assert worked_off(late) == ([0] * 6, [])
    assert ranges.words[NEXT] == 2 << 32


@pytest.mark.parametrize("number", [0, 1, NUMBERS - 1])
def test_who_comes_too_early_waits_for_the_work_to_begin(number: int) -> None:
    ranges = ranges_of(6, number=number)._replace(helps=True, patience=10**9)
    ranges.words[NEXT] = ((number - 1) % NUMBERS) << 32
    noted, times, lengths = (np.zeros(6, np.int64) for _ in range(3))
    early = threading.Thread(target=work_off, args=(ranges, noted, times, lengths), daemon=True)
    early.start()
    early.join(0.05)
    assert early.is_alive()
    ranges.words[NEXT] = number << 32
    deadline = time.monotonic() + 30.0
    while times.sum() < 6 and time.monotonic() < deadline:
        time.sleep(0.001)
    assert times.tolist() == [1] * 6
    ranges.words[NEXT] = ((number + 1) % NUMBERS) << 32
    early.join(30.0)
    assert not early.is_alive()


def test_closed_work_is_not_taken_any_more() -> None:
    ranges = ranges_of(6, number=4)
    ranges.words[NEXT] = 4 << 32
    close(ranges._replace(number=5))
    assert worked_off(ranges._replace(helps=True)) == ([0] * 6, [])
    assert worked_off(ranges._replace(helps=True, number=5)) == ([0] * 6, [])


def test_who_stays_leaves_when_the_next_work_begins() -> None:
    ranges = ranges_of(0)._replace(helps=True, patience=10**9)
    ranges.words[NEXT] = 1 << 32
    waiting = threading.Thread(target=stay, args=(ranges,), daemon=True)
    waiting.start()
    waiting.join(0.05)
    assert waiting.is_alive()
    ranges.words[NEXT] = 2 << 32
    waiting.join(30.0)
    assert not waiting.is_alive()


@pytest.mark.parametrize("workers", [2, 3])
def test_threads_share_every_item_once(workers: int) -> None:
    words, n = np.zeros(N_WORDS, np.int64), 5000
    for number in range(1, 30):
        noted, times = np.zeros(n, np.int64), np.zeros(n, np.int64)
        noted[[number, 4000]] = 1
        one = Ranges(words, number, n, 3, workers, False, 10**9)
        helper = one._replace(helps=True, patience=0)
        lengths = [np.zeros(n, np.int64) for _ in range(workers)]
        threads = [
            threading.Thread(target=work_off, args=(helper, noted, times, lengths[k]))
            for k in range(1, workers)
        ]
        for thread in threads:
            thread.start()
        work_off(one, noted, times, lengths[0])
        assert (times == 1).all()
        assert words[NOTED] == number
        for thread in threads:
            thread.join()
        assert np.concatenate(lengths).sum() == n
