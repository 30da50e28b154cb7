"""Compatibility distance between genomes (Stanley & Miikkulainen, 2002, eq. 1).

Plain arrays in, plain values out. Reference twin: ``tests/reference.py``.
"""

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel


@kernel
def distance(
    innovation_a: IntArray,
    weight_a: FloatArray,
    innovation_b: IntArray,
    weight_b: FloatArray,
    c_excess: float,
    c_disjoint: float,
    c_weight: float,
    normalise_above: float,
) -> float:
    """Return c_excess * E / N + c_disjoint * D / N + c_weight * mean |weight difference|.

    E counts edges beyond the other genome's last innovation, D the other unmatched ones.
    N is the larger edge count, or 1 while both counts are below ``normalise_above``.

    Args:
        innovation_a: ``(n_a,)`` int64 innovation ids, strictly increasing.
        weight_a: ``(n_a,)`` float64 weights, in the order of ``innovation_a``.
        innovation_b: ``(n_b,)`` as ``innovation_a``, for the other genome.
        weight_b: ``(n_b,)`` as ``weight_a``.
        c_excess: weight of the excess share, unitless, >= 0.
        c_disjoint: weight of the disjoint share, unitless, >= 0.
        c_weight: weight of the mean weight difference, per unit weight, >= 0.
        normalise_above: edge count from which N is the larger count.
    """
    return span_distance(
        innovation_a,
        weight_a,
        0,
        innovation_a.size,
        innovation_b,
        weight_b,
        0,
        innovation_b.size,
        c_excess,
        c_disjoint,
        c_weight,
        normalise_above,
    )


@kernel
def span_distance(
    innovation_a: IntArray,
    weight_a: FloatArray,
    start_a: int,
    stop_a: int,
    innovation_b: IntArray,
    weight_b: FloatArray,
    start_b: int,
    stop_b: int,
    c_excess: float,
    c_disjoint: float,
    c_weight: float,
    normalise_above: float,
) -> float:
    """Return the distance of two genomes that lie within packed arrays; see ``distance``.

    Slices would do, but cost a third of the time that the distance of small genomes takes.
    """
    n_a = stop_a - start_a
    n_b = stop_b - start_b
    i, j = start_a, start_b
    matched = 0
    weight_gap = 0.0
    while i < stop_a and j < stop_b:
        if innovation_a[i] == innovation_b[j]:
            weight_gap += abs(weight_a[i] - weight_b[j])
            matched += 1
            i += 1
            j += 1
        elif innovation_a[i] < innovation_b[j]:  # sorted ids: the smaller has no partner
            i += 1
        else:
            j += 1
    excess = (stop_a - i) + (stop_b - j)
    disjoint = n_a + n_b - 2 * matched - excess
    n = max(n_a, n_b)
    scale = 1.0 / n if n > 0 and n >= normalise_above else 1.0
    unmatched = c_excess * excess + c_disjoint * disjoint
    return unmatched * scale + c_weight * (weight_gap / max(matched, 1))
