"""Errors on fixed cases, from genes to sums, against the recursive twin."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.genes.strategies import make_genes, recurrent_genes
from tests.kernels.packing import part_of
from tests.recurrent_reference import PlainRecurrentNetwork

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.cases import LANES, N_SUMS, score_cases
from spiral_monolith_neat_numpy.kernels.ranges import NOTED


def padded(rows: FloatArray) -> FloatArray:
    return np.ascontiguousarray(np.pad(rows.T, ((0, 0), (0, -len(rows) % LANES)), mode="edge"))


def sums_of(
    several: list[Genes], X: FloatArray, y: FloatArray, part: slice = slice(None)
) -> tuple[FloatArray, int]:
    genomes = Population.from_genomes([Genome.from_genes(g) for g in several]).packed
    first, last, _ = part.indices(len(several))
    out, ranges = np.full((len(several), N_SUMS), -9.0), part_of(first, last)
    score_cases(ranges, genomes, padded(X), np.ascontiguousarray(y.T), out)
    return out, int(ranges.words[NOTED])


def sums_of_twin(genes: Genes, X: FloatArray, y: FloatArray) -> FloatArray:
    found = np.array([PlainRecurrentNetwork(genes).activate(x) for x in X])
    wrong = ~(((found > 0.5) & (y > 0.5)) | ((found < 0.5) & (y <= 0.5)))
    return np.array([np.abs(found - y).sum(), ((found - y) ** 2).sum(), wrong.sum()])


@given(
    st.lists(recurrent_genes(2, 2), min_size=1, max_size=3),
    st.integers(1, 9),
    st.integers(0, 1000),
)
def test_sums_are_those_of_the_twin(several: list[Genes], n: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(n, 2)), rng.integers(0, 2, (n, 2)).astype(np.float64)
    found, unfit = sums_of(several, X, y)
    assert unfit == -1
    wanted = [sums_of_twin(genes, X, y) for genes in several]
    np.testing.assert_allclose(found, wanted, rtol=1e-11, atol=1e-11)


@given(st.lists(recurrent_genes(1, 1), min_size=1, max_size=5), st.data())
def test_a_range_of_genomes_gives_the_same_bits(several: list[Genes], data: st.DataObject) -> None:
    X, y = np.linspace(-1.0, 1.0, 5)[:, None], np.ones((5, 1))
    first = data.draw(st.integers(0, len(several)))
    last = data.draw(st.integers(first, len(several)))
    whole, _ = sums_of(several, X, y)
    part, _ = sums_of(several, X, y, slice(first, last))
    np.testing.assert_array_equal(part[first:last], whole[first:last])
    assert (np.delete(part, np.s_[first:last], axis=0) == -9.0).all()


def test_worked_by_hand() -> None:
    # y = 0.25 + x / 2 on x = 0, 1: 0.25 and 0.75 for the targets 1 and 1.
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.25)}, [(0, 1)])
    genes.edge_weight[0] = 0.5
    found, _ = sums_of([genes], np.array([[0.0], [1.0]]), np.array([[1.0], [1.0]]))
    assert found.tolist() == [[1.0, 0.625, 1.0]]


def test_each_case_begins_at_rest() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1), (1, 1)])
    found, _ = sums_of([genes], np.ones((9, 1)), np.ones((9, 1)))
    assert found[0].tolist() == [0.0, 0.0, 0.0]


def test_an_output_on_the_line_is_on_no_side() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.5)}, [])
    found, _ = sums_of([genes], np.zeros((2, 1)), np.array([[0.0], [1.0]]))
    assert found[0, 2] == 2.0


@pytest.mark.parametrize(("n_in", "n_out"), [(1, 1), (2, 2), (3, 1)])
def test_the_first_genome_of_another_size_is_named(n_in: int, n_out: int) -> None:
    right = make_genes({0: (0, 0, 0.0), 1: (0, 0, 0.0), 2: (2, 0, 0.0)}, [(0, 2)])
    nodes = {i: (0 if i < n_in else 2, 0, 0.0) for i in range(n_in + n_out)}
    found, unfit = sums_of([right, make_genes(nodes, [])], np.zeros((3, 2)), np.ones((3, 1)))
    assert unfit == 1
    assert np.isnan(found[1]).all()
    assert found[0].tolist() == [3.0, 3.0, 3.0]


def test_an_edge_to_nowhere_is_no_network() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genes.edge_source[0] = 9
    found, unfit = sums_of([genes], np.zeros((1, 1)), np.zeros((1, 1)))
    assert unfit == 0
    assert np.isnan(found).all()


def test_no_genomes_and_no_cases() -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    none, unfit = sums_of([genes], np.zeros((1, 1)), np.zeros((1, 1)), slice(0, 0))
    assert (none.tolist(), unfit) == ([[-9.0] * N_SUMS], -1)
    found, _ = sums_of([genes], np.zeros((0, 1)).reshape(0, 1)[:0], np.zeros((0, 1)))
    assert found.tolist() == [[0.0, 0.0, 0.0]]


@pytest.mark.skipif(JIT_OFF, reason="nothing is compiled")
def test_it_was_compiled_once() -> None:
    test_worked_by_hand()
    assert len(score_cases.signatures) == 1  # type: ignore[attr-defined]
