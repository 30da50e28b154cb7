"""Rows of the population's table for children, and counts of genes by genome."""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.inherit import Matings
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.layout import HIDDEN, Genomes
from spiral_monolith_neat_numpy.kernels.random import mix64

NO_PARENT = -1


class Rows(NamedTuple):
    """The columns of ``genes.table.PopulationTable``, in its order."""

    id: IntArray
    fitness: FloatArray
    mother: IntArray
    father: IntArray
    birth: IntArray
    sex: CodeArray
    head: CodeArray
    regen: BoolArray
    regen_mode: CodeArray
    hybrid_scale: FloatArray
    noise_scale: FloatArray


@kernel
def inherit_rows(
    parents: Rows,
    mother: IntArray,
    father: IntArray,
    matings: Matings,
    scale: FloatArray,
    generation: int,
    first_id: int,
    out_rows: Rows,
) -> None:
    """Write the children's rows: an elite's is its own but for the score, others are born now.

    Args:
        parents: rows of the parents.
        mother: ``(m,)`` int64 places.
        father: ``(m,)`` int64 places, or -1.
        matings: who is the base, from which marks are taken, and who an elite.
        scale: ``(m,)`` float64, each child's factor on its moves.
        generation: number of the children's generation.
        first_id: id of the first that is born.
        out_rows: filled.
    """
    next_id = first_id
    for child in range(mother.size):
        base = matings.base[child]
        if matings.elite[child]:
            out_rows.id[child] = parents.id[base]
            out_rows.mother[child] = parents.mother[base]
            out_rows.father[child] = parents.father[base]
            out_rows.birth[child] = parents.birth[base]
        else:
            out_rows.id[child] = next_id
            next_id += 1
            other = father[child]
            out_rows.mother[child] = parents.id[mother[child]]
            out_rows.father[child] = parents.id[other] if other >= 0 else NO_PARENT
            out_rows.birth[child] = generation
        out_rows.fitness[child] = float("nan")
        out_rows.sex[child] = parents.sex[base]
        out_rows.head[child] = parents.head[base]
        out_rows.regen[child] = parents.regen[base]
        out_rows.regen_mode[child] = parents.regen_mode[base]
        out_rows.hybrid_scale[child] = parents.hybrid_scale[base]
        out_rows.noise_scale[child] = scale[child]


@kernel
def count_genes(genomes: Genomes, out_hidden: IntArray, out_enabled: IntArray) -> None:
    """Count the hidden nodes and the enabled edges of each genome.

    Args:
        genomes: packed genes.
        out_hidden: ``(n,)`` int64.
        out_enabled: ``(n,)`` int64.
    """
    for g in range(out_hidden.size):
        n_hidden = n_enabled = 0
        for v in range(genomes.node_offset[g], genomes.node_offset[g + 1]):
            n_hidden += genomes.nodes.kind[v] == HIDDEN
        for e in range(genomes.edge_offset[g], genomes.edge_offset[g + 1]):
            n_enabled += genomes.edges.enabled[e]
        out_hidden[g] = n_hidden
        out_enabled[g] = n_enabled


@kernel
def mark_repeats(ids: IntArray, out_again: BoolArray) -> tuple[int, int]:
    """Mark every id that stands before in the list; return how many, and the largest id.

    Args:
        ids: ``(n,)`` int64 from 0.
        out_again: ``(n,)`` bool.
    """
    capacity = 1
    while capacity < 2 * ids.size:
        capacity *= 2
    seen = np.full(capacity, -1, np.int64)  # a hash table with open addressing
    count = 0
    largest = -1
    for i in range(ids.size):
        largest = max(largest, ids[i])
        place = np.int64(mix64(np.uint64(ids[i])) & np.uint64(capacity - 1))
        while seen[place] != -1 and seen[place] != ids[i]:
            place = (place + 1) & (capacity - 1)
        out_again[i] = seen[place] == ids[i]
        count += out_again[i]
        seen[place] = ids[i]
    return count, largest


@kernel
def sift_scores(
    found: FloatArray, largest: float, out_scores: FloatArray
) -> tuple[int, int, float]:
    """Copy scores, those that do not count as -inf; say what they come to.

    Args:
        found: ``(n,)`` float64, n >= 1.
        largest: what is below -``largest``, and NaN, does not count.
        out_scores: ``(n,)`` float64.

    Returns:
        The first place with a score above ``largest``, or -1; that of the best score, the first
        of equals; the mean of those that count, -inf if none does.
    """
    above, best, n = -1, 0, 0
    total = 0.0
    for i in range(found.size):
        score = found[i]
        if score > largest and above < 0:
            above = i
        if score >= -largest:  # so written that NaN fails
            total += score
            n += 1
        else:
            score = -np.inf
        out_scores[i] = score
        if score > out_scores[best]:
            best = i
    return above, best, total / n if n > 0 else -np.inf
