"""Gradient fitness on data sets that lie in shared memory under agreed labels."""

import logging
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray
from spiral_monolith_neat_numpy.evaluation.backprop import FitnessBackprop
from spiral_monolith_neat_numpy.evaluation.backprop_data import BackpropData
from spiral_monolith_neat_numpy.evaluation.backprop_settings import BackpropSettings
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.gradient_fitness import GradientFitness
from spiral_monolith_neat_numpy.evaluation.shared import get_shared_dataset, shared_labels
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.seeding import Purpose, stream

_log = logging.getLogger("spiral_monolith_neat_numpy")


class FitnessBackpropShared(GradientFitness):
    """Gradient fitness that finds its data by label; what is pickled is the labels alone.

    Where only the two training labels are registered, a deterministic stratified quarter of
    them is kept apart for validation, and the log says so once.

    Attributes:
        keys: the four labels.
        settings: how it trains and charges.
        noise_std: standard deviation of noise on the training inputs, 0.0 at first.

    Example:
        >>> import numpy as np
        >>> from spiral_monolith_neat_numpy.evaluation.shared import (
        ...     shm_register_dataset, shm_release_all)
        >>> X = np.linspace(-1, 1, 80).reshape(40, 2)
        >>> labels = ("Xtr", X), ("ytr", X[:, 0] > 0), ("Xva", X), ("yva", X[:, 0] > 0)
        >>> metas = [shm_register_dataset(label, data) for label, data in labels]
        >>> fit = FitnessBackpropShared(steps=200, lr=0.1)
        >>> fit(Population.first(1, 2, 1)[0]) > 0.9
        True
        >>> shm_release_all()
    """

    __slots__ = ("_arrays", "_has_told", "_inner", "_keys")

    def __init__(
        self,
        keys: tuple[str, str, str, str] = ("Xtr", "ytr", "Xva", "yva"),
        steps: int = 40,
        lr: float = 5e-3,
        l2: float = 1e-4,
        alpha_nodes: float = 1e-3,
        alpha_edges: float = 5e-4,
        *,
        head: str = "auto",
        batch_size: int = 0,
        validate_every: int = 10,
        inheritance: str = "lamarckian",
    ) -> None:
        """Take labels and settings (see ``BackpropSettings``); data are looked up when used.

        Raises:
            TypeError, ValueError: not four labels, or a setting out of range.
        """
        settings = BackpropSettings(
            steps, lr, l2, alpha_nodes, alpha_edges, head, batch_size, validate_every, inheritance
        )
        super().__init__(settings)
        labels: object = keys
        if (
            not isinstance(labels, (tuple, list))
            or len(labels) != 4
            or not all(isinstance(label, str) for label in labels)
        ):
            raise ValueError(f"keys must be four labels (Xtr, ytr, Xva, yva), got {keys!r}")
        self._keys = tuple(keys)
        self._has_told = False
        self._arrays: tuple[AnyArray, ...] = ()
        self._inner: FitnessBackprop | None = None

    @property
    def keys(self) -> tuple[str, ...]:
        """Labels of training inputs and labels, validation inputs and labels."""
        return self._keys

    def __call__(self, genome: Genome, context: EvaluationContext | None = None) -> float:
        """Train ``genome`` and return its score (see ``evaluation.backprop``).

        Raises:
            KeyError: a label that is not registered; the message lists the known ones.
        """
        return self._fitness()(genome, context)

    def refine_raw(
        self, genome: Genome, factor: float = 2.0, context: EvaluationContext | None = None
    ) -> float:
        """As a call, with ``factor`` (> 0) times the steps."""
        return self._fitness().refine_raw(genome, factor, context)

    def develop(self, genome: Genome, context: EvaluationContext | None = None) -> Genome:
        """Return the genome behind the score (see ``GradientFitness``)."""
        return self._fitness().develop(genome, context)

    def prepare(self, population: Population) -> None:
        """Look up, check and pack the data (see ``GradientFitness``).

        Raises:
            KeyError: a label that is not registered; the message lists the known ones.
        """
        self._fitness().prepare(population)

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Train and score a whole population (see ``GradientFitness``)."""
        return self._fitness().evaluate_population(population, context)

    def _fitness(self) -> FitnessBackprop:
        known = shared_labels()
        has_validation = any(label in known for label in self._keys[2:])
        labels = self._keys if has_validation else self._keys[:2]
        arrays = tuple(get_shared_dataset(label) for label in labels)
        if self._inner is None or not _same(arrays, self._arrays):
            self._inner = FitnessBackprop(self._data(arrays), self._settings)
            self._arrays = arrays
        self._inner.take_conditions(self._conditions)
        return self._inner

    def _data(self, arrays: tuple[AnyArray, ...]) -> BackpropData:
        if len(arrays) == 4:
            return BackpropData(*arrays)
        X, y = arrays
        if X.ndim == 0 or y.shape[:1] != X.shape[:1]:
            raise ValueError(
                f"{self._keys[1]} must have one row for each row of {self._keys[0]}, "
                f"got shapes {y.shape} and {X.shape}"
            )
        kept = quarter(y)
        if not self._has_told:
            _log.warning(
                "shared data sets %r and %r are not registered: a quarter of %r (%d of %d rows) "
                "is kept apart for validation",
                self._keys[2],
                self._keys[3],
                self._keys[0],
                kept.sum(),
                kept.size,
            )
            self._has_told = True
        return BackpropData(X[~kept], y[~kept], X[kept], y[kept])

    def __getstate__(self) -> dict[str, Any]:
        """Leave the data out: another process finds them by label."""
        return {
            "_keys": self._keys,
            "_settings": self._settings,
            "_conditions": self._conditions,
            "_has_told": self._has_told,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a pickle."""
        for name, value in state.items():
            setattr(self, name, value)
        self._arrays, self._inner = (), None


def _same(arrays: tuple[AnyArray, ...], others: tuple[AnyArray, ...]) -> bool:
    """Whether both show the same memory, which nobody can have written to.

    As both are held, no address was given out twice.
    """
    return len(arrays) == len(others) and all(
        a.ctypes.data == b.ctypes.data
        and a.shape == b.shape
        and a.dtype == b.dtype
        and not a.flags.writeable
        for a, b in zip(arrays, others, strict=False)
    )


def quarter(y: AnyArray) -> BoolArray:
    """Mark a quarter of the rows, the same at every call, in proportion to the classes.

    Args:
        y: ``(n,)`` labels, n >= 2; more than half as many different values as rows are taken
            for a regression target, as are ``(n, k)`` values; of these any quarter will do.

    Returns:
        ``(n,)`` bool; at least one row is marked and at least one is not.
    """
    n = y.shape[0]
    if n < 2:
        raise ValueError(f"ytr must have at least 2 rows to keep a quarter apart, got {n}")
    order = stream(0, Purpose.SPLIT).permutation(n)
    labels = y[order]
    if labels.ndim == 1 and np.unique(labels).size <= n // 2:
        order = order[np.argsort(labels, kind="stable")]
    marked = np.zeros(n, dtype=np.bool_)
    marked[order[1::4]] = True  # every fourth of rows sorted by class is a quarter of each
    return marked
