"""Keyed streams for kernels: one per genome, to be drawn from in compiled code."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels import streams as kernels
from spiral_monolith_neat_numpy.seeding import Purpose


def start_streams(seed: int, purpose: Purpose, generation: int, items: IntArray) -> KeyArray:
    """Return ``(n, 3)`` uint64: a stream per item, each at its first draw.

    Args:
        seed: seed of the run, from 0 to 2**64 - 1.
        purpose: what the numbers are for.
        generation: generation number, from 0.
        items: ``(n,)`` int64 what tells the streams apart: ids or places, from 0.
    """
    streams = np.empty((items.size, 3), dtype=np.uint64)
    kernels.start_streams(np.uint64(seed), int(purpose), generation, items, streams)
    return streams
