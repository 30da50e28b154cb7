"""The distance kernel agrees with its twin, with the paper's formula, and with itself."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference

from spiral_monolith_neat_numpy.kernels.distance import (
    Measure,
    Spans,
    distance,
    least_distance,
    mark,
)

Edges = dict[int, float]
EDGES = st.dictionaries(st.integers(0, 60), st.floats(-1e6, 1e6), max_size=25)
COEFFICIENT = st.floats(0.0, 10.0)


def spans_of(*genomes: Edges) -> Spans:
    offset = np.cumsum([0] + [len(edges) for edges in genomes], dtype=np.int64)
    ids = [i for edges in genomes for i in sorted(edges)]
    weights = [edges[i] for edges in genomes for i in sorted(edges)]
    return Spans(offset, np.array(ids, dtype=np.int64), np.array(weights, dtype=np.float64))


def measure(
    a: Edges,
    b: Edges,
    c_excess: float = 1.0,
    c_disjoint: float = 1.0,
    c_weight: float = 0.4,
    normalise_above: int = 20,
) -> float:
    coefficients = Measure(c_excess, c_disjoint, c_weight, float(normalise_above))
    return float(distance(spans_of(a), 0, spans_of(b), 0, coefficients))


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


def test_a_genome_among_others_is_measured_like_one_alone() -> None:
    a, b, c = {1: 0.5, 3: -1.0, 4: 0.0}, {5: 1.0, 9: 2.0}, {0: 9.0}
    coefficients = Measure(1.0, 1.0, 0.4, 20.0)
    spans = spans_of(b, a, c)
    assert distance(spans, 1, spans, 0, coefficients) == measure(a, b)
    assert distance(spans_of(c, a), 1, spans, 0, coefficients) == measure(a, b)


# Coefficients of 0 or so large that their rounding counts; numbers with equal remainders.
MARKED = st.dictionaries(st.integers(0, 300), st.floats(-1e3, 1e3), max_size=80)


@given(MARKED, MARKED, COEFFICIENT, COEFFICIENT, st.integers(0, 100))
def test_the_bound_equals_its_twin_and_no_distance_is_below_it(
    a: Edges, b: Edges, c1: float, c2: float, above: int
) -> None:
    spans, coefficients = spans_of(a, b), Measure(c1, c2, 0.4, float(above))
    marks = [int(mark(spans, k)) for k in range(2)]
    assert marks == [reference.mark(a), reference.mark(b)]
    sizes = len(a), len(b)
    words = np.uint64(marks[0]), np.uint64(marks[1])
    least = least_distance(words[0], sizes[0], words[1], sizes[1], coefficients)
    assert least == pytest.approx(reference.least_distance(a, b, c1, c2, above), rel=2e-9)
    assert least <= distance(spans, 0, spans, 1, coefficients)


def test_a_bit_in_one_mark_alone_is_an_unmatched_edge() -> None:
    # 0, 64 and 128 share a bit, which the other genome has too; 1 and 63 are bits of one alone.
    spans = spans_of({0: 0.0, 1: 0.0, 64: 0.0, 128: 0.0}, {0: 0.0, 63: 0.0}, {})
    marks = [mark(spans, k) for k in range(3)]
    assert [int(word) for word in marks] == [3, 1 + 2**63, 0]
    coefficients = Measure(3.0, 2.0, 1.0, 20.0)
    assert least_distance(marks[0], 4, marks[1], 2, coefficients) == pytest.approx(4.0)
    assert least_distance(marks[0], 4, marks[2], 0, coefficients) == pytest.approx(4.0)
    assert least_distance(marks[2], 0, marks[2], 0, coefficients) == 0.0
