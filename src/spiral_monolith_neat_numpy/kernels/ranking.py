"""The best of many, in order: what selection within species and among them comes down to."""

import math

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel


@kernel
def worth(score: float) -> float:
    """Return a score as selection compares it: NaN is the worst."""
    return -math.inf if math.isnan(score) else score


@kernel
def _is_better(score: FloatArray, one: int, other: int) -> bool:
    a, b = worth(score[one]), worth(score[other])
    return a > b or (a == b and one < other)


@kernel
def _sift_down(score: FloatArray, start: int, size: int, out_heap: IntArray) -> None:
    """Move the entry at ``start`` down a heap that has the worst at its root."""
    moved = out_heap[start]
    at = start
    while 2 * at + 1 < size:
        child = 2 * at + 1
        if child + 1 < size and _is_better(score, out_heap[child], out_heap[child + 1]):
            child += 1
        if not _is_better(score, moved, out_heap[child]):
            break
        out_heap[at] = out_heap[child]
        at = child
    out_heap[at] = moved


@kernel
def rank_best(score: FloatArray, candidates: IntArray, out_best: IntArray) -> None:
    """List the best of some candidates, the best first; of equals the smaller index is better.

    A heap holds the best so far (Williams 1964): most candidates are compared with the worst of
    them and no more.

    Args:
        score: ``(n,)`` float64, NaN the worst.
        candidates: ``(m,)`` int64 indices into ``score``, none twice.
        out_best: ``(k,)`` int64, k <= m.
    """
    k = out_best.size
    if k == 0:
        return
    for i in range(k):
        out_best[i] = candidates[i]
    for at in range(k // 2 - 1, -1, -1):
        _sift_down(score, at, k, out_best)
    for i in range(k, candidates.size):
        if _is_better(score, candidates[i], out_best[0]):
            out_best[0] = candidates[i]
            _sift_down(score, 0, k, out_best)
    for last in range(k - 1, 0, -1):
        out_best[0], out_best[last] = out_best[last], out_best[0]
        _sift_down(score, 0, last, out_best)
