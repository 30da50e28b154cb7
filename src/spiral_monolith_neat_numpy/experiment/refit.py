"""Train a chosen champion on all rows that selection was allowed to see."""

import numpy as np

from spiral_monolith_neat_numpy.experiment.recipe import Recipe
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.training import TrainingSettings, train_with_backprop
from spiral_monolith_neat_numpy.seeding import Purpose, stream
from spiral_monolith_neat_numpy.tasks.dataset import Split

# Copies of the rows, each with noise of its own, stand for the noise that evolution draws
# anew each generation; many rows need fewer of them.
MOST_COPIES, ENOUGH_ROWS = 10, 20_000


def refit(genome: Genome, split: Split, recipe: Recipe, seed: int) -> Genome:
    """Return a copy trained on training and validation rows together.

    Its structure was chosen by the validation rows; once that is done they can teach too.
    The fitness stays the one that it was chosen with.

    Args:
        genome: a trained genome, with its head.
        split: the data; ``split.test`` is not looked at.
        recipe: steps, rates and noise.
        seed: of the noise.
    """
    rows = np.concatenate([split.train.X, split.validation.X])
    y = np.concatenate([split.train.y, split.validation.y])
    copies = max(1, min(MOST_COPIES, ENOUGH_ROWS // len(rows)))
    X = np.tile(rows, (copies, 1))
    X += stream(seed, Purpose.REFIT).normal(0.0, recipe.noise_std, X.shape)
    trained = genome.copy()
    train_with_backprop(
        trained,
        X,
        np.tile(y, copies),
        recipe.refit_steps,
        recipe.backprop.lr,
        recipe.backprop.l2,
        settings=TrainingSettings(head=genome.head),
    )
    return trained
