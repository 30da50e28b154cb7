"""From a genome's gene arrays to a network that can run: order, prune, index."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, CodeArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel

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
def group(keys: IntArray, used: BoolArray, out_start: AnyArray, out_grouped: AnyArray) -> None:
    """Group the used positions of ``keys`` by key, in order.

    Args:
        keys: ``(n,)`` int64, from 0 to n_groups - 1 where used.
        used: ``(n,)`` bool.
        out_start: ``(n_groups + 1,)`` int64; group g lies from out_start[g] to out_start[g+1].
        out_grouped: ``(n,)`` int64; the first out_start[n_groups] entries are written.
    """
    for g in range(out_start.size):
        out_start[g] = 0
    for k in range(keys.size):
        if used[k]:
            out_start[keys[k]] += 1
    end = 0
    for g in range(out_start.size):
        end += out_start[g]
        out_start[g] = end
    for k in range(keys.size - 1, -1, -1):  # backwards: ends become starts, order is kept
        if used[k]:
            out_start[keys[k]] -= 1
            out_grouped[out_start[keys[k]]] = k


@fragment
def _keep_useful(
    kind: CodeArray,
    source: IntArray,
    target: IntArray,
    start: IntArray,
    edge_in: IntArray,
    stack: IntArray,
    out_useful: BoolArray,
    out_used: BoolArray,
) -> int:
    """Mark nodes from which an output can be reached, drop edges into others; count nodes."""
    group(target, out_used, start, edge_in)
    top = n_useful = 0
    for node in range(kind.size):
        out_useful[node] = kind[node] == _OUTPUT
        if out_useful[node]:
            stack[top] = node
            top += 1
    while top > 0:
        top -= 1
        node = stack[top]
        n_useful += 1
        for k in range(start[node], start[node + 1]):
            parent = source[edge_in[k]]
            if not out_useful[parent]:
                out_useful[parent] = True
                stack[top] = parent
                top += 1
    for k in range(target.size):
        if out_used[k] and not out_useful[target[k]]:
            out_used[k] = False
    return n_useful


@fragment
def _order_nodes(
    kind: CodeArray,
    target: IntArray,
    useful: BoolArray,
    used: BoolArray,
    start: IntArray,
    edge_out: IntArray,
    waiting: IntArray,
    queue: IntArray,
    out_order: IntArray,
) -> int:
    """Fill ``out_order`` (Kahn 1962); return how many useful nodes a running order reaches."""
    placed = head = tail = 0
    for node in range(kind.size):
        waiting[node] = 0
        if kind[node] == _INPUT:
            out_order[placed] = node
            placed += 1
    for k in range(target.size):
        if used[k]:
            waiting[target[k]] += 1
    for node in range(kind.size):
        if useful[node] and waiting[node] == 0:
            queue[tail] = node
            tail += 1
    while head < tail:
        node = queue[head]
        head += 1
        if kind[node] == _HIDDEN:
            out_order[placed] = node
            placed += 1
        for k in range(start[node], start[node + 1]):
            child = target[edge_out[k]]
            waiting[child] -= 1
            if waiting[child] == 0:
                queue[tail] = child
                tail += 1
    for node in range(kind.size):
        if kind[node] == _OUTPUT:
            out_order[placed] = node
            placed += 1
    return tail


@kernel
def wire(
    node_id: IntArray,
    node_kind: CodeArray,
    edge_source: IntArray,
    edge_target: IntArray,
    edge_enabled: BoolArray,
    out_order: IntArray,
    out_starts: AnyArray,
    out_edges: AnyArray,
) -> int:
    """Put the nodes that matter into running order and index the edges between them.

    All inputs come first and all outputs last, by id; between them the hidden nodes from
    which an output can be reached, in topological order.

    Args:
        node_id: ``(n_nodes,)`` int64, strictly increasing.
        node_kind: ``(n_nodes,)`` int8, 0 input, 1 hidden, 2 output.
        edge_source: ``(n_edges,)`` int64 node ids.
        edge_target: ``(n_edges,)`` int64 node ids.
        edge_enabled: ``(n_edges,)`` bool.
        out_order: ``(n_nodes,)`` int64 places in ``node_id``.
        out_starts: ``(2, n_nodes + 1)`` int32, ``in_start`` and ``out_start`` of a
            ``wiring.Wiring``.
        out_edges: ``(4, n_edges)`` int32, ``in_source``, the place of the gene behind each
            edge in that order, ``out_target`` and ``out_edge``.

    Returns:
        The number of nodes in the network: so many entries of ``out_order`` count, one more
        of ``out_starts`` and as many of ``out_edges`` as the last of those says. Or -1
        when there is no such network: a node is of another kind, an enabled edge starts or
        ends nowhere, leads into an input or out of an output, or edges that an output
        depends on form a cycle.
    """
    n, n_edges = node_id.size, edge_source.size
    work = np.empty((7, max(n + 1, n_edges)), dtype=np.int64)
    source, target, grouped = work[0, :n_edges], work[1, :n_edges], work[2, :n_edges]
    start, waiting, queue = work[3, : n + 1], work[4, :n], work[5, :n]
    used, useful = np.zeros(n_edges, dtype=np.bool_), np.zeros(n, dtype=np.bool_)
    for node in range(n):
        if not _INPUT <= node_kind[node] <= _OUTPUT:
            return -1
    for k in range(n_edges):
        if edge_enabled[k]:
            source[k] = find_id(node_id, edge_source[k])
            target[k] = find_id(node_id, edge_target[k])
            if source[k] < 0 or target[k] < 0:
                return -1
            if node_kind[source[k]] == _OUTPUT or node_kind[target[k]] == _INPUT:
                return -1
            used[k] = True
    n_useful = _keep_useful(node_kind, source, target, start, grouped, queue, useful, used)
    group(source, used, start, grouped)
    n_ordered = _order_nodes(
        node_kind, target, useful, used, start, grouped, waiting, queue, out_order
    )
    if n_ordered < n_useful:
        return -1
    n_placed = 0
    place = queue  # of each node in the running order
    for node in range(n):
        if useful[node] or node_kind[node] == _INPUT:
            n_placed += 1
    for i in range(n_placed):
        place[out_order[i]] = i
    for k in range(n_edges):
        if used[k]:
            source[k] = place[source[k]]
            target[k] = place[target[k]]
    start, rank = start[: n_placed + 1], work[6]
    _index_edges(source, target, used, start, grouped, rank, out_starts, out_edges)
    return n_placed


@fragment
def _index_edges(
    source: IntArray,
    target: IntArray,
    used: BoolArray,
    start: IntArray,
    grouped: IntArray,
    rank: IntArray,
    out_starts: AnyArray,
    out_edges: AnyArray,
) -> None:
    group(target, used, start, grouped)
    for node in range(start.size):
        out_starts[0, node] = start[node]
    for k in range(start[-1]):
        gene = grouped[k]
        out_edges[0, k] = source[gene]
        out_edges[1, k] = gene
        rank[gene] = k
    group(source, used, start, grouped)
    for node in range(start.size):
        out_starts[1, node] = start[node]
    for k in range(start[-1]):
        gene = grouped[k]
        out_edges[2, k] = target[gene]
        out_edges[3, k] = rank[gene]
