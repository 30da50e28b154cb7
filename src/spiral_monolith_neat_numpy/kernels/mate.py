"""Who mates with whom: parents for every child of every species."""

from spiral_monolith_neat_numpy.arrays import BoolArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_uniform


@kernel
def choose_parents(
    member_offset: IntArray,
    ranked: IntArray,
    n_survivors: IntArray,
    n_offspring: IntArray,
    keeps_champion: BoolArray,
    p_crossover: float,
    p_interspecies: float,
    streams: KeyArray,
    out_mother: IntArray,
    out_father: IntArray,
    out_elite: BoolArray,
) -> None:
    """Choose the parents of every child, species after species.

    A mother is drawn uniformly from the survivors of her species; with ``p_crossover`` a
    father too, with ``p_interspecies`` of those from another species.

    Args:
        member_offset: ``(s + 1,)`` int64; species k owns ``ranked[member_offset[k]]`` to
            ``ranked[member_offset[k + 1]]``.
        ranked: int64 genomes by species, the fittest first within each.
        n_survivors: ``(s,)`` int64, how many of a species may become parents, >= 1.
        n_offspring: ``(s,)`` int64, how many children a species has.
        keeps_champion: ``(s,)`` bool; the first child of such a species is its champion.
        p_crossover: probability of a second parent.
        p_interspecies: probability that the second parent is of another species.
        streams: ``(m, 3)`` uint64, one stream per child.
        out_mother: ``(m,)`` int64 genome, m the sum of ``n_offspring``.
        out_father: ``(m,)`` int64 genome, or -1 for one parent.
        out_elite: ``(m,)`` bool, True where the mother is copied unchanged.
    """
    child = 0
    n_species = n_offspring.size
    for s in range(n_species):
        first = member_offset[s]
        for k in range(n_offspring[s]):
            stream = streams[child]
            elite = keeps_champion[s] and k == 0
            mother = ranked[first]
            father = -1
            if not elite:
                mother = ranked[first + draw_below(stream, n_survivors[s])]
                if draw_uniform(stream) < p_crossover:
                    mate = s
                    if n_species > 1 and draw_uniform(stream) < p_interspecies:
                        mate = draw_below(stream, n_species - 1)
                        mate += mate >= s  # any species but one's own
                    father = ranked[member_offset[mate] + draw_below(stream, n_survivors[mate])]
            out_mother[child] = mother
            out_father[child] = -1 if father == mother else father
            out_elite[child] = elite
            child += 1
