"""Who mates with whom: parents for every child of every species."""

import math
from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_uniform, start_stream
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, take
from spiral_monolith_neat_numpy.kernels.ranking import rank_best
from spiral_monolith_neat_numpy.kernels.registers import borrowed

_ROUNDING = 1e-9  # 0.1 * 30 is a little more than 3, yet 3 survive


class Mating(NamedTuple):
    """How parents are chosen.

    Attributes:
        tournament_size: mother and father are each the best of so many draws from the survivors.
        elitism_min_size: the first child of a larger species is its champion, unchanged.
        p_crossover: probability of a second parent.
        p_interspecies: probability that the second parent is of another species.
        p_average: probability that a child of two takes the mean of their genes.
        p_differential: probability that it takes the difference of two others instead.
    """

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


class Survivors(NamedTuple):
    """Those who may become parents, and how many children each species has.

    Attributes:
        member_offset: ``(s + 1,)`` int64; the survivors of species k stand in ``ranked`` from
            entry ``member_offset[k]`` on.
        ranked: int64 places in the population, the fittest of a species first.
        n: ``(s,)`` int64, how many survivors a species has, >= 1.
        first_child: ``(s + 1,)`` int64, the first child of each species, and their number.
    """

    member_offset: IntArray
    ranked: IntArray
    n: IntArray
    first_child: IntArray


@exact_kernel
def rank_survivors(
    member_offset: IntArray,
    members: IntArray,
    score: FloatArray,
    n_offspring: IntArray,
    survival_fraction: float,
    out_survivors: Survivors,
) -> int:
    """Rank those of each species that may become parents; return the number of all children.

    Args:
        member_offset: ``(s + 1,)`` int64; species k owns ``members[member_offset[k]]`` to
            ``members[member_offset[k + 1]]``.
        members: ``(n,)`` int64 places in the population.
        score: ``(n,)`` float64 by place in the population; NaN is the worst. Of equal ones
            the earlier genome is better.
        n_offspring: ``(s,)`` int64, how many children a species has; a negative number is
            returned, and nobody is ranked then.
        survival_fraction: share of a species that survives; at least one does.
        out_survivors: filled but for ``member_offset``, which it holds already; ``(n,)``
            entries of ``ranked``, those that do not survive mean nothing.
    """
    ranked, first_child = out_survivors.ranked, out_survivors.first_child
    first_child[0] = 0
    for k in range(n_offspring.size):
        if n_offspring[k] < 0:
            return int(n_offspring[k])
        first_child[k + 1] = first_child[k] + n_offspring[k]
    for k in range(n_offspring.size):
        first, stop = member_offset[k], member_offset[k + 1]
        n = max(int(math.ceil(survival_fraction * (stop - first) - _ROUNDING)), 1)
        rank_best(score, members[first:stop], ranked[first : first + n])
        out_survivors.n[k] = n
    return int(first_child[-1])


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


@fragment
def _choose(
    survivors: Survivors,
    s: int,
    child: int,
    mating: Mating,
    keys: Keys,
    stream: KeyArray,
    out_plan: Plan,
) -> None:
    """Choose the parents of one child of species ``s``."""
    ranked, first_of, n = survivors.ranked, survivors.member_offset, survivors.n
    first = first_of[s]
    is_first = child == survivors.first_child[s]
    elite = is_first and first_of[s + 1] - first > mating.elitism_min_size
    mother, father = ranked[first], -1
    out_plan.average[child] = False
    out_plan.plus[child] = out_plan.minus[child] = -1
    if not elite:
        rounds = mating.tournament_size
        start_stream(keys.seed, keys.purpose, keys.generation, child, stream)
        mother = ranked[first + _draw_rank(n[s], rounds, stream)]
        if draw_uniform(stream) < mating.p_crossover:
            mate = s
            if n.size > 1 and draw_uniform(stream) < mating.p_interspecies:
                mate = draw_below(stream, n.size - 1)
                mate += mate >= s  # any species but one's own
            father = ranked[first_of[mate] + _draw_rank(n[mate], rounds, stream)]
        if father == mother:
            father = -1
        if father >= 0 and mating.p_average + mating.p_differential > 0.0:
            _draw_variant(first, n[s], ranked, mating, stream, child, out_plan)
    out_plan.mother[child], out_plan.father[child] = mother, father
    out_plan.elite[child] = elite


@exact_kernel
def choose_parents(
    ranges: Ranges, survivors: Survivors, mating: Mating, keys: Keys, out_plan: Plan
) -> None:
    """Choose the parents of every child, species after species.

    The first child of a large species is its champion's copy. A mother is drawn from the
    survivors of her species, by tournament if there is one; with ``p_crossover`` a father too,
    with ``p_interspecies`` of those from another species.

    Args:
        ranges: of the children.
        survivors: of each species.
        mating: how parents are chosen.
        keys: of the streams, one per child by its place.
        out_plan: ``(m,)`` columns, m the number of children; filled.
    """
    survivors, plan = borrowed(survivors), borrowed(out_plan)
    stream = np.empty(3, np.uint64)
    begin(ranges)
    first, last = take(ranges)
    while first < last:
        s = 0
        for child in range(first, last):
            while survivors.first_child[s + 1] <= child:
                s += 1
            _choose(survivors, s, child, mating, keys, stream, plan)
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)


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
