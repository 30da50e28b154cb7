"""What is known of the species of a generation once it is divided and scored."""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.random import draw_below, start_stream
from spiral_monolith_neat_numpy.kernels.ranking import worth


class Records(NamedTuple):
    """One row per species.

    Attributes:
        id: ``(s,)`` int64, permanent numbers.
        created: ``(s,)`` int64, generation in which each was founded.
        last_improved: ``(s,)`` int64, generation in which its best score last rose.
        best_fitness: ``(s,)`` float64, best score of all its generations.
    """

    id: IntArray
    created: IntArray
    last_improved: IntArray
    best_fitness: FloatArray


class Rules(NamedTuple):
    """How species go on.

    Attributes:
        takes_best: whether the best member stands for a species, or one at random.
        seed: seed of the run.
        purpose: code of ``seeding.Purpose`` of the species' streams.
        generation: number of this generation, from 0.
        next_id: id of the next species to be founded.
    """

    takes_best: bool
    seed: np.uint64
    purpose: int
    generation: int
    next_id: int


@fragment
def group(label: IntArray, out_offset: IntArray, out_members: IntArray) -> None:
    """List the members of each species.

    Args:
        label: ``(n,)`` int64 species of each genome, from 0 to s - 1.
        out_offset: ``(s + 1,)`` int64; species k owns members ``out_offset[k]`` to
            ``out_offset[k + 1]``.
        out_members: ``(n,)`` int64, genomes by species, in rising order within each.
    """
    out_offset[:] = 0
    for genome in range(label.size):
        out_offset[label[genome] + 1] += 1
    total = 0
    for k in range(out_offset.size - 1):
        size = out_offset[k + 1]
        out_offset[k + 1] = total  # one place late: filling moves it to the end
        total += size
    for genome in range(label.size):
        k = label[genome]
        out_members[out_offset[k + 1]] = genome
        out_offset[k + 1] += 1


@fragment
def inherit_records(
    kept: IntArray, into: IntArray, known: Records, rules: Rules, out_records: Records
) -> None:
    """Write the records of species as they were before this generation was scored.

    The best score of merged species is the best of theirs, and rose last when that one did:
    merging is no progress.

    Args:
        kept: ``(k,)`` int64 species with members, rising: 0 to s - 1 for known ones.
        into: ``(s,)`` int64, the species that each known one has joined.
        known: records of the known species.
        rules: the generation and the next id.
        out_records: filled for the kept species.
    """
    place = np.full(into.size, -1)
    for k in range(kept.size):
        s = kept[k]
        if s < into.size:
            place[s] = k
            out_records.id[k] = known.id[s]
            out_records.created[k] = known.created[s]
            out_records.last_improved[k] = known.last_improved[s]
            out_records.best_fitness[k] = known.best_fitness[s]
        else:
            out_records.id[k] = rules.next_id + s - into.size
            out_records.created[k] = rules.generation
            out_records.last_improved[k] = rules.generation
            out_records.best_fitness[k] = -np.inf
    for s in range(into.size):
        k = place[into[s]]
        if k < 0:
            continue
        score, when = known.best_fitness[s], known.last_improved[s]
        best, improved = out_records.best_fitness[k], out_records.last_improved[k]
        if score > best or (score == best and when < improved):
            out_records.best_fitness[k] = score
            out_records.last_improved[k] = when


@kernel
def describe(
    kept: IntArray,
    into: IntArray,
    label: IntArray,
    scores: FloatArray,
    known: Records,
    rules: Rules,
    out_offset: IntArray,
    out_members: IntArray,
    out_records: Records,
    out_chosen: IntArray,
) -> None:
    """List the members of species, enter their scores and choose who represents them.

    A species whose best member beats its record has improved in this generation. A random
    representative is drawn from the stream that is keyed by the species' id.

    Args:
        kept: ``(k,)`` int64 from ``speciate.divide``.
        into: ``(s,)`` int64 from there.
        label: ``(n,)`` int64 from there.
        scores: ``(n,)`` float64, NaN the worst.
        known: records of the known species.
        rules: how species go on.
        out_offset: ``(k + 1,)`` int64, see ``group``.
        out_members: ``(n,)`` int64, see ``group``.
        out_records: of the kept species, filled.
        out_chosen: ``(k,)`` int64 genomes that represent them.
    """
    group(label, out_offset, out_members)
    inherit_records(kept, into, known, rules, out_records)
    stream = np.empty(3, np.uint64)
    for k in range(kept.size):
        first, stop = out_offset[k], out_offset[k + 1]
        best = first
        for i in range(first + 1, stop):
            if worth(scores[out_members[i]]) > worth(scores[out_members[best]]):
                best = i
        best_score = worth(scores[out_members[best]])
        if best_score > out_records.best_fitness[k]:
            out_records.best_fitness[k] = best_score
            out_records.last_improved[k] = rules.generation
        if not rules.takes_best:
            item = out_records.id[k]
            start_stream(rules.seed, rules.purpose, rules.generation, item, stream)
            best = first + draw_below(stream, stop - first)
        out_chosen[k] = out_members[best]
