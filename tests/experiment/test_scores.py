"""Scores as their formulas say, told apart from what cannot be scored."""

import numpy as np
import pytest
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.experiment.scores import score
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.genome_network import compile_genome
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor

X = np.array([[-2.0], [0.5], [1.0], [3.0]])


def line(head: str, weight: float = 1.0) -> Network:
    """One input, one output, output = weight * input."""
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0)}, [(0, 1)])
    genes.edge_weight[:] = weight
    return compile_genome(Genome.from_genes(genes, 0, head))


def test_accuracy_and_cross_entropy_by_hand() -> None:
    preprocessor = Preprocessor.fit(X, ["a", "b", "a", "b"], scale=False)
    found = score(line("logistic"), X, np.array([0, 1, 0, 1]), preprocessor)
    p = 1.0 / (1.0 + np.exp(-X[:, 0]))
    wanted = -np.mean(np.log([1 - p[0], p[1], 1 - p[2], p[3]]))
    assert found["accuracy"] == 0.75
    assert found["cross_entropy"] == pytest.approx(wanted, rel=1e-6)


def test_certain_mistake_costs_a_finite_cross_entropy() -> None:
    preprocessor = Preprocessor.fit(X, ["a", "b", "a", "b"], scale=False)
    found = score(line("logistic", 1e6), X, np.array([1, 0, 0, 0]), preprocessor)
    assert found["cross_entropy"] == pytest.approx(-np.log(1e-12))


def test_row_whose_sum_overflows_is_answered_wrongly() -> None:
    preprocessor = Preprocessor.fit(X, ["a", "b", "a", "b"], scale=False)
    network = line("logistic", 2e38)
    found = score(network, X, np.array([0, 1, 1, 1]), preprocessor)
    assert found["accuracy"] == 0.5
    wide = Preprocessor.fit(X, [1.0, 2.0, 3.0, 4.0], kind="regression", scale=False)
    assert score(line("identity", 2e38), X, np.zeros(4), wide) == {"r2": None, "rmse": None}


def test_r2_and_rmse_are_in_the_targets_own_unit() -> None:
    y = np.array([10.0, 20.0, 40.0, 30.0])
    preprocessor = Preprocessor.fit(X, y, kind="regression", scale=False)
    found = score(line("identity"), X, preprocessor.encode_target(y), preprocessor)
    answers = X[:, 0] * y.std() + y.mean()
    assert found["rmse"] == pytest.approx(np.sqrt(np.mean((answers - y) ** 2)))
    assert found["r2"] == pytest.approx(1.0 - np.mean((answers - y) ** 2) / y.var())


def test_r2_of_equal_targets_is_not_defined() -> None:
    preprocessor = Preprocessor.fit(X, [1.0, 2.0, 3.0, 4.0], kind="regression", scale=False)
    found = score(line("identity"), X[:2], np.array([1.0, 1.0]), preprocessor)
    assert found["r2"] is None
    assert found["rmse"] is not None
