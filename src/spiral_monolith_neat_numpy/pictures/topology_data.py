"""What is needed of a network to draw it, in plain arrays."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_finite
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.packed import Genes


@dataclass(frozen=True, eq=False)
class TopologyData:
    """Nodes and edges of a network as parallel arrays.

    Args:
        node_id: ``(n_nodes,)`` unique ids, in any order.
        node_kind: ``(n_nodes,)`` 0 input, 1 hidden, 2 output; an input and an output at least.
        node_activation: ``(n_nodes,)`` names of activations.
        node_bias: ``(n_nodes,)`` finite.
        edge_source: ``(n_edges,)`` ids of the nodes where the edges begin.
        edge_target: ``(n_edges,)`` ids of the nodes where they end.
        edge_weight: ``(n_edges,)`` finite.
        edge_enabled: ``(n_edges,)`` whether the edge takes part.

    Raises:
        ValueError: lengths differ, an id is unknown or there twice, a value is not finite.
    """

    node_id: IntArray
    node_kind: IntArray
    node_activation: Sequence[str]
    node_bias: FloatArray
    edge_source: IntArray
    edge_target: IntArray
    edge_weight: FloatArray
    edge_enabled: BoolArray

    def __post_init__(self) -> None:
        """Turn lists into arrays and check them."""
        for name, dtype in (
            ("node_id", np.int64),
            ("node_kind", np.int64),
            ("node_bias", np.float64),
            ("edge_source", np.int64),
            ("edge_target", np.int64),
            ("edge_weight", np.float64),
            ("edge_enabled", np.bool_),
        ):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=dtype))
        object.__setattr__(self, "node_activation", tuple(self.node_activation))
        self._check_lengths()
        self._check_ids()
        check_finite("node_bias", self.node_bias)
        check_finite("edge_weight", self.edge_weight)

    @classmethod
    def from_genes(cls, genes: Genes) -> "TopologyData":
        """Return the topology of a genome's gene arrays, disabled edges included."""
        return cls(
            node_id=genes.node_id,
            node_kind=genes.node_kind.astype(np.int64),
            node_activation=[ACTIVATIONS[code] for code in genes.node_activation],
            node_bias=genes.node_bias,
            edge_source=genes.edge_source,
            edge_target=genes.edge_target,
            edge_weight=genes.edge_weight,
            edge_enabled=genes.edge_enabled,
        )

    def places(self, kind: int) -> IntArray:
        """Return where the nodes of a kind lie in the arrays, by rising id."""
        found = np.flatnonzero(self.node_kind == kind)
        return found[np.argsort(self.node_id[found], kind="stable")]

    def edge_places(self) -> tuple[IntArray, IntArray]:
        """Return where the sources and the targets of the edges lie in the node arrays."""
        order = np.argsort(self.node_id, kind="stable")
        ranked = self.node_id[order]
        source = order[np.searchsorted(ranked, self.edge_source)]
        target = order[np.searchsorted(ranked, self.edge_target)]
        return source, target

    def _check_lengths(self) -> None:
        for group, first in (("node_", "node_id"), ("edge_", "edge_source")):
            n = len(getattr(self, first))
            for name in self.__dataclass_fields__:
                shape = np.shape(getattr(self, name))
                if name.startswith(group) and shape != (n,):
                    raise ValueError(f"{name} must have shape ({n},) to match {first}, got {shape}")

    def _check_ids(self) -> None:
        if len(np.unique(self.node_id)) != len(self.node_id):
            raise ValueError("node_id must hold unique ids, got one of them twice")
        if not np.isin(self.node_kind, (INPUT, HIDDEN, OUTPUT)).all():
            raise ValueError(
                "node_kind must hold 0 (input), 1 (hidden) or 2 (output), "
                f"got {self.node_kind.min()} to {self.node_kind.max()}"
            )
        if not {INPUT, OUTPUT} <= set(self.node_kind.tolist()):
            raise ValueError("node_kind must hold an input (0) and an output (2) at least")
        for name in ("edge_source", "edge_target"):
            known = np.isin(getattr(self, name), self.node_id)
            if not known.all():
                odd = getattr(self, name)[~known][0]
                raise ValueError(f"{name} must hold ids of node_id, got {odd}")
