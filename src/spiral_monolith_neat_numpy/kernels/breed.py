"""Breeding a generation in two compiled passes over ranges of children.

``conceive`` writes each child as its parents make it, mutates its parameters and proposes its
structural mutations; when these have their numbers, ``deliver`` writes the children packed.
Each child draws from streams of its own, so threads may take them in any order.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.inherit import (
    Matings,
    add_difference,
    inherit_edges,
    inherit_nodes,
)
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.mutate import (
    Noise,
    clipped,
    mutate_nodes,
    mutate_scale,
    mutate_weights,
)
from spiral_monolith_neat_numpy.kernels.numbering import Known, look_up_proposal
from spiral_monolith_neat_numpy.kernels.random import start_stream
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, take
from spiral_monolith_neat_numpy.kernels.registers import borrowed
from spiral_monolith_neat_numpy.kernels.splice import splice_edges, splice_nodes
from spiral_monolith_neat_numpy.kernels.structure import (
    Growth,
    Scratch,
    clear_proposal,
    make_scratch,
    propose,
)


class Variation(NamedTuple):
    """How children differ from their parents.

    Attributes:
        p_inherit_disabled: probability that an edge disabled in either parent stays so.
        differential_weight: factor on the difference of two parents.
        noise: moves of weights and biases.
        growth: changes of structure.
        options: ``(k,)`` int8 activations that mutation may draw.
        hidden_activation: code of a new node's activation.
        split_weight: weight of an edge into a node that splits.
    """

    p_inherit_disabled: float
    differential_weight: float
    noise: Noise
    growth: Growth
    options: CodeArray
    hidden_activation: int
    split_weight: float


class Keys(NamedTuple):
    """What the streams of a generation are keyed by (see ``seeding``)."""

    seed: np.uint64
    inherit: int
    structure: int
    generation: int


class Draft(NamedTuple):
    """Children between the two passes.

    Attributes:
        genomes: as their parents made them, laid out like their bases.
        proposal: ``(m, 8)`` int64 structural mutations (see ``structure``).
        weight: ``(m,)`` float64 weight of each new connection.
        scale: ``(m,)`` float64, each child's factor on its moves.
        ids: ``(m, 4)`` int64 numbers of new genes (see ``splice``), -1 where they have none yet.
        unnumbered: ``(m,)`` bool, whether one has none.
    """

    genomes: Genomes
    proposal: IntArray
    weight: FloatArray
    scale: FloatArray
    ids: IntArray
    unnumbered: BoolArray


@kernel
def _add_differences(
    parents: Genomes, plus: int, minus: int, variation: Variation, child: int, out_genomes: Genomes
) -> None:
    """Add the difference of two parents to weights and biases, within the clip."""
    n0, n1 = out_genomes.node_offset[child], out_genomes.node_offset[child + 1]
    e0, e1 = out_genomes.edge_offset[child], out_genomes.edge_offset[child + 1]
    offset = parents.node_offset
    spans = (offset[plus], offset[plus + 1], offset[minus], offset[minus + 1])
    factor, clip = variation.differential_weight, variation.noise.clip
    ids, bias = parents.nodes.id, parents.nodes.bias
    nodes, edges = out_genomes.nodes, out_genomes.edges
    add_difference(ids, bias, spans, factor, n0, n1, nodes.id, nodes.bias)
    offset = parents.edge_offset
    spans = (offset[plus], offset[plus + 1], offset[minus], offset[minus + 1])
    ids, weight = parents.edges.innovation, parents.edges.weight
    add_difference(ids, weight, spans, factor, e0, e1, edges.innovation, edges.weight)
    for v in range(n0, n1):
        nodes.bias[v] = clipped(nodes.bias[v], clip)
    for e in range(e0, e1):
        edges.weight[e] = clipped(edges.weight[e], clip)


@fragment
def _conceive_one(
    parents: Genomes,
    matings: Matings,
    parent_scale: FloatArray,
    variation: Variation,
    child: int,
    stream: KeyArray,
    out_draft: Draft,
) -> None:
    """Write one child as its parents make it and mutate its parameters, all but an elite."""
    genomes, noise = out_draft.genomes, variation.noise
    base, other, average = matings.base[child], matings.other[child], matings.average[child]
    n0, e0 = genomes.node_offset[child], genomes.edge_offset[child]
    inherit_nodes(parents, base, other, average, stream, n0, genomes.nodes)
    p_disabled = variation.p_inherit_disabled
    inherit_edges(parents, base, other, average, p_disabled, stream, e0, genomes.edges)
    scale = parent_scale[base]
    if not matings.elite[child]:
        # Zero times the difference of huge weights, an infinity, would not be zero.
        if matings.plus[child] >= 0 and variation.differential_weight > 0.0:
            plus, minus = matings.plus[child], matings.minus[child]
            _add_differences(parents, plus, minus, variation, child, genomes)
        scale = mutate_scale(scale, noise.adaptation, stream)
        e1 = genomes.edge_offset[child + 1]
        mutate_weights(e0, e1, noise, scale, stream, genomes.edges.weight)
        n1 = genomes.node_offset[child + 1]
        mutate_nodes(n0, n1, noise, scale, variation.options, stream, genomes.nodes)
    out_draft.scale[child] = scale


@fragment
def _mutate_structure(
    genomes: Genomes,
    child: int,
    is_elite: bool,
    variation: Variation,
    keys: Keys,
    known: Known,
    room: tuple[KeyArray, Scratch],
    out_draft: Draft,
) -> None:
    """Propose structural mutations of one child, none of an elite."""
    stream, scratch = room
    row = out_draft.proposal[child]
    n_nodes = genomes.node_offset[child + 1] - genomes.node_offset[child]
    n_edges = genomes.edge_offset[child + 1] - genomes.edge_offset[child]
    clear_proposal(n_nodes, n_edges, row)
    weight = 0.0
    if not is_elite:
        start_stream(keys.seed, keys.structure, keys.generation, child, stream)
        growth, noise = variation.growth, variation.noise
        weight = propose(genomes, child, growth, noise, known.split_node, stream, scratch, row)
    out_draft.weight[child] = weight
    ids = out_draft.ids[child]
    out_draft.unnumbered[child] = look_up_proposal(genomes.edges, row, known, ids)


@kernel
def _conceive(
    ranges: Ranges,
    parents: Genomes,
    matings: Matings,
    parent_scale: FloatArray,
    variation: Variation,
    keys: Keys,
    known: Known,
    room: tuple[KeyArray, Scratch],
    out_draft: Draft,
) -> None:
    parents, matings, draft = borrowed(parents), borrowed(matings), borrowed(out_draft)
    scale, known, room = borrowed(parent_scale), borrowed(known), borrowed(room)
    options = borrowed(variation.options)
    variation = Variation(
        variation.p_inherit_disabled,
        variation.differential_weight,
        variation.noise,
        variation.growth,
        options,
        variation.hidden_activation,
        variation.split_weight,
    )
    stream = room[0]
    first, last = take(ranges)
    while first < last:
        for child in range(first, last):
            start_stream(keys.seed, keys.inherit, keys.generation, child, stream)
            _conceive_one(parents, matings, scale, variation, child, stream, draft)
            is_elite = matings.elite[child]
            _mutate_structure(draft.genomes, child, is_elite, variation, keys, known, room, draft)
        finish(ranges, first, last)
        first, last = take(ranges)


@kernel
def conceive(
    ranges: Ranges,
    parents: Genomes,
    matings: Matings,
    parent_scale: FloatArray,
    variation: Variation,
    keys: Keys,
    known: Known,
    out_draft: Draft,
) -> None:
    """Write the children that this thread takes into the draft, and propose their new structure.

    Args:
        ranges: of the children.
        parents: packed genes.
        matings: who begets each child.
        parent_scale: ``(n,)`` float64, each parent's factor on its moves.
        variation: how children differ from their parents.
        keys: of the streams; item is the child's place.
        known: what numbers there are.
        out_draft: its genomes' offsets are those of the bases; the rest is filled for these
            children.
    """
    begin(ranges)
    node_offset, edge_offset = out_draft.genomes.node_offset, out_draft.genomes.edge_offset
    n_nodes = n_edges = 0
    for child in range(ranges.n):
        n_nodes = max(n_nodes, node_offset[child + 1] - node_offset[child])
        n_edges = max(n_edges, edge_offset[child + 1] - edge_offset[child])
    room = (np.empty(3, np.uint64), make_scratch(n_nodes, n_edges))
    _conceive(
        ranges,
        parents,
        matings,
        parent_scale,
        variation,
        keys,
        known,
        room,
        out_draft,
    )
    end(ranges)


@kernel
def deliver(ranges: Ranges, draft: Draft, variation: Variation, out_genomes: Genomes) -> None:
    """Write the children that this thread takes as they will be.

    Args:
        ranges: of the children.
        draft: what ``conceive`` made, with all numbers.
        variation: as for ``conceive``.
        out_genomes: its offsets are the running sums of the proposed sizes; filled.
    """
    genomes, proposal, ids = borrowed(draft.genomes), borrowed(draft.proposal), borrowed(draft.ids)
    out, weight = borrowed(out_genomes), borrowed(draft.weight)
    begin(ranges)
    first, last = take(ranges)
    while first < last:
        for child in range(first, last):
            row, new = proposal[child], ids[child]
            n0, e0 = out.node_offset[child], out.edge_offset[child]
            splice_nodes(genomes, child, row, new, variation.hidden_activation, n0, out.nodes)
            split_weight = variation.split_weight
            splice_edges(genomes, child, row, new, weight[child], split_weight, e0, out.edges)
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)
