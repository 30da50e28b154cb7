"""The population of a run: what may be put into it, and how one generation follows another."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import check_population


def ids(neat: ReproPlanaNEATPlus) -> list[int]:
    return [genome.id for genome in neat.population]


def with_hidden(genome: Genome) -> Genome:
    """Return a copy with one hidden node between input 0 and the output."""
    grown = genome.copy()
    grown.nodes[9] = NodeGene(9, "hidden")
    grown.connections[50] = ConnectionGene(0, 9, 0.5, innovation=50)
    grown.connections[51] = ConnectionGene(9, 2, -0.5, innovation=51)
    return grown


def test_the_first_population_joins_every_input_to_every_output() -> None:
    neat = ReproPlanaNEATPlus(3, 2, 10, rng=1)
    assert len(neat.population) == 10
    assert ids(neat) == list(range(10))
    for genome in neat.population:
        assert (len(genome.nodes), len(genome.connections)) == (5, 6)
    weights = [tuple(genome.genes.edge_weight) for genome in neat.population]
    assert len(set(weights)) == 10


def test_the_population_keeps_its_size_and_its_laws() -> None:
    neat = runs.make_neat(17)
    for _ in range(6):
        neat.evolve(runs.closeness, 1, verbose=False)
        assert len(neat.population) == 17
        assert len(set(ids(neat))) == 17
        check_population(neat.population, num_inputs=2, num_outputs=1)


@pytest.mark.parametrize("size", [5, 30])
def test_pop_size_holds_from_the_next_generation_exactly(size: int) -> None:
    neat = runs.make_neat(12)
    neat.evolve(runs.closeness, 2, verbose=False)
    neat.pop_size = size
    assert len(neat.population) == 12
    neat.evolve(runs.closeness, 1, verbose=False)
    assert len(neat.population) == size
    assert neat.records[-1].evaluations == 24 + size


def test_pop_size_before_the_start_is_that_of_the_first_population() -> None:
    neat, larger = runs.make_neat(12), runs.make_neat(20)
    neat.population[3].connections[0].weight = 7.0
    neat.pop_size = 20
    assert neat.population[3].connections[0].weight == 7.0
    neat.population[3].connections[0].weight = larger.population[3].connections[0].weight
    assert runs.bits(neat.population) == runs.bits(larger.population)
    neat.pop_size = 12
    assert runs.bits(neat.population) == runs.bits(runs.make_neat(12).population)
    neat.population[0] = with_hidden(neat.population[0])  # the new population learns too
    assert neat.tracker.next_node == 10


def test_num_inputs_and_outputs_can_be_set_until_the_first_score() -> None:
    neat = runs.make_neat(12)
    neat.pop_size = 8
    neat.num_inputs, neat.num_outputs = 4, 3
    assert len(neat.population) == 8
    assert len(neat.population[0].connections) == 12
    assert runs.bits(neat.population) == runs.bits(ReproPlanaNEATPlus(4, 3, 8, rng=3).population)
    neat._evaluate_population(runs.flat)
    for name in ("num_inputs", "num_outputs"):
        with pytest.raises(ValueError, match=f"{name} must be set before the first .* got 2 in"):
            setattr(neat, name, 2)
    assert (neat.num_inputs, neat.num_outputs) == (4, 3)


def test_a_new_first_population_has_the_size_of_the_one_before() -> None:
    neat = runs.make_neat(12)
    neat.population = neat.population[:5]
    neat.num_inputs = 3
    assert neat.pop_size == len(neat.population) == 5


def test_a_population_is_copied_when_it_is_set() -> None:
    neat, other = runs.make_neat(), runs.make_neat(8, seed=9)
    neat.population = other.population
    assert neat.pop_size == len(neat.population) == 8
    neat.population[0].connections[0].weight = 30.0
    assert other.population[0].connections[0].weight != 30.0
    other.population[0] = with_hidden(other.population[0])
    assert neat.tracker.next_node == 3


def test_one_genome_is_a_population_of_its_copies() -> None:
    neat = runs.make_neat()
    other = ReproPlanaNEATPlus(neat.num_inputs, neat.num_outputs, 5, rng=8)
    seed = other.population[3]
    neat.population = seed
    assert len(neat.population) == neat.pop_size == 12
    assert all(genome.genes == seed.genes for genome in neat.population)
    assert len({genome.id for genome in neat.population}) == 12
    neat.evolve(runs.closeness, 3, verbose=False)
    assert len({tuple(genome.genes.edge_weight) for genome in neat.population}) > 1


def test_a_list_of_genomes_is_a_population() -> None:
    neat = runs.make_neat(12)
    neat.population = [with_hidden(genome) for genome in neat.population[:6]]
    assert [genome.n_hidden for genome in neat.population] == [1] * 6
    assert (neat.tracker.next_node, neat.tracker.next_innovation) == (10, 52)
    _, history = neat.evolve(runs.size, 4, verbose=False)
    assert history[0] == (5.0, 5.0)
    assert len(neat.population) == 6
    check_population(neat.population)


def test_equal_ids_are_told_apart() -> None:
    neat = runs.make_neat(12)
    champion = neat.population[5].copy()
    neat.population = [champion] * 4
    assert ids(neat) == [5, 12, 13, 14]
    neat.population[0] = neat.population[2]
    neat.evolve(runs.shaking, 1, verbose=False)
    assert sorted(ids(neat)) == [12, 13, 14, 15]
    neat.evolve(runs.shaking, 1, verbose=False)
    assert min(genome.id for genome in neat.population if genome.birth_generation == 1) == 16


def test_ids_that_were_given_out_are_not_given_again() -> None:
    neat = runs.make_neat(12)
    old = neat.population[3].copy()
    scores = neat._evaluate_population(runs.flat)
    neat.reproduce(neat.speciate(scores), scores)
    born = max(ids(neat))
    neat.population = [old, old]
    assert ids(neat) == [3, born + 1]


def test_an_id_from_outside_is_not_given_again() -> None:
    neat = runs.make_neat(12)
    stranger = neat.population[0].copy()
    stranger.id = 14
    neat.population[0] = stranger
    neat.evolve(runs.flat, 3, verbose=False)
    born = [genome.id for genome in neat.population if genome.birth_generation > 0]
    assert min(born) >= 15


def bad_genome() -> Genome:
    genome = runs.make_neat().population[0].copy()
    genome.connections[0].weight = 1.0
    genome.genes.edge_weight[0] = np.nan
    return genome


def other_meaning() -> Genome:
    genome = runs.make_neat().population[0].copy()
    del genome.connections[1]
    genome.connections[1] = ConnectionGene(1, 2, 1.0, innovation=1)
    genome.connections[0] = ConnectionGene(0, 2, 1.0, innovation=0)
    del genome.connections[0]
    genome.connections[7] = ConnectionGene(0, 2, 1.0, innovation=7)
    return genome


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        (5, TypeError, "population must be a sequence of Genome, got 5"),
        ([], ValueError, r"len\(population\) must be >= 2, got 0"),
        (["genome"] * 3, TypeError, r"population\[0\] must be a Genome, got 'genome'"),
        ([Genome(1), Genome(2)], GenomeError, r"population\[0\], id 1: genome must have 2 input"),
        ([bad_genome()] * 2, GenomeError, "must be finite, got nan"),
        ([other_meaning()] * 2, GenomeError, "must keep its innovation 0 in this run, got 7"),
        (Population.first(4, 3, 1), GenomeError, "genome must have 2 input nodes, got 3"),
    ],
)
def test_a_population_that_cannot_be_is_refused_and_nothing_changes(
    value: Any, error: type[Exception], message: str
) -> None:
    neat = runs.make_neat()
    before = runs.bits(neat.population)
    with pytest.raises(error, match=message):
        neat.population = value
    assert runs.bits(neat.population) == before
    assert neat.pop_size == 12
    assert len(neat.event_log) == 1  # the back-end of these tests


def test_a_population_set_after_a_score_is_the_next_generation() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 2, verbose=False)
    neat.population = [with_hidden(genome) for genome in neat.population]
    assert neat.generation == 2
    taken = runs.bits(neat.population)
    found: list[str] = []

    def schedule(generation: int, context: Mapping[str, Any]) -> dict[str, float]:
        found.append(runs.bits(neat.population))
        return {}

    neat.evolve(runs.closeness, 1, verbose=False, env_schedule=schedule)
    assert found == [taken]  # it was scored as it was set
    assert [record.generation for record in neat.records] == [0, 1, 2]


def test_a_genome_put_in_after_a_score_is_scored_before_anything_is_bred() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.size, 2, verbose=False)
    giant = with_hidden(neat.population[0])
    giant.connections[52] = ConnectionGene(1, 9, 0.5, innovation=52)
    neat.population[7] = giant
    _, history = neat.evolve(runs.size, 2, verbose=False)
    assert history[0][0] == giant.n_hidden + giant.n_enabled
    assert [record.generation for record in neat.records] == [0, 1, 2, 3]
    assert any(9 in genome.nodes for genome in neat.population)


def test_an_old_population_keeps_its_scores() -> None:
    neat = runs.make_neat()
    neat.mode = runs.PENALISED
    neat.evolve(runs.closeness, 1, verbose=False)
    old = neat.population
    before = runs.bits(old)
    neat.evolve(runs.closeness, 1, verbose=False)
    assert neat.population is not old
    assert runs.bits(old) == before
