"""Mutation of parameters follows the settings and leaves the spared alone."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS
from spiral_monolith_neat_numpy.genes.gather import Packed, gather
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.parameters import mutate_parameters

STILL = Settings(p_mutate_weights=0.0, p_mutate_bias=0.0)
N = 40


def some_genes() -> Packed:
    genome = Genome()
    for i, kind in enumerate(("input", "output", "hidden")):
        genome.nodes[i] = NodeGene(i, kind)
    genome.connections[0] = ConnectionGene(0, 2, 0.5)
    genome.connections[1] = ConnectionGene(2, 1, 0.5, innovation=1)
    population = Population.from_genomes([genome] * N)
    offsets = population.node_offset, population.edge_offset
    return gather(*offsets, population.genes, np.arange(N))


def mutated(settings: Settings) -> tuple[Packed, Packed]:
    before, after = some_genes(), some_genes()
    spared = np.arange(N) == 0
    streams = start_streams(1, Purpose.INHERIT, 0, np.arange(N))
    mutate_parameters(after, spared, settings, streams)
    assert after.part(0) == before.part(0)
    return before, after


def test_nothing_moves_at_rate_zero() -> None:
    before, after = mutated(STILL)
    assert before.genes == after.genes


@pytest.mark.parametrize("p_replace_weight", [0.0, 1.0])
def test_weights_alone_move_and_keep_to_the_clip(p_replace_weight: float) -> None:
    before, after = mutated(
        STILL.with_changes(
            p_mutate_weights=1.0,
            p_replace_weight=p_replace_weight,
            weight_sigma=2.0,
            initial_weight_sigma=2.0,
            weight_clip=1.5,
        )
    )
    assert (after.genes.edge_weight[2:] != 0.5).all()
    assert np.abs(after.genes.edge_weight).max() == 1.5
    assert (after.genes.node_bias == before.genes.node_bias).all()


def test_biases_of_hidden_and_output_nodes_alone_move() -> None:
    before, after = mutated(STILL.with_changes(p_mutate_bias=1.0, bias_sigma=1.0))
    moved = (after.genes.node_bias != before.genes.node_bias).reshape(N, 3)
    assert moved[1:].tolist() == [[False, True, True]] * (N - 1)
    assert (after.genes.edge_weight == before.genes.edge_weight).all()


def test_activations_of_hidden_nodes_alone_are_drawn_from_the_options() -> None:
    options = ("sine", "abs")
    _, after = mutated(STILL.with_changes(p_mutate_activation=1.0, activation_options=options))
    activation = after.genes.node_activation.reshape(N, 3)[1:]
    assert {ACTIVATIONS[code] for code in activation[:, 2]} == set(options)
    assert {ACTIVATIONS[code] for code in activation[:, :2].ravel()} == {"tanh"}
