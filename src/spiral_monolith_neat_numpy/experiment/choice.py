"""Choose an experiment's champion among all that a run has kept, without the test part.

Evolution ranks thousands of networks by one validation part; with 256 points the winner is
partly luck. Small networks can hardly memorise their training part, so its rows say more:
among the best of every generation and the last population, the champion has the lowest

    cross-entropy over training and validation rows + a charge per connection and node.
"""

import math
from collections.abc import Iterable

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.genome_network import compile_rows
from spiral_monolith_neat_numpy.network.prediction import probabilities
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, Split

# Nats per sample; chosen on spirals with seeds from 10,000.
CHARGE_PER_EDGE, CHARGE_PER_NODE = 4.5e-4, 1.5e-3
# What the files and the command call the rule; evolution's own is "fitness".
BY_FITNESS = "fitness"
BY_COST = "cross-entropy over training and validation rows, plus a charge for size"
_SMALLEST = 1e-12  # a probability that a float32 network calls 0


def choose_champion(best: Genome, others: Iterable[Genome], split: Split) -> Genome:
    """Return the network to keep: a copy of one of them by ``BY_COST``, or ``best`` itself.

    The one that is kept may have a lower fitness than ``best``, whose lead on the validation
    rows is partly luck.

    Args:
        best: evolution's own champion; it stays for regression.
        others: trained networks with the inputs and outputs of ``best``.
        split: the data; ``split.test`` is not looked at.
    """
    if split.train.kind == "regression":
        return best
    candidates = [best, *others]
    costs = [cost(genome, split.train, split.validation) for genome in candidates]
    return candidates[int(np.argmin(costs))].copy()


def cost(genome: Genome, *parts: Dataset) -> float:
    """Return the mean cross-entropy over all rows of ``parts``, plus the charge for size.

    It is infinite for a network whose sums overflow.
    """
    network = compile_rows(genome)
    outputs = [network.logits(part.X) for part in parts]
    if not all(np.isfinite(values).all() for values in outputs):
        return math.inf
    losses = [
        _losses(probabilities(network.head, values), part.y)
        for values, part in zip(outputs, parts, strict=True)
    ]
    charge = CHARGE_PER_EDGE * genome.n_enabled + CHARGE_PER_NODE * genome.n_hidden
    return float(np.concatenate(losses).mean()) + charge


def _losses(shares: AnyArray, labels: AnyArray) -> AnyArray:
    own = shares[np.arange(labels.size), labels]
    return np.asarray(-np.log(np.maximum(own, _SMALLEST)))
