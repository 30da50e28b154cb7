"""How genes lie in arrays: the groups that travel together, and the codes of node kinds.

Genomes are laid end to end; genome g owns nodes ``node_offset[g]`` to
``node_offset[g + 1]`` and edges ``edge_offset[g]`` to ``edge_offset[g + 1]``.
"""

from typing import NamedTuple

from spiral_monolith_neat_numpy.arrays import BoolArray, CodeArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.kernels.jit import kernel

INPUT = 0
HIDDEN = 1
OUTPUT = 2


class NodeArrays(NamedTuple):
    """Parallel arrays of node genes, sorted by ``id`` within each genome."""

    id: IntArray
    kind: CodeArray
    activation: CodeArray
    bias: FloatArray


class EdgeArrays(NamedTuple):
    """Parallel arrays of connection genes, sorted by ``innovation`` within each genome.

    ``source`` and ``target`` are node ids.
    """

    innovation: IntArray
    source: IntArray
    target: IntArray
    weight: FloatArray
    enabled: BoolArray


class Genomes(NamedTuple):
    """Packed genes: genome g has nodes node_offset[g] .. node_offset[g + 1], edges likewise."""

    node_offset: IntArray
    nodes: NodeArrays
    edge_offset: IntArray
    edges: EdgeArrays


@kernel
def find(sorted_ids: IntArray, start: int, stop: int, wanted: int) -> int:
    """Return the place of ``wanted`` between ``start`` and ``stop``, or -1."""
    while start < stop:
        middle = (start + stop) >> 1
        if sorted_ids[middle] < wanted:
            start = middle + 1
        elif sorted_ids[middle] > wanted:
            stop = middle
        else:
            return middle
    return -1


@kernel
def gather_nodes(
    offset: IntArray,
    picks: IntArray,
    nodes: NodeArrays,
    out_offset: IntArray,
    out_nodes: NodeArrays,
) -> None:
    """Copy the nodes of genomes ``picks`` one after the other.

    Args:
        offset: ``(n + 1,)`` int64, first node of each genome.
        picks: ``(m,)`` int64 indices of genomes.
        nodes: the genomes' nodes.
        out_offset: ``(m + 1,)`` int64, where each copy begins.
        out_nodes: filled.
    """
    for k in range(picks.size):
        at = out_offset[k]
        for i in range(offset[picks[k]], offset[picks[k] + 1]):
            out_nodes.id[at] = nodes.id[i]
            out_nodes.kind[at] = nodes.kind[i]
            out_nodes.activation[at] = nodes.activation[i]
            out_nodes.bias[at] = nodes.bias[i]
            at += 1


@kernel
def gather_edges(
    offset: IntArray,
    picks: IntArray,
    edges: EdgeArrays,
    out_offset: IntArray,
    out_edges: EdgeArrays,
) -> None:
    """Copy the edges of genomes ``picks`` one after the other; see ``gather_nodes``."""
    for k in range(picks.size):
        at = out_offset[k]
        for i in range(offset[picks[k]], offset[picks[k] + 1]):
            out_edges.innovation[at] = edges.innovation[i]
            out_edges.source[at] = edges.source[i]
            out_edges.target[at] = edges.target[i]
            out_edges.weight[at] = edges.weight[i]
            out_edges.enabled[at] = edges.enabled[i]
            at += 1
