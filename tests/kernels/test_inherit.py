"""Children have the structure of the fitter parent and genes of both."""

import math

import numpy as np
import pytest
from tests import breeding_reference
from tests.breeding_reference import Mating
from tests.kernels.packing import (
    assert_same,
    both_streams,
    number_of,
    pack,
    random_genome,
    run_conceive,
    unpack,
    variation_with,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.kernels.breed import Variation
from spiral_monolith_neat_numpy.kernels.inherit import add_difference, choose_base, mean

HALF = [0, 0, 0.0]
SHARED, OWN, FOREIGN = number_of(0, 2), number_of(1, 2), number_of(0, 5)
NODES = {0: HALF, 1: HALF, 2: [2, 3, 1.0]}
# Two genomes with the edge 0 -> 2 in common.
ONE = PlainGenome(NODES, {SHARED: [0, 2, 1.0, True], OWN: [1, 2, 5.0, False]})
TWO = PlainGenome(
    NODES | {2: [2, 4, -2.0], 5: [1, 0, 0.0]},
    {SHARED: [0, 2, -2.0, False], FOREIGN: [0, 5, 9.0, True]},
)


def run_base(
    mother: list[int], father: list[int], fitness: list[float], genomes: list[PlainGenome]
) -> list[tuple[int, int]]:
    """Return base and other of each child, after a look at the offsets."""
    node_offset, _, edge_offset, _ = pack(genomes)
    n = len(mother)
    base, other = np.full(n, -9), np.full(n, -9)
    out_node_offset, out_edge_offset = np.full(n + 1, -9), np.full(n + 1, -9)
    choose_base(
        np.array(mother, dtype=np.int64),
        np.array(father, dtype=np.int64),
        np.array(fitness, dtype=np.float64),
        node_offset,
        edge_offset,
        base,
        other,
        out_node_offset,
        out_edge_offset,
    )
    wanted_node_offset, _, wanted_edge_offset, _ = pack([genomes[k] for k in base])
    assert out_node_offset.tolist() == wanted_node_offset.tolist()
    assert out_edge_offset.tolist() == wanted_edge_offset.tolist()
    return list(zip(base.tolist(), other.tolist(), strict=True))


def run_inherit(
    parents: list[PlainGenome], matings: list[Mating], variation: Variation
) -> list[PlainGenome]:
    return unpack(*run_conceive(parents, matings, variation).genomes)


@pytest.mark.parametrize("n", [0, 1, 40])
def test_base_equals_its_twin(n: int) -> None:
    rng = np.random.default_rng(2)
    genomes = [random_genome(rng) for _ in range(7)]
    genomes[4] = PlainGenome({}, {})
    fitness = [1.0, 1.0, -np.inf, 0.0, np.nan, np.inf, np.nan]
    mother, father = rng.integers(0, 7, n).tolist(), rng.integers(-1, 7, n).tolist()
    wanted = [
        breeding_reference.choose_base(m, f, fitness, genomes)
        for m, f in zip(mother, father, strict=True)
    ]
    assert run_base(mother, father, fitness, genomes) == wanted


def test_the_fitter_lends_structure_then_the_smaller_then_the_mother() -> None:
    small, large = PlainGenome({0: HALF}, {}), random_genome(np.random.default_rng(1))
    genomes = [small, large, small, large]
    fitness = [1.0, 2.0, 1.0, 1.0]
    pairs = [(0, 1), (1, 0), (3, 0), (0, 3), (0, 2), (2, 0), (1, -1)]
    found = run_base([m for m, _ in pairs], [f for _, f in pairs], fitness, genomes)
    assert found == [(1, 0), (1, 0), (0, 3), (0, 3), (0, 2), (2, 0), (1, -1)]


def test_a_parent_without_a_score_is_the_worst_as_minus_infinity_is() -> None:
    small, large = PlainGenome({0: HALF}, {}), random_genome(np.random.default_rng(1))
    genomes, fitness = [small, large, large], [np.nan, -np.inf, -9.0]
    assert run_base([0, 1, 0, 2], [1, 0, 2, 0], fitness, genomes) == [
        (0, 1),
        (0, 1),
        (2, 0),
        (2, 0),
    ]


@pytest.mark.parametrize("p_disabled", [0.0, 0.75, 1.0])
@pytest.mark.parametrize("n", [0, 1, 30])
def test_inherited_genes_equal_those_of_the_twin(n: int, p_disabled: float) -> None:
    rng = np.random.default_rng(n)
    parents = [random_genome(rng) for _ in range(6)]
    parents[3], parents[4].edges = PlainGenome({}, {}), {}
    matings = [
        Mating(int(rng.integers(0, 6)), int(rng.integers(-1, 6)), bool(rng.random() < 0.5))
        for _ in range(n)
    ]
    variation = variation_with(p_inherit_disabled=p_disabled)
    _, draws = both_streams(n)
    wanted = [
        breeding_reference.make_child(parents, mating, 1.0, variation, draw)[0]
        for mating, draw in zip(matings, draws, strict=True)
    ]
    assert_same(run_inherit(parents, matings, variation), wanted)


def test_matching_genes_mix_and_unmatched_ones_come_from_the_base_alone() -> None:
    children = run_inherit([ONE, TWO], [Mating(0, 1)] * 60, variation_with(p_inherit_disabled=0.75))
    assert all(child.nodes.keys() == ONE.nodes.keys() for child in children)
    assert all(child.edges.keys() == ONE.edges.keys() for child in children)
    assert {child.edges[SHARED][2] for child in children} == {1.0, -2.0}
    assert {child.edges[OWN][2] for child in children} == {5.0}
    assert {tuple(child.nodes[2][1:]) for child in children} == {(3, 1.0), (4, -2.0)}
    # Disabled in either parent: enabled again in a quarter of the children.
    for edge in (SHARED, OWN):
        assert 3 <= sum(child.edges[edge][3] for child in children) <= 30


def test_a_mean_is_that_of_matching_weights_and_biases_and_activations_are_the_bases() -> None:
    [child] = run_inherit([ONE, TWO], [Mating(0, 1, average=True)], variation_with())
    assert child.nodes == NODES | {2: [2, 3, -0.5]}
    assert child.edges == {SHARED: [0, 2, -0.5, False], OWN: [1, 2, 5.0, False]}


def test_the_mean_of_finite_numbers_is_finite() -> None:
    assert mean(1.7e308, 1.5e308) == 1.6e308
    assert mean(-1.7e308, 1.7e308) == 0.0
    assert math.isnan(mean(math.nan, 1.0))
    huge = PlainGenome({0: [2, 0, 1.7e308]}, {0: [0, 0, 1.7e308, True]})
    [child] = run_inherit([huge, huge], [Mating(0, 1, average=True)], variation_with())
    assert child == huge


def test_a_child_of_one_parent_is_its_copy_and_draws_nothing() -> None:
    parent = random_genome(np.random.default_rng(8))
    variation = variation_with(p_inherit_disabled=0.0)
    assert run_inherit([parent], [Mating(0)], variation) == [parent]


@pytest.mark.parametrize("factor", [0.0, 0.5, 2.0])
@pytest.mark.parametrize("n", [0, 1, 30])
def test_added_differences_equal_those_of_the_twin(n: int, factor: float) -> None:
    rng = np.random.default_rng(n)
    parents = [random_genome(rng) for _ in range(7)]
    parents[3], parents[4].edges = PlainGenome({}, {}), {}
    matings = [
        Mating(base, other, False, plus, minus)
        for base, other, plus, minus in rng.integers(0, 7, (n, 4)).tolist()
    ]
    variation = variation_with(differential_weight=factor, clip=1.2)
    _, draws = both_streams(n)
    wanted = [
        breeding_reference.make_child(parents, mating, 1.0, variation, draw)[0]
        for mating, draw in zip(matings, draws, strict=True)
    ]
    assert_same(run_inherit(parents, matings, variation), wanted)


def test_a_difference_is_added_to_what_all_three_have() -> None:
    child_id, weight = np.array([9, 1, 4, 6, 8, 9]), np.full(6, 10.0)
    ids = np.array([0, 1, 4, 8, 1, 4, 6, 7])  # of two parents
    theirs = np.array([0.0, 1.0, 2.0, 3.0, 5.0, 4.0, 7.0, 9.0])
    add_difference(ids, theirs, (0, 4, 4, 8), 0.5, 1, 6, child_id, weight)
    assert weight.tolist() == [10.0, 8.0, 9.0, 10.0, 10.0, 10.0]  # 1 and 4 match


def test_a_difference_keeps_to_the_clip_and_leaves_an_elite_alone() -> None:
    matings = [Mating(0, -1, False, 0, 1), Mating(0, -1, False, 1, 0, elite=True)]
    changed, elite = run_inherit([ONE, TWO], matings, variation_with(clip=2.25))
    assert changed.nodes[2] == [2, 3, 2.25]  # 1 + (1 + 2) / 2 is 2.5
    assert changed.edges == {SHARED: [0, 2, 2.25, True], OWN: [1, 2, 2.25, False]}
    assert elite == ONE


def test_no_part_of_an_infinite_difference_is_nothing() -> None:
    one, two = (PlainGenome({0: [2, 0, bias]}, {}) for bias in (1.7e308, -1.7e308))
    for factor, wanted in ((0.0, -1.7e308), (0.5, 100.0)):
        variation = variation_with(differential_weight=factor)
        [child] = run_inherit([one, two], [Mating(1, -1, False, 0, 1)], variation)
        assert child.nodes[0][2] == wanted
