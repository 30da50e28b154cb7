"""One sample at a time: what is taken, what is given back, what is kept in between."""

import pickle
from copy import deepcopy

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from tests.genes.strategies import genes as feed_forward_genes
from tests.genes.strategies import make_genes
from tests.kernels.networks import layered
from tests.kernels.passes import with_parameters
from tests.network_reference import PlainNetwork

from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.network.genome_network import GenomeNetwork, compile_genome
from spiral_monolith_neat_numpy.network.network import compile_genes


def compiled(genes: Genes) -> GenomeNetwork:
    return compile_genome(Genome.from_genes(genes))


def counter() -> GenomeNetwork:
    """Return y = x + (y before)."""
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1), (1, 1)])
    return compiled(genes)


@given(feed_forward_genes(), st.integers(0, 1000))
def test_without_cycles_a_network_has_no_memory(genes: Genes, seed: int) -> None:
    genes = with_parameters(genes, seed)
    network = compiled(genes)
    assert not network.is_recurrent
    rng = np.random.default_rng(seed)
    for _ in range(3):
        x = rng.normal(size=network.n_inputs)
        fresh = compiled(genes).activate(x)
        assert network.activate(x).tobytes() == fresh.tobytes()
        wanted = PlainNetwork(genes).run(x[None], plain=True)[0]
        np.testing.assert_allclose(fresh, wanted, rtol=1e-11, atol=1e-11)


@given(feed_forward_genes(), st.integers(0, 1000))
def test_rows_of_a_compiled_genome_are_those_of_its_genes_to_the_bit(
    genes: Genes, seed: int
) -> None:
    genes = with_parameters(genes, seed)
    network, trained = compiled(genes), compile_genes(genes)
    X = np.random.default_rng(seed).normal(size=(5, network.n_inputs))
    assert network.activate(X).tobytes() == trained.activate(X).tobytes()
    assert network.logits(X).tobytes() == trained.logits(X).tobytes()


def test_a_network_is_that_of_the_genome_when_it_was_compiled() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genome = Genome.from_genes(genes)
    genome.genes.edge_weight[:] = 2.0
    network = compile_genome(genome)
    genome.genes.edge_weight[:] = 3.0
    assert network.activate([1.0]).tolist() == network.activate([[1.0]])[0].tolist() == [2.0]


def test_one_sample_is_a_row_to_the_precision_of_rows() -> None:
    network = compiled(layered(3, 5, 2, tuple(range(10)), seed=1))
    X = np.random.default_rng(0).normal(size=(20, 3))
    found = np.array([network.activate(x) for x in X])
    np.testing.assert_allclose(found, network.activate(X), rtol=2e-5, atol=2e-5)


def test_parameters_are_those_of_the_genes_to_the_last_bit() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genes.edge_weight[:], genes.node_bias[:] = 1.0 / 3.0, 1e-12
    assert compiled(genes).activate([3.0])[0] == 3.0 * (1.0 / 3.0) + 1e-12


def test_state_stays_until_it_is_reset() -> None:
    stepper = counter()
    assert [stepper.activate([1.0])[0] for _ in range(3)] == [1.0, 2.0, 3.0]
    stepper.reset()
    assert stepper.activate([1.0]).tolist() == [1.0]


@pytest.mark.parametrize(
    "x", [[2], (2.0,), np.array([2.0], np.float32), np.array([2]), np.ones((2, 3))[0, ::3] * 2]
)
def test_any_array_like_is_taken(x: ArrayLike) -> None:
    assert counter().activate(x).tolist() == [2.0]


def test_read_only_and_strided_samples_are_taken() -> None:
    x = np.array([2.0, 3.0])[::2]
    x.flags.writeable = False
    assert counter().activate(x).tolist() == [2.0]


def test_outputs_are_arrays_of_their_own() -> None:
    stepper = counter()
    first = stepper.activate([1.0])
    first[0] = 50.0
    assert stepper.activate([1.0]).tolist() == [2.0]
    assert first.tolist() == [50.0]


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0, 2.0], r"X must have shape \(1,\), one sample at a time, got \(2,\)"),
        ([[1.0]], r"got \(1, 1\)"),
        (1.0, r"got \(\)"),
        ([np.nan], r"X must hold finite numbers, got nan at index \(0,\)"),
        (np.array([np.inf]), "X must hold finite numbers, got inf"),
        (["1"], "X must be an array of numbers"),
        (np.array([1j]), "X must be an array of numbers"),
    ],
)
def test_what_is_no_sample_is_refused_and_leaves_the_state(x: ArrayLike, message: str) -> None:
    stepper = counter()
    stepper.activate([1.0])
    with pytest.raises(ValueError, match=message):
        stepper.activate(x)
    assert stepper.activate([1.0]).tolist() == [2.0]


def test_copies_go_on_by_themselves_from_the_same_state() -> None:
    stepper = counter()
    stepper.activate([1.0])
    for twin in (deepcopy(stepper), pickle.loads(pickle.dumps(stepper))):
        assert twin.activate([5.0]).tolist() == [6.0]
        twin.reset()
    assert stepper.activate([1.0]).tolist() == [2.0]
