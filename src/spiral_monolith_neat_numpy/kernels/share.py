"""How many offspring each species gets: explicit fitness sharing by largest remainder."""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel
from spiral_monolith_neat_numpy.kernels.ranking import rank_best, worth

_BLOCK = 128
_LANES = 8
_DEPTH = 64  # of halving: as many as an index has bits


@exact_kernel
def _block_sum(values: FloatArray, start: int, stop: int) -> float:
    """Return the sum of at most 128 values, eight of which are added at a time."""
    total = 0.0
    at = start
    if stop - start >= _LANES:
        lanes = values[start : start + _LANES].copy()
        at += _LANES
        while at + _LANES <= stop:
            for lane in range(_LANES):
                lanes[lane] += values[at + lane]
            at += _LANES
        low = (lanes[0] + lanes[1]) + (lanes[2] + lanes[3])
        total = low + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]))
    for i in range(at, stop):
        total += values[i]
    return total


@exact_kernel
def pairwise_sum(values: FloatArray, start: int, stop: int) -> float:
    """Return the sum of a run of values, in NumPy's order: halves, down to blocks of 128.

    Its error grows with the logarithm of their number (Higham 1993), so that equal genomes
    have equal shares in small species and in large ones.
    """
    waiting = np.empty((_DEPTH, 2), np.int64)  # right halves whose left ones are being summed
    left, is_right = np.empty(_DEPTH), np.zeros(_DEPTH, np.bool_)
    depth = 0
    while True:
        while stop - start > _BLOCK:
            half = (stop - start) // 2
            middle = start + half - half % _LANES
            waiting[depth, 0], waiting[depth, 1] = middle, stop
            is_right[depth] = False
            stop = middle
            depth += 1
        total = _block_sum(values, start, stop)
        while depth > 0 and is_right[depth - 1]:
            depth -= 1
            total = left[depth] + total
        if depth == 0:
            return total
        left[depth - 1] = total
        is_right[depth - 1] = True
        start, stop = waiting[depth - 1, 0], waiting[depth - 1, 1]


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
    if low > high:  # none is finite
        for i in range(members.size):
            out_share[i] = 1.0 if score[members[i]] == math.inf else 0.0
        return
    scale = max(abs(low), abs(high))
    if scale == 0.0:
        scale = 1.0
    # Sums and differences of the largest floats would overflow.
    below = min(low / scale, 0.0)
    for i in range(members.size):
        value = max(worth(score[members[i]]), low)
        out_share[i] = min(value, high) / scale - below


@exact_kernel
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
    if left == 0:
        return
    whole = pairwise_sum(share, 0, n)
    if whole == 0.0:
        for k in range(n):
            share[k] = 1.0 if breeds[k] else 0.0
        whole = pairwise_sum(share, 0, n)
    for k in range(n):
        share[k] = max(share[k] / whole * total - least[k], 0.0)
    factor = left / pairwise_sum(share, 0, n)
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
        # The first one apart: that is how NumPy sums segments.
        mean[k] = (share[first] + pairwise_sum(share, first + 1, stop)) / (stop - first)
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


@exact_kernel
def _keep_best(champion: FloatArray, total: int, out_least: IntArray) -> None:
    """Leave a 1 in ``out_least`` for the ``total`` best champions alone."""
    candidates, best = np.flatnonzero(out_least), np.empty(total, np.int64)
    rank_best(champion, candidates, best)
    out_least[:] = 0
    for i in range(total):
        out_least[best[i]] = 1
