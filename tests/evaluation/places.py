"""Short ways to a back-end and to the scores that it gives."""

from collections.abc import Mapping
from typing import Any

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evaluation.backends import Backend
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod, available_start_methods
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.scored import OnError, Scored
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta
from spiral_monolith_neat_numpy.genes.population import Population

QUICK: StartMethod = "fork" if "fork" in available_start_methods() else "spawn"


def processes(
    workers: int,
    method: StartMethod = QUICK,
    shm_meta: Mapping[str, SharedMeta] | None = None,
    **changes: Any,
) -> ProcessBackend:
    """Return worker processes; ``changes`` are fields of ``PoolSettings``."""
    settings = PoolSettings(workers, "process", start_method=method, **changes)
    return ProcessBackend(settings, shm_meta)


def scored(
    backend: Backend,
    population: Population,
    fitness: Any,
    seed: int = 0,
    generation: int = 0,
    on_error: OnError = "raise",
) -> Scored:
    """Return what the back-end makes of a population."""
    return backend.evaluate(population, Job.of(fitness, seed, generation, on_error))


def scores(
    backend: Backend, population: Population, fitness: Any, seed: int = 0, generation: int = 0
) -> FloatArray:
    """Return the scores alone."""
    return scored(backend, population, fitness, seed, generation).scores
