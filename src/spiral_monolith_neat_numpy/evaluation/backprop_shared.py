"""Gradient fitness on data sets that lie in shared memory under agreed labels."""

import logging
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray
from spiral_monolith_neat_numpy.errors import check_length
from spiral_monolith_neat_numpy.evaluation.backprop import (
    DEFAULT_LIMITS,
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
    checked_limits,
    checked_noise,
)
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.evaluation.shared import get_shared_dataset, shared_meta
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.seeding import Purpose, stream

_log = logging.getLogger("spiral_monolith_neat_numpy")


class FitnessBackpropShared:
    """Gradient fitness that finds its data by label; what is pickled is the labels alone.

    Where only the two training labels are registered, a deterministic stratified quarter of
    them is kept apart for validation, and the log says so once.

    Attributes:
        keys: the four labels.
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

    carries_complexity = True

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
            ValueError: not four labels, or a setting out of range.
        """
        labels = tuple(keys)
        if len(labels) != 4 or not all(isinstance(label, str) for label in labels):
            raise ValueError(f"keys must be four labels (Xtr, ytr, Xva, yva), got {keys!r}")
        self.keys = labels
        self.settings = BackpropSettings(
            steps, lr, l2, alpha_nodes, alpha_edges, head, batch_size, validate_every, inheritance
        )
        self.noise_std = 0.0
        self._limits = DEFAULT_LIMITS
        self._inner: FitnessBackprop | None = None
        self._segments: tuple[str, ...] = ()

    @property
    def gradient_steps(self) -> int:
        """Updates that one evaluation costs."""
        return self.settings.steps

    def set_noise_std(self, std: float) -> None:
        """Set the noise on training inputs, in units of the inputs; below 0 counts as 0."""
        self.noise_std = checked_noise(std)

    def set_training_limits(self, grad_clip: float, weight_clip: float) -> None:
        """Set the limits of the gradient's norm and of weights and biases, both > 0."""
        self._limits = checked_limits(grad_clip, weight_clip)

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
        """Return a copy of ``genome`` that predicts with the parameters behind its score."""
        return self._fitness().develop(genome, context)

    def evaluate_population(self, population: Population, context: PopulationContext) -> FloatArray:
        """Train and score a whole population (see ``FitnessBackprop``)."""
        return self._fitness().evaluate_population(population, context)

    def _fitness(self) -> FitnessBackprop:
        meta = shared_meta()
        labels: tuple[str, ...] = self.keys
        if not any(label in meta for label in self.keys[2:]):
            labels = self.keys[:2]
        arrays = [get_shared_dataset(label) for label in labels]
        segments = tuple(meta[label]["name"] for label in labels)
        if self._inner is None or segments != self._segments:
            self._inner = FitnessBackprop(self._data(arrays), self.settings)
            self._segments = segments
        self._inner.set_noise_std(self.noise_std)
        self._inner.set_training_limits(*self._limits)
        return self._inner

    def _data(self, arrays: list[AnyArray]) -> BackpropData:
        if len(arrays) == 4:
            return BackpropData(*arrays)
        X, y = arrays
        check_length(self.keys[1], y, X.shape[0], self.keys[0])
        kept = quarter(y)
        _log.warning(
            "shared data sets %r and %r are not registered: a quarter of %r (%d of %d rows) is "
            "kept apart for validation",
            self.keys[2],
            self.keys[3],
            self.keys[0],
            kept.sum(),
            kept.size,
        )
        return BackpropData(X[~kept], y[~kept], X[kept], y[kept])

    def __getstate__(self) -> dict[str, Any]:
        """Leave the data out: another process finds them by label."""
        return {**self.__dict__, "_inner": None, "_segments": ()}


def quarter(y: AnyArray) -> BoolArray:
    """Mark a quarter of the rows, the same at every call, in proportion to the classes.

    Args:
        y: ``(n,)`` labels, n >= 2; more than half as many different values as rows are taken
            for a regression target, of which any quarter will do.

    Returns:
        ``(n,)`` bool; at least one row is marked and at least one is not.
    """
    n = y.shape[0]
    if n < 2:
        raise ValueError(f"ytr must have at least 2 rows to keep a quarter apart, got {n}")
    order = stream(0, Purpose.SPLIT).permutation(n)
    labels = y[order]
    if np.unique(labels).size <= n // 2:
        order = order[np.argsort(labels, kind="stable")]
    marked = np.zeros(n, dtype=np.bool_)
    marked[order[1::4]] = True  # every fourth of rows sorted by class is a quarter of each
    return marked
