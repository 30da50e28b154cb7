"""The first generation is fully connected and differs in every genome."""

import math

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes.first import Start, first_genes
from spiral_monolith_neat_numpy.genes.layered import Ends
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.seeding import Purpose, stream


@pytest.mark.parametrize(("n", "num_inputs", "num_outputs"), [(1, 1, 1), (5, 3, 2), (4, 2, 7)])
def test_every_input_goes_to_every_output(n: int, num_inputs: int, num_outputs: int) -> None:
    population = Population.first(n, num_inputs, num_outputs, "softplus", seed=3)
    check_population(population, num_inputs=num_inputs, num_outputs=num_outputs)
    assert len(population) == n
    assert population.table.id.tolist() == list(range(n))
    for genome in population:
        assert len(genome.nodes) == num_inputs + num_outputs
        assert len(genome.connections) == num_inputs * num_outputs
        assert genome.n_hidden == 0
        assert genome.n_enabled == num_inputs * num_outputs
        for node in genome.nodes.values():
            expected = ("input", "identity") if node.id < num_inputs else ("output", "softplus")
            assert (node.type, node.activation, node.bias) == (*expected, 0.0)
        for number, gene in genome.connections.items():
            source, output = divmod(number, num_outputs)
            assert (gene.in_node, gene.out_node) == (source, num_inputs + output)


def test_weights_differ_in_every_genome_and_in_every_connection() -> None:
    weights = Population.first(50, 3, 2).genes.edge_weight
    assert np.unique(weights).size == weights.size == 300


def test_outputs_are_sigmoid_unless_told_otherwise() -> None:
    assert Population.first(1, 1, 1)[0].nodes[1].activation == "sigmoid"


def test_a_genomes_weights_come_from_its_own_stream_alone() -> None:
    few, many = Population.first(2, 3, 2, seed=9), Population.first(7, 3, 2, seed=9)
    assert few[1].genes == many[1].genes
    drawn = stream(9, Purpose.FIRST_POPULATION, genome=1).normal(0.0, 1.0, 6)
    assert few[1].genes.edge_weight.tolist() == drawn.tolist()
    other = Population.first(2, 3, 2, seed=10)
    assert not np.isin(other.genes.edge_weight, few.genes.edge_weight).any()


def test_sigma_scales_the_weights() -> None:
    one, three = Population.first(4, 3, 2), Population.first(4, 3, 2, sigma=3.0)
    np.testing.assert_allclose(three.genes.edge_weight, 3.0 * one.genes.edge_weight, rtol=1e-15)
    assert not Population.first(4, 3, 2, sigma=0.0).genes.edge_weight.any()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("n", 0),
        ("n", 2.5),
        ("num_inputs", 0),
        ("num_outputs", -1),
        ("output_activation", "step"),
        ("sigma", -1.0),
        ("sigma", math.inf),
        ("sigma", math.nan),
    ],
)
def test_a_wrong_argument_is_named(name: str, value: object) -> None:
    arguments: dict[str, object] = {"n": 3, "num_inputs": 2, "num_outputs": 1, name: value}
    with pytest.raises((TypeError, ValueError), match=f"{name} must be .*got {value!r}"):
        Population.first(**arguments)  # type: ignore[arg-type]


ENDS = Ends(4, 3)


def test_partly_connected_genomes_have_their_share_and_the_weights_of_whole_ones() -> None:
    whole = first_genes(200, ENDS, Start(), seed=3)
    part = first_genes(200, ENDS, Start(connectivity=0.3), seed=3)
    assert abs(part.genes.n_edges / whole.genes.n_edges - 0.3) < 0.05  # 5 standard deviations
    assert np.unique(np.diff(part.edge_offset)).size > 3
    for index in range(5):
        all_of_it, some = whole.part(index), part.part(index)
        kept = np.isin(all_of_it.edge_innovation, some.edge_innovation)
        assert some.edge_weight.tolist() == all_of_it.edge_weight[kept].tolist()
    check_population(Population.started(part), num_inputs=4, num_outputs=3)


def test_bare_genomes_have_ends_and_nothing_between() -> None:
    population = Population.started(first_genes(5, ENDS, Start(connectivity=0.0), seed=1))
    assert population.genes.n_edges == 0
    assert [len(genome.nodes) for genome in population] == [7] * 5


def test_uniform_weights_have_the_deviation_asked_for() -> None:
    weights = first_genes(500, ENDS, Start(2.0, "uniform"), seed=1).genes.edge_weight
    assert abs(weights).max() < 2.0 * math.sqrt(3.0)
    assert abs(weights.std() - 2.0) < 0.05
    assert abs(weights.mean()) < 0.15


def test_each_generation_draws_others() -> None:
    first, later = (first_genes(3, ENDS, Start(), 1, generation).genes for generation in (0, 4))
    assert not np.isin(first.edge_weight, later.edge_weight).any()


@pytest.mark.parametrize(
    ("name", "value"), [("sigma", -1.0), ("shape", "flat"), ("connectivity", 2)]
)
def test_a_wrong_start_is_named(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=f"{name} must be"):
        Start(**{name: value})  # type: ignore[arg-type]
