"""First pass of breeding: a child's genes from its parents (Stanley & Miikkulainen, 2002, fig. 4).

A child has exactly the structure of its fitter parent, the base: matching genes come from
either parent at random, the others from the base. So its size is known before it is made.
"""

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.random import draw_uniform


@kernel
def choose_base(
    mother: IntArray,
    father: IntArray,
    fitness: FloatArray,
    node_offset: IntArray,
    edge_offset: IntArray,
    out_base: IntArray,
    out_other: IntArray,
) -> None:
    """Choose which parent lends its structure.

    The fitter one does; of equals the one with fewer genes, then the mother.

    Args:
        mother: ``(m,)`` int64 index of each child's mother.
        father: ``(m,)`` int64 index of its father, or -1.
        fitness: ``(n,)`` float64 fitness of the parents, none of them NaN.
        node_offset: ``(n + 1,)`` int64, first node of each parent.
        edge_offset: ``(n + 1,)`` int64, first edge of each parent.
        out_base: ``(m,)`` int64, the parent that lends structure.
        out_other: ``(m,)`` int64, the other parent, or -1.
    """
    for child in range(mother.size):
        base, other = mother[child], father[child]
        if other >= 0:
            size_base = node_offset[base + 1] - node_offset[base]
            size_base += edge_offset[base + 1] - edge_offset[base]
            size_other = node_offset[other + 1] - node_offset[other]
            size_other += edge_offset[other + 1] - edge_offset[other]
            equal = fitness[other] == fitness[base]
            if fitness[other] > fitness[base] or (equal and size_other < size_base):
                base, other = other, base
        out_base[child] = base
        out_other[child] = other


@kernel
def match_genes(
    other: IntArray,
    offset: IntArray,
    gene_id: IntArray,
    child_offset: IntArray,
    child_gene_id: IntArray,
    out_match: IntArray,
) -> None:
    """Find the gene of the other parent with the id of each gene of the child.

    Args:
        other: ``(m,)`` int64 parent beside the base, or -1 for none.
        offset: ``(n + 1,)`` int64, first gene of each parent.
        gene_id: int64 ids (of nodes or innovations) of all parents, rising within each.
        child_offset: ``(m + 1,)`` int64, first gene of each child.
        child_gene_id: int64 ids of all children, their bases'.
        out_match: int64, as long, set to the place in ``gene_id``, or -1 where there is none.
    """
    for child in range(other.size):
        j, stop = 0, 0
        if other[child] >= 0:
            j, stop = offset[other[child]], offset[other[child] + 1]
        for i in range(child_offset[child], child_offset[child + 1]):
            while j < stop and gene_id[j] < child_gene_id[i]:
                j += 1
            out_match[i] = j if j < stop and gene_id[j] == child_gene_id[i] else -1


@kernel
def inherit_nodes(
    match: IntArray,
    node_bias: FloatArray,
    node_activation: CodeArray,
    streams: KeyArray,
    child_offset: IntArray,
    out_bias: FloatArray,
    out_activation: CodeArray,
) -> None:
    """Take bias and activation of matching nodes from the other parent, half of the time.

    Args:
        match: int64 by node of all children, from ``match_genes``.
        node_bias: float64 biases of all parents.
        node_activation: int8 activations of all parents.
        streams: ``(m, 3)`` uint64, one stream per child.
        child_offset: ``(m + 1,)`` int64, first node of each child.
        out_bias: float64 biases of all children, their bases' so far, changed in place.
        out_activation: int8 activations of all children, in the same way.
    """
    for child in range(child_offset.size - 1):
        for i in range(child_offset[child], child_offset[child + 1]):
            if match[i] >= 0 and draw_uniform(streams[child]) < 0.5:
                out_bias[i] = node_bias[match[i]]
                out_activation[i] = node_activation[match[i]]


@kernel
def inherit_edges(
    other: IntArray,
    match: IntArray,
    weight: FloatArray,
    enabled: BoolArray,
    p_inherit_disabled: float,
    streams: KeyArray,
    child_offset: IntArray,
    out_weight: FloatArray,
    out_enabled: BoolArray,
) -> None:
    """Take weights of matching edges from the other parent, half of the time.

    An edge disabled in either of two parents is disabled in the child with
    ``p_inherit_disabled`` and enabled otherwise. A child of one parent is its copy.

    Args:
        other: ``(m,)`` int64 parent beside the base, or -1 for none.
        match: int64 by edge of all children, from ``match_genes``.
        weight: float64 weights of all parents.
        enabled: bool flags of all parents.
        p_inherit_disabled: probability per such edge.
        streams: ``(m, 3)`` uint64, one stream per child.
        child_offset: ``(m + 1,)`` int64, first edge of each child.
        out_weight: float64 weights of all children, their bases' so far, changed in place.
        out_enabled: bool flags of all children, in the same way.
    """
    for child in range(other.size):
        if other[child] < 0:
            continue
        stream = streams[child]
        for i in range(child_offset[child], child_offset[child + 1]):
            j = match[i]
            stays = out_enabled[i] and (j < 0 or enabled[j])
            if j >= 0 and draw_uniform(stream) < 0.5:
                out_weight[i] = weight[j]
            out_enabled[i] = stays or draw_uniform(stream) >= p_inherit_disabled
