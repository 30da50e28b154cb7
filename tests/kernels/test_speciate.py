"""Merging of species, assignment to them, and who goes on."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference
from tests.kernels.packing import part_of
from tests.kernels.test_distance import Edges, spans_of

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.distance import Measure
from spiral_monolith_neat_numpy.kernels.speciate import (
    absorb,
    approach,
    defect,
    divide,
    found,
    succeed,
)

COEFFICIENTS = Measure(1.0, 0.7, 0.4, 4.0)


def run_absorb(known: list[Edges], threshold: float) -> list[int]:
    into, marks = np.full(len(known), -9), np.zeros(len(known), np.uint64)
    absorb(spans_of(*known), COEFFICIENTS, threshold, marks, into)
    assert [int(word) for word in marks] == [reference.mark(edges) for edges in known]
    return into.tolist()


def run_approach(
    genomes: list[Edges], known: list[Edges], into: IntArray, threshold: float
) -> tuple[KeyArray, FloatArray, IntArray]:
    """Return marks, distances to the nearest known species, and those; in two ranges."""
    n = len(genomes)
    near = np.zeros(n, np.uint64), np.full(n, -9.0), np.full(n, -9)
    known_marks = np.array([reference.mark(edges) for edges in known], dtype=np.uint64)
    own, theirs = spans_of(*genomes), spans_of(*known)
    for first, last in ((n // 3, n), (0, n // 3)):
        part = part_of(first, last)
        approach(part, own, theirs, known_marks, into, COEFFICIENTS, threshold, *near)
    assert [int(word) for word in near[0]] == [reference.mark(edges) for edges in genomes]
    return near


def run_assign(
    genomes: list[Edges], known: list[Edges], threshold: float
) -> tuple[list[int], list[int]]:
    n_known = len(known)
    marks, gap, species = run_approach(genomes, known, np.arange(n_known), threshold)
    founder = run_found(genomes, n_known, marks, gap, species)
    return species.tolist(), founder.tolist()


def run_found(
    genomes: list[Edges], n_known: int, marks: KeyArray, gap: FloatArray, species: IntArray
) -> IntArray:
    """Return the founders; gaps and species are written, in two ranges."""
    n, founder, own = len(genomes), np.full(len(genomes), -9), spans_of(*genomes)
    n_new = found(own, marks, n_known, COEFFICIENTS, gap, species, founder)
    founder = founder[:n_new]
    for first, last in ((n // 2, n), (0, n // 2)):
        part = part_of(first, last)
        defect(part, own, marks, founder, n_known, COEFFICIENTS, gap, species)
    return founder


def run_divide(
    genomes: list[Edges], known: list[Edges], threshold: float
) -> tuple[list[int], list[int], list[int]]:
    """Return into which each known species has merged, labels, and species kept."""
    into = np.array(run_absorb(known, threshold), dtype=np.int64)
    marks, gap, label = run_approach(genomes, known, into, threshold)
    own, theirs, kept = spans_of(*genomes), spans_of(*known), np.full(len(genomes), -9)
    founder = run_found(genomes, len(known), marks, gap, label)
    n_kept = divide(founder, own, theirs, COEFFICIENTS, threshold, into, label, kept)
    return into.tolist(), label.tolist(), kept[:n_kept].tolist()


def measure(a: Edges, b: Edges) -> float:
    c1, c2, c3, above = COEFFICIENTS
    return reference.distance(a, b, c1, c2, c3, above)


def random_edges(rng: np.random.Generator) -> Edges:
    ids = rng.permutation(8)[: rng.integers(0, 7)].tolist()
    return {i: float(rng.normal()) for i in ids}


@pytest.mark.parametrize("threshold", [1e-9, 0.8, 2.0, 100.0])
@pytest.mark.parametrize(("n", "n_known"), [(0, 0), (0, 3), (1, 0), (12, 0), (15, 4)])
def test_assign_equals_its_twin(n: int, n_known: int, threshold: float) -> None:
    rng = np.random.default_rng(n + 100 * n_known)
    genomes = [random_edges(rng) for _ in range(n)]
    known = [random_edges(rng) for _ in range(n_known)]
    wanted = reference.assign(genomes, known, threshold, measure)
    assert run_assign(genomes, known, threshold) == wanted


def test_a_genome_joins_the_nearest_species_and_not_the_first_one_near() -> None:
    known = [{0: 0.0}, {0: 2.0}]
    genomes = [{0: 1.9}, {0: 0.1}, {0: 1.0}, {0: 9.0}, {0: 8.0}]
    # Distances are 0.4 * |gap|; the third is equally far from both; 9 founds, 8 joins it.
    assert run_assign(genomes, known, 0.5) == ([1, 0, 0, 2, 2], [3])


def test_a_distance_equal_to_the_threshold_is_not_under_it() -> None:
    genomes = [{1: 0.0}, {2: 0.0}]  # one disjoint and one excess edge
    assert run_assign(genomes, [], 1.7) == ([0, 1], [0, 1])
    assert run_assign(genomes, [], 1.8) == ([0, 0], [0])


def test_a_genome_with_nan_weights_stands_alone() -> None:
    genomes = [{0: math.nan}, {0: 0.0}, {0: math.nan}]
    assert run_assign(genomes, [], 100.0) == ([0, 1, 2], [0, 1, 2])


@given(
    st.lists(st.dictionaries(st.integers(0, 6), st.floats(-9.0, 9.0), max_size=6), max_size=9),
    st.sampled_from([1e-9, 0.8, 2.0, 100.0]),
)
def test_absorb_equals_its_twin_and_leaves_no_two_species_near(
    known: list[Edges], threshold: float
) -> None:
    into = run_absorb(known, threshold)
    assert into == reference.absorb(known, threshold, measure)
    stays = [k for k, joined in enumerate(into) if joined == k]
    assert all(joined in stays and joined <= k for k, joined in enumerate(into))
    apart = [measure(known[a], known[b]) for a in stays for b in stays if a < b]
    assert all(gap >= threshold for gap in apart)


def test_a_species_joins_the_nearest_of_the_older_ones_that_stay() -> None:
    known: list[Edges] = [{0: 0.0}, {0: 2.0}, {0: 1.9}, {0: 3.0}, {0: 1.0}, {0: math.nan}]
    # Distances are 0.4 * |gap|: 3.0 is near 1.9 alone, which is gone; 1.0 is between the first two.
    assert run_absorb(known, 0.41) == [0, 1, 1, 1, 0, 5]
    assert run_absorb(known, 0.39) == [0, 1, 1, 3, 4, 5]
    assert run_absorb(known, 100.0) == [0, 0, 0, 0, 0, 5]


@given(
    st.lists(st.dictionaries(st.integers(0, 4), st.floats(-3.0, 3.0), max_size=4), max_size=9),
    st.lists(st.dictionaries(st.integers(0, 4), st.floats(-3.0, 3.0), max_size=4), max_size=9),
    st.sampled_from([1e-9, 0.8, 2.0, 100.0]),
)
def test_succeed_equals_its_twin(
    founders: list[Edges], known: list[Edges], threshold: float
) -> None:
    into = np.array(run_absorb(known, threshold), dtype=np.int64)
    wanted = reference.succeed(founders, known, into.tolist(), threshold, measure)
    species = np.full(len(founders), -9)
    places = np.arange(len(founders))
    own, theirs = spans_of(*founders), spans_of(*known)
    succeed(places, own, theirs, COEFFICIENTS, threshold, into, species)
    assert (into.tolist(), species.tolist()) == wanted


# Weights whose sums are exact, so that equal distances are equal for both.
EDGES = st.dictionaries(st.integers(0, 4), st.sampled_from([-3.0, -0.5, 0.0, 1.0]), max_size=4)


@given(
    st.lists(EDGES, max_size=12),
    st.lists(EDGES, max_size=7),
    st.sampled_from([1e-9, 0.8, 2.0, 9.0]),
)
def test_divide_equals_its_twin(genomes: list[Edges], known: list[Edges], threshold: float) -> None:
    into, label, kept = run_divide(genomes, known, threshold)
    species, joined = reference.divide(genomes, known, threshold, measure)
    assert kept == sorted(set(species))
    assert [kept[k] for k in label] == species
    assert into == joined


def test_new_species_are_counted_behind_those_that_died() -> None:
    known: list[Edges] = [{0: 0.0}, {0: 20.0}, {0: 40.0}]
    genomes: list[Edges] = [{0: 60.0}, {0: 20.1}, {0: 80.0}, {0: 60.1}]
    _, label, kept = run_divide(genomes, known, 1.0)
    assert kept == [1, 3, 4]
    assert label == [1, 0, 2, 1]


def test_of_equally_near_species_the_first_counts_whichever_is_tried_first() -> None:
    known: list[Edges] = [{0: 0.0}, {0: 2.0}]
    # The second genome lies between the two; the one before it belongs to the second.
    assert run_assign([{0: 2.0}, {0: 1.0}], known, 0.5) == ([1, 0], [])
    assert run_assign([{0: 0.0}, {0: 1.0}], known, 0.5) == ([0, 0], [])
