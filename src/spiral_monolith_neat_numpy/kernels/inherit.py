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
def inherit_nodes(
    other: IntArray,
    offset: IntArray,
    node_id: IntArray,
    node_bias: FloatArray,
    node_activation: CodeArray,
    streams: KeyArray,
    child_offset: IntArray,
    child_node_id: IntArray,
    out_bias: FloatArray,
    out_activation: CodeArray,
) -> None:
    """Take bias and activation of matching nodes from the other parent, half of the time.

    Args:
        other: ``(m,)`` int64 parent beside the base, or -1 for none.
        offset: ``(n + 1,)`` int64, first node of each parent.
        node_id: int64 node ids of all parents.
        node_bias: float64 biases of all parents.
        node_activation: int8 activations of all parents.
        streams: ``(m, 3)`` uint64, one stream per child.
        child_offset: ``(m + 1,)`` int64, first node of each child.
        child_node_id: int64 node ids of all children, their bases'.
        out_bias: float64 biases of all children, their bases' so far, changed in place.
        out_activation: int8 activations of all children, in the same way.
    """
    for child in range(other.size):
        if other[child] < 0:
            continue
        stream = streams[child]
        j, stop = offset[other[child]], offset[other[child] + 1]
        for i in range(child_offset[child], child_offset[child + 1]):
            while j < stop and node_id[j] < child_node_id[i]:
                j += 1
            if j == stop:
                break
            if node_id[j] == child_node_id[i]:
                take = draw_uniform(stream) < 0.5
                out_bias[i] = node_bias[j] if take else out_bias[i]
                out_activation[i] = node_activation[j] if take else out_activation[i]


@kernel
def inherit_edges(
    other: IntArray,
    offset: IntArray,
    innovation: IntArray,
    weight: FloatArray,
    enabled: BoolArray,
    p_inherit_disabled: float,
    streams: KeyArray,
    child_offset: IntArray,
    child_innovation: IntArray,
    out_weight: FloatArray,
    out_enabled: BoolArray,
) -> None:
    """Take weights of matching edges from the other parent, half of the time.

    An edge disabled in either of two parents is disabled in the child with
    ``p_inherit_disabled`` and enabled otherwise. A child of one parent is its copy.

    Args:
        other: ``(m,)`` int64 parent beside the base, or -1 for none.
        offset: ``(n + 1,)`` int64, first edge of each parent.
        innovation: int64 innovation ids of all parents.
        weight: float64 weights of all parents.
        enabled: bool flags of all parents.
        p_inherit_disabled: probability per such edge.
        streams: ``(m, 3)`` uint64, one stream per child.
        child_offset: ``(m + 1,)`` int64, first edge of each child.
        child_innovation: int64 innovation ids of all children, their bases'.
        out_weight: float64 weights of all children, their bases' so far, changed in place.
        out_enabled: bool flags of all children, in the same way.
    """
    for child in range(other.size):
        if other[child] < 0:
            continue
        stream = streams[child]
        j, stop = offset[other[child]], offset[other[child] + 1]
        for i in range(child_offset[child], child_offset[child + 1]):
            while j < stop and innovation[j] < child_innovation[i]:
                j += 1
            stays = out_enabled[i]
            if j < stop and innovation[j] == child_innovation[i]:
                stays = stays and enabled[j]
                out_weight[i] = weight[j] if draw_uniform(stream) < 0.5 else out_weight[i]
            out_enabled[i] = stays or draw_uniform(stream) >= p_inherit_disabled
