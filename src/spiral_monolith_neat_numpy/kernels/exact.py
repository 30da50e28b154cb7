"""Activations of one number in float64, by the functions of the C library.

For control, where a network runs on one sample at a time and nothing vectorises.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.kernels.formulas import STEEPNESS
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel


@exact_kernel
def sigmoid(x: float) -> float:
    """Return 1 / (1 + e**-x)."""
    value: float = 1.0 / (1.0 + np.exp(-x))  # infinity where math.exp would raise
    return value


@exact_kernel
def activated(code: int, x: float) -> float:
    """Return the activation with that code, NaN for a code that is none.

    Args:
        code: position in ``settings.ACTIVATION_NAMES``.
        x: a node's sum.
    """
    value = math.nan
    if code == 0:
        value = x
    elif code == 1:
        value = math.tanh(x)
    elif code == 2:
        value = 0.0 if x < 0.0 else x
    elif code == 3:
        value = sigmoid(x)
    elif code == 4:
        value = math.nan if math.isinf(x) else math.sin(x)
    elif code == 5:
        value = math.exp(-x * x)
    elif code == 6:
        value = (0.0 if x < 0.0 else x) + math.log1p(math.exp(-abs(x)))
    elif code == 7:
        value = abs(x)
    elif code == 8:
        value = x * x
    elif code == 9:
        value = sigmoid(STEEPNESS * x)
    return value
