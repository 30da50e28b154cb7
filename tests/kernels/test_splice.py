"""Splicing writes exactly what was proposed, in the order of the ids."""

from dataclasses import replace

import numpy as np
import pytest
from tests import breeding_reference
from tests.kernels.packing import (
    assert_same,
    both_streams,
    draft_of,
    random_genome,
    run_deliver,
    run_propose,
    unpack,
    variation_with,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels import structure
from spiral_monolith_neat_numpy.seeding import Purpose

STILL = variation_with()
ACTIVATION, WEIGHT_IN = STILL.hidden_activation, STILL.split_weight
NO_IDS = np.full((1, 4), -1)


def delivered(genome: PlainGenome, row: list[int], ids: IntArray = NO_IDS) -> PlainGenome:
    """Return the child of one genome with this proposal; a new connection weighs 0.5."""
    [child] = unpack(*run_deliver(draft_of([genome], np.array([row]), np.full(1, 0.5)), ids, STILL))
    return child


@pytest.mark.parametrize("feed_forward", [True, False])
@pytest.mark.parametrize("n", [0, 1, 25])
def test_delivered_genomes_equal_those_of_the_twin(n: int, feed_forward: bool) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng, feed_forward=feed_forward) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    variation = variation_with(
        p_add_node=0.6,
        p_add_connection=0.6,
        p_remove_node=0.6,
        p_remove_connection=0.6,
        p_toggle=0.6,
        initial_sigma=1.0,
        feed_forward=feed_forward,
    )
    ids = np.full((n, 4), -1)
    for k, genome in enumerate(genomes):
        ids[k, 0] = rng.choice([i for i in range(14) if i not in genome.nodes])
        ids[k, 1:] = 2 * rng.permutation(200)[:3] + 1  # odd, among the even ones there are
    _, draws = both_streams(n, Purpose.STRUCTURE)
    wanted = []
    for genome, row, draw in zip(genomes, ids.tolist(), draws, strict=True):
        mutation = breeding_reference.propose(
            genome, {}, variation.growth, variation.noise, draw, structure._TRIES
        )
        wanted.append(
            breeding_reference.splice(genome, mutation, tuple(row), ACTIVATION, WEIGHT_IN)
        )
    found = run_deliver(run_propose(genomes, variation), ids, variation)
    assert_same(unpack(*found), wanted)


def test_a_split_disables_the_edge_and_keeps_its_weight_behind_the_new_node() -> None:
    nodes = {0: [0, 0, 0.0], 1: [2, 3, 0.5], 9: [1, 1, 0.2]}
    genome = PlainGenome(nodes, {4: [0, 1, 0.7, True], 8: [0, 9, 0.1, True]})
    # Split edge 4, toggle edge 8.
    child = delivered(genome, [0, -1, -1, -1, -1, 1, 4, 4], np.array([[5, 12, 6, -1]]))
    assert child.nodes == nodes | {5: [1, ACTIVATION, 0.0]}
    assert child.edges == {
        4: [0, 1, 0.7, False],
        6: [5, 1, 0.7, True],
        8: [0, 9, 0.1, False],
        12: [0, 5, WEIGHT_IN, True],
    }


def test_an_edge_that_is_split_and_toggled_ends_up_disabled() -> None:
    genome = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {0: [0, 1, 2.0, True]})
    child = delivered(genome, [0, -1, -1, -1, -1, 0, 3, 3], np.array([[2, 1, 2, -1]]))
    assert [edge[3] for edge in child.edges.values()] == [False, True, True]


def test_what_is_dropped_is_gone_and_a_new_connection_comes_first_where_its_number_does() -> None:
    nodes = {0: [0, 0, 0.0], 1: [2, 3, 0.5], 9: [1, 1, 0.2]}
    genome = PlainGenome(nodes, {4: [0, 1, 0.7, True], 8: [0, 9, 0.1, True], 9: [9, 1, 0.3, True]})
    without = delivered(genome, [-1, -1, -1, 0, 9, -1, 2, 0])
    assert without == PlainGenome({0: nodes[0], 1: nodes[1]}, {})
    joined = delivered(genome, [-1, 9, 9, -1, -1, -1, 3, 4], np.array([[-1, -1, -1, 3]]))
    assert joined == replace(genome, edges={3: [9, 9, 0.5, True]} | genome.edges)
    assert list(joined.edges) == [3, 4, 8, 9]


def test_a_genome_without_nodes_stays_without() -> None:
    nothing = PlainGenome({}, {})
    assert delivered(nothing, [-1, -1, -1, -1, -1, -1, 0, 0]) == nothing
