"""Third pass of breeding: write the genomes anew with the proposed genes in and out.

A split (Stanley & Miikkulainen, 2002, section 3.1) disables the old edge and puts a node in
its place: the edge into it has weight 1, or the limit of weights where that is less, the edge
out of it the old weight.
"""

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.layout import (
    HIDDEN,
    EdgeArrays,
    NodeArrays,
)
from spiral_monolith_neat_numpy.kernels.structure import (
    DROP_EDGE,
    DROP_NODE,
    SOURCE,
    SPLIT,
    TARGET,
    TOGGLE,
)

# Columns of the ids that the innovation tracker gave; read only where the proposal asks.
NODE_ID = 0  # node that splits the edge
EDGE_IN = 1  # innovation of the edge into it
EDGE_OUT = 2  # innovation of the edge out of it
CONNECTION = 3  # innovation of the new connection
N_IDS = 4


@kernel
def splice_nodes(
    offset: IntArray,
    nodes: NodeArrays,
    proposal: IntArray,
    new_ids: IntArray,
    activation: int,
    out_offset: IntArray,
    out_nodes: NodeArrays,
) -> None:
    """Write the nodes of all genomes, new ones with bias 0, sorted by id.

    Args:
        offset: ``(n + 1,)`` int64, first node of each genome.
        nodes: all nodes.
        proposal: ``(n, 8)`` int64 from ``structure.propose``.
        new_ids: ``(n, 4)`` int64, see the columns above.
        activation: code of a new node's activation.
        out_offset: ``(n + 1,)`` int64, running sum of the proposed numbers of nodes.
        out_nodes: filled.
    """
    for g in range(proposal.shape[0]):
        at = out_offset[g]
        new_id = new_ids[g, NODE_ID] if proposal[g, SPLIT] >= 0 else -1
        new_at = -1
        for v in range(offset[g], offset[g + 1]):
            if nodes.id[v] == proposal[g, DROP_NODE]:
                continue
            if new_at < 0 and 0 <= new_id < nodes.id[v]:
                new_at = at
                at += 1
            out_nodes.id[at] = nodes.id[v]
            out_nodes.kind[at] = nodes.kind[v]
            out_nodes.activation[at] = nodes.activation[v]
            out_nodes.bias[at] = nodes.bias[v]
            at += 1
        if new_id >= 0:
            new_at = at if new_at < 0 else new_at
            out_nodes.id[new_at] = new_id
            out_nodes.kind[new_at] = HIDDEN
            out_nodes.activation[new_at] = activation
            out_nodes.bias[new_at] = 0.0


@kernel
def splice_edges(
    offset: IntArray,
    edges: EdgeArrays,
    proposal: IntArray,
    new_ids: IntArray,
    new_weight: FloatArray,
    split_weight: float,
    out_offset: IntArray,
    out_edges: EdgeArrays,
) -> None:
    """Write the edges of all genomes, sorted by innovation.

    Args:
        offset: ``(n + 1,)`` int64, first edge of each genome.
        edges: all edges.
        proposal: ``(n, 8)`` int64 from ``structure.propose``.
        new_ids: ``(n, 4)`` int64, see the columns above.
        new_weight: ``(n,)`` float64 weight of the new connection.
        split_weight: weight of an edge into a node that splits.
        out_offset: ``(n + 1,)`` int64, running sum of the proposed numbers of edges.
        out_edges: filled.
    """
    for g in range(proposal.shape[0]):
        row = proposal[g]
        split, node = row[SPLIT], row[DROP_NODE]
        at = out_offset[g]
        for e in range(offset[g], offset[g + 1]):
            touches = node >= 0 and (edges.source[e] == node or edges.target[e] == node)
            if touches or e == row[DROP_EDGE]:
                continue
            out_edges.innovation[at] = edges.innovation[e]
            out_edges.source[at] = edges.source[e]
            out_edges.target[at] = edges.target[e]
            out_edges.weight[at] = edges.weight[e]
            out_edges.enabled[at] = edges.enabled[e] != (e == row[TOGGLE]) and e != split
            at += 1
        for k in range(EDGE_IN, CONNECTION + 1):
            if row[SOURCE if k == CONNECTION else SPLIT] < 0:
                continue
            source, target, weight = row[SOURCE], row[TARGET], new_weight[g]
            if k == EDGE_IN:
                source, target = edges.source[split], new_ids[g, NODE_ID]
                weight = split_weight
            elif k == EDGE_OUT:
                source, target = new_ids[g, NODE_ID], edges.target[split]
                weight = edges.weight[split]
            slot = at
            while slot > out_offset[g] and out_edges.innovation[slot - 1] > new_ids[g, k]:
                out_edges.innovation[slot] = out_edges.innovation[slot - 1]
                out_edges.source[slot] = out_edges.source[slot - 1]
                out_edges.target[slot] = out_edges.target[slot - 1]
                out_edges.weight[slot] = out_edges.weight[slot - 1]
                out_edges.enabled[slot] = out_edges.enabled[slot - 1]
                slot -= 1
            out_edges.innovation[slot] = new_ids[g, k]
            out_edges.source[slot] = source
            out_edges.target[slot] = target
            out_edges.weight[slot] = weight
            out_edges.enabled[slot] = True
            at += 1
