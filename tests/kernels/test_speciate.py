"""Assignment to species, grouping, and the choice of representatives."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference
from tests.kernels.packing import both_streams

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.speciate import (
    absorb,
    assign,
    choose_representatives,
    group,
    succeed,
)

Edges = dict[int, float]
COEFFICIENTS = (1.0, 0.7, 0.4, 4.0)


def pack(genomes: list[Edges]) -> tuple[IntArray, IntArray, FloatArray]:
    offset = np.cumsum([0] + [len(g) for g in genomes], dtype=np.int64)
    pairs = [(i, g[i]) for g in genomes for i in sorted(g)]
    ids = np.array([i for i, _ in pairs], dtype=np.int64)
    return offset, ids, np.array([weight for _, weight in pairs], dtype=np.float64)


def run_assign(
    genomes: list[Edges], known: list[Edges], threshold: float
) -> tuple[list[int], list[int]]:
    n = len(genomes)
    species, founder = np.full(n, -9), np.full(n, -9)
    n_new = assign(
        *pack(genomes), *pack(known), np.array(COEFFICIENTS), threshold, species, founder
    )
    return species.tolist(), founder[:n_new].tolist()


def run_absorb(known: list[Edges], threshold: float) -> list[int]:
    into = np.full(len(known), -9)
    absorb(*pack(known), np.array(COEFFICIENTS), threshold, into)
    return into.tolist()


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
    own, packed = pack(founders), pack(known)
    succeed(places, *own, *packed, np.array(COEFFICIENTS), threshold, into, species)
    assert (into.tolist(), species.tolist()) == wanted


@given(st.integers(1, 6), st.lists(st.integers(0, 5), max_size=20))
def test_group_lists_the_members_of_every_species_that_has_some(
    n_species: int, drawn: list[int]
) -> None:
    species = np.array([k % n_species for k in drawn], dtype=np.int64)
    rank, kept = np.full(n_species, -9), np.full(n_species, -9)
    label, members = np.full(species.size, -9), np.full(species.size, -9)
    offset = np.full(n_species + 1, -9)
    n_kept = group(species, rank, kept, label, offset, members)
    found, wanted_label = np.unique(species, return_inverse=True)
    assert kept[:n_kept].tolist() == found.tolist()
    assert label.tolist() == wanted_label.tolist()
    listed = [members[offset[k] : offset[k + 1]].tolist() for k in range(n_kept)]
    assert listed == [np.flatnonzero(species == s).tolist() for s in found]


def test_a_representative_is_drawn_from_the_stream_of_its_species() -> None:
    offset, members = np.array([0, 1, 5, 8]), np.array([6, 0, 2, 3, 5, 1, 4, 7])
    streams, draws = both_streams(3)
    chosen = np.full(3, -9)
    choose_representatives(offset, members, streams, chosen)
    assert chosen[0] == 6
    own = [members[offset[k] : offset[k + 1]] for k in range(3)]
    assert chosen.tolist() == [m[d.below(m.size)] for m, d in zip(own, draws, strict=True)]
