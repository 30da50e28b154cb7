"""A genome made ready to train and to run rows of samples: ordered, pruned, in float32."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_features
from spiral_monolith_neat_numpy.genes.gather import as_kernels_take
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.topology import wire
from spiral_monolith_neat_numpy.kernels.wiring import Wiring
from spiral_monolith_neat_numpy.network.samples import check_float32

_OUTPUT = 2


@dataclass(frozen=True)
class FeedForwardNetwork:
    """A network without cycles: what trains and runs rows of samples.

    Nodes lie in running order: inputs by id, hidden nodes in topological order, outputs
    by id. Hidden nodes from which no output can be reached are left out, and disabled edges.

    Attributes:
        wiring: nodes' activations and edges, by target and by source.
        weight: ``(n_edges,)`` float32 in the order by target.
        bias: ``(n_nodes,)`` float32.
        node_gene: ``(n_nodes,)`` int64 place of each node in the genome's node arrays.
        edge_gene: ``(n_edges,)`` int32 place of each edge in the genome's edge arrays.
        node_id: ``(n_nodes,)`` int64 ids.
        head: "plain", "softmax", "logistic" or "identity".
        gene_weight: ``(n_edges,)`` float64, as ``weight`` before any training.
        gene_bias: ``(n_nodes,)`` float64, as ``bias`` before any training.
    """

    wiring: Wiring
    weight: Float32Array
    bias: Float32Array
    node_gene: IntArray
    edge_gene: IntArray
    node_id: IntArray
    head: str
    gene_weight: FloatArray
    gene_bias: FloatArray

    @property
    def n_inputs(self) -> int:
        """Number of inputs."""
        return self.wiring.n_inputs

    @property
    def n_outputs(self) -> int:
        """Number of outputs."""
        return self.wiring.n_outputs

    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' own activations, ``(n_samples, n_outputs)`` float64."""
        return self._run(X, plain=True)

    def logits(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' sums before any activation, ``(n_samples, n_outputs)`` float64."""
        return self._run(X, plain=False)

    def _run(self, X: ArrayLike, *, plain: bool) -> FloatArray:
        rows = as_kernels_take(check_features("X", X, self.n_inputs))
        check_float32("X", rows)
        out = np.empty((rows.shape[0], self.n_outputs))
        run_rows(self.wiring, self.weight, self.bias, plain, rows, out)
        return out


def compile_genes(genes: Genes, head: str = "plain") -> FeedForwardNetwork:
    """Return the feed-forward network of gene arrays: what has gradients.

    Raises:
        GenomeError: as ``compile_genome``, or an enabled edge leads out of an output or lies on a
            cycle that an output depends on.
    """
    wired = wired_or_none(genes, head)
    if wired is not None:
        return wired
    check_genome(genes, feed_forward=False)  # says which law is broken, and where
    try:
        check_genome(genes)
    except GenomeError as error:
        raise GenomeError(f"gradients need a feed-forward genome; {error}") from error
    raise GenomeError("gradients need a feed-forward genome, got enabled edges in a cycle")


def wired_or_none(genes: Genes, head: str) -> FeedForwardNetwork | None:
    """Return the feed-forward network, or None if there is none."""
    order = np.empty(genes.node_id.size, dtype=np.int64)
    starts = np.empty((2, order.size + 1), dtype=np.int32)
    edges = np.empty((4, genes.edge_source.size), dtype=np.int32)
    n_nodes = wire(
        as_kernels_take(genes.node_id),
        as_kernels_take(genes.node_kind),
        as_kernels_take(genes.edge_source),
        as_kernels_take(genes.edge_target),
        as_kernels_take(genes.edge_enabled),
        order,
        starts,
        edges,
    )
    if n_nodes < 0:
        return None
    order = order[:n_nodes]
    kinds = genes.node_kind[order]
    n_inputs, n_outputs = int((kinds == 0).sum()), int((kinds == _OUTPUT).sum())
    if n_inputs == 0 or n_outputs == 0:
        raise GenomeError(
            f"a network must have at least 1 input and 1 output, got {n_inputs} and {n_outputs}"
        )
    in_start, out_start = starts[:, : n_nodes + 1]
    in_source, edge_gene, out_target, out_edge = edges[:, : in_start[-1]]
    wiring = Wiring(
        n_inputs,
        n_outputs,
        genes.node_activation[order],
        in_start,
        in_source,
        out_start,
        out_target,
        out_edge,
    )
    gene_weight, gene_bias = genes.edge_weight[edge_gene], genes.node_bias[order]
    with np.errstate(over="raise"):
        try:
            weight, bias = gene_weight.astype(np.float32), gene_bias.astype(np.float32)
        except FloatingPointError as error:
            raise GenomeError(
                "weights and biases of a network must fit a float32, got one beyond 3.4e38"
            ) from error
    return FeedForwardNetwork(
        wiring,
        weight,
        bias,
        order,
        edge_gene,
        genes.node_id[order],
        head,
        gene_weight,
        gene_bias,
    )
