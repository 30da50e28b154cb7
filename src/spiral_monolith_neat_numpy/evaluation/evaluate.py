"""Score a population: in one call where the fitness offers it, else genome by genome."""

from typing import Any

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import as_floats
from spiral_monolith_neat_numpy.evaluation.backends import Backend
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.genes.population import Population


def evaluate(
    population: Population, fitness: Any, backend: Backend, seed: int, generation: int
) -> FloatArray:
    """Return one score per genome, NaN where the fitness returned it.

    A fitness with a method ``evaluate_population(population, context)`` gets the packed
    population in one call, unless genomes are scored in other processes. There one with a
    method ``prepare(population)`` is asked here first: what it finds wrong with its data is
    an error before any process has started, and what it says is said once.

    Args:
        population: parameters that the fitness changes are kept in it.
        fitness: a callable on a genome, or an object with that method.
        backend: where to score.
        seed: seed of the run.
        generation: its number, from 0.

    Raises:
        TypeError: ``fitness`` is neither.
        FitnessError: the fitness failed on a genome; ``genome_id`` says which.
        ValueError: a whole-population method returned something else than a score per
            genome, or changed the structure of genomes.
    """
    whole = getattr(fitness, "evaluate_population", None)
    if whole is None or backend.name == "process":
        if hasattr(fitness, "prepare"):
            fitness.prepare(population)
        return backend.evaluate(population, fitness, seed, generation)
    _ = population.genes  # packs what was assigned, which threads must not do at once
    before = population.version
    context = PopulationContext(seed, generation, backend.workers, backend.executor, backend.spread)
    scores = as_floats("what evaluate_population returns", whole(population, context))
    if scores.shape != (len(population),):
        raise ValueError(
            f"evaluate_population must return {len(population)} scores, one per genome, "
            f"got shape {scores.shape}"
        )
    if population.version != before:
        raise ValueError("evaluate_population must not change the structure of genomes")
    return scores
