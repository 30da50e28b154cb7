"""Two-stage evaluation: the best of a generation are trained on, and keep what they win."""

import math
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evaluation.parameters import parameters_of
from spiral_monolith_neat_numpy.evaluation.scored import Fault
from spiral_monolith_neat_numpy.evolution.pool import Pool
from spiral_monolith_neat_numpy.evolution.scoring import sift
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population

DEFAULT_SHARE = 0.1
_NEAR = 0.02  # in units of fitness, from the best
_FACTORS = (1.5, 2.0)  # times the steps, for those near the best and for the others


class Refining:
    """A fitness that trains a genome once more, with steps of its own number."""

    def __init__(self, fitness: Any, factors: dict[int, float]) -> None:
        """Take a fitness with ``refine_raw``, and the factor on its steps by genome id."""
        self.fitness, self.factors = fitness, factors

    def __call__(self, genome: Genome, context: EvaluationContext) -> float:
        """Train and score a genome."""
        factor = self.factors[genome.id]
        return float(self.fitness.refine_raw(genome, factor, context=context))


def can_refine(fitness: Any) -> bool:
    """Return whether a fitness trains, and its genomes keep what they learn."""
    inheritance = getattr(getattr(fitness, "settings", None), "inheritance", "lamarckian")
    return hasattr(fitness, "refine_raw") and inheritance == "lamarckian"


def chosen(scores: FloatArray, share: float) -> tuple[IntArray, FloatArray]:
    """Return whom to train on, the best first, and with how many times the steps.

    Args:
        scores: ``(n,)`` float64, n >= 1; what is not finite is never chosen.
        share: of the population, in (0, 1]; at least one genome.
    """
    finite = np.where(np.isfinite(scores), scores, -np.inf)
    n = max(1, math.floor(share * scores.size + 0.5))
    best = np.argsort(-finite, kind="stable")[:n]
    best = best[np.isfinite(finite[best])]
    behind = finite.max() - finite[best]
    return best, np.where(behind > _NEAR, _FACTORS[1], _FACTORS[0])


def refine(
    population: Population,
    fitnesses: FloatArray,
    fitness: Any,
    share: float,
    pool: Pool,
    seed: int,
    generation: int,
) -> tuple[FloatArray, tuple[Fault, ...], int, int]:
    """Train the best genomes on; who scores higher for it keeps weights and score.

    Those within 0.02 of the best get 1.5 times the steps of an evaluation, the others twice.

    Args:
        population: just scored; parameters are written in place.
        fitnesses: ``(n,)`` float64 as the fitness returned them.
        fitness: which did (see ``can_refine``).
        share: of the population that is trained on, in (0, 1].
        pool: where.
        seed: seed of the run.
        generation: its number, from 0.

    Returns:
        ``(n,)`` scores, what went wrong, the number of evaluations and that of gradient steps.

    Raises:
        FitnessError: the fitness failed on a genome.
    """
    places, factors = chosen(sift(fitnesses).scores, share)
    if places.size == 0:
        return fitnesses, (), 0, 0
    some = Population.from_genomes([population[int(place)].copy() for place in places])
    some.feed_forward = population.feed_forward
    ids = some.table.id.tolist()
    again = Refining(fitness, dict(zip(ids, factors.tolist(), strict=True)))
    scored = pool.evaluate(some, again, seed, generation)
    scores = fitnesses.copy()
    for row, place in enumerate(places.tolist()):
        if not scored.scores[row] > fitnesses[place]:
            continue
        scores[place] = scored.scores[row]
        into = parameters_of(population, place, place + 1)
        for name, array in parameters_of(some, row, row + 1).items():
            into[name][:] = array
    steps = int(getattr(fitness, "gradient_steps", 0))
    return scores, scored.faults, len(ids), sum(round(steps * factor) for factor in factors)
