"""Who mates with whom: truncation within a species, then parents at random."""

from collections.abc import Iterable

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_length
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.ranges import Spread, at_once
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.mate import (
    Keys,
    Mating,
    Plan,
    Survivors,
    choose_parents,
    rank_survivors,
)
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.scores import checked_scores
from spiral_monolith_neat_numpy.species.speciation import Species, SpeciesSet

_LEAST_CHOSEN = 100  # children whose parents take some ten microseconds to choose


def plan_mating(
    species: SpeciesSet | Iterable[Species],
    offspring: IntArray,
    fitnesses: FloatArray,
    settings: Settings,
    seed: int,
    generation: int,
    spread: Spread = at_once,
) -> MatingPlan:
    """Plan the parents of every child, species after species.

    The best ``survival_fraction`` of a species, at least one, may become parents; of equal
    scores the earlier genome is better. The first child of a species with more than
    ``elitism_min_size`` members is its champion, unchanged. Of the others each has a mother
    among the survivors, the best of ``tournament_size`` drawn, and with ``p_crossover`` a
    father among them, with ``p_interspecies`` of those among the survivors of another
    species. A father equal to the mother is none. Of the children with a father a share of
    ``p_average`` takes the mean of matching genes, and one of ``p_differential`` the difference
    of two further survivors of the mother's species, where it has two.

    Args:
        species: of this generation.
        offspring: ``(s,)`` int64, how many children each species gets.
        fitnesses: ``(n,)`` float64, one per genome; NaN is the worst.
        settings: survival, elitism and the probabilities above.
        seed: seed of the run; each child draws from a stream of its own.
        generation: number of the parents' generation, from 0.
        spread: may share the work out among threads (see ``genes.ranges``).

    Raises:
        ValueError: a wrong number of scores or allotments, or a negative allotment.
    """
    species = SpeciesSet.from_species(species)
    scores = checked_scores(fitnesses, species.label.size)
    offspring = np.array(offspring, dtype=np.int64)
    check_length("offspring", offspring, len(species), "species")
    survivors = Survivors(
        species.member_offset,
        np.empty(scores.size, np.int64),
        np.empty(offspring.size, np.int64),
        np.empty(offspring.size + 1, np.int64),
    )
    by_species = species.member_offset, species.members, scores, offspring
    m = direct(rank_survivors)(*by_species, settings.survival_fraction, survivors)
    if m < 0:
        raise ValueError(f"offspring must be >= 0, got {m}")
    plan = Plan(
        mother=np.empty(m, dtype=np.int64),
        father=np.empty(m, dtype=np.int64),
        elite=np.empty(m, dtype=np.bool_),
        average=np.empty(m, dtype=np.bool_),
        plus=np.empty(m, dtype=np.int64),
        minus=np.empty(m, dtype=np.int64),
    )
    mating = Mating(
        settings.tournament_size,
        settings.elitism_min_size,
        settings.p_crossover,
        settings.p_interspecies,
        settings.p_average,
        settings.p_differential,
    )
    keys = Keys(np.uint64(seed), int(Purpose.PARENTS), generation)
    spread(m, _LEAST_CHOSEN, direct(choose_parents), survivors, mating, keys, plan)
    return MatingPlan.trusted(plan)
