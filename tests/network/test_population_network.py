"""Genomes side by side give what each gives by itself."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.population_network import compile_population


def grown(n: int, seed: int) -> list[Genome]:
    """Return genomes of which every other one has a loop, so that it counts up."""
    nodes = {0: (0, 0, 0.0), 1: (0, 0, 0.0), 2: (2, 0, 0.0)}
    rng = np.random.default_rng(seed)
    found = []
    for index in range(n):
        edges = [(0, 2), (1, 2), (2, 2)][: 3 - index % 2]
        genes = make_genes(nodes, edges)
        genes.edge_weight[:] = rng.normal(size=len(edges))
        found.append(Genome.from_genes(genes, index))
    return found


@given(st.integers(1, 6), st.integers(0, 100))
def test_each_row_is_what_the_genome_gives_alone(n: int, seed: int) -> None:
    genomes = grown(n, seed)
    together, alone = compile_population(genomes), [compile_genome(one) for one in genomes]
    assert (len(together), together.n_inputs, together.n_outputs) == (n, 2, 1)
    rng = np.random.default_rng(seed)
    for _ in range(3):
        X = rng.normal(size=(n, 2))
        wanted = [network.activate(x) for network, x in zip(alone, X, strict=True)]
        assert together.activate(X).tobytes() == np.array(wanted).tobytes()


def test_one_or_all_are_reset() -> None:
    nodes = {0: (0, 0, 0.0), 1: (2, 0, 0.0)}
    counters = compile_population([Genome.from_genes(make_genes(nodes, [(0, 1), (1, 1)]))] * 3)
    ones = np.ones((3, 1))
    counters.activate(ones)
    counters.reset(-1)
    assert counters.activate(ones)[:, 0].tolist() == [2.0, 2.0, 1.0]
    counters.reset()
    assert counters.activate(ones)[:, 0].tolist() == [1.0, 1.0, 1.0]
    with pytest.raises(IndexError):
        counters.reset(3)


def test_wrong_samples_and_genomes_are_refused() -> None:
    networks = compile_population(Population.first(3, 4, 2))
    with pytest.raises(ValueError, match=r"X must have shape \(3, 4\), a sample per genome, got"):
        networks.activate(np.zeros((4, 4)))
    with pytest.raises(ValueError, match=r"X must hold finite numbers, got nan at index \(1, 0\)"):
        networks.activate([[0.0] * 4, [np.nan] * 4, [0.0] * 4])
    with pytest.raises(ValueError, match="genomes must hold at least 1 genome, got 0"):
        compile_population([])
    odd = [Population.first(1, 4, outputs)[0] for outputs in (2, 3)]
    with pytest.raises(GenomeError, match="4 inputs and 2 outputs .* got 4 and 3 at index 1"):
        compile_population(odd)
