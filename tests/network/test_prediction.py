"""A genome predicts as its head says."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import make_genes
from tests.kernels.networks import layered, networks
from tests.kernels.passes import rounded
from tests.network_reference import PlainNetwork

from spiral_monolith_neat_numpy.genes.codes import HEADS
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.network.prediction import predict, predict_proba

X = rounded(np.random.default_rng(0).normal(size=(40, 2)))


def genome(n_out: int, head: str) -> Genome:
    genes = layered(2, 4, n_out)
    genes.node_activation[genes.node_kind == 2] = 3  # sigmoid: plain activation is not the sum
    return Genome.from_genes(genes, head=head)


@pytest.mark.parametrize(
    ("head", "n_out", "shape", "kind"),
    [
        ("softmax", 2, (40,), "i"),
        ("softmax", 5, (40,), "i"),
        ("logistic", 1, (40,), "i"),
        ("logistic", 3, (40, 3), "i"),
        ("identity", 1, (40,), "f"),
        ("identity", 2, (40, 2), "f"),
        ("plain", 1, (40,), "f"),
        ("plain", 2, (40, 2), "f"),
    ],
)
def test_predictions_have_the_shape_that_the_head_says(
    head: str, n_out: int, shape: tuple[int, ...], kind: str
) -> None:
    found = predict(genome(n_out, head), X)
    assert found.shape == shape
    assert found.dtype.kind == kind
    assert found.dtype.itemsize == 8


@pytest.mark.parametrize("head", HEADS)
def test_predictions_are_those_of_the_twin(head: str) -> None:
    one = genome(3, head)
    logits = PlainNetwork(one.genes).run(X, plain=False)
    wanted = {
        "softmax": logits.argmax(axis=1),
        "logistic": logits > 0.0,
        "identity": logits,
        "plain": 1.0 / (1.0 + np.exp(-logits)),
    }[head]
    np.testing.assert_allclose(predict(one, X), wanted, rtol=1e-5, atol=1e-5)


def test_first_class_wins_a_tie() -> None:
    one = genome(3, "softmax")
    one.genes.edge_enabled[:] = False
    one.genes.node_bias[:] = 0.5
    assert not predict(one, X).any()
    assert predict_proba(one, X) == pytest.approx(1 / 3)


@pytest.mark.parametrize(("head", "n_out", "n_columns"), [("softmax", 4, 4), ("logistic", 1, 2)])
def test_probabilities_of_classes_sum_to_one_and_agree_with_predictions(
    head: str, n_out: int, n_columns: int
) -> None:
    one = genome(n_out, head)
    found = predict_proba(one, X)
    assert found.shape == (40, n_columns)
    assert found.dtype == np.float64
    assert (found >= 0.0).all()
    np.testing.assert_allclose(found.sum(axis=1), 1.0, rtol=1e-12)
    assert np.array_equal(found.argmax(axis=1), predict(one, X))


def test_several_logistic_outputs_have_a_probability_each() -> None:
    one = genome(3, "logistic")
    logits = PlainNetwork(one.genes).run(X, plain=False)
    found = predict_proba(one, X)
    np.testing.assert_allclose(found, 1.0 / (1.0 + np.exp(-logits)), rtol=1e-5)
    assert np.array_equal(found > 0.5, predict(one, X) == 1)


@pytest.mark.parametrize(("head", "n_out"), [("softmax", 2), ("logistic", 1), ("logistic", 2)])
@pytest.mark.parametrize("size", [1e3, 1e30])
def test_probabilities_of_extreme_logits_are_zero_or_one(
    head: str, n_out: int, size: float
) -> None:
    one = genome(n_out, head)
    one.genes.edge_enabled[:] = False
    one.genes.node_bias[one.genes.node_kind == 2] = np.array([-size, size])[:n_out]
    found = predict_proba(one, X[:2])
    wanted = {("softmax", 2): [0.0, 1.0], ("logistic", 1): [1.0, 0.0], ("logistic", 2): [0.0, 1.0]}
    assert found.tolist() == [wanted[head, n_out]] * 2


@pytest.mark.parametrize("head", ["plain", "identity"])
def test_other_heads_have_no_probabilities(head: str) -> None:
    message = f"predict_proba needs a genome with a softmax or logistic head, got '{head}'"
    with pytest.raises(ValueError, match=message):
        predict_proba(genome(2, head), X)


@pytest.mark.parametrize("ask", [predict, predict_proba])
def test_rows_that_do_not_fit_are_refused(ask: object) -> None:
    assert callable(ask)
    with pytest.raises(ValueError, match=r"X must have shape \(n_samples, 2\) .* got \(40, 1\)"):
        ask(genome(2, "softmax"), X[:, :1])
    with pytest.raises(ValueError, match="X must hold finite numbers"):
        ask(genome(2, "softmax"), X + np.inf)


@given(networks(n_out=2), st.integers(1, 70), st.integers(0, 100))
def test_a_prediction_does_not_depend_on_other_rows(genes: Genes, n: int, seed: int) -> None:
    rows = np.random.default_rng(seed).normal(size=(n, int((genes.node_kind == 0).sum())))
    one = Genome.from_genes(genes, head="softmax")
    together = predict_proba(one, rows)
    alone = np.concatenate([predict_proba(one, row[None]) for row in rows])
    assert np.array_equal(together, alone)


@pytest.mark.parametrize("head", HEADS)
def test_single_sample_is_refused_as_no_table(head: str) -> None:
    message = r"X must have shape \(n_samples, 2\) with n_samples >= 1, got \(2,\)"
    for row in (X[0], X[0].tolist()):
        with pytest.raises(ValueError, match=message):
            predict(genome(1 if head != "softmax" else 2, head), row)


@pytest.mark.parametrize("head", HEADS)
def test_rows_that_do_not_fit_float32_are_refused(head: str) -> None:
    message = r"X must hold numbers that fit a float32, at most 3\.4e38 in size, got 1e\+300"
    for sign in (1.0, -1.0):
        with pytest.raises(ValueError, match=message):
            predict(genome(2, head), np.array([[1.0, 2.0], [sign * 1e300, 0.0]]))


def steep(n_out: int, head: str) -> Genome:
    """Two inputs straight to the outputs, with weights of 10 and -10."""
    nodes = {0: (0, 0, 0.0), 1: (0, 0, 0.0)} | {2 + o: (2, 0, 0.0) for o in range(n_out)}
    genes = make_genes(nodes, [(i, 2 + o) for i in range(2) for o in range(n_out)])
    genes.edge_weight[:] = np.where(genes.edge_source == 0, 10.0, -10.0)
    return Genome.from_genes(genes, head=head)


@pytest.mark.parametrize("ask", [predict, predict_proba])
@pytest.mark.parametrize(("n_out", "head"), [(1, "logistic"), (3, "logistic"), (2, "softmax")])
def test_row_whose_sums_overflow_has_no_class(ask: object, n_out: int, head: str) -> None:
    assert callable(ask)
    rows = np.array([[0.5, 0.5], [3e38, 3e38], [3e38, 1.0]])
    message = r"answers with finite ones, got (-?inf|nan) for row 1 \(2 such in all\)"
    with pytest.raises(ValueError, match=message):
        ask(steep(n_out, head), rows)
    assert np.isfinite(ask(steep(n_out, head), rows[:1])).all()


def test_value_whose_sum_overflows_is_infinite() -> None:
    assert predict(steep(1, "identity"), [[3e38, 1.0], [1.0, 1.0]]).tolist() == [np.inf, 0.0]
