"""Benchmark tasks on fixed cases: exclusive or, multiplexer, a function of numbers."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray
from spiral_monolith_neat_numpy.errors import (
    as_floats,
    check_finite,
    check_integer,
    check_number,
)
from spiral_monolith_neat_numpy.evaluation.compiled import CompiledFitness
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.cases import LANES, N_SUMS, score_cases
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.seeding import Purpose, stream

_CASES_PER_TURN = 100  # cases times genomes that take some ten microseconds
_SIZE, _SQUARE, _WRONG = range(N_SUMS)


class CaseFitness(CompiledFitness):
    """A score from the errors on fixed cases, each one activation from rest.

    Attributes:
        X: ``(n_cases, num_inputs)`` float64, the bias input, if there is one, last.
        y: ``(n_cases, num_outputs)`` float64 targets.
    """

    def __init__(self, X: FloatArray, y: FloatArray, bias: float | None) -> None:
        """Take cases; ``bias`` is the value of one more input, or None for none."""
        if bias is not None:
            column = np.full((len(X), 1), check_number("bias", bias))
            X = np.hstack([X, column])
        # Kernels take float64 and contiguous arrays; of others they would misread the numbers.
        self.X, self.y = np.ascontiguousarray(X, np.float64), np.ascontiguousarray(y, np.float64)
        self.num_inputs, self.num_outputs = X.shape[1], y.shape[1]
        self.genomes_per_turn = max(1, _CASES_PER_TURN // len(X))
        padding = ((0, 0), (0, -len(X) % LANES))
        self._inputs = np.ascontiguousarray(np.pad(self.X.T, padding, mode="edge"))
        self._targets = np.ascontiguousarray(self.y.T)

    def room_for(self, n: int) -> FloatArray:
        """Return room for the sums of errors (see ``score_cases``)."""
        return np.empty((n, N_SUMS))

    def kernel_on(self, genomes: Genomes, out_room: FloatArray) -> tuple[Any, ...]:
        """Return what sums the errors up (see ``CompiledFitness``)."""
        return direct(score_cases), genomes, self._inputs, self._targets, out_room

    def solvers(self, population: Population) -> BoolArray:
        """Return ``(n,)`` bool: which genomes have all outputs on the right side of 0.5.

        Raises:
            FitnessError: a genome has no network of the right size; ``genome_id`` says which.
        """
        solved: BoolArray = self.run_all(population)[:, _WRONG] == 0.0
        return solved

    def _sum_of(self, genome: Genome, which: int) -> float:
        return float(self.run_one(genome)[0, which])


class XorFitness(CaseFitness):
    """Exclusive or of two inputs (Stanley & Miikkulainen 2002, section 4.1).

    The score is (4 - sum of |error|)**2 over the four cases, 16 at most; 0 where the sum
    exceeds 4, as it can with outputs beyond [0, 1].

    Example:
        >>> from spiral_monolith_neat_numpy.genes.population import Population
        >>> fitness = XorFitness()
        >>> genome = Population.first(1, fitness.num_inputs, fitness.num_outputs, sigma=0.0)[0]
        >>> fitness(genome), fitness.solved(genome)
        (4.0, False)
    """

    def __init__(self, bias: float | None = 1.0) -> None:
        """Take the third input's value, 1.0 as in the paper; None for two inputs."""
        X = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
        super().__init__(X, np.array([[0.0], [1.0], [1.0], [0.0]]), bias)

    def scores_of(self, room: FloatArray) -> FloatArray:
        """Return the scores (see ``CompiledFitness``)."""
        left = np.maximum(4.0 - room[:, _SIZE], 0.0)
        return np.asarray(left * left)

    def solved(self, genome: Genome) -> bool:
        """Return whether all four outputs lie on the right side of 0.5."""
        return self._sum_of(genome, _WRONG) == 0.0


class MultiplexerFitness(CaseFitness):
    """The multiplexer (Koza 1992, section 7.4): which of the data inputs the address names.

    Inputs are the address, the highest digit first, then the data; all 2**11 cases of three
    address and eight data inputs count. The score is 1 - mean |error|, held to 0 at least.
    """

    def __init__(self, n_address: int = 3, bias: float | None = None) -> None:
        """Take the number of address inputs, 1 to 3, and the value of a bias input or None."""
        self.n_address = check_integer("n_address", n_address, 1, 3)
        n_data = 2**self.n_address
        n_inputs = self.n_address + n_data
        digits = 2 ** np.arange(n_inputs - 1, -1, -1)
        X = (np.arange(2**n_inputs)[:, None] // digits % 2).astype(np.float64)
        address = np.arange(2**n_inputs) >> n_data
        y = np.take_along_axis(X[:, self.n_address :], address[:, None], axis=1)
        super().__init__(X, y, bias)

    def scores_of(self, room: FloatArray) -> FloatArray:
        """Return the scores (see ``CompiledFitness``)."""
        return np.asarray(np.maximum(1.0 - room[:, _SIZE] / len(self.X), 0.0))

    def solved(self, genome: Genome) -> bool:
        """Return whether all outputs lie on the right side of 0.5."""
        return self._sum_of(genome, _WRONG) == 0.0

    def accuracy(self, genome: Genome) -> float:
        """Return the share of cases whose output lies on the right side of 0.5."""
        return 1.0 - self._sum_of(genome, _WRONG) / len(self.X)


class FunctionFitness(CaseFitness):
    """Regression of a function on points drawn once; the score is - mean squared error.

    The function itself is not kept, so any can be used in processes too.

    Example:
        >>> fitness = FunctionFitness(np.hypot, (-1.0, -1.0), (1.0, 1.0), n=50)
        >>> fitness.X.shape, fitness.y.shape
        ((50, 2), (50, 1))
    """

    def __init__(
        self,
        function: Callable[..., AnyArray],
        low: float | Sequence[float],
        high: float | Sequence[float],
        n: int = 100,
        seed: int = 0,
        bias: float | None = None,
    ) -> None:
        """Draw points and take the function's values there.

        Args:
            function: called with one ``(n,)`` array per input; returns ``(n,)`` finite values,
                or ``(n, n_outputs)``.
            low: least value of the input, or of each input.
            high: greatest value of it, or of each; above ``low``.
            n: number of points, >= 1.
            seed: of the points, 0 to 2**64 - 1.
            bias: value of one more input; None: none.

        Raises:
            TypeError: ``function`` cannot be called.
            ValueError: a limit out of range, or values that are not what they have to be.
        """
        if not callable(function):
            raise TypeError(f"function must be callable on arrays, got {function!r}")
        n, seed = check_integer("n", n, 1), check_integer("seed", seed, 0, 2**64 - 1)
        least, most = np.atleast_1d(as_floats("low", low), as_floats("high", high))
        check_finite("low", least)
        check_finite("high", most)
        if least.ndim != 1 or least.shape != most.shape or not (least < most).all():
            raise ValueError(f"high must be above low for each input, got {low!r} and {high!r}")
        if not np.isfinite(most - least).all():
            raise ValueError(f"high - low must be finite for each input, got {low!r} and {high!r}")
        X = stream(seed, Purpose.DATA).uniform(least, most, (n, least.size))
        y = as_floats("what the function returns", function(*X.T.copy()))
        check_finite("what the function returns", y)
        if y.ndim not in (1, 2) or len(y) != n or y.size == 0:
            raise ValueError(
                f"the function must return {n} values, or a row for each of {n} points, "
                f"got shape {y.shape}"
            )
        super().__init__(X, y.reshape(n, -1), bias)

    def scores_of(self, room: FloatArray) -> FloatArray:
        """Return the scores (see ``CompiledFitness``)."""
        return np.asarray(-room[:, _SQUARE] / self.y.size)

    def error(self, genome: Genome) -> float:
        """Return the root of the mean squared error."""
        return float(np.sqrt(self._sum_of(genome, _SQUARE) / self.y.size))
