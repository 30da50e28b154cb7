"""The best genome of a run, kept with the parameters that earned its score."""

from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evolution.scoring import Sifted
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population


def developed(genome: Genome, fitness: Any, seed: int, generation: int) -> Genome:
    """Return a copy of a scored genome that predicts with the parameters behind its score.

    Args:
        genome: as it was scored.
        fitness: the fitness; one with ``develop`` is asked for that genome.
        seed: seed of the run.
        generation: in which it was scored.
    """
    grown = genome.copy()
    develop = getattr(fitness, "develop", None)
    if develop is not None:
        grown = develop(grown, EvaluationContext(seed, generation, grown.id))
    grown.fitness = genome.fitness
    return grown


class Champion:
    """Keeps a copy of the best genome seen.

    Attributes:
        fitness: its score, -inf before the first.
        generation: in which it was scored, -1 before.
    """

    def __init__(self) -> None:
        """Begin without one."""
        self._genome: Genome | None = None
        self.fitness = -np.inf
        self.generation = -1

    @property
    def genome(self) -> Genome | None:
        """A copy of it, None before the first score above -inf."""
        return None if self._genome is None else self._genome.copy()

    def offer(
        self, population: Population, sifted: Sifted, fitness: Any, seed: int, generation: int
    ) -> None:
        """Take the best of a generation if it beats the one kept; the first of equals stays.

        Args:
            population: as it was scored.
            sifted: its scores.
            fitness: see ``developed``.
            seed: seed of the run.
            generation: its number.
        """
        score = sifted.best_score
        if not score > self.fitness:
            return
        genome = developed(population[sifted.best], fitness, seed, generation)
        genome.fitness = score
        self._genome, self.fitness, self.generation = genome, score, generation
