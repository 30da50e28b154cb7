"""Evaluation inside this process: one genome after the other, or several at once on threads."""

import logging
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.context import PopulationContext
from spiral_monolith_neat_numpy.evaluation.crew import Crew
from spiral_monolith_neat_numpy.evaluation.environment import BackendName
from spiral_monolith_neat_numpy.evaluation.scored import WORST, Fault, Scored
from spiral_monolith_neat_numpy.evaluation.turns import take_turns
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import at_once

_log = logging.getLogger("spiral_monolith_neat_numpy")


class SerialBackend:
    """Scores genomes in the calling thread, in their order."""

    name: BackendName = "serial"
    workers = 1
    executor: ThreadPoolExecutor | None = None
    spread = staticmethod(at_once)

    def evaluate(self, population: Population, job: Job) -> Scored:
        """Score every genome (see ``backends.Backend.evaluate``)."""
        return Scored.of([job.attempt(population, index) for index in range(len(population))])

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


class ThreadBackend:
    """Scores genomes on threads: the caller's, and others that live until ``close``.

    A genome's parameters are its own part of the population's arrays, so threads need no lock.
    """

    name: BackendName = "thread"

    def __init__(self, workers: int, executor: ThreadPoolExecutor | None = None) -> None:
        """Take ``workers`` threads, of a given executor or else of one that starts when needed.

        A given one is never shut down.
        """
        self.workers = check_integer("workers", workers, 1)
        self._given = executor
        self._own: ThreadPoolExecutor | None = None
        self._crew: Crew | None = None

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The threads, for a fitness that scores a whole population by itself."""
        if self._given is not None:
            return self._given
        if self._own is None:
            self._own = ThreadPoolExecutor(self.workers, thread_name_prefix="spiral-neat")
        return self._own

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread there is (see ``genes.ranges.Spread``)."""
        if self._crew is None:
            self._crew = Crew(self.executor, self.workers)
        return self._crew.spread(n, least, kernel, *arguments)

    def evaluate(self, population: Population, job: Job) -> Scored:
        """Score every genome (see ``backends.Backend.evaluate``)."""
        _ = population.genes  # packs what was assigned, which threads must not do at once
        results: list[float | Fault] = [WORST] * len(population)

        def work(index: int) -> None:
            results[index] = job.attempt(population, index)

        context = PopulationContext(
            job.seed, job.generation, self.workers, self.executor, self.spread
        )
        take_turns(len(results), work, context)
        return Scored.of(results)

    def close(self) -> None:
        """End its own threads; another ``evaluate`` starts new ones."""
        if self._own is not None:
            self._own.shutdown(wait=True, cancel_futures=True)
        self._own = self._crew = None


class OnThreads:
    """Threads for a fitness that cannot leave this process, with one warning that says why."""

    def __init__(self, workers: int) -> None:
        """Take the number of threads; they start when first needed."""
        self._backend = ThreadBackend(workers)
        self._has_warned = False

    def evaluate(self, population: Population, job: Job, reason: str) -> Scored:
        """Score every genome (see ``backends.Backend.evaluate``).

        Args:
            population: the genomes.
            job: the fitness.
            reason: why it cannot leave, said the first time.
        """
        if not self._has_warned:
            self._has_warned = True
            _log.warning("the fitness runs on threads, not in processes: %s", reason)
        return self._backend.evaluate(population, job)

    def close(self) -> None:
        """End the threads; another ``evaluate`` starts new ones."""
        self._backend.close()
