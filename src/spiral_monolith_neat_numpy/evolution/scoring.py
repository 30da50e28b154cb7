"""From what a fitness returned to what selection sees."""

from collections.abc import Sequence

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import as_floats, check_length
from spiral_monolith_neat_numpy.evolution.environment import complexity_factor
from spiral_monolith_neat_numpy.genes.population import Population


def as_scores(fitnesses: Sequence[float] | AnyArray, n: int) -> FloatArray:
    """Return one score per genome as a new array; NaN becomes -inf, the worst.

    Raises:
        ValueError: not ``n`` numbers.
    """
    found = as_floats("fitnesses", fitnesses)
    check_length("fitnesses", found, n, "the population")
    scores: FloatArray = np.where(np.isnan(found), -np.inf, found)
    return scores


def selection_scores(
    scores: FloatArray, population: Population, difficulty: float, limit: float, *, charged: bool
) -> FloatArray:
    """Return the scores as selection sees them outside ``vanilla``.

    Args:
        scores: ``(n,)`` float64, -inf for the worst.
        population: the genomes, for ``hybrid_scale`` and size.
        difficulty: of the environment.
        limit: largest complexity penalty.
        charged: whether the fitness has charged for complexity itself.
    """
    scale = population.table.hybrid_scale
    scaled = np.multiply(scores, scale, where=np.isfinite(scores), out=scores.copy())
    if charged:
        return scaled
    penalty = complexity_penalty(population.n_hidden(), population.n_enabled(), difficulty, limit)
    return np.asarray(scaled - penalty)


def complexity_penalty(
    hidden: AnyArray, enabled: AnyArray, difficulty: float, limit: float
) -> FloatArray:
    """Return min(limit, m(difficulty) * 0.01 * (0.3 * hidden + 0.15 * enabled)).

    Args:
        hidden: numbers of hidden nodes.
        enabled: numbers of enabled connections.
        difficulty: see ``environment.complexity_factor`` for m.
        limit: ``complexity_threshold``.
    """
    charge = complexity_factor(difficulty) * 0.01 * (0.3 * hidden + 0.15 * enabled)
    return np.asarray(np.minimum(limit, charge))


def best_and_mean(scores: FloatArray) -> tuple[float, float]:
    """Return the best score and the mean of the finite ones, -inf where there is none."""
    finite = scores[np.isfinite(scores)]
    return float(scores.max()), float(finite.mean()) if finite.size else -np.inf
