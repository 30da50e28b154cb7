"""Where a population is scored: one interface, and the back-ends behind it."""

import concurrent.futures
from collections.abc import Mapping
from concurrent.futures import Executor, ThreadPoolExecutor
from typing import Any, Protocol

from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.environment import BackendName
from spiral_monolith_neat_numpy.evaluation.handed import ExecutorBackend
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.scored import Scored
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta
from spiral_monolith_neat_numpy.evaluation.travel import pickled
from spiral_monolith_neat_numpy.genes.population import Population

__all__ = ["Backend", "make_backend"]

# From Python 3.14 on; it is called a pool of threads and shares nothing with this interpreter.
_INTERPRETERS = getattr(concurrent.futures, "InterpreterPoolExecutor", ())


class Backend(Protocol):
    """Scores populations; the result does not depend on which one it is, nor on its workers.

    Attributes:
        name: "process" where genomes are scored in other processes; a fitness for a whole
            population is then called genome by genome.
        workers: how many genomes it scores at once.
        executor: threads that a fitness may use which scores a whole population by itself.
    """

    @property
    def name(self) -> BackendName:
        """Its kind, as in ``NEAT_EVAL_BACKEND``."""

    @property
    def workers(self) -> int:
        """How many genomes it scores at once."""

    @property
    def executor(self) -> ThreadPoolExecutor | None:
        """Threads for a fitness that scores a whole population by itself, if there are any."""

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread there is (see ``genes.ranges.Spread``)."""

    def evaluate(self, population: Population, job: Job) -> Scored:
        """Score every genome, one call of the job's fitness each.

        Weights, biases, activations, enabled flags and fields of the record that the fitness
        sets on its genome are kept in ``population``.

        Args:
            population: the genomes.
            job: the fitness, where in the run it is called, and what becomes of its errors.

        Returns:
            A score per genome, NaN where the fitness returned it, and what went wrong.

        Raises:
            FitnessError: on the first genome, in their order, on which the fitness raises (its
                error is the cause), changes the structure, or returns something else than a
                number; if errors are to be raised.
        """

    def close(self) -> None:
        """Let go of threads and processes; may be called at any time, also again."""


def make_backend(
    settings: PoolSettings, shm_meta: Mapping[str, SharedMeta] | None = None
) -> Backend:
    """Return the back-end that the settings ask for.

    Args:
        settings: which one, with how many workers, and their rules.
        shm_meta: label -> meta of shared data sets for worker processes; those registered in
            this process are known to them anyway.
    """
    asked = settings.parallel_backend
    if isinstance(asked, Executor):
        # Not every executor tells how many workers it has.
        known = getattr(asked, "_max_workers", None)
        workers = known if isinstance(known, int) and known > 0 else settings.eval_workers
        if isinstance(asked, ThreadPoolExecutor) and not isinstance(asked, _INTERPRETERS):
            return ThreadBackend(workers, asked)
        return ExecutorBackend(asked, workers, shm_meta)
    if asked == "serial":
        return SerialBackend()
    if asked == "thread":
        return ThreadBackend(settings.eval_workers)
    return ProcessBackend(settings, shm_meta)


def _is_picklable(obj: object) -> bool:
    """Return whether ``obj`` can be sent to another process by pickle."""
    return not pickled(obj)[1]
