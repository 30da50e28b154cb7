"""Evaluation in worker processes: chunks of packed genomes out, scores and parameters back."""

import itertools
import logging
import multiprocessing
import os
import pickle
import sys
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError, check_choice, check_integer
from spiral_monolith_neat_numpy.evaluation.calling import Fitness, Job
from spiral_monolith_neat_numpy.evaluation.environment import (
    BackendName,
    StartMethod,
    available_start_methods,
)
from spiral_monolith_neat_numpy.evaluation.local import ThreadBackend
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta, shared_meta
from spiral_monolith_neat_numpy.evaluation.workers import (
    EDGE_PARAMETERS,
    NODE_PARAMETERS,
    ROW_PARAMETERS,
    ChunkResult,
    Failure,
    Order,
    run_chunk,
    start_worker,
)
from spiral_monolith_neat_numpy.genes.population import Population, PopulationTable
from spiral_monolith_neat_numpy.genes.ranges import at_once

_log = logging.getLogger("spiral_monolith_neat_numpy")
_CHUNKS_PER_WORKER = 4  # so that one slow chunk at the end leaves few workers idle
_MOST_WORKERS = 61 if sys.platform == "win32" else sys.maxsize  # a limit of Windows' wait call


class RemoteError(Exception):
    """The traceback of an error in a worker process, as text."""

    def __str__(self) -> str:
        """Return the text on lines of its own."""
        return f"in a worker process:\n\n{self.args[0]}"


@dataclass(frozen=True)
class _Pool:
    executor: ProcessPoolExecutor
    stop: Event


class ProcessBackend:
    """Scores genomes in worker processes.

    A fitness that cannot reach a worker runs on threads instead, with one warning that says why.

    Attributes:
        workers: number of processes.
        start_method: how they start.
        keepalive: above 0, the pool lives across generations; else it ends with each.
        restart_every: generations after which a pool kept alive is replaced; 0: never.
        shm_meta: shared data sets for the workers, beside those known in this process.
        pool_age: generations that the present pool has scored.
    """

    name: BackendName = "process"
    executor: ThreadPoolExecutor | None = None
    spread = staticmethod(at_once)

    def __init__(
        self,
        workers: int,
        start_method: StartMethod = "spawn",
        shm_meta: Mapping[str, SharedMeta] | None = None,
        keepalive: int = 0,
        restart_every: int = 25,
    ) -> None:
        """Take the settings; processes start when first needed.

        Raises:
            TypeError: a number that is none.
            ValueError: a value out of range, or a start method that this system lacks.
        """
        self.workers = min(check_integer("workers", workers, 1), _MOST_WORKERS)
        check_choice("start_method", start_method, available_start_methods())
        self.start_method = start_method
        self.shm_meta = shm_meta
        self.keepalive = check_integer("keepalive", keepalive, 0)
        self.restart_every = check_integer("restart_every", restart_every, 0)
        self.pool_age = 0
        self._pool: _Pool | None = None
        self._threads: ThreadBackend | None = None
        self._numbers = itertools.count()

    @property
    def pool(self) -> ProcessPoolExecutor | None:
        """The processes, or None while there are none."""
        return None if self._pool is None else self._pool.executor

    def evaluate(
        self, population: Population, fitness: Fitness, seed: int, generation: int
    ) -> FloatArray:
        """Score every genome (see ``backends.Backend.evaluate``).

        Raises:
            RuntimeError: a worker process died, or could not load the fitness.
        """
        job, reason = pickled(Job.of(fitness, seed, generation))
        reason = reason or self._unreachable(job)
        if reason:
            return self._on_threads(reason).evaluate(population, fitness, seed, generation)
        if len(population) == 0:
            return np.empty(0, dtype=np.float64)
        meta = {**(self.shm_meta or {}), **shared_meta()}  # the order in which the parent looks
        order = Order(next(self._numbers), job, meta)
        try:
            scores = self._run(order, population, generation)
        except BaseException:
            self.close()
            raise
        self.pool_age += 1
        if self.keepalive == 0 or (self.restart_every and self.pool_age >= self.restart_every):
            self.close()
        return scores

    def close(self) -> None:
        """End the processes; another ``evaluate`` starts new ones."""
        pool, self._pool = self._pool, None
        self.pool_age = 0
        if pool is not None:
            pool.stop.set()
            pool.executor.shutdown(wait=True, cancel_futures=True)
        if self._threads is not None:
            self._threads.close()

    def _run(self, order: Order, population: Population, generation: int) -> FloatArray:
        pool = self._started()
        bounds = _bounds(len(population), self.workers * _CHUNKS_PER_WORKER)
        futures: list[Future[ChunkResult]] = []
        try:
            for begin, end in itertools.pairwise(bounds):
                chunk = _chunk(population, begin, end)
                futures.append(pool.executor.submit(run_chunk, order, chunk))
            # In order: which error is raised does not depend on who finished first.
            results = [_checked(future.result()) for future in futures]
        except BrokenExecutor as error:
            raise RuntimeError(
                f"a worker process died while scoring generation {generation} (killed, out of "
                "memory, or crashed); if the script that runs has no "
                "`if __name__ == '__main__':` guard, add one or use the thread back-end"
            ) from error
        except BaseException:
            pool.stop.set()  # workers look at it between two genomes
            for future in futures:
                future.cancel()
            wait(futures)
            raise
        for begin, end, result in zip(bounds, bounds[1:], results, strict=False):
            _write_back(population, begin, end, result)
        return np.concatenate([result.scores for result in results])

    def _started(self) -> _Pool:
        if self._pool is None:
            context = multiprocessing.get_context(self.start_method)
            stop = context.Event()
            executor = ProcessPoolExecutor(
                self.workers,
                mp_context=context,
                initializer=start_worker,
                initargs=(stop, self.start_method),
            )
            self._pool = _Pool(executor, stop)
        return self._pool

    def _unreachable(self, job: bytes) -> str:
        main = sys.modules.get("__main__")
        importable = getattr(main, "__spec__", None) is not None or os.path.isfile(
            getattr(main, "__file__", None) or ""
        )
        if self.start_method == "fork" or importable or b"__main__" not in job:
            return ""
        return (
            "it is defined in __main__, which did not come from a file "
            f"that a worker started by {self.start_method!r} could import"
        )

    def _on_threads(self, reason: str) -> ThreadBackend:
        if self._threads is None:
            _log.warning("the fitness runs on threads, not in processes: %s", reason)
            self._threads = ThreadBackend(self.workers)
        return self._threads


def pickled(value: object) -> tuple[bytes, str]:
    """Return the pickle of ``value`` and "", or nothing and the reason why it has none."""
    try:
        return pickle.dumps(value), ""
    except Exception as error:  # noqa: BLE001 - a user's class may raise anything here
        return b"", f"it cannot be pickled ({type(error).__name__}: {error})"


def _bounds(n: int, most: int) -> list[int]:
    n_chunks = min(n, most)
    return [n * chunk // n_chunks for chunk in range(n_chunks + 1)]


def _chunk(population: Population, begin: int, end: int) -> Population:
    node_offset = population.node_offset[begin : end + 1]
    edge_offset = population.edge_offset[begin : end + 1]
    nodes = slice(node_offset[0], node_offset[-1])
    edges = slice(edge_offset[0], edge_offset[-1])
    columns = (column[begin:end] for column in population.table.arrays())
    chunk = Population(
        node_offset - node_offset[0],
        edge_offset - edge_offset[0],
        population.genes.part(nodes, edges),
        PopulationTable(*columns),
    )
    chunk.feed_forward = population.feed_forward
    return chunk


def _write_back(population: Population, begin: int, end: int, result: ChunkResult) -> None:
    nodes = slice(population.node_offset[begin], population.node_offset[end])
    edges = slice(population.edge_offset[begin], population.edge_offset[end])
    places: tuple[tuple[tuple[str, ...], Any, slice], ...] = (
        (NODE_PARAMETERS, population.genes, nodes),
        (EDGE_PARAMETERS, population.genes, edges),
        (ROW_PARAMETERS, population.table, slice(begin, end)),
    )
    for names, arrays, where in places:
        for name in names:
            if name in result.changed:
                getattr(arrays, name)[where] = result.changed[name]


def _checked(result: ChunkResult) -> ChunkResult:
    if result.failure is not None:
        raise FitnessError(result.failure.message, result.failure.genome_id) from _cause(
            result.failure
        )
    return result


def _cause(failure: Failure) -> BaseException | None:
    """Return the original error with the worker's traceback as its cause, or that alone."""
    trace = RemoteError(failure.trace)
    if not failure.cause:
        return trace
    try:
        original: BaseException = pickle.loads(failure.cause)
    except Exception:  # noqa: BLE001 - it must not stand before the error that is reported
        return trace
    original.__cause__ = trace
    return original
