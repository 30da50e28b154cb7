"""Packed genes without a record: what passes between the steps of breeding and speciation."""

from typing import NamedTuple

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import (
    EdgeArrays,
    Genomes,
    NodeArrays,
    gather_edges,
    gather_nodes,
)
from spiral_monolith_neat_numpy.kernels.runs import lay_out


class Packed(NamedTuple):
    """Genomes laid end to end.

    Attributes:
        node_offset: ``(n + 1,)`` int64, where each genome's nodes begin, and the end.
        edge_offset: ``(n + 1,)`` int64, the same for edges.
        genes: genes of all genomes, in order.
    """

    node_offset: IntArray
    edge_offset: IntArray
    genes: Genes

    @classmethod
    def empty(cls) -> "Packed":
        """Return no genomes."""
        return cls(np.zeros(1, dtype=np.int64), np.zeros(1, dtype=np.int64), Genes.empty())

    def part(self, index: int) -> Genes:
        """Return views on the arrays of one genome."""
        nodes = slice(self.node_offset[index], self.node_offset[index + 1])
        edges = slice(self.edge_offset[index], self.edge_offset[index + 1])
        return self.genes.part(nodes, edges)


def node_arrays(genes: Genes) -> NodeArrays:
    """Return the node arrays in the form that kernels take."""
    return NodeArrays(genes.node_id, genes.node_kind, genes.node_activation, genes.node_bias)


def edge_arrays(genes: Genes) -> EdgeArrays:
    """Return the edge arrays in the form that kernels take."""
    return EdgeArrays(
        genes.edge_innovation,
        genes.edge_source,
        genes.edge_target,
        genes.edge_weight,
        genes.edge_enabled,
    )


def as_kernels_take(array: AnyArray) -> AnyArray:
    """Return a view of the array, or a copy if it is read-only or not contiguous.

    A kernel would be compiled anew for each such kind of array, or misread it (``jit.direct``); a
    view stays what it is when its array is made read-only.
    """
    return array.view() if array.flags.carray else array.copy()


def kernel_genomes(node_offset: AnyArray, edge_offset: AnyArray, genes: Genes) -> Genomes:
    """Return packed genes in the form that kernels take; what is read-only is copied."""
    node_id, kind, activation, bias, innovation, source, target, weight, enabled = (
        as_kernels_take(array) for array in genes.arrays()
    )
    return Genomes(
        as_kernels_take(node_offset),
        NodeArrays(node_id, kind, activation, bias),
        as_kernels_take(edge_offset),
        EdgeArrays(innovation, source, target, weight, enabled),
    )


def pack_genes(genes: Genes) -> Genomes:
    """Return the genes of one genome as those of a population of one."""
    return kernel_genomes(np.array([0, genes.n_nodes]), np.array([0, genes.n_edges]), genes)


def unset_genes(n_nodes: int, n_edges: int) -> Genes:
    """Return arrays of these sizes with nothing meaningful in them, for a kernel to fill."""
    return Genes(
        node_id=np.empty(n_nodes, dtype=np.int64),
        node_kind=np.empty(n_nodes, dtype=np.int8),
        node_activation=np.empty(n_nodes, dtype=np.int8),
        node_bias=np.empty(n_nodes),
        edge_innovation=np.empty(n_edges, dtype=np.int64),
        edge_source=np.empty(n_edges, dtype=np.int64),
        edge_target=np.empty(n_edges, dtype=np.int64),
        edge_weight=np.empty(n_edges),
        edge_enabled=np.empty(n_edges, dtype=np.bool_),
    )


def running_sum(sizes: IntArray) -> IntArray:
    """Return ``(n + 1,)`` int64 offsets of ``n`` runs with these sizes."""
    offset = np.zeros(sizes.size + 1, dtype=np.int64)
    np.cumsum(sizes, out=offset[1:])
    return offset


def gather(node_offset: IntArray, edge_offset: IntArray, genes: Genes, picks: IntArray) -> Packed:
    """Return copies of the genomes ``picks``, in that order, a genome as often as it is named.

    Args:
        node_offset: ``(n + 1,)`` int64, where each genome's nodes begin, and the end.
        edge_offset: ``(n + 1,)`` int64, the same for edges.
        genes: genes of all genomes.
        picks: ``(m,)`` int64 indices from 0 to n - 1.
    """
    node_offset, edge_offset = as_kernels_take(node_offset), as_kernels_take(edge_offset)
    out_node_offset, out_edge_offset = (np.empty(picks.size + 1, np.int64) for _ in range(2))
    direct(lay_out)(node_offset, picks, out_node_offset)
    direct(lay_out)(edge_offset, picks, out_edge_offset)
    out = unset_genes(int(out_node_offset[-1]), int(out_edge_offset[-1]))
    direct(gather_nodes)(node_offset, picks, node_arrays(genes), out_node_offset, node_arrays(out))
    direct(gather_edges)(edge_offset, picks, edge_arrays(genes), out_edge_offset, edge_arrays(out))
    return Packed(out_node_offset, out_edge_offset, out)
