"""Where and how a run evaluates: one frozen object."""

from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Any

from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.evaluation.environment import (
    StartMethod,
    available_start_methods,
    check_backend,
    environment_defaults,
)
from spiral_monolith_neat_numpy.evaluation.scored import ON_ERROR, OnError


@dataclass(frozen=True)
class PoolSettings:
    """Where a run evaluates.

    Attributes:
        eval_workers: threads or processes that score genomes, >= 1.
        parallel_backend: "thread", "process" or "serial", or any ``concurrent.futures.Executor``,
            which is used and never shut down.
        pool_keepalive: above 0, worker processes live across generations.
        pool_restart_every: generations after which living processes are replaced, one after
            the other while the rest works; 0: never.
        start_method: how worker processes start: "spawn", "fork" or "forkserver".
        timeout_s: seconds that one genome may take in a worker process, > 0; one that takes
            longer gets the worst score. None: as long as it takes.
        on_error: what becomes of a genome on which the fitness raises: "raise" ends the run with
            that error, "penalise" gives it the worst score. Either way it is in the event log.
    """

    eval_workers: int = 1
    parallel_backend: str | Executor = "thread"
    pool_keepalive: int = 0
    pool_restart_every: int = 25
    start_method: StartMethod = "spawn"
    timeout_s: float | None = None
    on_error: OnError = "raise"

    def __post_init__(self) -> None:
        """Check every field against its range, and the limit of time against the back-end."""
        check_integer("eval_workers", self.eval_workers, 1)
        if not isinstance(self.parallel_backend, Executor):
            check_backend("parallel_backend", self.parallel_backend)
        check_integer("pool_keepalive", self.pool_keepalive, 0)
        check_integer("pool_restart_every", self.pool_restart_every, 0)
        check_choice("start_method", self.start_method, available_start_methods())
        check_choice("on_error", self.on_error, ON_ERROR)
        if self.timeout_s is None:
            return
        check_number("timeout_s", self.timeout_s, 0.0, low_open=True)
        if self.parallel_backend != "process":
            raise ValueError(
                "timeout_s can be kept in worker processes alone, which can be ended at any time: "
                f"it needs parallel_backend 'process', got {self.parallel_backend!r}"
            )

    def __deepcopy__(self, memo: dict[int, Any]) -> "PoolSettings":
        """Return itself: it is frozen, and half a copy of an executor would end the original."""
        return self

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields.

        Raises:
            TypeError: an executor is among them; it cannot be pickled.
        """
        if isinstance(self.parallel_backend, Executor):
            raise TypeError(
                "a run on an executor cannot be pickled: set parallel_backend to 'thread', "
                f"'process' or 'serial' first, got {self.parallel_backend!r}"
            )
        return dict(self.__dict__)

    @classmethod
    def from_environment(cls) -> "PoolSettings":
        """Return the settings that the ``NEAT_*`` variables ask for.

        Raises:
            ValueError, NotImplementedError: a bad value, with the name of its variable.
        """
        found = environment_defaults()
        return cls(
            eval_workers=found.workers,
            parallel_backend=found.backend,
            pool_keepalive=found.keepalive,
            pool_restart_every=found.restart_every,
            start_method=found.start_method,
        )
