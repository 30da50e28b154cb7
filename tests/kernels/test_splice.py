"""Splicing writes exactly what was proposed, in the order of the ids."""

import numpy as np
import pytest
from tests import reference
from tests.kernels.packing import (
    assert_same,
    both_streams,
    pack,
    random_genome,
    run_propose,
    unpack,
    unset_edges,
    unset_nodes,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels import structure
from spiral_monolith_neat_numpy.kernels.splice import splice_edges, splice_nodes
from spiral_monolith_neat_numpy.kernels.structure import N_EDGES, N_NODES, GrowthRates

ALL = GrowthRates(0.6, 0.6, 0.6, 0.6, 0.6, 9, 99, 1.0, 8.0)
ACTIVATION = 6
WEIGHT_IN = 0.75


def splice(
    genomes: list[PlainGenome], proposal: IntArray, weight: FloatArray, ids: IntArray
) -> list[PlainGenome]:
    node_offset, nodes, edge_offset, edges = pack(genomes)
    out_node_offset = np.cumsum([0, *proposal[:, N_NODES]], dtype=np.int64)
    out_edge_offset = np.cumsum([0, *proposal[:, N_EDGES]], dtype=np.int64)
    out_nodes = unset_nodes(int(out_node_offset[-1]))
    out_edges = unset_edges(int(out_edge_offset[-1]))
    splice_nodes(node_offset, nodes, proposal, ids, ACTIVATION, out_node_offset, out_nodes)
    splice_edges(edge_offset, edges, proposal, ids, weight, WEIGHT_IN, out_edge_offset, out_edges)
    return unpack(out_node_offset, out_nodes, out_edge_offset, out_edges)


@pytest.mark.parametrize("feed_forward", [True, False])
@pytest.mark.parametrize("n", [0, 1, 25])
def test_spliced_genomes_equal_those_of_the_twin(n: int, feed_forward: bool) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng, feed_forward=feed_forward) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    proposal, weight, _ = run_propose(genomes, ALL, feed_forward=feed_forward)
    ids = np.full((n, 4), -1)
    for k, genome in enumerate(genomes):
        ids[k, 0] = rng.choice([i for i in range(14) if i not in genome.nodes])
        ids[k, 1:] = 2 * rng.permutation(200)[:3] + 1  # odd, among the even ones there are
    _, draws = both_streams(n)
    wanted = []
    for genome, row, draw in zip(genomes, ids.tolist(), draws, strict=True):
        mutation = reference.propose(genome, {}, ALL, feed_forward, draw, structure._TRIES)
        wanted.append(reference.splice(genome, mutation, tuple(row), ACTIVATION, WEIGHT_IN))
    assert_same(splice(genomes, proposal, weight, ids), wanted)


def test_a_split_disables_the_edge_and_keeps_its_weight_behind_the_new_node() -> None:
    nodes = {0: [0, 0, 0.0], 1: [2, 3, 0.5], 9: [1, 1, 0.2]}
    genome = PlainGenome(nodes, {4: [0, 1, 0.7, True], 8: [0, 9, 0.1, True]})
    proposal = np.array([[0, -1, -1, -1, -1, 1, 4, 4]])  # split edge 4, toggle edge 8
    [child] = splice([genome], proposal, np.zeros(1), np.array([[5, 12, 6, -1]]))
    assert child.nodes == nodes | {5: [1, ACTIVATION, 0.0]}
    assert child.edges == {
        4: [0, 1, 0.7, False],
        6: [5, 1, 0.7, True],
        8: [0, 9, 0.1, False],
        12: [0, 5, WEIGHT_IN, True],
    }


def test_an_edge_that_is_split_and_toggled_ends_up_disabled() -> None:
    genome = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {0: [0, 1, 2.0, True]})
    proposal = np.array([[0, -1, -1, -1, -1, 0, 3, 3]])
    [child] = splice([genome], proposal, np.zeros(1), np.array([[2, 1, 2, -1]]))
    assert [edge[3] for edge in child.edges.values()] == [False, True, True]
