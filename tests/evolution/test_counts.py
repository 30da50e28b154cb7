"""Counts of genes are kept small and read as lists."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.evolution.counts import Counts

rows = st.lists(st.lists(st.integers(0, 2**32 - 1), max_size=6), max_size=5)


@given(rows)
def test_rows_are_read_as_they_were_written(wanted: list[list[int]]) -> None:
    counts = Counts()
    for row in wanted:
        counts.append(np.array(row, dtype=np.int64))
    assert len(counts) == len(wanted)
    assert list(counts) == counts[:] == wanted
    assert counts == wanted
    assert counts[1:3] == wanted[1:3]
    assert repr(counts) == repr(wanted)
    assert (counts != [[1]]) == (wanted != [[1]])


def test_a_row_of_small_numbers_takes_a_byte_each() -> None:
    counts = Counts()
    counts.append(np.full(1000, 255))
    counts.append(np.full(1000, 256))
    assert [row.nbytes for row in counts._rows] == [1000, 2000]


def test_what_was_read_can_be_changed_without_harm() -> None:
    counts = Counts()
    counts.append(np.array([1, 2]))
    counts[-1].append(3)
    assert counts[0] == [1, 2]
