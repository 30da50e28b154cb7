"""One sample at a time: a compiled program with the state that it keeps in between."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import as_floats, check_finite
from spiral_monolith_neat_numpy.kernels.program import Program
from spiral_monolith_neat_numpy.kernels.stepping import (
    HEADER,
    N_INPUTS,
    N_NODES,
    N_OUTPUTS,
    activate_packed,
)


class Stepper:
    """Runs a network on one sample after the other, in about a microsecond.

    Sums are float64, activations those of the C library. It holds its state itself, so two
    control loops need a stepper each.
    """

    __slots__ = ("_inputs", "_outputs", "_real", "_shape", "_values", "_whole")

    def __init__(self, whole: IntArray, real: FloatArray) -> None:
        """Take over a packed program (see ``kernels.stepping``)."""
        n, n_inputs, n_outputs = (int(whole[at]) for at in (N_NODES, N_INPUTS, N_OUTPUTS))
        first = n_inputs + n_outputs
        self._whole, self._real = whole, real
        self._inputs, self._outputs = real[:n_inputs], real[n_inputs:first]
        self._values = real[first : first + n]
        self._shape = (n_inputs,)

    @classmethod
    def from_program(cls, program: Program, n_ordered: int) -> "Stepper":
        """Pack a program whose arrays have no more entries than count, ``order`` excepted."""
        n, n_inputs, n_outputs = program.bias.size, program.input.size, program.output.size
        whole = np.zeros(HEADER + 5 * n + 1 + program.source.size, dtype=np.int64)
        whole[:HEADER] = n, n_inputs, n_outputs, n_ordered
        rows: list[AnyArray] = [program.order, program.input, program.output, program.activation]
        for row, values in enumerate([*rows, program.start]):
            first = HEADER + row * n
            whole[first : first + values.size] = values
        whole[HEADER + 5 * n + 1 :] = program.source
        state = np.zeros(n_inputs + n_outputs + n)
        return cls(whole, np.concatenate([state, program.bias, program.weight]))

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self._shape[0]

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return int(self._outputs.size)

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
        if not activate_packed(self._whole, self._real):
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
