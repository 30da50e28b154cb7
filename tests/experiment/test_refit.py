"""The last training of a champion: on all rows it may see, on none it may not."""

import dataclasses

import numpy as np
from tests.experiment.test_choice import SPLIT, line, part

from spiral_monolith_neat_numpy.experiment.recipe import TABLE, Recipe
from spiral_monolith_neat_numpy.experiment.refit import refit
from spiral_monolith_neat_numpy.tasks.dataset import Split

RECIPE = dataclasses.replace(TABLE, refit_steps=20)


def test_champion_learns_and_the_genome_given_stays() -> None:
    genome = line(-0.5)
    genome.fitness = 0.75
    found = refit(genome, SPLIT, RECIPE, seed=1)
    assert found.genes.edge_weight[0] > genome.genes.edge_weight[0] == -0.5
    assert found.fitness == 0.75
    assert found.head == genome.head


def test_it_learns_from_training_and_validation_rows_and_not_from_test_rows() -> None:
    def weight(split: Split, recipe: Recipe = RECIPE) -> float:
        return float(refit(line(0.5), split, recipe, seed=1).genes.edge_weight[0])

    turned = {name: dataclasses.replace(SPLIT, **{name: part(40, turned=True)}) for name in PARTS}
    assert weight(turned["train"]) != weight(SPLIT)
    assert weight(turned["validation"]) != weight(SPLIT)
    assert weight(turned["test"]) == weight(SPLIT)


PARTS = ("train", "validation", "test")


def test_noise_is_the_recipes_and_comes_from_the_seed() -> None:
    def weights(noise_std: float, seed: int) -> np.ndarray:
        recipe = dataclasses.replace(RECIPE, noise_std=noise_std)
        return refit(line(0.5), SPLIT, recipe, seed).genes.edge_weight

    assert np.array_equal(weights(0.3, 1), weights(0.3, 1))
    assert not np.array_equal(weights(0.3, 1), weights(0.3, 2))
    assert np.allclose(weights(0.0, 1), weights(0.0, 2), rtol=1e-6)
