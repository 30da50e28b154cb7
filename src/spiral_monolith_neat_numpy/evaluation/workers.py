"""What runs inside a worker process: it is told of a generation, then of genomes to score."""

import os
import signal
import threading
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from typing import Any

import threadpoolctl

from spiral_monolith_neat_numpy.errors import FitnessError, in_words
from spiral_monolith_neat_numpy.evaluation.board import (
    DONE,
    FAILED,
    NOBODY,
    Desk,
    Place,
    read_fitness,
)
from spiral_monolith_neat_numpy.evaluation.calling import Fitness, Job, takes_context
from spiral_monolith_neat_numpy.evaluation.chunks import Portion
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod
from spiral_monolith_neat_numpy.evaluation.scored import WORST, OnError
from spiral_monolith_neat_numpy.evaluation.shared import (
    SharedMeta,
    forget_what_main_registered,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evaluation.travel import Failure, MainModule, unpacked
from spiral_monolith_neat_numpy.evaluation.warm import warm_up

_LOOK_S = 0.5  # seconds between two looks whether the parent is alive


@dataclass(frozen=True)
class Order:
    """What a worker must know of a generation; small.

    Attributes:
        number: tells one order from another.
        place: the population and the fitness in shared memory.
        seed: seed of the run.
        generation: its number, from 0.
        on_error: whether the first failure matters, or each.
        meta: the shared data sets that the fitness may read.
    """

    number: int
    place: Place
    seed: int
    generation: int
    on_error: OnError
    meta: dict[str, SharedMeta]


@dataclass(frozen=True)
class Ready:
    """A worker has started, or has loaded a fitness that is new to it.

    Attributes:
        fitness: the name of its segment; "": none yet.
    """

    fitness: str = ""


@dataclass(frozen=True)
class CannotLoad:
    """A worker could not read an order: the fitness does not load, or a newer order has come.

    Attributes:
        number: of the order.
        what: the error, in a line.
        trace: its traceback, as text.
    """

    number: int
    what: str
    trace: str


@dataclass(frozen=True)
class Report:
    """A portion is done.

    Attributes:
        failures: by place in the population, those genomes on which the fitness failed.
    """

    failures: dict[int, Failure] = field(default_factory=dict)


class Worker:
    """The state of this process as a worker."""

    def __init__(
        self, connection: "Connection[Any, Any]", slot: int, main: MainModule | None
    ) -> None:
        """Take what ``run_worker`` is given."""
        self._connection = connection
        self._slot = slot
        self._main = main
        self._fitness: tuple[str, Fitness] = "", _no_fitness
        self._task: tuple[Desk, Job] | None = None

    def serve(self) -> None:
        """Do what the parent says, until it says no more."""
        self._say(Ready())
        while True:
            try:
                message = self._connection.recv()
            except (EOFError, OSError):  # the parent has ended
                return
            if message is None:
                return
            if isinstance(message, Order):
                self._task = self._read(message)
            elif self._task is not None:
                self._say(self._work(self._task, message))

    def _say(self, message: object) -> None:
        try:
            self._connection.send(message)
        except OSError:  # the parent has ended
            raise SystemExit(1) from None

    def _read(self, order: Order) -> "tuple[Desk, Job] | None":
        """Return what to work on, or None where the fitness cannot be had."""
        shm_set_worker_meta(order.meta)  # first: unpickling a fitness may read the data
        place = order.place
        try:
            desk = Desk(place)
            if place.fitness != self._fitness[0]:
                fitness = unpacked(read_fitness(place), self._main)
                forget_what_main_registered()
                warm_up(fitness)
                self._fitness = place.fitness, fitness
                self._say(Ready(place.fitness))
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever a user's module raises
            self._say(CannotLoad(order.number, in_words(error), traceback.format_exc()))
            return None
        fitness = self._fitness[1]
        wants = takes_context(fitness)
        return desk, Job(fitness, order.seed, order.generation, wants, order.on_error)

    def _work(self, task: tuple[Desk, Job], portion: Portion) -> Report:
        (desk, job), slot, failures = task, self._slot, dict[int, Failure]()
        begin, end = portion
        for index in desk.order[begin:end].tolist():
            if index >= desk.limit[0]:
                continue
            desk.began[slot] = time.monotonic()
            desk.current[slot] = index
            try:
                desk.scores[index] = job.score(desk.population, index)
                desk.state[index] = DONE
            except BaseException as error:  # noqa: BLE001 - goes home, and ends the run there
                failures[index] = _failure(error, int(desk.population.table.id[index]))
                desk.scores[index] = WORST
                desk.state[index] = FAILED
            desk.current[slot] = NOBODY
        return Report(failures)


def _failure(error: BaseException, genome_id: int) -> Failure:
    if isinstance(error, FitnessError):
        return Failure.of(error)
    return Failure.of_end(error, genome_id)


def _no_fitness(genome: object) -> float:
    raise RuntimeError("a worker was given genomes before it had a fitness")


def run_worker(
    connection: "Connection[Any, Any]",
    slot: int,
    main: MainModule | None,
    method: StartMethod,
    others: "Sequence[Connection[Any, Any]]",
) -> None:
    """Be a worker: one thread, Ctrl-C left to the parent, no longer alive than the parent.

    Args:
        connection: to the parent.
        slot: place of this worker on the board.
        main: the parent's ``__main__``; None: this process has it.
        method: how this process was started.
        others: ends of other workers' connections that came along by fork.
    """
    _become_worker(method)
    for one in others:
        one.close()
    Worker(connection, slot, main).serve()


def _become_worker(method: StartMethod) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    if method == "fork":  # what the parent heeds is not for this process
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    else:
        # Numba refuses a change once its threads run, as they may in a forked copy.
        os.environ["NUMBA_NUM_THREADS"] = "1"
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[variable] = "1"  # for what is loaded later
    threadpoolctl.threadpool_limits(limits=1)
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process soon after its parent, even in the midst of a genome."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)
