"""Permanent numbers of structural changes, given out in compiled code.

Pairs of nodes are looked up in a hash table with open addressing and linear probing (Knuth,
The Art of Computer Programming 3, section 6.4); at most half of its places are taken.
"""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays
from spiral_monolith_neat_numpy.kernels.random import mix64
from spiral_monolith_neat_numpy.kernels.splice import CONNECTION, EDGE_IN, EDGE_OUT, NODE_ID
from spiral_monolith_neat_numpy.kernels.structure import (
    N_EDGES,
    N_NODES,
    SOURCE,
    SPLIT,
    TARGET,
)

KEY_BITS = 31
FREE = -1
# Entries of the counts.
NEXT_NODE = 0
NEXT_INNOVATION = 1
N_PAIRS = 2


class PairTable(NamedTuple):
    """Map from a pair of nodes to the innovation of the connection between them.

    Attributes:
        key: ``(c,)`` int64, source << 31 | target, or -1; c is a power of two.
        number: ``(c,)`` int64, innovation of each key.
    """

    key: IntArray
    number: IntArray


class Known(NamedTuple):
    """What numbers there are at the beginning of a generation.

    Attributes:
        table: of pairs.
        split_node: int64 by innovation, the node that splits this edge, or -1; numbers beyond
            its end were not split either.
    """

    table: PairTable
    split_node: IntArray


@kernel
def pair_key(source: int, target: int) -> int:
    """Return the key of a pair of node ids below 2**31."""
    return (source << KEY_BITS) | target


@kernel
def place_of(table_key: IntArray, key: int) -> np.int64:
    """Return the place of a key in the table, or the free one where it belongs."""
    mask = table_key.size - 1
    place = np.int64(mix64(np.uint64(key)) & np.uint64(mask))  # int() would leave it unsigned
    while table_key[place] != FREE and table_key[place] != key:
        place = (place + 1) & mask
    return place


@kernel
def look_up(table: PairTable, key: IntArray, out_number: IntArray) -> None:
    """Set ``out_number`` to the number of each key, -1 where it is not there."""
    for i in range(key.size):
        place = place_of(table.key, key[i])
        out_number[i] = table.number[place] if table.key[place] == key[i] else -1


@fragment
def look_up_proposal(edges: EdgeArrays, row: IntArray, known: Known, out_ids: IntArray) -> bool:
    """Write what numbers there are for a proposal; return whether one is missing.

    Args:
        edges: edges of all genomes.
        row: ``(8,)`` int64 from ``structure.propose``.
        known: the numbers.
        out_ids: ``(4,)`` int64, see ``splice``; -1 where there is none, or no such gene.
    """
    table, is_missing = known.table, False
    split, source, target = row[SPLIT], row[SOURCE], row[TARGET]
    node = edge_in = edge_out = connection = -1
    if split >= 0:
        innovation = edges.innovation[split]
        if innovation < known.split_node.size:
            node = known.split_node[innovation]
        if node >= 0:
            edge_in = _known_number(table, pair_key(edges.source[split], node))
            edge_out = _known_number(table, pair_key(node, edges.target[split]))
        is_missing = edge_in < 0 or edge_out < 0
    if source >= 0:
        connection = _known_number(table, pair_key(source, target))
        is_missing = is_missing or connection < 0
    out_ids[NODE_ID], out_ids[CONNECTION] = node, connection
    out_ids[EDGE_IN], out_ids[EDGE_OUT] = edge_in, edge_out
    return is_missing


@kernel
def _known_number(table: PairTable, key: int) -> int:
    place = place_of(table.key, key)
    return int(table.number[place]) if table.key[place] == key else -1


@kernel
def enter(key: IntArray, number: IntArray, out_table: PairTable) -> None:
    """Put keys that are not there yet into a table that has room for them."""
    for i in range(key.size):
        place = place_of(out_table.key, key[i])
        out_table.key[place] = key[i]
        out_table.number[place] = number[i]


@kernel
def number_pairs(
    source: IntArray, target: IntArray, out_table: PairTable, out_count: IntArray, out_id: IntArray
) -> None:
    """Give each pair its number, new ones in the order of first appearance.

    Args:
        source: ``(n,)`` int64 node ids.
        target: ``(n,)`` int64 node ids.
        out_table: the known pairs, with room for ``n`` more.
        out_count: ``(3,)`` int64, see the entries above.
        out_id: ``(n,)`` int64 innovations.
    """
    for i in range(source.size):
        out_id[i] = _number_of(source[i], target[i], out_table, out_count)


@kernel
def _number_of(source: int, target: int, out_table: PairTable, out_count: IntArray) -> int:
    key = pair_key(source, target)
    place = place_of(out_table.key, key)
    if out_table.key[place] == FREE:
        out_table.key[place] = key
        out_table.number[place] = out_count[NEXT_INNOVATION]
        out_count[NEXT_INNOVATION] += 1
        out_count[N_PAIRS] += 1
    return int(out_table.number[place])


@kernel
def number_proposals(
    edges: EdgeArrays,
    unnumbered: IntArray,
    proposal: IntArray,
    out_table: PairTable,
    out_split_node: IntArray,
    out_count: IntArray,
    out_id: IntArray,
) -> int:
    """Give numbers to the genes that structural mutations propose.

    First all new nodes, in the order of the genomes, then all edges into them, all edges out of
    them, and all new connections.

    Args:
        edges: edges of the genomes before the mutations.
        unnumbered: ``(k,)`` int64 genomes with a proposal that lacks a number, rising.
        proposal: ``(n, 8)`` int64 from ``structure.propose``.
        out_table: the known pairs, with room for 3 k more.
        out_split_node: int64 by innovation, the node that splits this edge, or -1.
        out_count: ``(3,)`` int64, see the entries above.
        out_id: ``(n, 4)`` int64, see ``splice``; written only where something is new.

    Returns:
        -1, or the number of an edge to split that nobody knows; nothing is numbered then.
    """
    for g in unnumbered:
        split = proposal[g, SPLIT]
        if split >= 0 and edges.innovation[split] >= out_split_node.size:
            return int(edges.innovation[split])
    for g in unnumbered:
        split = proposal[g, SPLIT]
        if split >= 0:
            innovation = edges.innovation[split]
            if out_split_node[innovation] < 0:
                out_split_node[innovation] = out_count[NEXT_NODE]
                out_count[NEXT_NODE] += 1
            out_id[g, NODE_ID] = out_split_node[innovation]
    for g in unnumbered:
        split = proposal[g, SPLIT]
        if split >= 0:
            source, node = edges.source[split], out_id[g, NODE_ID]
            out_id[g, EDGE_IN] = _number_of(source, node, out_table, out_count)
    for g in unnumbered:
        split = proposal[g, SPLIT]
        if split >= 0:
            node, target = out_id[g, NODE_ID], edges.target[split]
            out_id[g, EDGE_OUT] = _number_of(node, target, out_table, out_count)
    for g in unnumbered:
        source, target = proposal[g, SOURCE], proposal[g, TARGET]
        if source >= 0:
            out_id[g, CONNECTION] = _number_of(source, target, out_table, out_count)
    return -1


@kernel
def sum_sizes(proposal: IntArray, out_node_offset: IntArray, out_edge_offset: IntArray) -> None:
    """Set ``(n + 1,)`` int64 offsets to the running sums of the proposed sizes."""
    out_node_offset[0] = 0
    out_edge_offset[0] = 0
    for g in range(proposal.shape[0]):
        out_node_offset[g + 1] = out_node_offset[g] + proposal[g, N_NODES]
        out_edge_offset[g + 1] = out_edge_offset[g] + proposal[g, N_EDGES]
