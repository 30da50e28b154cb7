"""Predict with a genome as its head says: classes, probabilities or values."""

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.face import Network
from spiral_monolith_neat_numpy.network.genome_network import compile_genome


def predict(genome: Genome, X: ArrayLike) -> AnyArray:
    """Return what a genome predicts for each row.

    Args:
        genome: a feed-forward genome.
        X: ``(n_samples, n_inputs)`` finite numbers.

    Returns:
        ``(n_samples,)`` int64 class indices for the heads "softmax" and "logistic";
        ``(n_samples,)`` float64 values (``(n_samples, n_outputs)`` with several outputs)
        for "identity", and the plain activations of the outputs for "plain", the head of a
        genome that no task has trained. A logistic head with several outputs gives
        ``(n_samples, n_outputs)`` zeros and ones.

    Raises:
        ValueError: ``X`` of another shape, or with NaN or infinity.
        GenomeError: the genome has a cycle.
    """
    return network_predict(compile_genome(genome), X)


def predict_proba(genome: Genome, X: ArrayLike) -> FloatArray:
    """Return class probabilities.

    Args:
        genome: a genome with a "softmax" or "logistic" head.
        X: ``(n_samples, n_inputs)`` finite numbers.

    Returns:
        ``(n_samples, n_classes)`` float64, rows sum to 1; a logistic head with one output
        has two classes; with several outputs each column is that output's probability.

    Raises:
        ValueError: another head, or a bad ``X``.
    """
    return network_probabilities(compile_genome(genome), X)


def network_predict(network: Network, X: ArrayLike) -> AnyArray:
    """Return predictions of a network (see ``predict``)."""
    if network.head == "softmax":
        return np.asarray(np.argmax(network.logits(X), axis=1))
    if network.head == "logistic":
        classes = (network.logits(X) > 0.0).astype(np.int64)
        return classes[:, 0] if network.n_outputs == 1 else classes
    values = network.activate(X) if network.head == "plain" else network.logits(X)
    return values[:, 0] if network.n_outputs == 1 else values


def network_probabilities(network: Network, X: ArrayLike) -> FloatArray:
    """Return class probabilities of a network (see ``predict_proba``)."""
    if network.head == "softmax":
        logits = network.logits(X)
        raised = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
    if network.head == "logistic":
        # Both tails without overflow: exp is taken of a number that is never positive.
        logits = network.logits(X)
        small = np.exp(-np.abs(logits))
        p = np.where(logits >= 0, 1.0, small) / (1.0 + small)
        return np.hstack([1.0 - p, p]) if network.n_outputs == 1 else p
    raise ValueError(
        f"predict_proba needs a genome with a softmax or logistic head, got {network.head!r}"
    )
