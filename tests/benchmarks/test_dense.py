"""The dense rival that the kernel is timed against trains the same networks."""

import numpy as np
import pytest
from tests.network_reference import Batch, Recipe, train

from _dense import DensePopulation
from kernel_speed import Case, make_data, random_genes, targets_of
from spiral_monolith_neat_numpy.network.samples import LOSS_CODES


@pytest.mark.parametrize(("n_outputs", "head"), [(1, "logistic"), (3, "softmax")])
def test_dense_population_trains_like_the_twin(n_outputs: int, head: str) -> None:
    case = Case("small", 3, 6, n_outputs, 20, 40, head, 0.0, 0, 0)
    rng = np.random.default_rng(1)
    networks = [random_genes(case, rng) for _ in range(3)]
    X, y = make_data(case, rng)
    targets = targets_of(case, y)
    dense = DensePopulation(networks)
    rows, columns = np.ascontiguousarray(X.T), np.ascontiguousarray(targets.T)
    found = [dense.step(rows, columns, 0.05, head) for _ in range(6)]
    batch = Batch(X.astype(float), targets.astype(float), np.full(40, 1 / 40))
    recipe = Recipe(LOSS_CODES[head], 6, 0.05)
    losses = [train(genes, recipe, batch, batch)[1] for genes in networks]
    np.testing.assert_allclose(found, np.mean(losses, axis=0), rtol=1e-4)


def test_every_node_of_a_random_network_is_useful() -> None:
    case = Case("small", 3, 6, 2, 20, 40, "softmax", 0.0, 0, 0)
    genes = random_genes(case, np.random.default_rng(2))
    assert genes.n_edges == 20
    assert set(genes.edge_source.tolist()) >= set(genes.node_id[genes.node_kind == 1].tolist())
    assert set(genes.edge_target.tolist()) >= set(genes.node_id[genes.node_kind == 1].tolist())
