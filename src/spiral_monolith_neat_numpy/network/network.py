"""A genome made ready to run: ordered, pruned, indexed, in float32."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_features
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.topology import wire
from spiral_monolith_neat_numpy.kernels.wiring import Wiring

_OUTPUT = 2


@dataclass(frozen=True)
class Network:
    """A feed-forward network: what predicts, trains, exports and draws.

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

    def activate(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' own activations, ``(n_samples, n_outputs)`` float64.

        Args:
            X: ``(n_samples, n_inputs)`` numbers.
        """
        return self._run(X, plain=True)

    def logits(self, X: ArrayLike) -> FloatArray:
        """Return the outputs' sums before any activation, ``(n_samples, n_outputs)``.

        Args:
            X: ``(n_samples, n_inputs)`` numbers.
        """
        return self._run(X, plain=False)

    def _run(self, X: ArrayLike, *, plain: bool) -> FloatArray:
        rows = as_kernels_take(check_features("X", X, self.n_inputs))
        out = np.empty((rows.shape[0], self.n_outputs))
        run_rows(self.wiring, self.weight, self.bias, plain, rows, out)
        return out


def as_kernels_take(array: AnyArray) -> AnyArray:
    """Return the array, or a copy if it is read-only or not contiguous.

    A kernel would be compiled anew for each such kind of array.
    """
    return array if array.flags.carray else array.copy()


def compile_genome(genome: Genome) -> Network:
    """Return the network of a genome.

    Args:
        genome: any valid feed-forward genome.

    Raises:
        GenomeError: there is no input or no output, a parameter is beyond float32, or an
            enabled edge breaks a law: it starts or ends nowhere, leads into an input or out
            of an output, or lies on a cycle that an output depends on.
    """
    return compile_genes(genome.genes, genome.head)


def compile_genes(genes: Genes, head: str = "plain") -> Network:
    """Return the network of gene arrays (see ``compile_genome``)."""
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
        check_genome(genes)  # says which law is broken, and where
        raise GenomeError("a feed-forward network must have no cycle, got enabled edges in one")
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
    with np.errstate(over="raise"):
        try:
            weight = genes.edge_weight[edge_gene].astype(np.float32)
            bias = genes.node_bias[order].astype(np.float32)
        except FloatingPointError as error:
            raise GenomeError(
                "weights and biases of a network must fit a float32, got one beyond 3.4e38"
            ) from error
    return Network(wiring, weight, bias, order, edge_gene, genes.node_id[order], head)
