"""Score a population: in one call where the fitness offers it, else genome by genome."""

from typing import Any

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import FitnessError, as_floats
from spiral_monolith_neat_numpy.evaluation.backends import Backend
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.scored import OnError, Scored
from spiral_monolith_neat_numpy.genes.population import Population


def evaluate(
    population: Population,
    fitness: Any,
    backend: Backend,
    seed: int,
    generation: int,
    on_error: OnError = "raise",
) -> Scored:
    """Return one score per genome, NaN where the fitness returned it, and what went wrong.

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
        on_error: what becomes of a genome on which the fitness fails. To "penalise" it, a whole
            population on one of which it failed is scored again, genome by genome.

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
        return backend.evaluate(population, Job.of(fitness, seed, generation, on_error))
    _ = population.genes  # packs what was assigned, which threads must not do at once
    context = PopulationContext(seed, generation, backend.workers, backend.executor, backend.spread)
    if on_error == "raise" or not callable(fitness):
        return _in_one_call(population, whole, context)
    before = [array.copy() for array in _parameters(population)]
    try:
        return _in_one_call(population, whole, context)
    except FitnessError:
        for array, old in zip(_parameters(population), before, strict=True):
            array[...] = old
        return backend.evaluate(population, Job.of(fitness, seed, generation, on_error))


def _in_one_call(population: Population, whole: Any, context: PopulationContext) -> Scored:
    before = population.version
    scores = as_floats("what evaluate_population returns", whole(population, context))
    if scores.shape != (len(population),):
        raise ValueError(
            f"evaluate_population must return {len(population)} scores, one per genome, "
            f"got shape {scores.shape}"
        )
    if population.version != before:
        raise ValueError("evaluate_population must not change the structure of genomes")
    return Scored(scores)


def _parameters(population: Population) -> tuple[AnyArray, ...]:
    return (*population.genes.arrays(), *population.table.arrays())
