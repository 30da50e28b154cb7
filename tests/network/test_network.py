"""A genome compiles into a network that runs as its twin, or is refused in one sentence."""

import warnings

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from tests.conftest import JIT_OFF
from tests.genes.strategies import genes as valid_genes
from tests.genes.strategies import make_genes
from tests.kernels.networks import layered, networks
from tests.kernels.passes import rounded
from tests.network_reference import PlainNetwork, useful_nodes

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import ConnectionGene, Genome, NodeGene
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.kernels.topology import wire
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.network.network import compile_genes

FLOAT32_MAX = float(np.finfo(np.float32).max)


def inputs_of(genes: Genes) -> int:
    return int((genes.node_kind == 0).sum())


@given(networks(), st.integers(1, 40), st.integers(0, 1000))
def test_compiled_then_run_equals_the_twin(genes: Genes, n: int, seed: int) -> None:
    X = rounded(np.random.default_rng(seed).normal(size=(n, inputs_of(genes))))
    network, twin = compile_genome(Genome.from_genes(genes)), PlainNetwork(genes)
    for plain, found in ((True, network.activate(X)), (False, network.logits(X))):
        np.testing.assert_allclose(found, twin.run(X, plain=plain), rtol=2e-5, atol=2e-5)


@given(valid_genes())
def test_network_holds_the_parameters_of_what_is_useful(genes: Genes) -> None:
    assume(np.abs(genes.edge_weight).max(initial=0.0) < FLOAT32_MAX)
    assume(np.abs(genes.node_bias).max(initial=0.0) < FLOAT32_MAX)
    network = compile_genes(genes, "softmax")
    useful = useful_nodes(genes) | set(genes.node_id[genes.node_kind == 0].tolist())
    assert set(network.node_id.tolist()) == useful
    assert np.array_equal(network.node_id, genes.node_id[network.node_gene])
    assert np.array_equal(network.wiring.activation, genes.node_activation[network.node_gene])
    assert np.array_equal(network.bias, genes.node_bias[network.node_gene].astype(np.float32))
    assert np.array_equal(network.weight, genes.edge_weight[network.edge_gene].astype(np.float32))
    assert (network.n_inputs, network.n_outputs) == (inputs_of(genes), (genes.node_kind == 2).sum())
    assert network.head == "softmax"


def test_training_arrays_are_not_those_of_the_genome() -> None:
    genes = layered(2, 2, 1)
    network = compile_genes(genes)
    network.weight[:] = 9.0
    network.bias[:] = 9.0
    assert genes == layered(2, 2, 1)


def test_rows_given_as_anything_like_numbers_run_alike() -> None:
    network = compile_genes(layered(3, 4, 2))
    X = rounded(np.random.default_rng(0).normal(size=(40, 3)))
    frozen = X.copy()
    frozen.flags.writeable = False
    unaligned = np.frombuffer(b"\0" + X.tobytes(), dtype=np.uint8)[1:].view(np.float64)
    ways: list[ArrayLike] = [
        frozen,
        X.astype(np.float32),
        np.asfortranarray(X),
        np.repeat(X, 2, axis=0)[::2],
        X.astype(">f8"),
        X.astype(object),
        unaligned.reshape(X.shape),
        X.tolist(),
    ]
    wanted = network.activate(X)
    for rows in ways:
        assert np.array_equal(network.activate(rows), wanted)
    if not JIT_OFF:
        assert len(run_rows.signatures) == 1  # type: ignore[attr-defined]


def test_read_only_genes_compile_alike() -> None:
    genes = layered(2, 3, 1)
    frozen = genes.copy()
    for array in frozen.arrays():
        array.flags.writeable = False
    one, other = compile_genes(genes), compile_genes(frozen)
    assert np.array_equal(one.weight, other.weight)
    for mine, theirs in zip(one.wiring, other.wiring, strict=True):
        assert np.array_equal(np.asarray(mine), np.asarray(theirs))
    if not JIT_OFF:
        assert len(wire.signatures) == 1  # type: ignore[attr-defined]


@given(networks(), st.integers(2, 70), st.integers(0, 1000))
def test_a_row_predicts_the_same_alone(genes: Genes, n: int, seed: int) -> None:
    network = compile_genes(genes)
    X = np.random.default_rng(seed).normal(size=(n, inputs_of(genes)))
    together = network.activate(X)
    for row in (0, n // 2, n - 1):
        assert np.array_equal(network.activate(X[row : row + 1])[0], together[row])


NODES = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0), 3: (1, 0, 0.0)}
REFUSED = [
    ([(0, 2), (2, 3), (3, 2), (3, 1)], "must have no cycle, got (2 -> 3 -> 2|3 -> 2 -> 3)"),
    ([(0, 2), (2, 2), (2, 1)], "must have no cycle, got 2 -> 2"),
    ([(0, 1), (1, 2)], "must not come from an output, got 1 -> 2"),
    ([(2, 0), (0, 1)], "must not lead into an input, got 2 -> 0"),
    ([(0, 7), (0, 1)], "one to node 7, which the genome does not have"),
    ([(7, 1), (0, 1)], "one from node 7, which the genome does not have"),
]


@pytest.mark.parametrize(("edges", "message"), REFUSED)
def test_edges_that_no_network_can_have_are_refused(
    edges: list[tuple[int, int]], message: str
) -> None:
    with pytest.raises(GenomeError, match=message):
        compile_genes(make_genes(NODES, edges))


@pytest.mark.parametrize(("edges", "message"), REFUSED)
def test_the_same_edges_disabled_do_no_harm(edges: list[tuple[int, int]], message: str) -> None:
    genes = make_genes(NODES, edges)
    genes.edge_enabled[:] = False
    assert compile_genes(genes).weight.size == 0


def test_unknown_codes_and_unsorted_ids_are_refused() -> None:
    genes = layered(1, 1, 1)
    genes.node_kind[2] = 5
    with pytest.raises(GenomeError, match="node_kind must hold codes from 0 to 2"):
        compile_genes(genes)
    genes = layered(1, 1, 1)
    genes.node_id[:] = [2, 1, 0]
    with pytest.raises(GenomeError, match="node ids must be sorted"):
        compile_genes(genes)


@pytest.mark.parametrize("kinds", [(), (0,), (2,), (1,), (0, 1), (1, 2)])
def test_a_network_needs_an_input_and_an_output(kinds: tuple[int, ...]) -> None:
    genes = make_genes({i: (kind, 0, 0.0) for i, kind in enumerate(kinds)}, [])
    found = f"got {kinds.count(0)} and {kinds.count(2)}"
    with pytest.raises(GenomeError, match=f"at least 1 input and 1 output, {found}"):
        compile_genes(genes)


@pytest.mark.parametrize("name", ["edge_weight", "node_bias"])
def test_parameters_beyond_float32_are_refused_without_a_warning(name: str) -> None:
    genes = layered(1, 1, 1)
    getattr(genes, name)[-1] = 1e39
    with pytest.raises(GenomeError, match=r"must fit a float32, got one beyond 3\.4e38"):
        compile_genes(genes)
    getattr(genes, name)[-1] = np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert compile_genes(genes).n_inputs == 1


@pytest.mark.parametrize(
    ("X", "message"),
    [
        ([[1.0]], r"X must have shape \(n_samples, 2\) with n_samples >= 1, got \(1, 1\)"),
        (np.zeros((0, 2)), r"X must have shape .*, got \(0, 2\)"),
        ([1.0], r"X must have shape .*, got \(1,\)"),
        (3.0, r"X must have shape .*, got \(\)"),
        ([[1.0, np.nan]], r"X must hold finite numbers, got nan at index \(0, 1\)"),
        ([[1.0, -np.inf]], "X must hold finite numbers, got -inf"),
        ([["a", "b"]], "X must be an array of numbers"),
        ([[1.0], [1.0, 2.0]], "X must be an array of numbers"),
    ],
)
def test_rows_that_do_not_fit_are_refused(X: ArrayLike, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        compile_genes(layered(2, 1, 1)).activate(X)


def test_a_genome_built_by_hand_runs() -> None:
    genome = Genome()
    genome.nodes[0] = NodeGene(0, "input")
    genome.nodes[3] = NodeGene(3, "output", bias=0.25, activation="square")
    genome.connections[1] = ConnectionGene(0, 3, 0.5, True, 1)
    network = compile_genome(genome)
    assert network.logits([[2.0], [-0.5]]).tolist() == [[1.25], [0.0]]
    assert network.activate([[2.0], [-0.5]]).tolist() == [[1.5625], [0.0]]
