"""Evaluation in worker processes that share the population's memory."""

import itertools
import logging
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.board import Board
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.environment import BackendName
from spiral_monolith_neat_numpy.evaluation.local import OnThreads
from spiral_monolith_neat_numpy.evaluation.rounds import CannotLoadError, Round
from spiral_monolith_neat_numpy.evaluation.scored import Scored, faults_of
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta, shared_meta
from spiral_monolith_neat_numpy.evaluation.staff import Staff
from spiral_monolith_neat_numpy.evaluation.travel import packed, stop_if_reading_main
from spiral_monolith_neat_numpy.evaluation.warm import warm_up
from spiral_monolith_neat_numpy.evaluation.workers import Order
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.ranges import at_once

_log = logging.getLogger("spiral_monolith_neat_numpy")
_MOST_WORKERS = 28 if sys.platform == "win32" else sys.maxsize  # Windows waits for 63 handles


class ProcessBackend:
    """Scores genomes in worker processes.

    A fitness that cannot reach a worker runs on threads instead, with one warning that says why.

    Attributes:
        workers: number of processes.
        settings: how they start, how long they live, what becomes of failures.
        shm_meta: shared data sets for the workers, beside those known in this process.
        pool_age: generations that the present pool has scored since it started or was renewed.
    """

    name: BackendName = "process"
    executor: ThreadPoolExecutor | None = None
    spread = staticmethod(at_once)

    def __init__(
        self, settings: PoolSettings, shm_meta: Mapping[str, SharedMeta] | None = None
    ) -> None:
        """Take the settings; processes start when first needed."""
        self.settings = settings
        self.workers = min(settings.eval_workers, _MOST_WORKERS)
        self.shm_meta = shm_meta
        self.pool_age = 0
        self._staff: Staff | None = None
        self._board = Board()
        self._threads = OnThreads(self.workers)
        self._unloadable = b"", ""  # a fitness that workers could not load, and why
        self._numbers = itertools.count()

    @property
    def pool(self) -> Staff | None:
        """The processes, or None while there are none."""
        return self._staff

    def evaluate(self, population: Population, job: Job) -> Scored:
        """Score every genome (see ``backends.Backend.evaluate``).

        A worker that dies is replaced, and its unfinished genome scored again; a genome at
        which two died is tried once more alone, and gets the worst score if that dies too.

        Raises:
            OSError: no room left in shared memory.
            RuntimeError: every worker process dies.
        """
        stop_if_reading_main()
        if len(population) == 0:
            return Scored.of([])
        staff = self._staff or Staff(self.workers, self.settings.start_method)
        fitness, reason = packed(job.fitness, staff.main)
        if not reason and fitness == self._unloadable[0]:
            reason = self._unloadable[1]
        if reason:
            return self._on_threads(reason, population, job)
        self._staff = staff
        try:
            scored = self._score(staff, population, job, fitness)
        except CannotLoadError as error:
            self.close()
            reason = f"a worker process could not load it ({error.args[0]})"
            self._unloadable = fitness, reason
            _log.info("%s", error.args[1])
            scored = self._on_threads(reason, population, job)
            return Scored(scored.scores, (*faults_of(error), *scored.faults))
        except FitnessError:
            self._grow_older()
            raise
        except BaseException:
            self.close()
            raise
        self._grow_older()
        return scored

    def close(self) -> None:
        """End the processes; another ``evaluate`` starts new ones."""
        staff, self._staff = self._staff, None
        self.pool_age = 0
        if staff is not None:
            staff.close()
        self._board.close()
        self._threads.close()

    def _score(self, staff: Staff, population: Population, job: Job, fitness: bytes) -> Scored:
        warm_up(job.fitness)  # compiled here, once, and not by every worker
        place, desk = self._board.lay_out(population, fitness, staff.n_slots)
        meta = {**(self.shm_meta or {}), **shared_meta()}  # the order in which the parent looks
        number = next(self._numbers)
        order = Order(number, place, job.seed, job.generation, job.on_error, meta)
        scored = Round(staff, self._board, desk, order, self.settings.timeout_s).run()
        self._board.take_home(desk)
        return scored

    def _grow_older(self) -> None:
        self.pool_age += 1
        if self._staff is None or self.settings.pool_keepalive == 0:
            self.close()
        elif self.settings.pool_restart_every and self.pool_age >= self.settings.pool_restart_every:
            self._staff.mark_due()
            self.pool_age = 0

    def _on_threads(self, reason: str, population: Population, job: Job) -> Scored:
        if self.settings.timeout_s is not None:
            raise ValueError(
                f"timeout_s = {self.settings.timeout_s:g} cannot be kept, since the fitness "
                f"cannot run in worker processes: {reason}"
            )
        return self._threads.evaluate(population, job, reason)
