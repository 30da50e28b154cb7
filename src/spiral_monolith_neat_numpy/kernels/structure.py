"""Second step of breeding: which structural mutations each child gets.

Nothing is changed here; the proposals go to the innovation tracker for their ids and then
to ``splice``. Operators after Stanley & Miikkulainen (2002), section 3.1; removal is ours.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.layout import (
    HIDDEN,
    INPUT,
    OUTPUT,
    Genomes,
    find,
)
from spiral_monolith_neat_numpy.kernels.mutate import Noise, draw_weight
from spiral_monolith_neat_numpy.kernels.random import draw_below, draw_uniform

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


class Growth(NamedTuple):
    """How structure changes.

    Attributes:
        p_add_node, p_add_connection: probabilities per genome.
        p_remove_node, p_remove_connection: probabilities per genome that did not grow.
        p_toggle: probability per genome.
        max_hidden, max_edges: caps that no mutation passes.
        feed_forward: no edge may close a cycle or leave an output.
    """

    p_add_node: float
    p_add_connection: float
    p_remove_node: float
    p_remove_connection: float
    p_toggle: float
    max_hidden: int
    max_edges: int
    feed_forward: bool


class Scratch(NamedTuple):
    """Room for the places of one genome's nodes, as long as its edges, or as its nodes, are."""

    edge_source: IntArray
    edge_target: IntArray
    source: IntArray
    target: IntArray
    reached: IntArray


@kernel
def make_scratch(n_nodes: int, n_edges: int) -> Scratch:
    """Return room for genomes of up to so many nodes and edges."""
    return Scratch(
        np.empty(n_edges, np.int64),
        np.empty(n_edges, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
    )


@fragment
def clear_proposal(n_nodes: int, n_edges: int, out_row: IntArray) -> None:
    """Set a proposal to none for a genome of that size."""
    for column in range(N_NODES):
        out_row[column] = -1
    out_row[N_NODES] = n_nodes
    out_row[N_EDGES] = n_edges


@fragment
def propose(
    genomes: Genomes,
    g: int,
    growth: Growth,
    noise: Noise,
    split_node_of_edge: IntArray,
    stream: KeyArray,
    out_scratch: Scratch,
    out_row: IntArray,
) -> float:
    """Propose structural mutations of one genome; return the weight of its new connection.

    At most one growth of each kind, and a removal only where nothing grew.

    Args:
        genomes: packed genes.
        g: the genome.
        growth: how often, and how far.
        noise: what new weights are drawn from.
        split_node_of_edge: int64 by innovation id: the node that splits this edge, -1 where
            none did yet; ids beyond its end were not split either.
        stream: ``(3,)`` uint64, the genome's own.
        out_scratch: its contents mean nothing.
        out_row: ``(8,)`` int64, a cleared proposal, see the columns above.
    """
    n0, n1 = genomes.node_offset[g], genomes.node_offset[g + 1]
    e0, e1 = genomes.edge_offset[g], genomes.edge_offset[g + 1]
    nodes, edges = genomes.nodes, genomes.edges
    weight = 0.0
    if draw_uniform(stream) < growth.p_add_node and e1 - e0 + 2 <= growth.max_edges:
        if _count_hidden(nodes.kind, n0, n1) < growth.max_hidden:
            out_row[SPLIT] = _pick_split(
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
        out_row[N_NODES] += out_row[SPLIT] >= 0
        out_row[N_EDGES] += 2 * (out_row[SPLIT] >= 0)
    if draw_uniform(stream) < growth.p_add_connection and out_row[N_EDGES] < growth.max_edges:
        _pick_pair(genomes, g, growth.feed_forward, stream, out_scratch, out_row)
        weight = draw_weight(noise, stream)
    if out_row[SPLIT] < 0 and out_row[SOURCE] < 0:
        if draw_uniform(stream) < growth.p_remove_connection and e1 > e0:
            out_row[DROP_EDGE] = e0 + draw_below(stream, e1 - e0)
        if draw_uniform(stream) < growth.p_remove_node:
            out_row[DROP_NODE] = _pick_hidden(nodes.id, nodes.kind, n0, n1, stream)
        _count_drops(edges.source, edges.target, e0, e1, out_row)
    if draw_uniform(stream) < growth.p_toggle and e1 > e0:
        out_row[TOGGLE] = e0 + draw_below(stream, e1 - e0)
    return weight


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
    genomes: Genomes,
    g: int,
    feed_forward: bool,
    stream: KeyArray,
    out_scratch: Scratch,
    out_row: IntArray,
) -> None:
    """Draw pairs of nodes until one may be joined, and write their ids to the row."""
    n0, n1 = genomes.node_offset[g], genomes.node_offset[g + 1]
    e0, e1 = genomes.edge_offset[g], genomes.edge_offset[g + 1]
    nodes, edges = genomes.nodes, genomes.edges
    n_sources = n_targets = 0
    for v in range(n1 - n0):
        if not (feed_forward and nodes.kind[n0 + v] == OUTPUT):
            out_scratch.source[n_sources] = v
            n_sources += 1
        if nodes.kind[n0 + v] != INPUT:
            out_scratch.target[n_targets] = v
            n_targets += 1
    if n_sources == 0 or n_targets == 0:
        return
    for e in range(e1 - e0):
        out_scratch.edge_source[e] = find(nodes.id, n0, n1, edges.source[e0 + e]) - n0
        out_scratch.edge_target[e] = find(nodes.id, n0, n1, edges.target[e0 + e]) - n0
    for _ in range(_TRIES):
        source = out_scratch.source[draw_below(stream, n_sources)]
        target = out_scratch.target[draw_below(stream, n_targets)]
        if _is_open(source, target, n1 - n0, e1 - e0, feed_forward, out_scratch):
            out_row[SOURCE] = nodes.id[n0 + source]
            out_row[TARGET] = nodes.id[n0 + target]
            out_row[N_EDGES] += 1
            return


@kernel
def _is_open(
    source: int,
    target: int,
    n_nodes: int,
    n_edges: int,
    feed_forward: bool,
    out_scratch: Scratch,
) -> bool:
    """Return whether no edge joins the two and, in feed-forward mode, none would close a cycle.

    Disabled edges count: a mutation may enable them. All nodes are places.
    """
    edge_source, edge_target = out_scratch.edge_source, out_scratch.edge_target
    for e in range(n_edges):
        if edge_source[e] == source and edge_target[e] == target:
            return False
    if not feed_forward:
        return True
    reached = out_scratch.reached
    for v in range(n_nodes):
        reached[v] = 0
    reached[target] = 1
    spreads = True
    while spreads and reached[source] == 0:
        spreads = False
        for e in range(n_edges):
            if reached[edge_source[e]] > reached[edge_target[e]]:
                reached[edge_target[e]] = 1
                spreads = True
    return bool(reached[source] == 0)


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
