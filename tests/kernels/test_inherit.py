"""Children have the structure of the fitter parent and genes of both."""

import numpy as np
import pytest
from tests import reference
from tests.kernels.packing import (
    assert_same,
    both_streams,
    number_of,
    pack,
    random_genome,
    unpack,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.inherit import (
    choose_base,
    inherit_edges,
    inherit_nodes,
    match_genes,
)


def run_base(
    mother: list[int], father: list[int], fitness: list[float], genomes: list[PlainGenome]
) -> list[tuple[int, int]]:
    node_offset, _, edge_offset, _ = pack(genomes)
    base, other = np.full(len(mother), -9), np.full(len(mother), -9)
    choose_base(
        np.array(mother, dtype=np.int64),
        np.array(father, dtype=np.int64),
        np.array(fitness, dtype=np.float64),
        node_offset,
        edge_offset,
        base,
        other,
    )
    return list(zip(base.tolist(), other.tolist(), strict=True))


def run_match(
    other: IntArray, offset: IntArray, ids: IntArray, child_offset: IntArray, child_ids: IntArray
) -> IntArray:
    match = np.full(child_ids.size, -9)
    match_genes(other, offset, ids, child_offset, child_ids, match)
    return match


def run_inherit(
    bases: list[PlainGenome], parents: list[PlainGenome], other: list[int], p_disabled: float
) -> list[PlainGenome]:
    node_offset, nodes, edge_offset, edges = pack(parents)
    child_node_offset, out_nodes, child_edge_offset, out_edges = pack(bases)
    streams, _ = both_streams(len(bases))
    others = np.array(other, dtype=np.int64)
    inherit_nodes(
        run_match(others, node_offset, nodes.id, child_node_offset, out_nodes.id),
        nodes.bias,
        nodes.activation,
        streams,
        child_node_offset,
        out_nodes.bias,
        out_nodes.activation,
    )
    inherit_edges(
        others,
        run_match(others, edge_offset, edges.innovation, child_edge_offset, out_edges.innovation),
        edges.weight,
        edges.enabled,
        p_disabled,
        streams,
        child_edge_offset,
        out_edges.weight,
        out_edges.enabled,
    )
    return unpack(child_node_offset, out_nodes, child_edge_offset, out_edges)


def test_base_equals_its_twin() -> None:
    rng = np.random.default_rng(2)
    genomes = [random_genome(rng) for _ in range(6)]
    fitness = [1.0, 1.0, -np.inf, 0.0, -np.inf, np.inf]
    mother, father = rng.integers(0, 6, 40).tolist(), rng.integers(-1, 6, 40).tolist()
    wanted = [
        reference.choose_base(m, f, fitness, genomes) for m, f in zip(mother, father, strict=True)
    ]
    assert run_base(mother, father, fitness, genomes) == wanted


def test_the_fitter_lends_structure_then_the_smaller_then_the_mother() -> None:
    small, large = PlainGenome({0: [0, 0, 0.0]}, {}), random_genome(np.random.default_rng(1))
    genomes = [small, large, small, large]
    fitness = [1.0, 2.0, 1.0, 1.0]
    pairs = [(0, 1), (1, 0), (3, 0), (0, 3), (0, 2), (2, 0), (1, -1)]
    found = run_base([m for m, _ in pairs], [f for _, f in pairs], fitness, genomes)
    assert found == [(1, 0), (1, 0), (0, 3), (0, 3), (0, 2), (2, 0), (1, -1)]


def test_genes_match_by_their_ids() -> None:
    offset, ids = np.array([0, 3, 3, 5]), np.array([2, 4, 7, 4, 9])
    child_offset, child_ids = np.array([0, 3, 5, 6, 8]), np.array([1, 4, 7, 9, 10, 4, 7, 9])
    found = run_match(np.array([0, 2, 1, -1]), offset, ids, child_offset, child_ids)
    assert found.tolist() == [-1, 1, 2, 4, -1, -1, -1, -1]


@pytest.mark.parametrize("p_disabled", [0.0, 0.75, 1.0])
@pytest.mark.parametrize("n", [0, 1, 12])
def test_inherited_genes_equal_those_of_the_twin(n: int, p_disabled: float) -> None:
    rng = np.random.default_rng(n)
    parents = [random_genome(rng) for _ in range(5)]
    parents[3] = PlainGenome({}, {})
    base, other = rng.integers(0, 5, n).tolist(), rng.integers(-1, 5, n).tolist()
    _, draws = both_streams(n)
    wanted = [
        reference.inherit(parents[b], parents[o] if o >= 0 else None, p_disabled, draw)
        for b, o, draw in zip(base, other, draws, strict=True)
    ]
    found = run_inherit([parents[b] for b in base], parents, other, p_disabled)
    assert_same(found, wanted)


def test_matching_genes_mix_and_unmatched_ones_come_from_the_base_alone() -> None:
    shared, own, foreign = number_of(0, 2), number_of(1, 2), number_of(0, 5)
    nodes = {0: [0, 0, 0.0], 1: [0, 0, 0.0], 2: [2, 3, 1.0]}
    base = PlainGenome(nodes, {shared: [0, 2, 1.0, True], own: [1, 2, 5.0, False]})
    other = PlainGenome(
        nodes | {2: [2, 4, -1.0], 5: [1, 0, 0.0]},
        {shared: [0, 2, -1.0, False], foreign: [0, 5, 9.0, True]},
    )
    children = run_inherit([base] * 60, [other], [0] * 60, 0.75)
    assert all(child.nodes.keys() == base.nodes.keys() for child in children)
    assert all(child.edges.keys() == base.edges.keys() for child in children)
    assert {child.edges[shared][2] for child in children} == {1.0, -1.0}
    assert {child.edges[own][2] for child in children} == {5.0}
    assert {tuple(child.nodes[2][1:]) for child in children} == {(3, 1.0), (4, -1.0)}
    # Disabled in either parent: enabled again in a quarter of the children.
    for edge in (shared, own):
        assert 3 <= sum(child.edges[edge][3] for child in children) <= 30


def test_a_child_of_one_parent_is_its_copy_and_draws_nothing() -> None:
    parent = random_genome(np.random.default_rng(8))
    assert run_inherit([parent], [parent], [-1], 0.0) == [parent]
