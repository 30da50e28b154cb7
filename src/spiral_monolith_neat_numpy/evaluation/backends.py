"""Where a population is scored: one interface, and the back-ends behind it by name."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Protocol

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evaluation.calling import Fitness
from spiral_monolith_neat_numpy.evaluation.environment import (
    BackendName,
    StartMethod,
    check_backend,
)
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend, pickled
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta
from spiral_monolith_neat_numpy.genes.population import Population

__all__ = ["Backend", "ProcessBackend", "SerialBackend", "ThreadBackend", "make_backend"]


class Backend(Protocol):
    """Scores populations; the result does not depend on which one it is, nor on its workers.

    Attributes:
        name: its name in ``NEAT_EVAL_BACKEND``.
        workers: how many genomes it scores at once.
        executor: threads that a fitness may use which scores a whole population by itself.
    """

    @property
    def name(self) -> BackendName:
        """Its name in ``NEAT_EVAL_BACKEND``."""

    @property
    def workers(self) -> int:
        """How many genomes it scores at once."""

    @property
    def executor(self) -> ThreadPoolExecutor | None:
        """Threads for a fitness that scores a whole population by itself, if there are any."""

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread there is (see ``genes.ranges.Spread``)."""

    def evaluate(
        self, population: Population, fitness: Fitness, seed: int, generation: int
    ) -> FloatArray:
        """Score every genome, one call of ``fitness`` each.

        Weights, biases, activations, enabled flags and fields of the record that ``fitness``
        sets on its genome are kept in ``population``.

        Args:
            population: the genomes.
            fitness: ``fitness(genome) -> number``; one with a parameter ``context`` is handed
                an ``EvaluationContext`` by that name.
            seed: seed of the run, for the context.
            generation: generation number, from 0, for the context.

        Returns:
            ``(n,)`` float64 scores; NaN where the fitness returned it.

        Raises:
            TypeError: ``fitness`` cannot be called.
            FitnessError: on the first genome, in their order, on which ``fitness`` raises (its
                error is the cause), changes the structure, or returns something else than a
                number.
        """

    def close(self) -> None:
        """Let go of threads and processes; may be called at any time, also again."""


def make_backend(
    name: str,
    workers: int,
    start_method: StartMethod = "spawn",
    shm_meta: Mapping[str, SharedMeta] | None = None,
    keepalive: int = 0,
    restart_every: int = 25,
) -> Backend:
    """Return the back-end of that name.

    Args:
        name: "serial", "thread" or "process".
        workers: threads or processes, at least 1; "serial" has one whatever is asked.
        start_method: how worker processes start: "spawn", "fork" or "forkserver".
        shm_meta: label -> meta of shared data sets for worker processes; those registered in
            this process are known to them anyway.
        keepalive: above 0, worker processes live across generations.
        restart_every: generations after which processes kept alive are replaced; 0: never.

    Raises:
        NotImplementedError: "ray".
        ValueError: an unknown name, or a value out of range.
    """
    check_backend("backend", name)
    if name == "serial":
        return SerialBackend()
    if name == "thread":
        return ThreadBackend(workers)
    return ProcessBackend(workers, start_method, shm_meta, keepalive, restart_every)


def _is_picklable(obj: object) -> bool:
    """Return whether ``obj`` can be sent to another process by pickle."""
    return not pickled(obj)[1]
