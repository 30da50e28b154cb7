"""One pass over samples: loss, hits and gradient are those of the plain twin."""

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from tests.genes.strategies import make_genes
from tests.kernels.networks import LOSSES, SIZES, layered, networks
from tests.kernels.passes import make_batch, run_pass, samples_of
from tests.network_reference import (
    Batch,
    PlainNetwork,
    differences,
    loss_and_slopes,
    share_right,
)

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

CODES = range(len(ACTIVATION_NAMES))


def assert_near(found: AnyArray | float, wanted: AnyArray, tolerance: float) -> None:
    """Assert that no difference exceeds ``tolerance`` relative to max(1, |wanted|)."""
    gap = np.abs(np.asarray(found) - wanted) / np.maximum(1.0, np.abs(wanted))
    assert gap.size == 0 or gap.max() <= tolerance, (found, wanted)


def assert_kernel_equals_twin(genes: Genes, batch: Batch, loss: int) -> None:
    found = run_pass(genes, samples_of(batch, loss), loss)
    total, by_weight, by_bias = PlainNetwork(genes).gradient(batch, loss)
    assert_near(found.loss, np.array(total), 1e-4)
    assert_near(found.by_weight, by_weight, 1e-4)
    assert_near(found.by_bias, by_bias, 1e-4)
    assert found.weight == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_twin_agrees_with_central_differences(code: int, loss: int) -> None:
    genes = layered(2, 3, 2, code, seed=code)
    batch = make_batch(7, 2, 2, loss, seed=10 * code + loss)
    _, by_weight, by_bias = PlainNetwork(genes).gradient(batch, loss)
    differences_by_weight, differences_by_bias = differences(genes, batch, loss)
    assert_near(by_weight, differences_by_weight, 1e-6)
    assert_near(by_bias, differences_by_bias, 1e-6)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_gradient_equals_the_twin_for_every_activation_and_loss(code: int, loss: int) -> None:
    genes = layered(3, 5, 3, code, seed=code)
    assert_kernel_equals_twin(genes, make_batch(33, 3, 3, loss, seed=code), loss)


@given(networks(), st.sampled_from(LOSSES), st.sampled_from(SIZES), st.integers(0, 1000))
def test_gradient_equals_the_twin_on_any_network(
    genes: Genes, loss: int, n: int, seed: int
) -> None:
    n_in, n_out = (int((genes.node_kind == kind).sum()) for kind in (0, 2))
    assume(loss != SOFTMAX or n_out > 1)
    assert_kernel_equals_twin(genes, make_batch(n, n_in, n_out, loss, seed), loss)


@given(networks(), st.sampled_from(LOSSES), st.sampled_from(SIZES), st.integers(0, 1000))
def test_loss_and_hits_equal_the_twin_on_any_network(
    genes: Genes, loss: int, n: int, seed: int
) -> None:
    n_in, n_out = (int((genes.node_kind == kind).sum()) for kind in (0, 2))
    assume(loss != SOFTMAX or n_out > 1)
    batch = make_batch(n, n_in, n_out, loss, seed)
    found = run_pass(genes, samples_of(batch, loss), loss, learn=False)
    logits = PlainNetwork(genes).run(batch.X, plain=False)
    # Where two logits tie, or one is 0, rounding decides.
    ordered = np.sort(logits, axis=1)
    assume(loss != LOGISTIC or np.abs(logits).min() > 1e-4)
    assume(loss != SOFTMAX or (ordered[:, -1] - ordered[:, -2]).min() > 1e-4)
    assert found.loss == pytest.approx(loss_and_slopes(logits, batch, loss)[0], rel=1e-4, abs=1e-5)
    assert found.hits == pytest.approx(share_right(logits, batch, loss), abs=1e-5)
    assert not found.by_weight.any()
    assert not found.by_bias.any()


def test_worked_example_of_two_edges() -> None:
    # y = 2 * relu(3 x - 1) + 0.5 at x = 1 is 4.5; wanted 4, so the error is 0.5.
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.5), 2: (1, 2, -1.0)}, [(0, 2), (2, 1)])
    for source, weight in ((0, 3.0), (2, 2.0)):
        genes.edge_weight[genes.edge_source == source] = weight
    batch = Batch(np.array([[1.0]]), np.array([[4.0]]), np.array([1.0]))
    found = run_pass(genes, samples_of(batch, SQUARED), SQUARED)
    assert found.loss == 0.125
    assert found.by_weight[genes.edge_source == 0] == [0.5 * 2.0 * 1.0]
    assert found.by_weight[genes.edge_source == 2] == [0.5 * 2.0]  # relu(2) = 2
    assert found.by_bias.tolist() == [0.0, 0.5, 1.0]


@pytest.mark.parametrize("loss", LOSSES)
def test_what_lies_in_the_padding_has_no_effect(loss: int) -> None:
    genes = layered(2, 4, 2, tuple(CODES), seed=3)
    samples = samples_of(make_batch(5, 2, 2, loss, seed=4), loss)
    plain = run_pass(genes, samples, loss)
    assert not samples.weight[5:].any()
    samples.features[:, 5:] = 3.0
    samples.targets[:, 5:] = 1.0
    other = run_pass(genes, samples, loss)
    assert (plain.loss, plain.weight) == (other.loss, other.weight)
    assert np.array_equal(plain.by_weight, other.by_weight)
    assert np.array_equal(plain.by_bias, other.by_bias)


@pytest.mark.parametrize("loss", LOSSES)
def test_a_weight_of_two_counts_as_two_rows(loss: int) -> None:
    genes = layered(2, 4, 3, tuple(CODES), seed=5)
    batch = make_batch(20, 2, 3, loss, seed=6)
    counts = np.arange(20) % 3 + 1
    weighted = Batch(batch.X, batch.targets, counts / counts.sum())
    repeated = Batch(
        np.repeat(batch.X, counts, axis=0),
        np.repeat(batch.targets, counts, axis=0),
        np.full(counts.sum(), 1.0 / counts.sum()),
    )
    one = run_pass(genes, samples_of(weighted, loss), loss)
    other = run_pass(genes, samples_of(repeated, loss), loss)
    assert one.loss == pytest.approx(other.loss, rel=1e-5)
    assert_near(one.by_weight, other.by_weight, 1e-5)
    assert_near(one.by_bias, other.by_bias, 1e-5)


def test_a_pass_over_part_of_the_samples_sees_no_other() -> None:
    genes = layered(2, 3, 1, seed=7)
    batch = make_batch(70, 2, 1, SQUARED, seed=8)
    part = slice(3, 37)  # neither begins nor ends at a block
    alone = Batch(batch.X[part], batch.targets[part], batch.weight[part])
    total, by_weight, by_bias = PlainNetwork(genes).gradient(alone, SQUARED)
    found = run_pass(genes, samples_of(batch, SQUARED), SQUARED, part)
    assert found.loss == pytest.approx(total, rel=1e-5)
    assert found.weight == pytest.approx(alone.weight.sum(), rel=1e-5)
    assert_near(found.by_weight, by_weight, 1e-4)
    assert_near(found.by_bias, by_bias, 1e-4)
