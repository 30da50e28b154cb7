"""From packed genes to a program that runs one sample at a time, cycles included.

A program is the genome's nodes with their edges by target, and the order in which nodes run.
The values of all nodes are its state: an activation overwrites them one after the other, so an
edge from a node that runs before its target carries the present value, and any other one, a
recurrent edge, the value of the activation before.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import CodeArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.exact import activated
from spiral_monolith_neat_numpy.kernels.jit import exact_kernel, fragment
from spiral_monolith_neat_numpy.kernels.layout import (
    INPUT,
    OUTPUT,
    EdgeArrays,
    Genomes,
    NodeArrays,
    find,
)

_UNSEEN, _OPEN, _DONE = 0, 1, 2
_MOST_IN_TABLE = 1 << 16  # ids below this are looked up, others searched for
NO_NETWORK = (-1, -1, -1, -1)


class Program(NamedTuple):
    """What runs; nodes are counted from 0 in the order of their ids.

    Attributes:
        activation: int8 code of each node.
        bias: float64 of each node.
        start: int64; edges into node v are start[v] .. start[v + 1].
        source: int64 source of each edge, by target and then in order of the genes.
        weight: float64, in the same order.
        order: int64; the first entries are the nodes that run, in running order.
        input: int64; the first entries are the inputs, by id.
        output: int64; the first entries are the outputs, by id.
    """

    activation: CodeArray
    bias: FloatArray
    start: IntArray
    source: IntArray
    weight: FloatArray
    order: IntArray
    input: IntArray
    output: IntArray


class Workspace(NamedTuple):
    """Room for compiling; what it holds means nothing between two genomes.

    Attributes:
        table: int64 node by id, for low ids.
        mark: int64 by node: unseen, open or done.
        cursor: int64 by node: the next edge to look at.
        stack: int64 nodes that are open.
        source: int64 by gene of an edge.
        target: int64 by gene of an edge.
    """

    table: IntArray
    mark: IntArray
    cursor: IntArray
    stack: IntArray
    source: IntArray
    target: IntArray


class Room(NamedTuple):
    """Where genomes are compiled, one after the other."""

    work: Workspace
    program: Program


@exact_kernel
def make_room(genomes: Genomes, first: int, last: int) -> Room:
    """Return room for compiling any one of the genomes first .. last - 1."""
    n_nodes = n_edges = largest_id = 0
    for g in range(first, last):
        end = genomes.node_offset[g + 1]
        n_nodes = max(n_nodes, end - genomes.node_offset[g])
        n_edges = max(n_edges, genomes.edge_offset[g + 1] - genomes.edge_offset[g])
        if end > genomes.node_offset[g]:
            largest_id = max(largest_id, genomes.nodes.id[end - 1])
    work = Workspace(
        np.zeros(min(largest_id + 1, _MOST_IN_TABLE), np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_edges, np.int64),
        np.empty(n_edges, np.int64),
    )
    program = Program(
        np.empty(n_nodes, np.int8),
        np.empty(n_nodes, np.float64),
        np.empty(n_nodes + 1, np.int64),
        np.empty(n_edges, np.int64),
        np.empty(n_edges, np.float64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
        np.empty(n_nodes, np.int64),
    )
    return Room(work, program)


@fragment
def _node_of(ids: IntArray, n0: int, n1: int, table: IntArray, wanted: int) -> int:
    """Return the node with that id, counted from ``n0``, or -1."""
    node = -1
    if 0 <= wanted < table.size:
        node = table[wanted]  # another genome's, perhaps
        if node >= n1 - n0 or ids[n0 + node] != wanted:
            node = -1
    else:
        node = find(ids, n0, n1, wanted)
        node = node - n0 if node >= 0 else -1
    return node


@fragment
def _group_edges(
    nodes: NodeArrays,
    n0: int,
    n1: int,
    edges: EdgeArrays,
    e0: int,
    e1: int,
    out_work: Workspace,
    out_program: Program,
) -> bool:
    """List the enabled edges by target; return whether all of them join nodes, none an input."""
    source, target, start = out_work.source, out_work.target, out_program.start
    fits = True
    for k in range(e1 - e0):
        if edges.enabled[e0 + k]:
            source[k] = _node_of(nodes.id, n0, n1, out_work.table, edges.source[e0 + k])
            target[k] = _node_of(nodes.id, n0, n1, out_work.table, edges.target[e0 + k])
            if source[k] < 0 or target[k] < 0 or nodes.kind[n0 + target[k]] == INPUT:
                fits = False
                break
            start[target[k]] += 1
    if fits:
        end = 0
        for v in range(n1 - n0 + 1):
            end += start[v]
            start[v] = end
        for k in range(e1 - e0 - 1, -1, -1):  # backwards: ends become starts, order is kept
            if edges.enabled[e0 + k]:
                start[target[k]] -= 1
                out_program.source[start[target[k]]] = source[k]
                out_program.weight[start[target[k]]] = edges.weight[e0 + k]
    return fits


@fragment
def _search(
    output: int, n_ordered: int, n_recurrent: int, out_work: Workspace, out_program: Program
) -> tuple[int, int]:
    """Put ``output`` and all it depends on in order; return the new counts."""
    mark, cursor, stack = out_work.mark, out_work.cursor, out_work.stack
    start = out_program.start
    stack[0] = output
    mark[output] = _OPEN
    cursor[output] = start[output]
    top = 0
    while top >= 0:
        node = stack[top]
        if cursor[node] < start[node + 1]:
            source = out_program.source[cursor[node]]
            cursor[node] += 1
            if mark[source] == _UNSEEN:
                mark[source] = _OPEN
                cursor[source] = start[source]
                top += 1
                stack[top] = source
            else:
                n_recurrent += mark[source] == _OPEN
        else:
            top -= 1
            mark[node] = _DONE
            out_program.order[n_ordered] = node
            n_ordered += 1
    return n_ordered, n_recurrent


@fragment
def compile_program(
    genomes: Genomes, g: int, out_work: Workspace, out_program: Program
) -> tuple[int, int, int, int]:
    """Compile one genome; return the numbers of inputs, outputs, nodes that run, recurrent edges.

    A search from each output, by id, against the edges, by innovation, lets a node run as
    soon as all that it reads has run or waits for it. So nodes that no output depends
    on are left out, an edge leads onward unless its ends depend on each other, and recurrent
    are the edges that close a cycle in the search.

    Args:
        genomes: packed genes; disabled edges do not count.
        g: the genome.
        out_work: room.
        out_program: filled.

    Returns:
        ``NO_NETWORK`` if an enabled edge starts or ends nowhere or leads into an input.
    """
    nodes, edges = genomes.nodes, genomes.edges
    n0, n1 = genomes.node_offset[g], genomes.node_offset[g + 1]
    e0, e1 = genomes.edge_offset[g], genomes.edge_offset[g + 1]
    n_inputs = n_outputs = n_ordered = n_recurrent = 0
    for v in range(n1 - n0):
        if 0 <= nodes.id[n0 + v] < out_work.table.size:
            out_work.table[nodes.id[n0 + v]] = v
        out_program.activation[v] = nodes.activation[n0 + v]
        out_program.bias[v] = nodes.bias[n0 + v]
        out_program.start[v] = 0
        out_work.mark[v] = _UNSEEN
        if nodes.kind[n0 + v] == INPUT:
            out_work.mark[v] = _DONE
            out_program.input[n_inputs] = v
            n_inputs += 1
        elif nodes.kind[n0 + v] == OUTPUT:
            out_program.output[n_outputs] = v
            n_outputs += 1
    out_program.start[n1 - n0] = 0
    counts = NO_NETWORK
    if _group_edges(nodes, n0, n1, edges, e0, e1, out_work, out_program):
        for output in range(n_outputs):
            if out_work.mark[out_program.output[output]] == _UNSEEN:
                n_ordered, n_recurrent = _search(
                    out_program.output[output], n_ordered, n_recurrent, out_work, out_program
                )
        counts = (n_inputs, n_outputs, n_ordered, n_recurrent)
    return counts


@fragment
def run_once(program: Program, n_ordered: int, out_values: FloatArray) -> None:
    """Run one activation.

    Args:
        program: what runs.
        n_ordered: how many nodes run.
        out_values: by node; holds the inputs, and the state of the activation before
            (zeros for none), which is overwritten.
    """
    for at in range(n_ordered):
        node = program.order[at]
        total = program.bias[node]
        for k in range(program.start[node], program.start[node + 1]):
            total += program.weight[k] * out_values[program.source[k]]
        out_values[node] = activated(program.activation[node], total)
