"""One sample at a time: a compiled program with the state that it keeps in between."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import as_floats, check_finite
from spiral_monolith_neat_numpy.genes.codes import HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.stepping import (
    HEADER,
    N_INPUTS,
    N_NODES,
    N_ORDERED,
    N_OUTPUTS,
    N_RECURRENT,
    activate_packed,
)


class Stepper:
    """Runs a network on one sample after the other, in about a microsecond.

    Sums are float64, activations those of the C library. It holds its state itself, so two
    control loops need a stepper each.
    """

    __slots__ = ("_inputs", "_outputs", "_real", "_run", "_shape", "_values", "_whole")

    def __init__(self, whole: IntArray, real: FloatArray) -> None:
        """Take over a packed program (see ``kernels.stepping``)."""
        n, n_inputs, n_outputs = whole[N_NODES], whole[N_INPUTS], whole[N_OUTPUTS]
        first = n_inputs + n_outputs
        self._whole, self._real = whole, real
        self._inputs, self._outputs = real[:n_inputs], real[n_inputs:first]
        self._values = real[first : first + n]
        self._shape = (int(n_inputs),)
        self._run = direct(activate_packed)

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self._shape[0]

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return int(self._outputs.size)

    @property
    def n_recurrent(self) -> int:
        """Number of edges that carry a value of the activation before."""
        return int(self._whole[N_RECURRENT])

    @property
    def takes_rows(self) -> bool:
        """Whether samples do not depend on one another and no edge leaves an output."""
        n = self._whole[N_NODES]
        outputs = self._whole[HEADER + 2 * n : HEADER + 2 * n + self._whole[N_OUTPUTS]]
        source = self._whole[HEADER + 5 * n + 1 :]
        return self.n_recurrent == 0 and not np.isin(source, outputs).any()

    @property
    def running(self) -> IntArray:
        """``(n_running,)`` int64: the inputs, then the nodes that run, in running order.

        Nodes are counted from 0 in the order of their ids.
        """
        n, n_inputs = self._whole[N_NODES], self._whole[N_INPUTS]
        order = self._whole[HEADER : HEADER + self._whole[N_ORDERED]]
        return np.concatenate([self._whole[HEADER + n : HEADER + n + n_inputs], order])

    def arrays(self) -> tuple[IntArray, FloatArray]:
        """Return the packed program with its state (see ``kernels.stepping``), as it is."""
        return self._whole, self._real

    def genes(self) -> Genes:
        """Return genes that give this program: nodes by their places, edges by their targets."""
        n, n_inputs = int(self._whole[N_NODES]), self._whole[N_INPUTS]
        n_outputs = self._whole[N_OUTPUTS]
        _, inputs, outputs, activation = self._whole[HEADER : HEADER + 4 * n].reshape(4, n)
        start = self._whole[HEADER + 4 * n : HEADER + 5 * n + 1]
        source = self._whole[HEADER + 5 * n + 1 :]
        kind = np.full(n, HIDDEN, np.int8)
        kind[inputs[:n_inputs]], kind[outputs[:n_outputs]] = INPUT, OUTPUT
        bias, weight = np.split(self._real[n_inputs + n_outputs + n :], [n])
        return Genes(
            node_id=np.arange(n, dtype=np.int64),
            node_kind=kind,
            node_activation=activation.astype(np.int8),
            node_bias=bias.copy(),
            edge_innovation=np.arange(source.size, dtype=np.int64),
            edge_source=source.copy(),
            edge_target=np.repeat(np.arange(n, dtype=np.int64), np.diff(start)),
            edge_weight=weight.copy(),
            edge_enabled=np.ones(source.size, dtype=np.bool_),
        )

    def reset(self) -> None:
        """Set the state back to rest: all values 0."""
        self._values[...] = 0.0

    def activate(self, x: ArrayLike) -> FloatArray:
        """Run one sample; return ``(n_outputs,)`` float64, an array of its own.

        Args:
            x: ``(n_inputs,)`` finite numbers.

        Raises:
            ValueError: another shape, NaN or infinity; the state stays as it was.
        """
        if not isinstance(x, np.ndarray) or x.shape != self._shape or x.dtype.kind != "f":
            x = self._checked(x)
        self._inputs[...] = x
        if not self._run(self._whole, self._real):
            check_finite("X", self._inputs)
        return self._outputs.copy()

    def _checked(self, x: ArrayLike) -> FloatArray:
        array = as_floats("X", x)
        if array.shape != self._shape:
            raise ValueError(
                f"X must have shape {self._shape}, one sample at a time, got {array.shape}"
            )
        return array

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle with arrays of its own, state included."""
        return (Stepper, (self._whole.copy(), self._real.copy()))
