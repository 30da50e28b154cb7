"""From a genome's gene arrays to a network that can run: order, prune, index."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, CodeArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel

_INPUT, _HIDDEN, _OUTPUT = 0, 1, 2


@kernel
def find_id(ids: IntArray, wanted: int) -> int:
    """Return the place of ``wanted`` in the strictly increasing ``ids``, or -1."""
    low, high = 0, ids.size
    while low < high:
        middle = (low + high) // 2
        if ids[middle] < wanted:
            low = middle + 1
        else:
            high = middle
    if low < ids.size and ids[low] == wanted:
        return low
    return -1


@kernel
def _mark_useful(
    source: IntArray, target: IntArray, kind: CodeArray, first_in: IntArray, edge_in: IntArray
) -> BoolArray:
    """Return which nodes an output can be reached from, through the listed edges."""
    n = kind.size
    useful = np.zeros(n, dtype=np.bool_)
    stack = np.empty(n, dtype=np.int64)
    top = 0
    for node in range(n):
        if kind[node] == _OUTPUT:
            useful[node] = True
            stack[top] = node
            top += 1
    while top > 0:
        top -= 1
        node = stack[top]
        for k in range(first_in[node], first_in[node + 1]):
            parent = source[edge_in[k]]
            if not useful[parent]:
                useful[parent] = True
                stack[top] = parent
                top += 1
    return useful


@kernel
def _group(keys: IntArray, used: BoolArray, n_groups: int, out_start: IntArray) -> IntArray:
    """Return the used positions of ``keys`` grouped by key, in order; fill ``out_start``."""
    out_start[:] = 0
    for k in range(keys.size):
        if used[k]:
            out_start[keys[k] + 1] += 1
    for group in range(n_groups):
        out_start[group + 1] += out_start[group]
    place = out_start[:-1].copy()
    grouped = np.empty(out_start[n_groups], dtype=np.int64)
    for k in range(keys.size):
        if used[k]:
            grouped[place[keys[k]]] = k
            place[keys[k]] += 1
    return grouped


@kernel
def order_nodes(
    node_id: IntArray,
    node_kind: CodeArray,
    edge_source: IntArray,
    edge_target: IntArray,
    edge_enabled: BoolArray,
    out_order: IntArray,
    out_edge_used: BoolArray,
) -> int:
    """Put the nodes that matter into running order.

    All inputs come first and all outputs last, by id; between them the hidden nodes from
    which an output can be reached, in topological order (Kahn 1962), ties by id.

    Args:
        node_id: ``(n_nodes,)`` int64, strictly increasing.
        node_kind: ``(n_nodes,)`` int8, 0 input, 1 hidden, 2 output.
        edge_source: ``(n_edges,)`` int64 node ids.
        edge_target: ``(n_edges,)`` int64 node ids.
        edge_enabled: ``(n_edges,)`` bool.
        out_order: ``(n_nodes,)`` int64, its first entries become places in ``node_id``.
        out_edge_used: ``(n_edges,)`` bool, edges that belong to the network.

    Returns:
        The number of nodes in the network, or -1 when enabled edges form a cycle.
    """
    n, n_edges = node_id.size, edge_source.size
    source = np.empty(n_edges, dtype=np.int64)
    target = np.empty(n_edges, dtype=np.int64)
    for k in range(n_edges):
        source[k] = find_id(node_id, edge_source[k])
        target[k] = find_id(node_id, edge_target[k])
    first_in = np.empty(n + 1, dtype=np.int64)
    edge_in = _group(target, edge_enabled, n, first_in)
    useful = _mark_useful(source, target, node_kind, first_in, edge_in)
    waiting = np.zeros(n, dtype=np.int64)
    for k in range(n_edges):
        out_edge_used[k] = edge_enabled[k] and useful[source[k]] and useful[target[k]]
        if out_edge_used[k]:
            waiting[target[k]] += 1
    first_out = np.empty(n + 1, dtype=np.int64)
    edge_out = _group(source, out_edge_used, n, first_out)
    return _kahn(node_kind, target, useful, waiting, first_out, edge_out, out_order)


@kernel
def _kahn(
    kind: CodeArray,
    target: IntArray,
    useful: BoolArray,
    waiting: IntArray,
    first_out: IntArray,
    edge_out: IntArray,
    out_order: IntArray,
) -> int:
    n = kind.size
    queue = np.empty(n, dtype=np.int64)
    head = tail = n_useful = placed = 0
    for node in range(n):
        if kind[node] == _INPUT:
            out_order[placed] = node
            placed += 1
        if useful[node]:
            n_useful += 1
            if waiting[node] == 0:
                queue[tail] = node
                tail += 1
    while head < tail:
        node = queue[head]
        head += 1
        if kind[node] == _HIDDEN:
            out_order[placed] = node
            placed += 1
        for k in range(first_out[node], first_out[node + 1]):
            child = target[edge_out[k]]
            waiting[child] -= 1
            if waiting[child] == 0:
                queue[tail] = child
                tail += 1
    if tail < n_useful:
        return -1
    for node in range(n):
        if kind[node] == _OUTPUT:
            out_order[placed] = node
            placed += 1
    return placed


@kernel
def index_edges(
    node_id: IntArray,
    edge_source: IntArray,
    edge_target: IntArray,
    edge_used: BoolArray,
    order: IntArray,
    out_in_start: AnyArray,
    out_in_source: AnyArray,
    out_gene: IntArray,
    out_out_start: AnyArray,
    out_out_target: AnyArray,
    out_out_edge: AnyArray,
) -> None:
    """Fill the edge lists of a ``wiring.Wiring`` and the gene behind each edge.

    Args:
        node_id: ``(n_genes,)`` int64 ids of all nodes of the genome.
        edge_source: ``(n_edge_genes,)`` int64 node ids.
        edge_target: ``(n_edge_genes,)`` int64 node ids.
        edge_used: ``(n_edge_genes,)`` bool from ``order_nodes``.
        order: ``(n_nodes,)`` int64 places in ``node_id`` in running order.
        out_in_start: ``(n_nodes + 1,)`` int32.
        out_in_source: ``(n_edges,)`` int32.
        out_gene: ``(n_edges,)`` int64 place of the gene, in the order by target.
        out_out_start: ``(n_nodes + 1,)`` int32.
        out_out_target: ``(n_edges,)`` int32.
        out_out_edge: ``(n_edges,)`` int32.
    """
    n, n_genes = order.size, edge_source.size
    place = np.full(node_id.size, -1, dtype=np.int64)
    for i in range(n):
        place[order[i]] = i
    source = np.zeros(n_genes, dtype=np.int64)
    target = np.zeros(n_genes, dtype=np.int64)
    for k in range(n_genes):
        if edge_used[k]:
            source[k] = place[find_id(node_id, edge_source[k])]
            target[k] = place[find_id(node_id, edge_target[k])]
    start = np.empty(n + 1, dtype=np.int64)
    by_target = _group(target, edge_used, n, start)
    rank = np.empty(n_genes, dtype=np.int64)
    out_in_start[:] = start
    for k in range(by_target.size):
        out_gene[k] = by_target[k]
        out_in_source[k] = source[by_target[k]]
        rank[by_target[k]] = k
    by_source = _group(source, edge_used, n, start)
    out_out_start[:] = start
    for k in range(by_source.size):
        out_out_target[k] = target[by_source[k]]
        out_out_edge[k] = rank[by_source[k]]
