"""How many offspring each species gets: explicit fitness sharing.

Stanley & Miikkulainen (2002), section 3.3: a genome's fitness is divided by the size of its
species, so that a species' share is the mean fitness of its members.
"""

from collections.abc import Iterable

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_integer, check_length
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.speciation import Species, SpeciesSet


def allot_offspring(
    species: SpeciesSet | Iterable[Species],
    fitnesses: FloatArray,
    population_size: int,
    settings: Settings,
    generation: int,
) -> IntArray:
    """Return how many offspring each species gets; they sum to ``population_size``.

    Shares are proportional to the mean fitness of the members, by largest remainder. Where
    scores are negative all are first shifted so that the lowest is 0; a score that is not a
    number, or -inf, counts as the lowest. A species without progress for
    ``stagnation_generations`` gets nothing unless it holds the best genome. A species that
    breeds gets at least one place if its champion must survive (more than
    ``elitism_min_size`` members) or is the best genome.

    Args:
        species: of this generation, progress noted.
        fitnesses: ``(n,)`` float64, one per genome.
        population_size: sum of all offspring, from 1.
        settings: stagnation and elitism.
        generation: its number, from 0.

    Returns:
        ``(s,)`` int64, in the order of ``species``.

    Raises:
        ValueError: a wrong number of scores, or a population size below 1.
    """
    species = SpeciesSet.from_species(species)
    check_length("fitnesses", fitnesses, species.label.size, "the population")
    check_integer("population_size", population_size, 1)
    first = species.member_offset[:-1]
    worst_last = np.where(np.isnan(fitnesses), -np.inf, fitnesses)
    champion = np.maximum.reduceat(worst_last[species.members], first)
    best = int(champion.argmax())
    breeds = generation - species.last_improved < settings.stagnation_generations
    breeds[best] = True
    mean = np.add.reduceat(shifted(fitnesses)[species.members], first) / species.size
    least = (breeds & (species.size > settings.elitism_min_size)).astype(np.int64)
    least[best] = 1
    if least.sum() > population_size:  # a shrunken population keeps its best champions
        order = np.lexsort((-champion, 1 - least))
        least[order[population_size:]] = 0
    return _largest_remainder(mean, breeds, least, population_size)


def shifted(fitnesses: FloatArray) -> FloatArray:
    """Return the scores as finite shares of at least 0, in the same order.

    Scores that are all at least 0 keep their proportions; with negative ones among them the
    lowest becomes 0. The unit is arbitrary.
    """
    finite = np.isfinite(fitnesses)
    if not finite.any():
        only_best: FloatArray = (fitnesses == np.inf).astype(np.float64)
        return only_best
    low, high = fitnesses[finite].min(), fitnesses[finite].max()
    scores = np.clip(np.where(np.isnan(fitnesses), low, fitnesses), low, high)
    scale = max(abs(low), abs(high)) or 1.0
    # Sums and differences of the largest floats would overflow.
    shares: FloatArray = scores / scale
    return shares - min(float(shares.min()), 0.0)


def _largest_remainder(
    share: FloatArray, breeds: BoolArray, least: IntArray, total: int
) -> IntArray:
    """Return whole numbers in proportion to ``share`` among ``breeds``, at least ``least``."""
    share = np.where(breeds, share, 0.0)
    if share.sum() == 0.0:
        share = breeds.astype(np.float64)
    above = np.maximum(share / share.sum() * total - least, 0.0)
    left = total - int(least.sum())
    if left == 0:
        return least
    above *= left / above.sum()
    counts: IntArray = least + np.floor(above).astype(np.int64)
    remainder = np.where(breeds, above - np.floor(above), -1.0)
    missing = total - int(counts.sum())
    counts[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return counts
