"""Weights, biases and activations change as often and as far as they should."""

import math

import numpy as np
import pytest
from tests import reference
from tests.kernels.packing import assert_same, both_streams, pack, random_genome, unpack
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.kernels.mutate import clipped, mutate_nodes, mutate_weights

SPARED = 2


def some_genomes(n: int = 7) -> list[PlainGenome]:
    rng = np.random.default_rng(n)
    return [random_genome(rng) for _ in range(n)]


@pytest.mark.parametrize(
    ("p_mutate", "p_replace", "sigma"), [(1.0, 0.3, 0.5), (0.5, 0.0, 2.0), (0.0, 1.0, 1.0)]
)
def test_mutated_weights_equal_those_of_the_twin(
    p_mutate: float, p_replace: float, sigma: float
) -> None:
    genomes = some_genomes()
    node_offset, nodes, edge_offset, edges = pack(genomes)
    streams, draws = both_streams(len(genomes))
    spared = np.arange(len(genomes)) == SPARED
    mutate_weights(edge_offset, spared, p_mutate, p_replace, sigma, 3.0, 1.5, streams, edges.weight)
    for k, genome in enumerate(genomes):
        if k != SPARED:
            reference.mutate_weights(genome, p_mutate, p_replace, sigma, 3.0, 1.5, draws[k])
    assert_same(unpack(node_offset, nodes, edge_offset, edges), genomes)


@pytest.mark.parametrize(("p_bias", "p_activation"), [(1.0, 1.0), (0.4, 0.5), (0.0, 0.0)])
def test_mutated_nodes_equal_those_of_the_twin(p_bias: float, p_activation: float) -> None:
    genomes = some_genomes()
    node_offset, nodes, edge_offset, edges = pack(genomes)
    streams, draws = both_streams(len(genomes))
    spared = np.arange(len(genomes)) == SPARED
    options = np.array([1, 4, 8], dtype=np.int8)
    mutate_nodes(
        node_offset,
        spared,
        nodes.kind,
        p_bias,
        0.9,
        1.0,
        p_activation,
        options,
        streams,
        nodes.bias,
        nodes.activation,
    )
    for k, genome in enumerate(genomes):
        if k != SPARED:
            reference.mutate_nodes(genome, p_bias, 0.9, 1.0, p_activation, [1, 4, 8], draws[k])
    assert_same(unpack(node_offset, nodes, edge_offset, edges), genomes)


def test_a_replaced_weight_forgets_the_old_one_and_a_moved_one_does_not() -> None:
    offset, spared = np.array([0, 400]), np.array([False])
    for p_replace, centre in ((1.0, 0.0), (0.0, 100.0)):
        weight = np.full(400, 100.0)
        streams, _ = both_streams(1)
        mutate_weights(offset, spared, 1.0, p_replace, 2.0, 2.0, 1000.0, streams, weight)
        assert abs(weight.mean() - centre) < 0.5  # 5 standard errors
        assert abs(weight.std() - 2.0) < 0.4


def test_clipping_holds_both_ends_and_lets_nan_pass() -> None:
    assert [clipped(value, 2.0) for value in (-9.0, -2.0, 0.5, 2.0, math.inf)] == [
        -2.0,
        -2.0,
        0.5,
        2.0,
        2.0,
    ]
    assert math.isnan(clipped(math.nan, 2.0))
