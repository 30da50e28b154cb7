"""The workers of a run: opened when first needed, opened anew when their settings change."""

from collections.abc import Mapping
from typing import Any

from spiral_monolith_neat_numpy.evaluation.backends import Backend, make_backend
from spiral_monolith_neat_numpy.evaluation.evaluate import evaluate
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.scored import Scored
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.evaluation.shared import (
    SharedMeta,
    shared_meta,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evaluation.staff import Staff
from spiral_monolith_neat_numpy.genes.population import Population


class Pool:
    """Scores populations on the back-end that the settings ask for.

    Attributes:
        settings: which back-end, and how many workers; a change holds from the next call on.
    """

    def __init__(self, settings: PoolSettings) -> None:
        """Take the settings; workers start when first needed."""
        self.settings = settings
        self._shm_meta: Mapping[str, SharedMeta] | None = None
        self._backend: Backend | None = None
        self._opened_with = settings

    @property
    def shm_meta(self) -> Mapping[str, SharedMeta] | None:
        """Label to meta of shared data sets that the fitness may read.

        What this process registered is known anyway; another process's data are known by this.
        """
        return self._shm_meta

    @shm_meta.setter
    def shm_meta(self, value: Mapping[str, SharedMeta] | None) -> None:
        if value is not None and not isinstance(value, Mapping):
            raise TypeError(f"_shm_meta must be a mapping from label to meta, got {value!r}")
        self._shm_meta = value

    @property
    def process_pool(self) -> Staff | None:
        """Worker processes, None while there are none."""
        return self._backend.pool if isinstance(self._backend, ProcessBackend) else None

    @property
    def process_pool_age(self) -> int:
        """Generations scored since the worker processes started or began to be replaced."""
        return self._backend.pool_age if isinstance(self._backend, ProcessBackend) else 0

    def evaluate(self, population: Population, fitness: Any, seed: int, generation: int) -> Scored:
        """Return one score per genome, and what went wrong (see ``evaluation.evaluate``)."""
        if self._shm_meta:
            shm_set_worker_meta({**shared_meta(), **self._shm_meta})
        backend = self._open()
        on_error = self.settings.on_error
        return evaluate(population, fitness, backend, seed, generation, on_error)

    def spread(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call a kernel in every thread there is (see ``genes.ranges.Spread``)."""
        return self._open().spread(n, least, kernel, *arguments)

    def close(self) -> None:
        """End threads and processes; the next call starts new ones."""
        if self._backend is not None:
            self._backend.close()
            self._backend = None

    def _open(self) -> Backend:
        settings = self.settings
        if self._backend is None or settings != self._opened_with:
            self.close()
            self._backend = make_backend(settings)
            self._opened_with = settings
        return self._backend

    def __getstate__(self) -> dict[str, Any]:
        """Leave the workers behind: a copy starts its own."""
        return {**self.__dict__, "_backend": None}
