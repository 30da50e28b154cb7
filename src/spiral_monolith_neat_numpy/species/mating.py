"""Who mates with whom: truncation within a species, then parents at random."""

from collections.abc import Iterable

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_length
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.kernels.mate import choose_parents
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.speciation import Species, SpeciesSet

_ROUNDING = 1e-9  # 0.1 * 30 is a little more than 3, yet 3 survive


def plan_mating(
    species: SpeciesSet | Iterable[Species],
    offspring: IntArray,
    fitnesses: FloatArray,
    settings: Settings,
    seed: int,
    generation: int,
) -> MatingPlan:
    """Plan the parents of every child, species after species.

    The best ``survival_fraction`` of a species, at least one, may become parents; of equal
    scores the earlier genome is better. The first child of a species with more than
    ``elitism_min_size`` members is its champion, unchanged. Of the others each has a mother
    among the survivors, and with ``p_crossover`` a father among them, with
    ``p_interspecies`` of those among the survivors of another species. A father equal to
    the mother is none.

    Args:
        species: of this generation.
        offspring: ``(s,)`` int64, how many children each species gets.
        fitnesses: ``(n,)`` float64, one per genome; NaN is the worst.
        settings: survival, elitism and the probabilities above.
        seed: seed of the run; each child draws from a stream of its own.
        generation: number of the parents' generation, from 0.

    Raises:
        ValueError: a wrong number of scores or allotments, or a negative allotment.
    """
    species = SpeciesSet.from_species(species)
    check_length("fitnesses", fitnesses, species.label.size, "the population")
    offspring = np.array(offspring, dtype=np.int64)
    check_length("offspring", offspring, len(species), "species")
    if (offspring < 0).any():
        raise ValueError(f"offspring must be >= 0, got {offspring.min()}")
    scores = np.where(np.isnan(fitnesses), -np.inf, fitnesses)
    ranked = np.lexsort((-scores, species.label))
    survivors = np.ceil(settings.survival_fraction * species.size - _ROUNDING)
    n = int(offspring.sum())
    streams = start_streams(seed, Purpose.PARENTS, generation, np.arange(n))
    mother, father = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    elite = np.empty(n, dtype=np.bool_)
    choose_parents(
        species.member_offset,
        ranked,
        np.maximum(survivors, 1.0).astype(np.int64),
        offspring,
        species.size > settings.elitism_min_size,
        settings.p_crossover,
        settings.p_interspecies,
        streams,
        mother,
        father,
        elite,
    )
    return MatingPlan(mother, father, elite)
