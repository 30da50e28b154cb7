"""Streams for kernels are those of ``seeding``."""

import numpy as np

from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key


def test_streams_have_the_keys_of_their_items() -> None:
    streams = start_streams(2**64 - 1, Purpose.STRUCTURE, 9, np.array([3, 1]))
    wanted = [(*stream_key(2**64 - 1, Purpose.STRUCTURE, 9, item), 0) for item in (3, 1)]
    assert [tuple(row) for row in streams.tolist()] == wanted
