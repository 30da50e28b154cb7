"""One pass of the kernels over a batch, in terms of genes; it needs no test library."""

from dataclasses import dataclass

import numpy as np
from tests.network_reference import Batch

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.batch import make_scratch, run_batch
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX
from spiral_monolith_neat_numpy.kernels.registers import LANES
from spiral_monolith_neat_numpy.kernels.wiring import Samples
from spiral_monolith_neat_numpy.network.network import FeedForwardNetwork, compile_genes
from spiral_monolith_neat_numpy.network.samples import LOSS_CODES, pack_samples

HEAD_OF = {code: head for head, code in LOSS_CODES.items()}


def rounded(numbers: AnyArray) -> AnyArray:
    """Return numbers that a float32 holds exactly, in float64."""
    return np.asarray(numbers, dtype=np.float32).astype(np.float64)


def with_parameters(genes: Genes, seed: int, size: float = 0.7) -> Genes:
    """Return genes with normal weights and biases, away from the kinks of relu and abs."""
    rng = np.random.default_rng(seed)
    made = genes.copy()
    made.edge_weight[:] = rounded(rng.normal(0.0, size, made.n_edges))
    made.node_bias[:] = rounded(rng.normal(0.0, size, made.n_nodes))
    return made


def make_batch(n: int, n_in: int, n_out: int, loss: int, seed: int) -> Batch:
    """Return random rows with targets that fit the loss and weights that differ."""
    rng = np.random.default_rng(seed)
    if loss == SOFTMAX:
        targets = np.eye(n_out)[rng.integers(0, n_out, n)]
    elif loss == LOGISTIC:
        targets = rng.integers(0, 2, (n, n_out)).astype(np.float64)
    else:
        targets = rounded(rng.normal(size=(n, n_out)))
    weight = rng.uniform(0.5, 2.0, n)
    return Batch(rounded(rng.normal(size=(n, n_in))), targets, weight / weight.sum())


def samples_of(batch: Batch, loss: int) -> Samples:
    """Return the same rows as kernels take them."""
    y = batch.targets.argmax(axis=1) if loss == SOFTMAX else batch.targets
    return pack_samples(batch.X, y, batch.targets.shape[1], HEAD_OF[loss], batch.weight)


@dataclass
class Pass:
    """What ``run_batch`` found: sums, and the gradient by genes."""

    loss: float
    weight: float
    hits: float
    by_weight: AnyArray
    by_bias: AnyArray


def laid_out(network: FeedForwardNetwork) -> tuple[Float32Array, int]:
    """Return the parameters in rows as ``run_batch`` takes them, and the first bias' place."""
    n_edges, n_nodes = network.weight.size, network.bias.size
    first_bias = -(-n_edges // LANES) * LANES
    rows = np.zeros((first_bias + -(-n_nodes // LANES) * LANES) // LANES * LANES, np.float32)
    rows[:n_edges] = network.weight[network.wiring.out_edge]
    rows[first_bias : first_bias + n_nodes] = network.bias
    return rows.reshape(-1, LANES), first_bias


def run_pass(
    genes: Genes, samples: Samples, loss: int, part: slice = slice(None), *, learn: bool = True
) -> Pass:
    """Run the samples, or part of them, once."""
    network = compile_genes(genes)
    parameter, first_bias = laid_out(network)
    scratch = make_scratch(network.bias.size, network.n_outputs, parameter.size)
    first, last, _ = part.indices(samples.weight.size)
    sums = run_batch(
        network.wiring,
        network.weight,
        parameter,
        first_bias,
        loss,
        samples,
        first,
        last,
        learn,
        scratch,
    )
    totals = scratch.partial.astype(np.float64).sum(axis=1)
    by_weight, by_bias = np.zeros(genes.n_edges), np.zeros(genes.n_nodes)
    n_edges, n_nodes = network.weight.size, network.bias.size
    by_weight[network.edge_gene[network.wiring.out_edge]] = totals[:n_edges]
    by_bias[network.node_gene] = totals[first_bias : first_bias + n_nodes]
    return Pass(*sums, by_weight, by_bias)
