"""The champion: which genome it is, and what is kept of it."""

import numpy as np
from tests.evolution import runs

from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evolution.champion import Champion
from spiral_monolith_neat_numpy.evolution.scoring import sift
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population


def offer(champion: Champion, scores: list[float], generation: int = 0) -> None:
    population = Population.first(len(scores), 2, 1, seed=generation)
    champion.offer(population, sift(np.array(scores)), runs.closeness, 1, generation)


def test_there_is_none_before_a_score_above_minus_infinity() -> None:
    champion = Champion()
    offer(champion, [-np.inf, -np.inf])
    assert (champion.genome, champion.fitness, champion.generation) == (None, -np.inf, -1)


def test_only_a_better_one_takes_its_place() -> None:
    champion = Champion()
    offer(champion, [1.0, 3.0, 3.0])
    first = champion.genome
    assert first is not None
    assert (first.id, first.fitness) == (1, 3.0)
    offer(champion, [3.0, 2.0, 3.0], generation=1)
    assert champion.genome == first
    assert champion.generation == 0
    offer(champion, [0.0, 0.0, 3.5], generation=2)
    assert champion.genome is not None
    assert (champion.genome.id, champion.fitness, champion.generation) == (2, 3.5, 2)


def test_it_is_a_copy_and_gives_copies() -> None:
    population = Population.first(2, 2, 1)
    champion = Champion()
    champion.offer(population, sift(np.array([1.0, 0.0])), runs.closeness, 1, 0)
    population[0].connections[0].weight = 99.0
    found = champion.genome
    assert found is not None
    assert found.connections[0].weight != 99.0
    found.connections[0].weight = 98.0
    assert champion.genome != found
    assert population[0].fitness is None


class Doubles:
    """Predicts with twice the weights that the population holds."""

    def develop(self, genome: Genome, context: EvaluationContext) -> Genome:
        self.context = context
        grown = genome.copy()
        grown.genes.edge_weight[:] *= 2.0
        return grown


def test_a_fitness_that_develops_genomes_is_asked_for_the_one_behind_the_score() -> None:
    population, fitness, champion = Population.first(3, 2, 1), Doubles(), Champion()
    champion.offer(population, sift(np.array([0.0, 0.0, 1.0])), fitness, 8, 5)
    assert fitness.context == EvaluationContext(8, 5, genome_id=2)
    assert champion.genome is not None
    np.testing.assert_array_equal(
        champion.genome.genes.edge_weight, 2.0 * population[2].genes.edge_weight
    )
