"""How many offspring each species gets: explicit fitness sharing by largest remainder."""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.ranking import rank_best, worth


@exact_kernel
def summed(values: FloatArray, start: int, stop: int) -> float:
    """Return the sum of a run of values and of what each addition rounds off (Neumaier 1974).

    Its error does not grow with their number, so that equal genomes have equal shares in small
    species and in large ones.
    """
    total = lost = 0.0
    for i in range(start, stop):
        more = total + values[i]
        if abs(total) >= abs(values[i]):
            lost += (total - more) + values[i]
        else:
            lost += (values[i] - more) + total
        total = more
    return total + lost


@exact_kernel
def shift(score: FloatArray, members: IntArray, out_share: FloatArray) -> None:
    """Turn scores into finite shares of at least 0, in the same order.

    Scores that are all at least 0 keep their proportions; with negative ones among them the
    lowest becomes 0. NaN and -inf count as the lowest finite score, inf as the highest. The
    unit is arbitrary.

    Args:
        score: ``(n,)`` float64.
        members: ``(n,)`` int64 genomes in the order in which their shares are wanted.
        out_share: ``(n,)`` float64.
    """
    low, high = math.inf, -math.inf
    for i in range(score.size):
        if math.isfinite(score[i]):
            low, high = min(low, score[i]), max(high, score[i])
    # Sums and differences of the largest floats would overflow.
    scale = max(abs(low), abs(high))
    if scale == 0.0:
        scale = 1.0
    below = min(low / scale, 0.0)
    for i in range(members.size):
        if low > high:  # none is finite
            out_share[i] = 1.0 if score[members[i]] == math.inf else 0.0
        else:
            value = max(worth(score[members[i]]), low)
            out_share[i] = min(value, high) / scale - below


@fragment
def _shared_out(
    share: FloatArray, breeds: BoolArray, least: IntArray, total: int, out_offspring: IntArray
) -> None:
    """Write whole numbers in proportion to ``share`` among ``breeds``, at least ``least``."""
    n = share.size
    left = total
    for k in range(n):
        out_offspring[k] = least[k]
        left -= least[k]
        if not breeds[k]:
            share[k] = 0.0
    if left > 0:
        whole = summed(share, 0, n)
        if whole == 0.0:
            for k in range(n):
                share[k] = 1.0 if breeds[k] else 0.0
            whole = summed(share, 0, n)
        for k in range(n):
            share[k] = max(share[k] / whole * total - least[k], 0.0)
        factor = left / summed(share, 0, n)
        remainder, order = np.empty(n), np.empty(n, np.int64)
        for k in range(n):
            above = share[k] * factor
            out_offspring[k] += int(math.floor(above))
            left -= int(math.floor(above))
            remainder[k] = above - math.floor(above) if breeds[k] else -1.0
            order[k] = k
        largest = np.empty(max(left, 0), np.int64)
        rank_best(remainder, order, largest)
        for i in range(largest.size):
            out_offspring[largest[i]] += 1


@fragment
def _keep_best(champion: FloatArray, total: int, out_least: IntArray) -> None:
    """Leave a 1 in ``out_least`` for the ``total`` best champions of those alone."""
    candidates, n = np.empty(out_least.size, np.int64), 0
    for k in range(out_least.size):
        if out_least[k] == 1:
            candidates[n] = k
            n += 1
            out_least[k] = 0
    best = np.empty(total, np.int64)
    rank_best(champion, candidates[:n], best)
    for i in range(total):
        out_least[best[i]] = 1


@exact_kernel
def allot(
    member_offset: IntArray,
    members: IntArray,
    last_improved: IntArray,
    score: FloatArray,
    total: int,
    generation: int,
    stagnation_generations: int,
    elitism_min_size: int,
    out_offspring: IntArray,
) -> None:
    """Write how many offspring each species gets; see ``species.sharing.allot_offspring``.

    Args:
        member_offset: ``(s + 1,)`` int64; species k owns ``members[member_offset[k]]`` to
            ``members[member_offset[k + 1]]``, s >= 1 and none empty.
        members: ``(n,)`` int64 places in the population.
        last_improved: ``(s,)`` int64 generations.
        score: ``(n,)`` float64 by place in the population, NaN the worst.
        total: sum of all offspring, >= 1.
        generation: the present one.
        stagnation_generations: without progress for so long a species does not breed.
        elitism_min_size: a species with more members has a champion that must survive.
        out_offspring: ``(s,)`` int64.
    """
    n_species = out_offspring.size
    share, mean = np.empty(score.size), np.empty(n_species)
    champion, breeds = np.empty(n_species), np.empty(n_species, np.bool_)
    least = np.zeros(n_species, np.int64)
    shift(score, members, share)
    best = 0
    for k in range(n_species):
        first, stop = member_offset[k], member_offset[k + 1]
        mean[k] = summed(share, first, stop) / (stop - first)
        champion[k] = worth(score[members[first]])
        for i in range(first + 1, stop):
            champion[k] = max(champion[k], worth(score[members[i]]))
        if champion[k] > champion[best]:
            best = k
        breeds[k] = generation - last_improved[k] < stagnation_generations
        least[k] = breeds[k] and stop - first > elitism_min_size
    breeds[best], least[best] = True, 1
    n_least = 0
    for k in range(n_species):
        n_least += least[k]
    if n_least > total:  # a shrunken population keeps its best champions
        _keep_best(champion, total, least)
    _shared_out(mean, breeds, least, total, out_offspring)
