"""Networks run as their twin, row by row, whatever the neighbours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.networks import SIZES, layered, networks
from tests.kernels.passes import rounded
from tests.network_reference import PlainNetwork

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.forward import run_rows
from spiral_monolith_neat_numpy.network.network import compile_genes


def run(genes: Genes, X: FloatArray, *, plain: bool) -> FloatArray:
    network = compile_genes(genes)
    out = np.full((X.shape[0], network.n_outputs), 9.0)
    run_rows(network.wiring, network.weight, network.bias, plain, X, out)
    return out


@given(networks(), st.sampled_from(SIZES), st.booleans(), st.integers(0, 1000))
def test_a_network_runs_as_its_twin(genes: Genes, n: int, plain: bool, seed: int) -> None:
    n_in = int((genes.node_kind == 0).sum())
    X = rounded(np.random.default_rng(seed).normal(size=(n, n_in)))
    wanted = PlainNetwork(genes).run(X, plain=plain)
    np.testing.assert_allclose(run(genes, X, plain=plain), wanted, rtol=2e-5, atol=2e-5)


def test_no_rows_give_no_results() -> None:
    assert run(layered(2, 3, 1), np.empty((0, 2)), plain=True).shape == (0, 1)


def test_an_output_without_edges_is_its_bias() -> None:
    genes = layered(1, 1, 1)
    genes.edge_enabled[:] = False
    bias = genes.node_bias[genes.node_kind == 2]
    assert np.array_equal(run(genes, np.zeros((3, 1)), plain=False)[:, 0], np.repeat(bias, 3))


@given(networks(), st.integers(1, 70), st.integers(0, 1000))
def test_a_row_does_not_depend_on_its_neighbours_or_their_number(
    genes: Genes, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, int((genes.node_kind == 0).sum())))
    together = run(genes, X, plain=True)
    order = rng.permutation(n)
    assert np.array_equal(run(genes, X[order], plain=True), together[order])
    row = int(rng.integers(n))
    assert np.array_equal(run(genes, X[row : row + 1], plain=True)[0], together[row])


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_nan_and_infinity_stay_in_their_row(bad: float) -> None:
    genes = layered(2, 4, 2)
    X = np.random.default_rng(0).normal(size=(40, 2))
    clean = run(genes, X, plain=False)
    X[33, 1] = bad
    with np.errstate(invalid="ignore"):
        found = run(genes, X, plain=False)
    assert np.array_equal(np.delete(found, 33, axis=0), np.delete(clean, 33, axis=0))
    assert np.isnan(found[33]).all() == np.isnan(bad)  # tanh of an infinity is 1
