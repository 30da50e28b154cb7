"""The champion of an experiment: small, good on what may be looked at, never by the test part."""

import dataclasses

import numpy as np
import pytest
from tests.genes.strategies import make_genes

from spiral_monolith_neat_numpy.experiment.choice import (
    CHARGE_PER_EDGE,
    CHARGE_PER_NODE,
    choose_champion,
    cost,
)
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, Split


def line(weight: float, n_hidden: int = 0) -> Genome:
    """One input, one output, and hidden nodes that lead nowhere."""
    hidden = {10 + i: (1, 0, 0.0) for i in range(n_hidden)}
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0), **hidden}, [(0, 1)])
    genes.edge_weight[:] = weight
    return Genome.from_genes(genes, 0, "logistic")


def part(n: int, *, turned: bool = False) -> Dataset:
    """Class 1 where x is positive; the other way round if turned."""
    X = np.linspace(-1.0, 1.0, n)[:, None]
    y = (X[:, 0] > 0.0).astype(np.int64)
    return Dataset(X, 1 - y if turned else y, ("x",), "y", ("no", "yes"), "classification")


SPLIT = Split(part(40), part(20), part(20))


def test_cost_is_mean_cross_entropy_and_a_charge() -> None:
    found = cost(line(2.0, n_hidden=3), SPLIT.train, SPLIT.validation)
    X = np.concatenate([SPLIT.train.X, SPLIT.validation.X])[:, 0]
    p = 1.0 / (1.0 + np.exp(-2.0 * np.abs(X)))
    wanted = -np.log(p).mean() + CHARGE_PER_EDGE + 3 * CHARGE_PER_NODE
    assert found == pytest.approx(wanted, rel=1e-5)


def test_lowest_cost_is_chosen_and_copied() -> None:
    best, better, worse = line(1.0), line(5.0), line(-5.0)
    found = choose_champion(best, [worse, better], SPLIT)
    assert found == better
    assert found is not better
    assert choose_champion(better, [worse, best], SPLIT) == better


def test_network_whose_sums_overflow_is_never_chosen() -> None:
    huge = line(1e38)
    rows = dataclasses.replace(SPLIT.train, X=SPLIT.train.X * 10.0)
    assert cost(huge, rows) == np.inf
    split = Split(rows, SPLIT.validation, SPLIT.test)
    assert choose_champion(line(1.0), [huge, line(-5.0)], split) == line(1.0)


def test_of_equal_networks_the_smaller_is_chosen() -> None:
    assert choose_champion(line(5.0, n_hidden=2), [line(5.0)], SPLIT).n_hidden == 0


def test_evolutions_champion_stays_for_regression() -> None:
    values = Dataset(SPLIT.train.X, SPLIT.train.X[:, 0], ("x",), "y", (), "regression")
    best = line(1.0)
    assert choose_champion(best, [line(5.0)], Split(values, values, values)) is best


def test_test_part_is_not_looked_at() -> None:
    turned = dataclasses.replace(SPLIT, test=part(20, turned=True))
    others = [line(weight) for weight in (-5.0, 0.5, 5.0)]
    assert choose_champion(line(1.0), others, turned) == choose_champion(line(1.0), others, SPLIT)
