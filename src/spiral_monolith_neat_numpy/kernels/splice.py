"""Last step of breeding: write a genome anew with the proposed genes in and out.

A split (Stanley & Miikkulainen, 2002, section 3.1) disables the old edge and puts a node in
its place: the edge into it has weight 1, or the limit of weights where that is less, the edge
out of it the old weight.
"""

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.jit import fragment
from spiral_monolith_neat_numpy.kernels.layout import (
    HIDDEN,
    EdgeArrays,
    Genomes,
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


@fragment
def splice_nodes(
    genomes: Genomes,
    g: int,
    row: IntArray,
    ids: IntArray,
    activation: int,
    first: int,
    out_nodes: NodeArrays,
) -> None:
    """Write a genome's nodes, a new one with bias 0, sorted by id.

    Args:
        genomes: packed genes.
        g: the genome.
        row: ``(8,)`` int64 from ``structure.propose``.
        ids: ``(4,)`` int64, see the columns above.
        activation: code of a new node's activation.
        first: where its nodes begin.
        out_nodes: filled from there on.
    """
    nodes = genomes.nodes
    at = first
    new_id = ids[NODE_ID] if row[SPLIT] >= 0 else -1
    new_at = -1
    for v in range(genomes.node_offset[g], genomes.node_offset[g + 1]):
        if nodes.id[v] == row[DROP_NODE]:
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


@fragment
def splice_edges(
    genomes: Genomes,
    g: int,
    row: IntArray,
    ids: IntArray,
    new_weight: float,
    split_weight: float,
    first: int,
    out_edges: EdgeArrays,
) -> None:
    """Write a genome's edges, sorted by innovation.

    Args:
        genomes: packed genes.
        g: the genome.
        row: ``(8,)`` int64 from ``structure.propose``.
        ids: ``(4,)`` int64, see the columns above.
        new_weight: weight of the new connection.
        split_weight: weight of an edge into a node that splits.
        first: where its edges begin.
        out_edges: filled from there on.
    """
    edges = genomes.edges
    split, node = row[SPLIT], row[DROP_NODE]
    at = first
    for e in range(genomes.edge_offset[g], genomes.edge_offset[g + 1]):
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
        source, target, weight = row[SOURCE], row[TARGET], new_weight
        if k == EDGE_IN:
            source, target = edges.source[split], ids[NODE_ID]
            weight = split_weight
        elif k == EDGE_OUT:
            source, target = ids[NODE_ID], edges.target[split]
            weight = edges.weight[split]
        slot = at
        while slot > first and out_edges.innovation[slot - 1] > ids[k]:
            out_edges.innovation[slot] = out_edges.innovation[slot - 1]
            out_edges.source[slot] = out_edges.source[slot - 1]
            out_edges.target[slot] = out_edges.target[slot - 1]
            out_edges.weight[slot] = out_edges.weight[slot - 1]
            out_edges.enabled[slot] = out_edges.enabled[slot - 1]
            slot -= 1
        out_edges.innovation[slot] = ids[k]
        out_edges.source[slot] = source
        out_edges.target[slot] = target
        out_edges.weight[slot] = weight
        out_edges.enabled[slot] = True
        at += 1
