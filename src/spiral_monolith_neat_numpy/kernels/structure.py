"""Second pass of breeding: which structural mutations each child gets.

Nothing is changed here; the proposals go to the innovation tracker for their ids and then
to ``splice``. Operators after Stanley & Miikkulainen (2002), section 3.1; removal is ours.
"""

from typing import NamedTuple

from spiral_monolith_neat_numpy.arrays import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    KeyArray,
)
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.layout import (
    HIDDEN,
    INPUT,
    OUTPUT,
    EdgeArrays,
    NodeArrays,
    find,
)
from spiral_monolith_neat_numpy.kernels.mutate import clipped
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_normal, draw_uniform

# Columns of a proposal; -1 stands for none.
SPLIT = 0  # place of the edge to split
SOURCE = 1  # node id of the new edge's source
TARGET = 2  # node id of the new edge's target
DROP_EDGE = 3  # place of the edge to remove
DROP_NODE = 4  # id of the node to remove with its edges
TOGGLE = 5  # place of the edge whose enabled flag is turned
N_NODES = 6  # number of nodes and
N_EDGES = 7  # number of edges that the genome then has; never -1
N_COLUMNS = 8

_TRIES = 20  # draws of a pair before a connection is given up


class GrowthRates(NamedTuple):
    """Probabilities per genome, caps that no mutation passes, and the spread of new weights."""

    p_add_node: float
    p_add_connection: float
    p_remove_node: float
    p_remove_connection: float
    p_toggle: float
    max_hidden: int
    max_edges: int
    weight_sigma: float
    weight_clip: float


class Scratch(NamedTuple):
    """Room for the places of nodes, as long as all nodes and all edges are."""

    edge_source: IntArray
    edge_target: IntArray
    source: IntArray
    target: IntArray
    reached: IntArray


@kernel
def propose(
    node_offset: IntArray,
    nodes: NodeArrays,
    edge_offset: IntArray,
    edges: EdgeArrays,
    spared: BoolArray,
    split_node_of_edge: IntArray,
    rates: GrowthRates,
    feed_forward: bool,
    streams: KeyArray,
    out_scratch: Scratch,
    out_proposal: IntArray,
    out_weight: FloatArray,
) -> int:
    """Propose structural mutations and return the number of genomes that change.

    At most one growth of each kind per genome, and a removal only where nothing grew.

    Args:
        node_offset: ``(n + 1,)`` int64, first node of each genome.
        nodes: all nodes.
        edge_offset: ``(n + 1,)`` int64, first edge of each genome.
        edges: all edges.
        spared: ``(n,)`` bool; these genomes stay as they are.
        split_node_of_edge: int64 by innovation id: the node that splits this edge, -1 where
            none did yet; ids beyond its end were not split either.
        rates: probabilities and caps.
        feed_forward: no edge may close a cycle or leave an output.
        streams: ``(n, 3)`` uint64, one stream per genome.
        out_scratch: its contents mean nothing.
        out_proposal: ``(n, 8)`` int64, see the columns above.
        out_weight: ``(n,)`` float64 weight of the new connection.
    """
    n_changed = 0
    for g in range(spared.size):
        row = out_proposal[g]
        for column in range(N_NODES):
            row[column] = -1
        out_weight[g] = 0.0
        n0, n1, e0, e1 = node_offset[g], node_offset[g + 1], edge_offset[g], edge_offset[g + 1]
        row[N_NODES] = n1 - n0
        row[N_EDGES] = e1 - e0
        if spared[g]:
            continue
        stream = streams[g]
        if draw_uniform(stream) < rates.p_add_node and e1 - e0 + 2 <= rates.max_edges:
            if _count_hidden(nodes.kind, n0, n1) < rates.max_hidden:
                row[SPLIT] = _pick_split(
                    nodes.id,
                    n0,
                    n1,
                    edges.innovation,
                    edges.enabled,
                    e0,
                    e1,
                    split_node_of_edge,
                    stream,
                )
            row[N_NODES] += row[SPLIT] >= 0
            row[N_EDGES] += 2 * (row[SPLIT] >= 0)
        if draw_uniform(stream) < rates.p_add_connection and row[N_EDGES] < rates.max_edges:
            _pick_pair(nodes, n0, n1, edges, e0, e1, feed_forward, stream, out_scratch, row)
            out_weight[g] = clipped(rates.weight_sigma * draw_normal(stream), rates.weight_clip)
        if row[SPLIT] < 0 and row[SOURCE] < 0:
            if draw_uniform(stream) < rates.p_remove_connection and e1 > e0:
                row[DROP_EDGE] = e0 + draw_below(stream, e1 - e0)
            if draw_uniform(stream) < rates.p_remove_node:
                row[DROP_NODE] = _pick_hidden(nodes.id, nodes.kind, n0, n1, stream)
            _count_drops(edges.source, edges.target, e0, e1, row)
        if draw_uniform(stream) < rates.p_toggle and e1 > e0:
            row[TOGGLE] = e0 + draw_below(stream, e1 - e0)
        for column in range(N_NODES):
            if row[column] >= 0:
                n_changed += 1
                break
    return n_changed


@kernel
def _count_hidden(node_kind: CodeArray, n0: int, n1: int) -> int:
    count = 0
    for v in range(n0, n1):
        count += node_kind[v] == HIDDEN
    return count


@kernel
def _pick_split(
    node_id: IntArray,
    n0: int,
    n1: int,
    innovation: IntArray,
    enabled: BoolArray,
    e0: int,
    e1: int,
    split_node_of_edge: IntArray,
    stream: KeyArray,
) -> int:
    """Return an enabled edge whose splitting node is not there yet, each equally likely, or -1."""
    chosen = -1
    count = 0
    for e in range(e0, e1):
        known = innovation[e] < split_node_of_edge.size
        node = split_node_of_edge[innovation[e]] if known else -1
        if enabled[e] and (node < 0 or find(node_id, n0, n1, node) < 0):
            count += 1
            if draw_uniform(stream) * count < 1.0:  # reservoir of one: 1, 1/2, 1/3, ...
                chosen = e
    return chosen


@kernel
def _pick_pair(
    nodes: NodeArrays,
    n0: int,
    n1: int,
    edges: EdgeArrays,
    e0: int,
    e1: int,
    feed_forward: bool,
    stream: KeyArray,
    out_scratch: Scratch,
    out_row: IntArray,
) -> None:
    """Draw pairs of nodes until one may be joined, and write their ids to the row."""
    last_source = last_target = n0
    for v in range(n0, n1):
        if not (feed_forward and nodes.kind[v] == OUTPUT):
            out_scratch.source[last_source] = v
            last_source += 1
        if nodes.kind[v] != INPUT:
            out_scratch.target[last_target] = v
            last_target += 1
    if last_source == n0 or last_target == n0:
        return
    for e in range(e0, e1):
        out_scratch.edge_source[e] = find(nodes.id, n0, n1, edges.source[e])
        out_scratch.edge_target[e] = find(nodes.id, n0, n1, edges.target[e])
    for _ in range(_TRIES):
        source = out_scratch.source[n0 + draw_below(stream, last_source - n0)]
        target = out_scratch.target[n0 + draw_below(stream, last_target - n0)]
        if _is_open(
            source,
            target,
            out_scratch.edge_source,
            out_scratch.edge_target,
            e0,
            e1,
            feed_forward,
            n0,
            n1,
            out_scratch.reached,
        ):
            out_row[SOURCE] = nodes.id[source]
            out_row[TARGET] = nodes.id[target]
            out_row[N_EDGES] += 1
            return


@kernel
def _is_open(
    source: int,
    target: int,
    edge_source: IntArray,
    edge_target: IntArray,
    e0: int,
    e1: int,
    feed_forward: bool,
    n0: int,
    n1: int,
    out_reached: IntArray,
) -> bool:
    """Return whether no edge joins the two and, in feed-forward mode, none would close a cycle.

    Disabled edges count: a mutation may enable them. All nodes are places.
    """
    for e in range(e0, e1):
        if edge_source[e] == source and edge_target[e] == target:
            return False
    if not feed_forward:
        return True
    for v in range(n0, n1):
        out_reached[v] = 0
    out_reached[target] = 1
    spreads = True
    while spreads and out_reached[source] == 0:
        spreads = False
        for e in range(e0, e1):
            if out_reached[edge_source[e]] > out_reached[edge_target[e]]:
                out_reached[edge_target[e]] = 1
                spreads = True
    return bool(out_reached[source] == 0)


@kernel
def _pick_hidden(
    node_id: IntArray, node_kind: CodeArray, n0: int, n1: int, stream: KeyArray
) -> int:
    """Return the id of a hidden node, each equally likely, or -1."""
    chosen = -1
    count = 0
    for v in range(n0, n1):
        if node_kind[v] == HIDDEN:
            count += 1
            if draw_uniform(stream) * count < 1.0:  # reservoir of one, as above
                chosen = node_id[v]
    return chosen


@kernel
def _count_drops(
    edge_source: IntArray, edge_target: IntArray, e0: int, e1: int, out_row: IntArray
) -> None:
    """Take what is dropped from the genome's sizes."""
    node = out_row[DROP_NODE]
    out_row[N_EDGES] -= out_row[DROP_EDGE] >= 0
    if node < 0:
        return
    out_row[N_NODES] -= 1
    for e in range(e0, e1):
        if (edge_source[e] == node or edge_target[e] == node) and e != out_row[DROP_EDGE]:
            out_row[N_EDGES] -= 1
