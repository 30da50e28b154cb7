"""Streams started together are the streams started one by one."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.kernels.streams import start_streams
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key


@pytest.mark.parametrize("items", [[], [0], [4, 0, 4, 2**40]])
def test_each_row_has_the_key_of_its_item(items: list[int]) -> None:
    streams = np.full((len(items), 3), 7, dtype=np.uint64)
    start_streams(np.uint64(2**64 - 1), int(Purpose.PARENTS), 5, np.array(items, int), streams)
    wanted = [(*stream_key(2**64 - 1, Purpose.PARENTS, 5, item), 0) for item in items]
    assert [tuple(row) for row in streams.tolist()] == wanted
