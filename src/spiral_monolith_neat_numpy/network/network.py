"""A genome made ready to run: ordered, pruned, indexed, in float32."""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_features
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.topology import index_edges, order_nodes
from spiral_monolith_neat_numpy.kernels.wiring import Wiring

_OUTPUT = 2


@dataclass(frozen=True)
class Network:
    """A feed-forward network: what predicts, trains, exports and draws.

    Nodes lie in running order: inputs by id, hidden nodes in topological order, outputs
    by id. Hidden nodes from which no output can be reached are left out.

    Attributes:
        wiring: nodes' activations and edges, by target and by source.
        weight: ``(n_edges,)`` float32 in the order by target.
        bias: ``(n_nodes,)`` float32.
        node_gene: ``(n_nodes,)`` int64 place of each node in the genome's node arrays.
        edge_gene: ``(n_edges,)`` int64 place of each edge in the genome's edge arrays.
        node_id: ``(n_nodes,)`` int64 ids.
        head: "plain", "softmax", "logistic" or "identity".
    """

    wiring: Wiring
    weight: Float32Array
    bias: Float32Array
    node_gene: IntArray
    edge_gene: IntArray
    node_id: IntArray
    head: str

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self.wiring.n_inputs

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.wiring.n_outputs

    def activate(self, X: AnyArray) -> FloatArray:
        """Return the outputs' own activations, ``(n_samples, n_outputs)`` float64.

        Args:
            X: ``(n_samples, n_inputs)`` numbers.
        """
        return self._run(X, plain=True)

    def logits(self, X: AnyArray) -> FloatArray:
        """Return the outputs' sums before any activation, ``(n_samples, n_outputs)``.

        Args:
            X: ``(n_samples, n_inputs)`` numbers.
        """
        return self._run(X, plain=False)

    def _run(self, X: AnyArray, *, plain: bool) -> FloatArray:
        rows = check_features("X", X, self.n_inputs)
        out = np.empty((rows.shape[0], self.n_outputs))
        run_rows(self.wiring, self.weight, self.bias, plain, rows, out)
        return out


def compile_genome(genome: Genome) -> Network:
    """Return the network of a genome.

    Args:
        genome: any valid feed-forward genome.

    Raises:
        GenomeError: enabled edges form a cycle, or there is no input or no output.
    """
    return compile_genes(genome.genes, genome.head)


def compile_genes(genes: Genes, head: str = "plain") -> Network:
    """Return the network of gene arrays (see ``compile_genome``)."""
    order = np.empty(genes.node_id.size, dtype=np.int64)
    used = np.empty(genes.edge_source.size, dtype=np.bool_)
    n_nodes = order_nodes(
        genes.node_id,
        genes.node_kind,
        genes.edge_source,
        genes.edge_target,
        genes.edge_enabled,
        order,
        used,
    )
    if n_nodes < 0:
        raise GenomeError("a feed-forward network must have no cycle, got enabled edges in one")
    order = order[:n_nodes]
    kinds = genes.node_kind[order]
    n_inputs, n_outputs = int((kinds == 0).sum()), int((kinds == _OUTPUT).sum())
    if n_inputs == 0 or n_outputs == 0:
        raise GenomeError(
            f"a network must have at least 1 input and 1 output, got {n_inputs} and {n_outputs}"
        )
    n_edges = int(used.sum())
    in_start, out_start = np.empty((2, n_nodes + 1), dtype=np.int32)
    in_source, out_target, out_edge = np.empty((3, n_edges), dtype=np.int32)
    edge_gene = np.empty(n_edges, dtype=np.int64)
    index_edges(
        genes.node_id,
        genes.edge_source,
        genes.edge_target,
        used,
        order,
        in_start,
        in_source,
        edge_gene,
        out_start,
        out_target,
        out_edge,
    )
    activation = genes.node_activation[order]
    wiring = Wiring(
        n_inputs, n_outputs, activation, in_start, in_source, out_start, out_target, out_edge
    )
    weight = genes.edge_weight[edge_gene].astype(np.float32)
    bias = genes.node_bias[order].astype(np.float32)
    return Network(wiring, weight, bias, order, edge_gene, genes.node_id[order], head)
