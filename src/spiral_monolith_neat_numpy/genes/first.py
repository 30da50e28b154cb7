"""Genes of a first generation: every input to every output, no hidden node."""

import numpy as np

from spiral_monolith_neat_numpy.errors import check_integer, check_number
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, INPUT, OUTPUT, code_of
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.seeding import Purpose, stream


def first_genes(
    n: int, num_inputs: int, num_outputs: int, output_activation: str, seed: int, sigma: float
) -> Genes:
    """Return the genes of ``n`` genomes end to end; see ``Population.first``."""
    check_integer("n", n, 1)
    n_in = check_integer("num_inputs", num_inputs, 1)
    n_out = check_integer("num_outputs", num_outputs, 1)
    activation = code_of("output_activation", output_activation, ACTIVATIONS)
    check_number("sigma", sigma, 0.0)
    is_output = np.arange(n_in + n_out) >= n_in
    innovation = np.arange(n_in * n_out, dtype=np.int64)
    weight = np.empty((n, innovation.size))
    for index in range(n):  # a stream each: a genome's weights do not depend on the others
        rng = stream(seed, Purpose.FIRST_POPULATION, genome=index)
        weight[index] = rng.normal(0.0, sigma, innovation.size)
    return Genes(
        node_id=np.tile(np.arange(is_output.size, dtype=np.int64), n),
        node_kind=np.tile(np.where(is_output, OUTPUT, INPUT).astype(np.int8), n),
        node_activation=np.tile(np.where(is_output, activation, 0).astype(np.int8), n),
        node_bias=np.zeros(n * is_output.size),
        edge_innovation=np.tile(innovation, n),
        edge_source=np.tile(innovation // n_out, n),
        edge_target=np.tile(innovation % n_out + n_in, n),
        edge_weight=weight.ravel(),
        edge_enabled=np.ones(n * innovation.size, dtype=np.bool_),
    )
