"""Who mates with whom: parents for every child of every species."""

import math
from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_uniform, start_stream
from spiral_monolith_neat_numpy.kernels.ranking import rank_best

_ROUNDING = 1e-9  # 0.1 * 30 is a little more than 3, yet 3 survive


class Mating(NamedTuple):
    """How parents are chosen.

    Attributes:
        survival_fraction: share of a species that may become parents, at least one does.
        tournament_size: mother and father are each the best of so many draws from those.
        elitism_min_size: the first child of a larger species is its champion, unchanged.
        p_crossover: probability of a second parent.
        p_interspecies: probability that the second parent is of another species.
        p_average: probability that a child of two takes the mean of their genes.
        p_differential: probability that it takes the difference of two others instead.
    """

    survival_fraction: float
    tournament_size: int
    elitism_min_size: int
    p_crossover: float
    p_interspecies: float
    p_average: float
    p_differential: float


class Keys(NamedTuple):
    """What the children's streams are keyed by, beside their places (see ``seeding``)."""

    seed: np.uint64
    purpose: int
    generation: int


class Plan(NamedTuple):
    """The columns of ``genes.plan.MatingPlan``, in its order."""

    mother: IntArray
    father: IntArray
    elite: BoolArray
    average: BoolArray
    plus: IntArray
    minus: IntArray


@exact_kernel
def count_children(n_offspring: IntArray) -> int:
    """Return the sum of ``(s,)`` int64 numbers, or the first of them that is negative."""
    total = 0
    for k in range(n_offspring.size):
        if n_offspring[k] < 0:
            return int(n_offspring[k])
        total += n_offspring[k]
    return total


@fragment
def rank_survivors(
    member_offset: IntArray,
    members: IntArray,
    score: FloatArray,
    survival_fraction: float,
    out_ranked: IntArray,
    out_n_survivors: IntArray,
) -> None:
    """Rank those of each species that may become parents, the fittest first.

    Args:
        member_offset: ``(s + 1,)`` int64; species k owns ``members[member_offset[k]]`` to
            ``members[member_offset[k + 1]]``.
        members: ``(n,)`` int64 places in the population.
        score: ``(n,)`` float64 by place in the population; NaN is the worst. Of equal ones
            the earlier genome is better.
        survival_fraction: share of a species that survives; at least one does.
        out_ranked: ``(n,)`` int64; the survivors of species k stand from ``member_offset[k]``
            on, what comes after them means nothing.
        out_n_survivors: ``(s,)`` int64.
    """
    for k in range(out_n_survivors.size):
        first, stop = member_offset[k], member_offset[k + 1]
        n = max(int(math.ceil(survival_fraction * (stop - first) - _ROUNDING)), 1)
        rank_best(score, members[first:stop], out_ranked[first : first + n])
        out_n_survivors[k] = n


@exact_kernel
def _draw_rank(n: int, tournament_size: int, stream: KeyArray) -> int:
    """Return the best rank of so many draws from ``n``, 0 for the fittest."""
    rank = draw_below(stream, n)
    for _ in range(tournament_size - 1):
        rank = min(rank, draw_below(stream, n))
    return rank


@fragment
def _draw_variant(
    first: int,
    n: int,
    ranked: IntArray,
    mating: Mating,
    stream: KeyArray,
    child: int,
    out_plan: Plan,
) -> None:
    """Draw whether a child of two takes their mean, or the difference of two others.

    Its mother's species has ``n`` survivors, who stand in ``ranked`` from ``first`` on.
    """
    share = draw_uniform(stream)
    if share < mating.p_average:
        out_plan.average[child] = True
    elif share < mating.p_average + mating.p_differential and n > 1:
        plus, minus = draw_below(stream, n), draw_below(stream, n - 1)
        minus += minus >= plus  # any but the other one
        out_plan.plus[child] = ranked[first + plus]
        out_plan.minus[child] = ranked[first + minus]


@exact_kernel
def choose_parents(
    member_offset: IntArray,
    members: IntArray,
    score: FloatArray,
    n_offspring: IntArray,
    mating: Mating,
    keys: Keys,
    out_plan: Plan,
) -> None:
    """Choose the parents of every child, species after species.

    A mother is drawn from the survivors of her species, by tournament if there is one; with
    ``p_crossover`` a father too, with ``p_interspecies`` of those from another species.

    Args:
        member_offset: as for ``rank_survivors``.
        members: as there.
        score: as there.
        n_offspring: ``(s,)`` int64, how many children a species has.
        mating: how parents are chosen.
        keys: of the streams, one per child by its place.
        out_plan: ``(m,)`` columns, m the sum of ``n_offspring``; filled.
    """
    n_species = n_offspring.size
    ranked, n_survivors = np.empty(score.size, np.int64), np.empty(n_species, np.int64)
    fraction = mating.survival_fraction
    rank_survivors(member_offset, members, score, fraction, ranked, n_survivors)
    stream = np.empty(3, np.uint64)
    rounds = mating.tournament_size
    is_varied = mating.p_average + mating.p_differential > 0.0
    child = 0
    for s in range(n_species):
        first = member_offset[s]
        has_elite = member_offset[s + 1] - first > mating.elitism_min_size
        for k in range(n_offspring[s]):
            elite = has_elite and k == 0
            mother, father = ranked[first], -1
            out_plan.average[child] = False
            out_plan.plus[child] = out_plan.minus[child] = -1
            if not elite:
                start_stream(keys.seed, keys.purpose, keys.generation, child, stream)
                mother = ranked[first + _draw_rank(n_survivors[s], rounds, stream)]
                if draw_uniform(stream) < mating.p_crossover:
                    mate = s
                    if n_species > 1 and draw_uniform(stream) < mating.p_interspecies:
                        mate = draw_below(stream, n_species - 1)
                        mate += mate >= s  # any species but one's own
                    rank = _draw_rank(n_survivors[mate], rounds, stream)
                    father = ranked[member_offset[mate] + rank]
                if father == mother:
                    father = -1
                if father >= 0 and is_varied:
                    _draw_variant(first, n_survivors[s], ranked, mating, stream, child, out_plan)
            out_plan.mother[child], out_plan.father[child] = mother, father
            out_plan.elite[child] = elite
            child += 1


@exact_kernel
def find_stray(
    mother: IntArray, father: IntArray, plus: IntArray, minus: IntArray, n_parents: int
) -> int:
    """Return the first row that names a parent who is not there, or -1 if there is none.

    Args:
        mother: ``(m,)`` int64, from 0 to ``n_parents`` - 1.
        father: ``(m,)`` int64, from -1 to there.
        plus: ``(m,)`` int64, from -1 to there.
        minus: ``(m,)`` int64, from -1 to there.
        n_parents: number of genomes to choose parents from.
    """
    for row in range(mother.size):
        if min(mother[row], father[row] + 1, plus[row] + 1, minus[row] + 1) < 0:
            return row
        if max(mother[row], father[row], plus[row], minus[row]) >= n_parents:
            return row
    return -1
