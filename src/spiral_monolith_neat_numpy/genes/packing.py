"""Genes as the kernels that compile genomes by themselves take them."""

import numpy as np

from spiral_monolith_neat_numpy.genes.gather import kernel_genomes
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.layout import Genomes


def pack_population(population: Population) -> Genomes:
    """Return a population's packed genes; nothing is copied but what is read-only."""
    return kernel_genomes(population.node_offset, population.edge_offset, population.genes)


def pack_genes(genes: Genes) -> Genomes:
    """Return the genes of one genome as those of a population of one."""
    return kernel_genomes(np.array([0, genes.n_nodes]), np.array([0, genes.n_edges]), genes)
