"""One sample at a time: a compiled program with the state that it keeps in between."""

from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_finite
from spiral_monolith_neat_numpy.genes.codes import HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.stepping import (
    HEADER,
    N_EDGES,
    N_NODES,
    N_ORDERED,
    N_RECURRENT,
    activate_packed,
)


class Stepper:
    """Runs a network on one sample after the other, in about a microsecond.

    Sums are float64, activations those of the C library. It holds its state itself, so two
    control loops need a stepper each.

    Attributes:
        program: float64, the packed program with its state (see ``kernels.stepping``).
    """

    def __init__(self, program: FloatArray, n_inputs: int, n_outputs: int) -> None:
        """Take over a packed program with so many inputs and outputs."""
        outputs = HEADER + n_inputs
        self.program = program
        self._shape = (n_inputs,)
        self._inputs = program[HEADER:outputs]
        self._outputs = program[outputs : outputs + n_outputs]
        self._kernel = direct(activate_packed)

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self._shape[0]

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self._outputs.size

    @property
    def n_recurrent(self) -> int:
        """Number of edges that carry a value of the activation before."""
        return int(self._whole[N_RECURRENT])

    @property
    def takes_rows(self) -> bool:
        """Whether samples do not depend on one another and no edge leaves an output."""
        _, _, outputs, _ = self._nodes
        _, source = self._edges
        return self.n_recurrent == 0 and not np.isin(source, outputs[: self.n_outputs]).any()

    @property
    def running(self) -> IntArray:
        """``(n_running,)`` int64: the inputs, then the nodes that run, in running order.

        Nodes are counted from 0 in the order of their ids.
        """
        order, inputs, _, _ = self._nodes
        return np.concatenate([inputs[: self.n_inputs], order[: self._whole[N_ORDERED]]])

    def genes(self) -> Genes:
        """Return genes that give this program: nodes by their places, edges by their targets."""
        n = int(self._whole[N_NODES])
        _, inputs, outputs, activation = self._nodes
        start, source = self._edges
        kind = np.full(n, HIDDEN, np.int8)
        kind[inputs[: self.n_inputs]], kind[outputs[: self.n_outputs]] = INPUT, OUTPUT
        first = self._first_value + n
        bias, weight, _ = np.split(self.program[first:], [n, n + source.size])
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
        first = self._first_value
        self.program[first : first + self._whole[N_NODES]] = 0.0

    def run(self, x: FloatArray) -> FloatArray:
        """Run one sample; return ``(n_outputs,)`` float64, an array of its own.

        Args:
            x: numbers, ``(n_inputs,)`` finite ones.

        Raises:
            ValueError: another shape, NaN or infinity; the state stays as it was.
        """
        if x.shape != self._shape:
            raise ValueError(
                f"X must have shape {self._shape}, one sample at a time, got {x.shape}"
            )
        self._inputs[...] = x
        if not self._kernel(self.program):
            check_finite("X", self._inputs)
        return self._outputs.copy()

    @property
    def _whole(self) -> IntArray:
        """The program's words as integers."""
        return self.program.view(np.int64)

    @property
    def _first_value(self) -> int:
        return HEADER + self.n_inputs + self.n_outputs

    @property
    def _nodes(self) -> IntArray:
        """``(4, n)`` int64: order, inputs, outputs, activations."""
        n, n_edges = int(self._whole[N_NODES]), int(self._whole[N_EDGES])
        first = self._first_value + 2 * n + n_edges
        return self._whole[first : first + 4 * n].reshape(4, n)

    @property
    def _edges(self) -> tuple[IntArray, IntArray]:
        """Starts by node, and sources."""
        n, n_edges = int(self._whole[N_NODES]), int(self._whole[N_EDGES])
        start, source = np.split(self._whole[-n - 1 - n_edges :], [n + 1])
        return start, source

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle with an array of its own, state included."""
        return (Stepper, (self.program.copy(), self.n_inputs, self.n_outputs))
