"""The distance kernel agrees with its twin, with the paper's formula, and with itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.distance import distance, span_distance

Edges = dict[int, float]
EDGES = st.dictionaries(st.integers(0, 60), st.floats(-1e6, 1e6), max_size=25)
COEFFICIENT = st.floats(0.0, 10.0)


def arrays_of(edges: Edges) -> tuple[IntArray, FloatArray]:
    ids = sorted(edges)
    weights = np.array([edges[i] for i in ids], dtype=np.float64)
    return np.array(ids, dtype=np.int64), weights


def measure(
    a: Edges,
    b: Edges,
    c_excess: float = 1.0,
    c_disjoint: float = 1.0,
    c_weight: float = 0.4,
    normalise_above: int = 20,
) -> float:
    coefficients = (c_excess, c_disjoint, c_weight, float(normalise_above))
    return float(distance(*arrays_of(a), *arrays_of(b), *coefficients))


@given(EDGES, EDGES, COEFFICIENT, COEFFICIENT, COEFFICIENT, st.integers(0, 30))
def test_distance_equals_its_twin(
    a: Edges, b: Edges, c1: float, c2: float, c3: float, above: int
) -> None:
    wanted = reference.distance(a, b, c1, c2, c3, above)
    assert measure(a, b, c1, c2, c3, above) == pytest.approx(wanted, rel=1e-12)


@given(EDGES, EDGES)
def test_distance_is_symmetric_and_never_negative(a: Edges, b: Edges) -> None:
    assert measure(a, b) == measure(b, a) >= 0.0


@given(EDGES)
def test_distance_of_a_genome_to_itself_is_zero(a: Edges) -> None:
    assert measure(a, a) == 0.0


def test_disjoint_and_excess_edges_are_told_apart() -> None:
    # Shared: 1 and 3, weights apart by 1 and 3. Disjoint: 2 and 4. Excess: 6, 7 and 8.
    a = {1: 0.5, 2: 0.0, 3: -1.0, 6: 0.0, 7: 0.0, 8: 0.0}
    b = {1: 1.5, 3: 2.0, 4: 0.0}
    assert measure(a, b, 100.0, 10.0, 1.0) == 3 * 100.0 + 2 * 10.0 + 2.0
    normalised = measure(a, b, 100.0, 10.0, 1.0, normalise_above=6)
    assert normalised == pytest.approx((300.0 + 20.0) / 6 + 2.0)


def test_counts_are_normalised_as_soon_as_one_genome_is_large() -> None:
    large = dict.fromkeys(range(20), 0.0)
    assert measure(large, {}) == 1.0
    assert measure(dict.fromkeys(range(19), 0.0), {}) == 19.0


def test_two_genomes_without_edges_are_at_distance_zero() -> None:
    assert measure({}, {}, normalise_above=0) == 0.0


def test_nan_and_infinite_weights_keep_their_meaning() -> None:
    assert math.isnan(measure({1: math.nan}, {1: 0.0}))
    assert measure({1: math.inf}, {1: 0.0}) == math.inf
    assert measure({1: math.nan}, {2: 0.0}) == 2.0  # no shared edge, no weights compared


def test_a_span_of_packed_arrays_is_measured_like_a_genome_alone() -> None:
    ids = np.array([5, 9, 1, 3, 4, 0])
    weights = np.array([1.0, 2.0, 0.5, -1.0, 0.0, 9.0])
    a, b = {1: 0.5, 3: -1.0, 4: 0.0}, {5: 1.0, 9: 2.0}
    found = span_distance(ids, weights, 2, 5, ids, weights, 0, 2, 1.0, 1.0, 0.4, 20.0)
    assert found == measure(a, b)
