"""Compatibility distance between genomes (Stanley & Miikkulainen, 2002, eq. 1).

Plain arrays in, plain values out. Reference twins: ``tests/reference.py``.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel

_ZERO, _ONE, _TWO, _FOUR, _S56 = (np.uint64(value) for value in (0, 1, 2, 4, 56))
_LAST_BIT = 63
_PAIRS = np.uint64(0x5555555555555555)
_QUADS = np.uint64(0x3333333333333333)
_BYTES = np.uint64(0x0F0F0F0F0F0F0F0F)
_SUM_OF_BYTES = np.uint64(0x0101010101010101)
# More than the rounding of a distance: a bound with this factor is below it for sure.
_MARGIN = 1.0 - 1e-9


class Spans(NamedTuple):
    """What the distance sees of genomes laid end to end.

    Attributes:
        offset: ``(n + 1,)`` int64, first edge of each genome, and the end.
        innovation: int64 innovation ids, strictly increasing within a genome.
        weight: float64 weights, in the same order.
    """

    offset: IntArray
    innovation: IntArray
    weight: FloatArray


class Measure(NamedTuple):
    """Coefficients of the distance, all float64 >= 0.

    Attributes:
        c_excess: weight of the excess share, unitless.
        c_disjoint: weight of the disjoint share, unitless.
        c_weight: weight of the mean weight difference, per unit weight.
        normalise_above: edge count from which N is the larger count.
    """

    c_excess: float
    c_disjoint: float
    c_weight: float
    normalise_above: float


@kernel
def distance(a: Spans, i: int, b: Spans, j: int, measure: Measure) -> float:
    """Return the distance of genome ``i`` of ``a`` and genome ``j`` of ``b``.

    It is c_excess * E / N + c_disjoint * D / N + c_weight * mean |weight difference|. E counts
    edges beyond the other genome's last innovation, D the other unmatched ones. N is the larger
    edge count, or 1 while both counts are below ``normalise_above``.
    """
    p, stop_a = a.offset[i], a.offset[i + 1]
    q, stop_b = b.offset[j], b.offset[j + 1]
    n_a, n_b = stop_a - p, stop_b - q
    matched = 0
    weight_gap = 0.0
    while p < stop_a and q < stop_b:
        if a.innovation[p] == b.innovation[q]:
            weight_gap += abs(a.weight[p] - b.weight[q])
            matched += 1
            p += 1
            q += 1
        elif a.innovation[p] < b.innovation[q]:  # sorted ids: the smaller has no partner
            p += 1
        else:
            q += 1
    excess = (stop_a - p) + (stop_b - q)
    disjoint = n_a + n_b - 2 * matched - excess
    n = max(n_a, n_b)
    scale = 1.0 / n if n > 0 and n >= measure.normalise_above else 1.0
    unmatched: float = measure.c_excess * excess + measure.c_disjoint * disjoint
    return unmatched * scale + measure.c_weight * (weight_gap / max(matched, 1))


@kernel
def mark(spans: Spans, i: int) -> np.uint64:
    """Return a word in which a bit is set for each innovation of genome ``i``, modulo 64."""
    word = _ZERO
    for p in range(spans.offset[i], spans.offset[i + 1]):
        word |= _ONE << np.uint64(spans.innovation[p] & _LAST_BIT)
    return word


@kernel
def least_distance(mark_a: np.uint64, n_a: int, mark_b: np.uint64, n_b: int, m: Measure) -> float:
    """Return what the distance of two genomes is at least, by their marks.

    A bit that is set in one mark alone stands for an unmatched edge at least. Most genomes are
    found to be further away than a nearer one so, without a look at their edges.

    Args:
        mark_a: from ``mark``.
        n_a: number of edges.
        mark_b: of the other genome.
        n_b: its number of edges.
        m: the distance's coefficients.
    """
    bits = mark_a ^ mark_b  # their number by Warren, Hacker's Delight, section 5-1
    bits = bits - ((bits >> _ONE) & _PAIRS)
    bits = (bits & _QUADS) + ((bits >> _TWO) & _QUADS)
    bits = (bits + (bits >> _FOUR)) & _BYTES
    unmatched = np.int64((bits * _SUM_OF_BYTES) >> _S56)
    n = max(n_a, n_b)
    scale = 1.0 / n if n > 0 and n >= m.normalise_above else 1.0
    return min(m.c_excess, m.c_disjoint) * unmatched * scale * _MARGIN
