"""What runs inside a worker process: set-up, and the scoring of one chunk of genomes."""

import os
import pickle
import signal
import traceback
from dataclasses import dataclass, field, fields
from multiprocessing.synchronize import Event

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.calling import Job
from spiral_monolith_neat_numpy.evaluation.shared import SharedMeta, shm_set_worker_meta
from spiral_monolith_neat_numpy.genes.population import Population, PopulationTable

# What a fitness may set on its genome, by the array that holds it.
NODE_PARAMETERS = ("node_bias", "node_activation")
EDGE_PARAMETERS = ("edge_weight", "edge_enabled")
ROW_PARAMETERS = tuple(column.name for column in fields(PopulationTable))


@dataclass(frozen=True)
class Order:
    """What a worker must know of a generation, pickled once and sent with every chunk.

    Attributes:
        number: tells one order of this pool from the next.
        job: the pickled ``Job``, unpickled once per worker.
        meta: the shared data sets that the fitness may read.
    """

    number: int
    job: bytes
    meta: dict[str, SharedMeta]


@dataclass(frozen=True)
class Failure:
    """A fitness error on its way home.

    Attributes:
        genome_id: the genome it happened on.
        message: of the ``FitnessError``.
        trace: the traceback as text, since tracebacks do not travel.
        cause: the pickled original, empty where there is none or it cannot be pickled.
    """

    genome_id: int
    message: str
    trace: str
    cause: bytes = b""


@dataclass(frozen=True)
class ChunkResult:
    """Scores of a chunk, and the arrays of it that the fitness changed, by name.

    Attributes:
        scores: ``(n,)`` float64, in the order of the chunk.
        changed: whole arrays of the chunk's genes and rows.
        failure: the first error, which ended the work.
    """

    scores: FloatArray
    changed: dict[str, AnyArray] = field(default_factory=dict)
    failure: Failure | None = None


class _Worker:
    """The state of this process as a worker."""

    stop: Event | None = None
    order_number = -1
    job: Job | None = None


def start_worker(stop: Event, start_method: str) -> None:
    """Make this process a worker: one thread, and Ctrl-C left to the parent."""
    _Worker.stop = stop
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    if start_method != "fork":
        # Numba refuses a change once its threads run, as they may in a forked copy.
        os.environ.setdefault("NUMBA_NUM_THREADS", "1")
    try:
        import threadpoolctl
    except ImportError:  # what is loaded already keeps its threads; what comes reads the above
        return
    threadpoolctl.threadpool_limits(limits=1)


def run_chunk(order: Order, chunk: Population) -> ChunkResult:
    """Score the genomes of ``chunk`` in their order, until done, stopped or failed."""
    job = _job(order)
    arrays = parameters(chunk)
    sent = {name: array.tobytes() for name, array in arrays.items()}
    scores = np.full(len(chunk), np.nan)
    for index in range(len(chunk)):
        if _Worker.stop is not None and _Worker.stop.is_set():
            break
        try:
            scores[index] = job.score(chunk, index)
        except FitnessError as error:
            return ChunkResult(scores, failure=_packed(error))
    # Bits are compared, so that NaN equals itself and -0.0 differs from 0.0.
    changed = {name: array for name, array in arrays.items() if array.tobytes() != sent[name]}
    return ChunkResult(scores, changed)


def _job(order: Order) -> Job:
    if _Worker.job is None or _Worker.order_number != order.number:
        shm_set_worker_meta(order.meta)  # first: unpickling a fitness may read the data
        _Worker.job = pickle.loads(order.job)
        _Worker.order_number = order.number
    return _Worker.job


def parameters(population: Population) -> dict[str, AnyArray]:
    """Return the arrays that a fitness may change through a genome, by name."""
    genes = {name: getattr(population.genes, name) for name in NODE_PARAMETERS + EDGE_PARAMETERS}
    return genes | {name: getattr(population.table, name) for name in ROW_PARAMETERS}


def _packed(error: FitnessError) -> Failure:
    cause = error.__cause__
    trace = "".join(traceback.format_exception(cause or error))
    return Failure(error.genome_id, str(error), trace, b"" if cause is None else _pickled(cause))


def _pickled(cause: BaseException) -> bytes:
    try:
        data = pickle.dumps(cause)
        pickle.loads(data)  # an exception with its own __init__ often pickles but does not load
    except Exception:  # noqa: BLE001 - whatever a user's class does, the trace's text remains
        return b""
    return data
