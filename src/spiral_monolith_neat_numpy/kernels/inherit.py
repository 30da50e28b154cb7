"""First step of breeding: a child's genes from its parents (Stanley & Miikkulainen, 2002, fig. 4).

A child has exactly the structure of its fitter parent, the base: matching genes come from
either parent at random, or are the mean of both; the others come from the base. So its size is
known before it is made.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment, kernel
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays, Genomes, NodeArrays
from spiral_monolith_neat_numpy.kernels.random import draw_bits, draw_uniform

_NO_PICKS, _ONE = np.uint64(0), np.uint64(1)
_PICKS = 64  # genes that one draw picks a parent for, a bit each from the lowest on


class Matings(NamedTuple):
    """Who begets each child, as places in the parents' population; -1 stands for nobody.

    Attributes:
        base: ``(m,)`` int64, the parent that lends its structure.
        other: ``(m,)`` int64, the other parent.
        average: ``(m,)`` bool, whether matching weights and biases are the mean of theirs.
        plus: ``(m,)`` int64, one whose difference to
        minus: ``(m,)`` int64, another is added to the child.
        elite: ``(m,)`` bool, whether the child is the base itself.
    """

    base: IntArray
    other: IntArray
    average: BoolArray
    plus: IntArray
    minus: IntArray
    elite: BoolArray


@kernel
def choose_base(
    mother: IntArray,
    father: IntArray,
    fitness: FloatArray,
    node_offset: IntArray,
    edge_offset: IntArray,
    out_base: IntArray,
    out_other: IntArray,
    out_node_offset: IntArray,
    out_edge_offset: IntArray,
) -> None:
    """Choose which parent lends its structure.

    The fitter one does; of equals the one with fewer genes, then the mother.

    Args:
        mother: ``(m,)`` int64 index of each child's mother.
        father: ``(m,)`` int64 index of its father, or -1.
        fitness: ``(n,)`` float64 fitness of the parents; NaN is the worst, as -inf is.
        node_offset: ``(n + 1,)`` int64, first node of each parent.
        edge_offset: ``(n + 1,)`` int64, first edge of each parent.
        out_base: ``(m,)`` int64, the parent that lends structure.
        out_other: ``(m,)`` int64, the other parent, or -1.
        out_node_offset: ``(m + 1,)`` int64, running sum of the bases' numbers of nodes.
        out_edge_offset: ``(m + 1,)`` int64, running sum of their numbers of edges.
    """
    out_node_offset[0] = 0
    out_edge_offset[0] = 0
    for child in range(mother.size):
        base, other = mother[child], father[child]
        n_nodes = node_offset[base + 1] - node_offset[base]
        n_edges = edge_offset[base + 1] - edge_offset[base]
        if other >= 0:
            nodes_other = node_offset[other + 1] - node_offset[other]
            edges_other = edge_offset[other + 1] - edge_offset[other]
            theirs, ours = _not_nan(fitness[other]), _not_nan(fitness[base])
            smaller = nodes_other + edges_other < n_nodes + n_edges
            if theirs > ours or (theirs == ours and smaller):
                base, other = other, base
                n_nodes, n_edges = nodes_other, edges_other
        out_base[child] = base
        out_other[child] = other
        out_node_offset[child + 1] = out_node_offset[child] + n_nodes
        out_edge_offset[child + 1] = out_edge_offset[child] + n_edges


@kernel
def _not_nan(score: float) -> float:
    return score if score == score else -float("inf")


@exact_kernel
def mean(a: float, b: float) -> float:
    """Return the mean, finite for finite numbers: a kernel would take half of their sum."""
    return 0.5 * a + 0.5 * b


@fragment
def inherit_nodes(
    parents: Genomes,
    base: int,
    other: int,
    average: bool,
    stream: KeyArray,
    first: int,
    out_nodes: NodeArrays,
) -> None:
    """Write a child's nodes: the base's, bias and activation of matching ones from either.

    Args:
        parents: packed genes.
        base: the parent that lends its structure.
        other: the other one, or -1.
        average: the bias of a matching node is the mean, its activation the base's.
        stream: ``(3,)`` uint64, the child's own.
        first: where its nodes begin.
        out_nodes: filled from there on.
    """
    ids, bias = parents.nodes.id, parents.nodes.bias
    j = stop = 0
    if other >= 0:
        j, stop = parents.node_offset[other], parents.node_offset[other + 1]
    at, picks = first, _NO_PICKS
    for i in range(parents.node_offset[base], parents.node_offset[base + 1]):
        while j < stop and ids[j] < ids[i]:
            j += 1
        partner = j if j < stop and ids[j] == ids[i] else i
        if other >= 0 and (at - first) % _PICKS == 0:
            picks = draw_bits(stream)
        chosen = partner if picks & _ONE and not average else i
        picks >>= _ONE
        out_nodes.id[at] = ids[i]
        out_nodes.kind[at] = parents.nodes.kind[i]
        out_nodes.activation[at] = parents.nodes.activation[chosen]
        out_nodes.bias[at] = bias[chosen]
        if average and partner != i:
            out_nodes.bias[at] = mean(bias[i], bias[partner])
        at += 1


@fragment
def inherit_edges(
    parents: Genomes,
    base: int,
    other: int,
    average: bool,
    p_inherit_disabled: float,
    stream: KeyArray,
    first: int,
    out_edges: EdgeArrays,
) -> None:
    """Write a child's edges: the base's, weights of matching ones from either.

    An edge disabled in either of two parents is disabled in the child with
    ``p_inherit_disabled`` and enabled otherwise. A child of one parent is its copy.

    Args:
        parents: packed genes.
        base: the parent that lends its structure.
        other: the other one, or -1.
        average: the weight of a matching edge is the mean.
        p_inherit_disabled: probability per such edge.
        stream: ``(3,)`` uint64, the child's own.
        first: where its edges begin.
        out_edges: filled from there on.
    """
    innovation, weight = parents.edges.innovation, parents.edges.weight
    j = stop = 0
    if other >= 0:
        j, stop = parents.edge_offset[other], parents.edge_offset[other + 1]
    at, picks = first, _NO_PICKS
    for i in range(parents.edge_offset[base], parents.edge_offset[base + 1]):
        while j < stop and innovation[j] < innovation[i]:
            j += 1
        partner = j if j < stop and innovation[j] == innovation[i] else i
        if other >= 0 and (at - first) % _PICKS == 0:
            picks = draw_bits(stream)
        chosen = partner if picks & _ONE and not average else i
        picks >>= _ONE
        enabled = parents.edges.enabled[i] and parents.edges.enabled[partner]
        if other >= 0:
            enabled = enabled or draw_uniform(stream) >= p_inherit_disabled
        out_edges.innovation[at] = innovation[i]
        out_edges.source[at] = parents.edges.source[i]
        out_edges.target[at] = parents.edges.target[i]
        out_edges.weight[at] = weight[chosen]
        if average and partner != i:
            out_edges.weight[at] = mean(weight[i], weight[partner])
        out_edges.enabled[at] = enabled
        at += 1


@kernel
def add_difference(
    gene_id: IntArray,
    parameter: FloatArray,
    spans: tuple[int, int, int, int],
    factor: float,
    first: int,
    last: int,
    child_id: IntArray,
    out_parameter: FloatArray,
) -> None:
    """Add ``factor`` times the difference of two parents to what both have of a child's genes.

    Storn & Price (1997), eq. 2, on genes that match.

    Args:
        gene_id: int64 ids (of nodes or innovations) of all parents, rising within each.
        parameter: float64 biases or weights, in the same order.
        spans: first and last + 1 of the one, first and last + 1 of the other.
        factor: of the difference.
        first: the child's first gene.
        last: one past its last.
        child_id: int64 ids of all children.
        out_parameter: float64 biases or weights of all children, changed in place.
    """
    i, i_end, j, j_end = spans
    for at in range(first, last):
        while i < i_end and gene_id[i] < child_id[at]:
            i += 1
        while j < j_end and gene_id[j] < child_id[at]:
            j += 1
        both = i < i_end and j < j_end
        if both and gene_id[i] == child_id[at] and gene_id[j] == child_id[at]:
            out_parameter[at] += factor * (parameter[i] - parameter[j])
