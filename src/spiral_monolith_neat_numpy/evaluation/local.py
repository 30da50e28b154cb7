"""Evaluation inside this process: one genome after the other, or several at once on threads."""

from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.evaluation.calling import Fitness, Job
from spiral_monolith_neat_numpy.evaluation.crew import Crew
from spiral_monolith_neat_numpy.evaluation.environment import BackendName
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import at_once


class SerialBackend:
    """Scores genomes in the calling thread, in their order."""

    name: BackendName = "serial"
    workers = 1
    executor: ThreadPoolExecutor | None = None
    spread = staticmethod(at_once)

    def evaluate(
        self, population: Population, fitness: Fitness, seed: int, generation: int
    ) -> FloatArray:
        """Score every genome (see ``backends.Backend.evaluate``)."""
        job = Job.of(fitness, seed, generation)
        scores = [job.score(population, index) for index in range(len(population))]
        return np.array(scores, dtype=np.float64)

    def close(self) -> None:
        """Do nothing: there is nothing to let go of."""


class ThreadBackend:
    """Scores genomes on threads that live until ``close``.

    A genome's parameters are its own part of the population's arrays, so threads need no lock.
    """

    name: BackendName = "thread"

    def __init__(self, workers: int) -> None:
        """Take ``workers`` threads; they start when first needed."""
        self.workers = check_integer("workers", workers, 1)
        self._executor: ThreadPoolExecutor | None = None
        self._crew: Crew | None = None

    @property
    def executor(self) -> ThreadPoolExecutor:
        """The threads, for a fitness that scores a whole population by itself."""
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self.workers, thread_name_prefix="spiral-neat")
        return self._executor

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread there is (see ``genes.ranges.Spread``)."""
        if self._crew is None:
            self._crew = Crew(self.executor, self.workers)
        return self._crew.spread(n, least, kernel, *arguments)

    def evaluate(
        self, population: Population, fitness: Fitness, seed: int, generation: int
    ) -> FloatArray:
        """Score every genome (see ``backends.Backend.evaluate``)."""
        job = Job.of(fitness, seed, generation)
        executor = self.executor
        _ = population.genes  # packs what was assigned, which threads must not do at once
        futures: list[Future[float]] = []
        try:
            for index in range(len(population)):
                futures.append(executor.submit(job.score, population, index))
            # Waiting in order makes the error that is raised independent of who finished first.
            return np.array([future.result() for future in futures], dtype=np.float64)
        except BaseException:
            for future in futures:
                future.cancel()
            wait(futures)  # nobody writes into the population after this method is left
            raise

    def close(self) -> None:
        """End the threads; another ``evaluate`` starts new ones."""
        if self._executor is not None:
            self._executor.shutdown(wait=True, cancel_futures=True)
            self._executor = self._crew = None
