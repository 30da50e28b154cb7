"""Runs of genes laid end to end."""

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel


@kernel
def lay_out(offset: IntArray, picks: IntArray, out_offset: IntArray) -> None:
    """Write where copies of some runs begin when they lie end to end.

    Args:
        offset: ``(n + 1,)`` int64, where each run begins, and the end.
        picks: ``(m,)`` int64 runs that are copied.
        out_offset: ``(m + 1,)`` int64, where each copy begins, and the end.
    """
    out_offset[0] = 0
    for k in range(picks.size):
        out_offset[k + 1] = out_offset[k] + offset[picks[k] + 1] - offset[picks[k]]
