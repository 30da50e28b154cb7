"""From what a fitness returned to what selection sees."""

from collections.abc import Sequence

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import FitnessError, as_floats, check_length
from spiral_monolith_neat_numpy.evolution.environment import complexity_factor
from spiral_monolith_neat_numpy.genes.population import Population

LARGEST = 1e300  # sums, differences and means of such scores are finite


def as_scores(fitnesses: Sequence[float] | AnyArray, n: int) -> FloatArray:
    """Return one score per genome as a new array; what is not above -1e300 becomes -inf, the worst.

    NaN is the worst too.

    Raises:
        ValueError: not ``n`` numbers, or one above 1e300.
    """
    found = as_floats("fitnesses", fitnesses)
    check_length("fitnesses", found, n, "the population")
    above = np.flatnonzero(found > LARGEST)
    if above.size:
        raise ValueError(
            f"fitnesses must hold numbers up to {LARGEST:g}, got {found[above[0]]:g} at index "
            f"{above[0]}"
        )
    # Written so that NaN fails the comparison.
    scores: FloatArray = np.where(found >= -LARGEST, found, -np.inf)
    return scores


def check_returned(fitnesses: FloatArray, genome_ids: IntArray) -> None:
    """Raise FitnessError for the first genome whose score is too large to reckon with.

    Args:
        fitnesses: ``(n,)`` float64, as the fitness returned them.
        genome_ids: ``(n,)`` int64.
    """
    above = np.flatnonzero(fitnesses > LARGEST)
    if above.size:
        genome_id = int(genome_ids[above[0]])
        raise FitnessError(
            f"the fitness must return a number up to {LARGEST:g}, got "
            f"{fitnesses[above[0]]:g} for genome {genome_id}",
            genome_id,
        )


def selection_scores(
    scores: FloatArray, population: Population, difficulty: float, limit: float, *, charged: bool
) -> FloatArray:
    """Return the scores as selection sees them outside ``vanilla``.

    Args:
        scores: ``(n,)`` float64 from ``as_scores``, -inf for the worst.
        population: the genomes, for ``hybrid_scale`` and size.
        difficulty: of the environment.
        limit: largest complexity penalty.
        charged: whether the fitness has charged for complexity itself.
    """
    scaled, scored = scores.copy(), np.isfinite(scores)
    with np.errstate(over="ignore"):  # what is beyond the limits is held to them
        scaled[scored] *= population.table.hybrid_scale[scored]
    scaled[scored] = np.clip(scaled[scored], -LARGEST, LARGEST)
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
