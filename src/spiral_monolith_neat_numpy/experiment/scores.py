"""Scores of a champion on each part of the data, told apart."""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.network.face import RowNetwork
from spiral_monolith_neat_numpy.network.prediction import answers, probabilities
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor


def score(
    network: RowNetwork, X: AnyArray, y: AnyArray, preprocessor: Preprocessor
) -> dict[str, float | None]:
    """Return how well a network meets its target.

    Classification: "accuracy" and "cross_entropy" (nats per sample). Regression: "r2" and
    "rmse" in the target's own unit. None stands for what is not finite, such as "r2" where
    all targets are the same. A row for which the network's sums overflow is answered wrongly.

    Args:
        network: the network.
        X: ``(n, n_inputs)`` encoded rows.
        y: ``(n,)`` encoded targets.
        preprocessor: what encoded them.
    """
    outputs = network.logits(X)
    if preprocessor.kind == "regression":
        predicted = preprocessor.decode_target(answers(network.head, outputs))
        wanted = preprocessor.decode_target(y)
        mean_square = float(np.mean(np.square(wanted - predicted)))
        spread = float(np.var(wanted))
        r2 = 1.0 - mean_square / spread if spread else math.nan
        return {"r2": _finite(r2), "rmse": _finite(mean_square**0.5)}
    own = probabilities(network.head, outputs)[np.arange(len(y)), y]
    right = (answers(network.head, outputs) == y) & np.isfinite(outputs).all(axis=1)
    return {
        "accuracy": float(np.mean(right)),
        "cross_entropy": _finite(float(-np.log(np.maximum(own, 1e-12)).mean())),
    }


def _finite(value: float) -> float | None:
    return value if math.isfinite(value) else None
