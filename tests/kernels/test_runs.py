"""Copies of runs lie end to end."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.kernels.runs import lay_out


@given(st.lists(st.integers(0, 5), min_size=1, max_size=9), st.data())
def test_copies_begin_where_the_ones_before_them_end(sizes: list[int], data: st.DataObject) -> None:
    places = st.integers(0, len(sizes) - 1)
    picks = np.array(data.draw(st.lists(places, max_size=9)), dtype=np.int64)
    found = np.full(picks.size + 1, -9)
    lay_out(np.cumsum([0, *sizes], dtype=np.int64), picks, found)
    assert found.tolist() == np.cumsum([0, *(sizes[k] for k in picks)]).tolist()


def test_a_layout_by_hand() -> None:
    found = np.full(4, -9)
    lay_out(np.array([0, 2, 2, 7]), np.array([2, 1, 2]), found)
    assert found.tolist() == [0, 5, 5, 10]
