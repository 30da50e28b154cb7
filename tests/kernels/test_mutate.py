"""Weights, biases and activations change as often and as far as they should."""

import math
from typing import Any

import numpy as np
import pytest
from tests import breeding_reference
from tests.breeding_reference import Mating
from tests.kernels.packing import (
    assert_same,
    both_streams,
    clones,
    random_genome,
    run_conceive,
    unpack,
    variation_with,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.kernels.breed import Variation
from spiral_monolith_neat_numpy.kernels.mutate import MOST_SCALE, clipped, mutate_scale

SPARED = 2
COMMON: dict[str, Any] = {"initial_sigma": 0.8, "bias_sigma": 0.9, "clip": 1.5}
CASES: dict[str, dict[str, Any]] = {
    "all weights": {"p_mutate": 1.0, "p_replace": 0.3, "sigma": 0.5},
    "weights, uniform": {"p_mutate": 1.0, "p_replace": 0.5, "sigma": 0.5, "uniform": True},
    "half of the weights, Cauchy": {"p_mutate": 0.5, "sigma": 2.0, "cauchy": True},
    "new weights": {"p_mutate": 1.0, "p_replace": 1.0, "sigma": 1.0},
    "all nodes": {"p_bias": 1.0, "p_activation": 1.0},
    "some nodes": {"p_bias": 0.4, "p_activation": 0.5},
    "biases, Cauchy": {"p_bias": 0.9, "cauchy": True},
    "nothing": {},
    "scales alone": {"adaptation": 0.3},
    "everything": {
        "adaptation": 3.0,
        "p_mutate": 0.9,
        "p_replace": 0.2,
        "sigma": 0.2,
        "p_bias": 0.6,
        "p_activation": 0.3,
    },
}


def some_genomes(n: int) -> list[PlainGenome]:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng) for _ in range(n)]
    if n > 4:
        genomes[3], genomes[4].edges = PlainGenome({}, {}), {}
    return genomes


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("n", [0, 1, 9])
def test_mutated_genomes_equal_those_of_the_twin(case: str, n: int) -> None:
    genomes, matings = some_genomes(n), clones(n, SPARED)
    scale = np.geomspace(0.002, 500.0, n).tolist()
    variation = variation_with(
        **{"initial_sigma": 0.8, "bias_sigma": 0.9, "clip": 1.5} | CASES[case]
    )
    draft = run_conceive(genomes, matings, variation, scale)
    _, draws = both_streams(n)
    wanted = [
        breeding_reference.make_child(genomes, mating, factor, variation, draw)
        for mating, factor, draw in zip(matings, scale, draws, strict=True)
    ]
    assert_same(unpack(*draft.genomes), [child for child, _ in wanted])
    np.testing.assert_allclose(draft.scale, [factor for _, factor in wanted], rtol=1e-12)


def moved_weights(variation: Variation, scale: float, n: int = 400) -> list[float]:
    """Return what has become of the weights 100 of a genome's ``n`` edges."""
    genome = PlainGenome({0: [2, 0, 0.0]}, {k: [0, 0, 100.0, True] for k in range(n)})
    draft = run_conceive([genome], clones(1), variation, [scale])
    return [float(weight) for weight in draft.genomes.edges.weight]


def test_a_replaced_weight_forgets_the_old_one_and_a_moved_one_does_not() -> None:
    for p_replace, centre in ((1.0, 0.0), (0.0, 100.0)):
        variation = variation_with(
            p_mutate=1.0, p_replace=p_replace, sigma=2.0, initial_sigma=2.0, clip=1000.0
        )
        weight = np.array(moved_weights(variation, 1.0))
        assert abs(weight.mean() - centre) < 0.5  # 5 standard errors
        assert abs(weight.std() - 2.0) < 0.4


def test_uniform_new_weights_have_the_spread_asked_for_and_end_at_root_three_of_it() -> None:
    variation = variation_with(p_mutate=1.0, p_replace=1.0, initial_sigma=2.0, uniform=True)
    weight = np.array(moved_weights(variation, 1.0))
    assert abs(weight.mean()) < 0.5
    assert abs(weight.std() - 2.0) < 0.2
    assert 3.4 < abs(weight).max() <= 2.0 * math.sqrt(3.0)


def test_cauchy_moves_have_the_quartiles_asked_for_and_long_tails() -> None:
    variation = variation_with(p_mutate=1.0, sigma=0.5, cauchy=True, clip=1000.0)
    move = np.array(moved_weights(variation, 1.0)) - 100.0
    np.testing.assert_allclose(np.quantile(move, [0.25, 0.5, 0.75]), [-0.5, 0, 0.5], atol=0.2)
    assert abs(move).max() > 20.0  # in 400 normal ones: 2


def test_a_genomes_own_factor_stretches_its_moves_and_not_its_new_weights() -> None:
    moves = variation_with(p_mutate=1.0, sigma=2.0, clip=1000.0)
    assert abs(np.std(moved_weights(moves, 0.1)) - 0.2) < 0.04
    new = variation_with(p_mutate=1.0, p_replace=1.0, initial_sigma=2.0, clip=1000.0)
    assert abs(np.std(moved_weights(new, 0.1)) - 2.0) < 0.4


def test_inputs_keep_their_biases_and_all_but_hidden_nodes_their_activations() -> None:
    genome = PlainGenome({0: [0, 0, 0.5], 1: [1, 0, 0.5], 2: [2, 0, 0.5]}, {})
    variation = variation_with(p_bias=1.0, bias_sigma=1.0, p_activation=1.0)
    draft = run_conceive([genome] * 40, clones(40), variation)
    children = unpack(*draft.genomes)
    assert {child.nodes[0][2] for child in children} == {0.5}
    assert all(child.nodes[i][2] != 0.5 for child in children for i in (1, 2))
    assert {child.nodes[1][1] for child in children} == set(variation.options.tolist())
    assert {child.nodes[i][1] for child in children for i in (0, 2)} == {0}


def test_logarithms_of_the_factors_have_the_spread_asked_for() -> None:
    genomes = [PlainGenome({}, {})] * 2000
    draft = run_conceive(genomes, clones(2000), variation_with(adaptation=0.3), [2.0] * 2000)
    logarithm = np.log(draft.scale / 2.0)
    assert abs(logarithm.mean()) < 5 * 0.3 / math.sqrt(2000)
    assert abs(logarithm.std() - 0.3) < 5 * 0.3 / math.sqrt(4000)


def test_factors_keep_to_their_limits_and_without_adaptation_to_what_they_are() -> None:
    genome = PlainGenome({}, {})
    draft = run_conceive([genome] * 100, clones(100), variation_with(adaptation=10.0))
    assert draft.scale.min() == 1.0 / MOST_SCALE == 1e-3
    assert draft.scale.max() == MOST_SCALE == 1e3
    still = run_conceive([genome] * 2, clones(2), variation_with(), [1.0, 0.7])
    assert still.scale.tolist() == [1.0, 0.7]
    assert mutate_scale(0.7, 0.0, np.zeros(3, dtype=np.uint64)) == 0.7


def test_a_child_of_two_takes_the_factor_of_the_base() -> None:
    rows = [Mating(1, 0), Mating(0, 1), Mating(1, 0, average=True)]
    draft = run_conceive([PlainGenome({}, {})] * 2, rows, variation_with(), [3.0, 5.0])
    assert draft.scale.tolist() == [5.0, 3.0, 5.0]


def test_clipping_holds_both_ends_and_lets_nan_pass() -> None:
    assert [clipped(value, 2.0) for value in (-9.0, -2.0, 0.5, 2.0, math.inf)] == [
        -2.0,
        -2.0,
        0.5,
        2.0,
        2.0,
    ]
    assert math.isnan(clipped(math.nan, 2.0))
