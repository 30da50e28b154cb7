"""Scores in the form that kernels take."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import check_length


def checked_scores(fitnesses: FloatArray, n: int) -> FloatArray:
    """Return scores of ``n`` genomes as plain float64; a copy only where they are not that.

    A kernel would be compiled anew for arrays of other types, or misread them (``jit.direct``).

    Raises:
        ValueError: a wrong number of scores.
    """
    check_length("fitnesses", fitnesses, n, "the population")
    if fitnesses.dtype == np.float64 and fitnesses.flags.carray:
        return fitnesses
    return np.array(fitnesses, dtype=np.float64)
