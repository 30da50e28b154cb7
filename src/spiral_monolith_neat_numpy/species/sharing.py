"""How many offspring each species gets: explicit fitness sharing.

Stanley & Miikkulainen (2002), section 3.3: a genome's fitness is divided by the size of its
species, so that a species' share is the mean fitness of its members.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.share import allot
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.scores import checked_scores
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
    scores = checked_scores(fitnesses, species.label.size)
    total = check_integer("population_size", population_size, 1)
    offspring = np.empty(len(species), dtype=np.int64)
    direct(allot)(
        species.member_offset,
        species.members,
        species.last_improved,
        scores,
        total,
        generation,
        settings.stagnation_generations,
        settings.elitism_min_size,
        offspring,
    )
    return offspring


def is_barred(species: SpeciesSet, generation: int, settings: Settings) -> bool:
    """Return whether every species has made no progress for ``stagnation_generations``."""
    waited = generation - species.last_improved
    return bool((waited >= settings.stagnation_generations).all())


def refocused(species: SpeciesSet, fitnesses: FloatArray, most: int, generation: int) -> SpeciesSet:
    """Return the species, the ``most`` with the best champions as if they had just improved.

    Args:
        species: of this generation.
        fitnesses: ``(n,)`` float64, one per genome; NaN is the worst.
        most: how many, >= 1; of equal ones the older.
        generation: its number, from 0.
    """
    scores = checked_scores(fitnesses, species.label.size)
    worth = np.where(np.isnan(scores), -np.inf, scores)
    champion = np.maximum.reduceat(worth[species.members], species.member_offset[:-1])
    best = np.argsort(-champion, kind="stable")[:most]
    improved = species.last_improved.copy()
    improved[best] = generation
    return replace(species, last_improved=improved)
