"""Genes as parallel arrays: of one genome, or of many laid end to end."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, CodeArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError

GENE_DTYPES: dict[str, type[np.generic]] = {
    "node_id": np.int64,
    "node_kind": np.int8,
    "node_activation": np.int8,
    "node_bias": np.float64,
    "edge_innovation": np.int64,
    "edge_source": np.int64,
    "edge_target": np.int64,
    "edge_weight": np.float64,
    "edge_enabled": np.bool_,
}
NODE_FIELDS = tuple(name for name in GENE_DTYPES if name.startswith("node_"))
EDGE_FIELDS = tuple(name for name in GENE_DTYPES if name.startswith("edge_"))


@dataclass(frozen=True, slots=True, eq=False)
class Genes:
    """Nodes sorted by id and edges sorted by innovation, a field of all in one array each.

    Attributes:
        node_id: ``(n_nodes,)`` int64, strictly increasing within a genome.
        node_kind: ``(n_nodes,)`` int8, codes of ``codes.NODE_KINDS``.
        node_activation: ``(n_nodes,)`` int8, codes of ``codes.ACTIVATIONS``.
        node_bias: ``(n_nodes,)`` float64.
        edge_innovation: ``(n_edges,)`` int64, strictly increasing within a genome.
        edge_source: ``(n_edges,)`` int64, node ids.
        edge_target: ``(n_edges,)`` int64, node ids.
        edge_weight: ``(n_edges,)`` float64.
        edge_enabled: ``(n_edges,)`` bool.
    """

    node_id: IntArray
    node_kind: CodeArray
    node_activation: CodeArray
    node_bias: FloatArray
    edge_innovation: IntArray
    edge_source: IntArray
    edge_target: IntArray
    edge_weight: FloatArray
    edge_enabled: BoolArray

    @classmethod
    def empty(cls) -> "Genes":
        """Return genes with no node and no edge."""
        return cls(*(np.empty(0, dtype) for dtype in GENE_DTYPES.values()))

    @classmethod
    def joined(cls, parts: Sequence["Genes"]) -> "Genes":
        """Return the genes of all ``parts`` end to end, in new arrays."""
        if not parts:
            return cls.empty()
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in GENE_DTYPES))

    @property
    def n_nodes(self) -> int:
        """Number of nodes."""
        return int(self.node_id.size)

    @property
    def n_edges(self) -> int:
        """Number of edges, enabled or not."""
        return int(self.edge_innovation.size)

    def arrays(self) -> tuple[AnyArray, ...]:
        """Return the nine arrays in the order of the fields."""
        return (
            self.node_id,
            self.node_kind,
            self.node_activation,
            self.node_bias,
            self.edge_innovation,
            self.edge_source,
            self.edge_target,
            self.edge_weight,
            self.edge_enabled,
        )

    def copy(self) -> "Genes":
        """Return the same genes in contiguous, writable arrays of their own."""
        return Genes(*(array.copy() for array in self.arrays()))

    def part(self, nodes: slice, edges: slice) -> "Genes":
        """Return views on a run of nodes and a run of edges."""
        return Genes(
            self.node_id[nodes],
            self.node_kind[nodes],
            self.node_activation[nodes],
            self.node_bias[nodes],
            self.edge_innovation[edges],
            self.edge_source[edges],
            self.edge_target[edges],
            self.edge_weight[edges],
            self.edge_enabled[edges],
        )

    def __eq__(self, other: object) -> bool:
        """Whether all nine arrays hold the same values."""
        if not isinstance(other, Genes):
            return NotImplemented
        pairs = zip(self.arrays(), other.arrays(), strict=True)
        return all(np.array_equal(mine, theirs) for mine, theirs in pairs)

    __hash__ = None  # type: ignore[assignment]


def find(ids: IntArray, key: object) -> int:
    """Return the place of ``key`` in the sorted ``ids``, or -1 if it is not there."""
    if not isinstance(key, (int, np.integer)) or isinstance(key, bool):
        return -1
    place = int(ids.searchsorted(key))
    return place if place < ids.size and ids[place] == key else -1


def check_layout(genes: Genes) -> None:
    """Raise GenomeError unless the arrays are contiguous, parallel and of their types."""
    for names in (NODE_FIELDS, EDGE_FIELDS):
        n = getattr(genes, names[0]).size
        for name in names:
            array: AnyArray = getattr(genes, name)
            if array.shape != (n,):
                raise GenomeError(
                    f"{name} must have shape ({n},) to match {names[0]}, got {array.shape}"
                )
            if array.dtype != GENE_DTYPES[name]:
                wanted = np.dtype(GENE_DTYPES[name]).name
                raise GenomeError(f"{name} must be of type {wanted}, got {array.dtype.name}")
            if not array.flags.c_contiguous:
                raise GenomeError(f"{name} must be contiguous, got strides {array.strides}")
