"""From what a fitness returned to what selection sees."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import FitnessError, as_floats, check_length
from spiral_monolith_neat_numpy.evolution.environment import complexity_factor
from spiral_monolith_neat_numpy.genes.gather import as_kernels_take
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.rows import sift_scores

LARGEST = 1e300  # sums, differences and means of such scores are finite


class Sifted(NamedTuple):
    """Scores as evolution reckons with them, and what they come to.

    Attributes:
        scores: ``(n,)`` float64; what is not at least -1e300, NaN too, is -inf, the worst.
        above: first place with a score above 1e300, which is too large to reckon with, or -1.
        best: place of the best score, the first of equals.
        mean: of those that count, -inf if none does.
    """

    scores: FloatArray
    above: int
    best: int
    mean: float

    @property
    def best_score(self) -> float:
        """The best score, -inf if none counts."""
        return float(self.scores[self.best])


def sift(fitnesses: FloatArray) -> Sifted:
    """Return ``(n,)`` float64 scores, n >= 1, sifted into a new array."""
    scores = np.empty(fitnesses.size)
    return Sifted(scores, *direct(sift_scores)(as_kernels_take(fitnesses), LARGEST, scores))


def as_scores(fitnesses: Sequence[float] | AnyArray, n: int) -> FloatArray:
    """Return one score per genome as a new array; what is not above -1e300 becomes -inf, the worst.

    NaN is the worst too.

    Raises:
        ValueError: as ``check_given``.
    """
    return check_given(fitnesses, n)[1].scores


def check_given(fitnesses: Sequence[float] | AnyArray, n: int) -> tuple[FloatArray, Sifted]:
    """Return the scores that a user gave, NaN included, and what they come to.

    Raises:
        ValueError: not ``n`` numbers, or one above 1e300.
    """
    found = as_floats("fitnesses", fitnesses)
    check_length("fitnesses", found, n, "the population")
    sifted = sift(found)
    if sifted.above >= 0:
        raise ValueError(
            f"fitnesses must hold numbers up to {LARGEST:g}, got {found[sifted.above]:g} at index "
            f"{sifted.above}"
        )
    return found, sifted


def check_returned(fitnesses: FloatArray, genome_ids: IntArray) -> Sifted:
    """Return what the scores come to that a fitness returned.

    Args:
        fitnesses: ``(n,)`` float64, as the fitness returned them.
        genome_ids: ``(n,)`` int64.

    Raises:
        FitnessError: a score is too large to reckon with; ``genome_id`` says the first.
    """
    sifted = sift(fitnesses)
    above = sifted.above
    if above >= 0:
        genome_id = int(genome_ids[above])
        raise FitnessError(
            f"the fitness must return a number up to {LARGEST:g}, got "
            f"{fitnesses[above]:g} for genome {genome_id}",
            genome_id,
        )
    return sifted


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
