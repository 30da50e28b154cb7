"""Evaluation on an executor that the user handed over: genomes travel, by the chunk."""

import itertools
from collections.abc import Mapping
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import FitnessError, check_integer
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.environment import BackendName
from spiral_monolith_neat_numpy.evaluation.local import OnThreads
from spiral_monolith_neat_numpy.evaluation.parameters import parameters_of
from spiral_monolith_neat_numpy.evaluation.scored import Fault, Scored
from spiral_monolith_neat_numpy.evaluation.shared import (
    SharedMeta,
    shared_meta,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evaluation.travel import Failure, MainModule, packed, unpacked
from spiral_monolith_neat_numpy.genes.population import Population, PopulationTable
from spiral_monolith_neat_numpy.genes.ranges import at_once

_CHUNKS_PER_WORKER = 4  # so that one slow chunk at the end leaves few workers idle


@dataclass(frozen=True)
class ChunkResult:
    """What comes back of a chunk.

    Attributes:
        results: score or fault of each genome, up to the failure if there was one.
        changed: the arrays that the fitness changed, by name.
        failure: the first error, where errors are raised.
    """

    results: list[float | Fault]
    changed: dict[str, AnyArray] = field(default_factory=dict)
    failure: Failure | None = None


class ExecutorBackend:
    """Scores genomes where the user's executor runs what it is given; never shuts it down.

    Chunks of genomes and the fitness travel by pickle, so the executor may reach other machines. A
    fitness that cannot travel runs on threads here, with one warning that says why.

    Attributes:
        workers: how many genomes are expected to be scored at once.
    """

    name: BackendName = "process"
    executor: ThreadPoolExecutor | None = None
    spread = staticmethod(at_once)

    def __init__(
        self, given: Executor, workers: int, shm_meta: Mapping[str, SharedMeta] | None = None
    ) -> None:
        """Take the executor, the number of its workers, and shared data sets for them."""
        self.workers = check_integer("workers", workers, 1)
        self._given = given
        self._shm_meta = shm_meta
        self._threads = OnThreads(self.workers)

    def evaluate(self, population: Population, job: Job) -> Scored:
        """Score every genome (see ``backends.Backend.evaluate``).

        Raises:
            RuntimeError: the executor lost its workers.
        """
        data, reason = packed(job, MainModule())
        if reason:
            return self._threads.evaluate(population, job, reason)
        meta = {**(self._shm_meta or {}), **shared_meta()}
        bounds = _bounds(len(population), self.workers * _CHUNKS_PER_WORKER)
        futures: list[Future[ChunkResult]] = []
        try:
            for begin, end in itertools.pairwise(bounds):
                chunk = _chunk(population, begin, end)
                futures.append(self._given.submit(score_chunk, data, meta, chunk))
            # In order: which error is raised does not depend on who finished first.
            parts = [_checked(future.result()) for future in futures]
        except BrokenExecutor as error:
            raise RuntimeError(
                f"the executor lost a worker while scoring generation {job.generation}; the "
                "population is as it was. The back-end 'process' replaces workers that die"
            ) from error
        finally:
            # A broken pool never tells those that wait of what was cancelled.
            wait([future for future in futures if not future.cancel()])
        for begin, end, part in zip(bounds, bounds[1:], parts, strict=False):
            into = parameters_of(population, begin, end)
            for name, array in part.changed.items():
                into[name][:] = array
        return Scored.of([result for part in parts for result in part.results])

    def close(self) -> None:
        """End the threads that were needed, if any; the executor is the user's."""
        self._threads.close()


def score_chunk(data: bytes, meta: dict[str, SharedMeta], chunk: Population) -> ChunkResult:
    """Score the genomes of ``chunk`` in their order; runs wherever the executor does."""
    shm_set_worker_meta(meta)  # first: unpickling a fitness may read the data
    job: Job = unpacked(data)
    arrays = parameters_of(chunk, 0, len(chunk))
    sent = {name: array.tobytes() for name, array in arrays.items()}
    results: list[float | Fault] = []
    for index in range(len(chunk)):
        try:
            results.append(job.attempt(chunk, index))
        except FitnessError as error:
            return ChunkResult(results, failure=Failure.of(error))
    # Bits are compared, so that NaN equals itself and -0.0 differs from 0.0.
    changed = {name: array for name, array in arrays.items() if array.tobytes() != sent[name]}
    return ChunkResult(results, changed)


def _bounds(n: int, most: int) -> list[int]:
    n_chunks = min(n, most)
    return [n * chunk // max(1, n_chunks) for chunk in range(n_chunks + 1)]


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


def _checked(part: ChunkResult) -> ChunkResult:
    if part.failure is not None:
        raise part.failure.error()
    return part
