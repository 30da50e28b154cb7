"""Genes of a first generation: inputs to outputs, no hidden node."""

import math
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.gather import Packed, running_sum
from spiral_monolith_neat_numpy.genes.layered import Ends
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.seeding import Purpose, stream

WEIGHT_SHAPES = ("normal", "uniform")


@dataclass(frozen=True)
class Start:
    """How the connections of first genomes are drawn.

    Attributes:
        sigma: standard deviation of their weights, >= 0.
        shape: of the weights' distribution, "normal" or "uniform".
        connectivity: probability of each connection; 1: all of them are there, 0: none.
    """

    sigma: float = 1.0
    shape: str = "normal"
    connectivity: float = 1.0

    def __post_init__(self) -> None:
        """Check every field against its range."""
        check_number("sigma", self.sigma, 0.0)
        check_choice("shape", self.shape, WEIGHT_SHAPES)
        check_number("connectivity", self.connectivity, 0.0, 1.0)


def first_genes(n: int, ends: Ends, start: Start, seed: int, generation: int = 0) -> Packed:
    """Return ``n`` genomes laid end to end (see ``Population.first``).

    Args:
        n: number of genomes, from 1.
        ends: inputs and outputs.
        start: how connections are drawn; each genome has a stream of its own.
        seed: seed of the run.
        generation: in which they are drawn.
    """
    check_integer("n", n, 1)
    n_in, n_out = ends.num_inputs, ends.num_outputs
    is_output = np.arange(n_in + n_out) >= n_in
    innovation = np.arange(n_in * n_out, dtype=np.int64)
    weight, kept = np.empty((n, innovation.size)), np.ones((n, innovation.size), np.bool_)
    for index in range(n):  # a stream each: a genome does not depend on the others
        rng = stream(seed, Purpose.FIRST_POPULATION, generation, index)
        weight[index] = _weights(rng, start, innovation.size)
        if start.connectivity < 1.0:
            kept[index] = rng.random(innovation.size) < start.connectivity
    number = np.broadcast_to(innovation, kept.shape)[kept]
    activation = ACTIVATIONS.index(ends.output_activation)
    genes = Genes(
        node_id=np.tile(np.arange(is_output.size, dtype=np.int64), n),
        node_kind=np.tile(np.where(is_output, OUTPUT, INPUT).astype(np.int8), n),
        node_activation=np.tile(np.where(is_output, activation, 0).astype(np.int8), n),
        node_bias=np.zeros(n * is_output.size),
        edge_innovation=number,
        edge_source=number // n_out,
        edge_target=number % n_out + n_in,
        edge_weight=weight[kept],
        edge_enabled=np.ones(number.size, dtype=np.bool_),
    )
    node_offset = np.arange(n + 1, dtype=np.int64) * is_output.size
    return Packed(node_offset, running_sum(kept.sum(axis=1)), genes)


def _weights(rng: np.random.Generator, start: Start, n: int) -> AnyArray:
    if start.shape == "normal":
        return rng.normal(0.0, start.sigma, n)
    return rng.uniform(-math.sqrt(3.0) * start.sigma, math.sqrt(3.0) * start.sigma, n)
