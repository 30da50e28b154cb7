"""The first population of a table: half direct, half layered, all of it known to evolution."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.experiment.start import SIZE, layer_for, mix_starts
from spiral_monolith_neat_numpy.genes.validity import check_genome


@given(st.integers(1, 500), st.integers(1, 50))
def test_layer_fits_the_data(num_inputs: int, num_outputs: int) -> None:
    layer = layer_for(num_inputs, num_outputs)
    assert 1 <= layer.fan_in <= num_inputs
    edges = layer.n_nodes * (layer.fan_in + num_outputs)
    # Rounded to whole nodes.
    assert abs(edges - SIZE * num_inputs * num_outputs) <= layer.fan_in + num_outputs


def test_half_of_the_genomes_get_a_layer_and_their_ids_stay() -> None:
    neat = ReproPlanaNEATPlus(6, 2, 9, rng=3, output_activation="tanh")
    mix_starts(neat, 3)
    hidden = [genome.n_hidden for genome in neat.population]
    n_nodes = layer_for(6, 2).n_nodes
    assert hidden == [n_nodes] * 4 + [0] * 5
    assert [genome.id for genome in neat.population] == list(range(9))
    assert {neat.population[i].nodes[7].activation for i in range(9)} == {"tanh"}


def test_layers_differ_and_come_from_the_seed() -> None:
    def first(seed: int) -> list[list[int]]:
        neat = ReproPlanaNEATPlus(9, 2, 8, rng=0)
        mix_starts(neat, seed)
        return [list(genome.connections) for genome in neat.population]

    assert first(1) == first(1)
    assert first(1) != first(2)
    assert first(1)[0] != first(1)[1]


def test_evolution_goes_on_from_both_kinds() -> None:
    neat = ReproPlanaNEATPlus(4, 2, 20, rng=1)
    neat.eval_workers = 1
    mix_starts(neat, 1)
    neat.evolve(lambda genome: -abs(genome.n_enabled - 11), 5, verbose=False)
    for genome in neat.population:
        check_genome(genome.genes, num_inputs=4, num_outputs=2)
    numbered: dict[int, tuple[int, int]] = {}
    for genome in neat.population:
        for number, edge in genome.connections.items():
            ends = (edge.in_node, edge.out_node)
            assert numbered.setdefault(number, ends) == ends
    assert np.unique(list(numbered.values()), axis=0).shape[0] == len(numbered)
