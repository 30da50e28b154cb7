"""Genes as the kernels that compile genomes by themselves take them."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays, NodeArrays
from spiral_monolith_neat_numpy.kernels.program import Genomes


def pack_population(population: Population) -> Genomes:
    """Return a population's packed genes; nothing is copied but what is read-only."""
    return _pack(population.node_offset, population.edge_offset, population.genes)


def pack_genes(genes: Genes) -> Genomes:
    """Return the genes of one genome as those of a population of one."""
    return _pack(np.array([0, genes.n_nodes]), np.array([0, genes.n_edges]), genes)


def as_kernels_take(array: AnyArray) -> AnyArray:
    """Return the array, or a copy if it is read-only or not contiguous.

    A kernel would be compiled anew for each such kind of array.
    """
    return array if array.flags.carray else array.copy()


def _pack(node_offset: AnyArray, edge_offset: AnyArray, genes: Genes) -> Genomes:
    node_id, kind, activation, bias, innovation, source, target, weight, enabled = (
        as_kernels_take(array) for array in genes.arrays()
    )
    return Genomes(
        as_kernels_take(node_offset),
        NodeArrays(node_id, kind, activation, bias),
        as_kernels_take(edge_offset),
        EdgeArrays(innovation, source, target, weight, enabled),
    )
