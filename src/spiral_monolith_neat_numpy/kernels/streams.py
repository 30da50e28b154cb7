"""Random streams by the thousand: one per genome, so that no draw depends on another genome."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.random import start_stream


@kernel
def start_streams(
    seed: np.uint64, purpose: int, generation: int, item: IntArray, out_streams: KeyArray
) -> None:
    """Start a stream per row of ``out_streams``.

    Args:
        seed: seed of the run.
        purpose: code of ``seeding.Purpose``.
        generation: generation number, from 0.
        item: ``(n,)`` int64 what tells the streams apart, from 0.
        out_streams: ``(n, 3)`` uint64.
    """
    for i in range(item.size):
        start_stream(seed, purpose, generation, item[i], out_streams[i])
