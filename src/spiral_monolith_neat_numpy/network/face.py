"""What every network can do, whatever its wiring."""

from abc import ABC, abstractmethod
from typing import Protocol

from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray


class RowNetwork(Protocol):
    """What predictions for rows of samples need of a network."""

    @property
    def head(self) -> str:
        """How outputs become predictions: one of ``codes.HEADS``."""

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""

    def activate(self, X: ArrayLike, /) -> FloatArray:
        """Return the outputs' own activations, ``(n_samples, n_outputs)``."""

    def logits(self, X: ArrayLike, /) -> FloatArray:
        """Return the outputs' sums before any activation, ``(n_samples, n_outputs)``."""


class Network(ABC):
    """A genome made ready to run; ``compile_genome`` makes one.

    Example:
        >>> from spiral_monolith_neat_numpy.genes.population import Population
        >>> from spiral_monolith_neat_numpy.network.genome_network import compile_genome
        >>> network = compile_genome(Population.first(1, 4, 2)[0])
        >>> network.reset()
        >>> action = network.activate([0.1, 0.0, -0.2, 0.4])
        >>> action.shape
        (2,)
    """

    head: str

    @property
    @abstractmethod
    def n_inputs(self) -> int:
        """Number of inputs."""

    @property
    @abstractmethod
    def n_outputs(self) -> int:
        """Number of outputs."""

    @property
    @abstractmethod
    def is_recurrent(self) -> bool:
        """Whether outputs may depend on earlier samples."""

    @abstractmethod
    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' own activations.

        One sample takes about a microsecond and its arithmetic; it is run in float64, rows are
        run in float32. Where sums overflow, outputs may be infinite or NaN.

        Args:
            X: one sample, ``(n_inputs,)`` finite numbers; or rows, ``(n_samples, n_inputs)``,
                if the network is not recurrent.

        Returns:
            ``(n_outputs,)`` or ``(n_samples, n_outputs)`` float64.

        Raises:
            ValueError: another shape, NaN or infinity, or rows that do not fit float32.
        """

    @abstractmethod
    def logits(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' sums before any activation, ``(n_samples, n_outputs)``.

        Args:
            X: ``(n_samples, n_inputs)`` numbers.

        Raises:
            ValueError: another shape, NaN or infinity, numbers that do not fit float32, or the
                network is recurrent.
        """

    @abstractmethod
    def reset(self) -> None:
        """Forget earlier samples: to be called before each episode."""
