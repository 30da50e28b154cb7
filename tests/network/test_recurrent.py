"""Networks with cycles: which genomes get one, and what it refuses."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from tests.genes.strategies import make_genes, recurrent_genes
from tests.network_reference import useful_nodes
from tests.recurrent_reference import PlainRecurrentNetwork

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.network import compile_genes
from spiral_monolith_neat_numpy.network.prediction import predict
from spiral_monolith_neat_numpy.network.training import train_with_backprop

NODES = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0), 3: (1, 0, 0.0)}


def loop() -> Genome:
    """Return 0 -> 2 <-> 3 -> 1."""
    return Genome.from_genes(make_genes(NODES, [(0, 2), (2, 3), (3, 2), (3, 1)]), 7)


@given(recurrent_genes())
def test_any_valid_genome_compiles_and_tells_what_it_is(genes: Genes) -> None:
    network, twin = compile_genome(Genome.from_genes(genes)), PlainRecurrentNetwork(genes)
    assert isinstance(network, Network)
    assert network.is_recurrent == bool(twin.recurrent())
    assert network.n_inputs == len(twin.inputs)
    assert network.n_outputs == len(twin.outputs)
    assert network.n_recurrent == len(twin.recurrent())
    if network.is_recurrent:
        assert genes.node_id[network.running].tolist() == twin.order
    assert set(twin.order) == useful_nodes(genes) | set(twin.inputs)


def test_what_reaches_an_output_through_a_cycle_stays() -> None:
    # 0 -> 3 -> 2 -> 3, 2 -> 1: node 3 reaches the output through node 2, which it feeds.
    genes = make_genes(NODES, [(0, 3), (3, 2), (2, 3), (2, 1)])
    network = compile_genome(Genome.from_genes(genes))
    assert network.running.tolist() == [0, 3, 2, 1]


def test_control_loop_reads_the_same_for_both_kinds() -> None:
    plain = Genome.from_genes(make_genes(NODES, [(0, 2), (2, 1)]))
    for genome, wanted in ((plain, [1.0, 1.0, 1.0]), (loop(), [1.0, 2.0, 3.0])):
        network = compile_genome(genome)
        for _ in range(2):
            network.reset()
            assert [network.activate(np.ones(1))[0] for _ in range(3)] == wanted


def test_an_edge_out_of_an_output_needs_no_cycle() -> None:
    nodes = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (2, 0, 0.0)}
    network = compile_genome(Genome.from_genes(make_genes(nodes, [(0, 2), (2, 1)])))
    assert network.activate([3.0]).tolist() == [3.0, 3.0]
    assert not network.is_recurrent
    with pytest.raises(ValueError, match="one sample at a time"):
        network.activate([[3.0]])


def test_a_disabled_edge_closes_no_cycle() -> None:
    genome = loop()
    for connection in genome.connections.values():
        connection.enabled = connection.in_node != 2
    network = compile_genome(genome)
    assert not network.is_recurrent
    assert network.activate(np.ones((2, 1))).shape == (2, 1)


def test_gradients_are_refused_in_one_sentence() -> None:
    message = "gradients need a feed-forward genome; .* no cycle, got . -> . -> ."
    with pytest.raises(GenomeError, match=message):
        train_with_backprop(loop(), [[0.0]], [1.0])
    with pytest.raises(GenomeError, match=message):
        compile_genes(loop().genes)


def test_rows_are_refused() -> None:
    network = compile_genome(loop())
    with pytest.raises(ValueError, match=r"X must have shape \(1,\), one sample at a time, got"):
        network.activate(np.ones((5, 1)))
    with pytest.raises(ValueError, match="as each depends on those before it"):
        network.logits(np.ones((5, 1)))
    with pytest.raises(ValueError, match="one sample at a time"):
        predict(loop(), np.ones((5, 1)))


@pytest.mark.parametrize("kinds", [(0, 1), (2, 1)])
def test_inputs_and_outputs_are_needed(kinds: tuple[int, int]) -> None:
    nodes = {i: (kind, 0, 0.0) for i, kind in enumerate(kinds)}
    with pytest.raises(GenomeError, match="at least 1 input and 1 output"):
        compile_genome(Genome.from_genes(make_genes(nodes, [(1, 1)])))


def test_a_broken_law_is_named() -> None:
    genes = loop().genes.copy()
    genes.edge_source[0] = 99
    with pytest.raises(GenomeError, match="must join existing nodes"):
        compile_genome(Genome.from_genes(genes))


def test_a_network_travels_with_its_state() -> None:
    network = compile_genome(loop())
    network.activate([1.0])
    twin = pickle.loads(pickle.dumps(network))
    assert twin.activate([1.0]).tolist() == network.activate([1.0]).tolist() == [2.0]
