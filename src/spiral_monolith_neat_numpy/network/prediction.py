"""Predict with a genome as its head says: classes, probabilities or values."""

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import as_floats, check_features
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.network.face import RowNetwork
from spiral_monolith_neat_numpy.network.genome_network import compile_rows


def predict(genome: Genome, X: ArrayLike) -> AnyArray:
    """Return what a genome predicts for each row.

    Args:
        genome: a feed-forward genome.
        X: ``(n_samples, n_inputs)`` finite numbers that fit a float32.

    Returns:
        ``(n_samples,)`` int64 class indices for the heads "softmax" and "logistic";
        ``(n_samples,)`` float64 values (``(n_samples, n_outputs)`` with several outputs)
        for "identity", and the plain activations of the outputs for "plain", the head of a
        genome that no task has trained. A logistic head with several outputs gives
        ``(n_samples, n_outputs)`` zeros and ones. Values are infinite or NaN where the
        network's sums overflow.

    Raises:
        ValueError: ``X`` of another shape, with NaN or infinity, or too large; a class where
            the network's sums overflow.
        GenomeError: the genome has a cycle.
    """
    network = compile_rows(genome)
    outputs = network_outputs(network, X)
    if network.head in ("softmax", "logistic"):
        _check_answered(outputs)
    return answers(network.head, outputs)


def predict_proba(genome: Genome, X: ArrayLike) -> FloatArray:
    """Return class probabilities.

    Args:
        genome: a genome with a "softmax" or "logistic" head.
        X: ``(n_samples, n_inputs)`` finite numbers that fit a float32.

    Returns:
        ``(n_samples, n_classes)`` float64, rows sum to 1; a logistic head with one output
        has two classes; with several outputs each column is that output's probability.

    Raises:
        ValueError: another head, a bad ``X``, or rows for which the network's sums overflow.
    """
    network = compile_rows(genome)
    _check_classifies(network.head)
    outputs = network_outputs(network, X)
    _check_answered(outputs)
    return probabilities(network.head, outputs)


def network_predict(network: RowNetwork, X: ArrayLike) -> AnyArray:
    """Return predictions of a network (see ``predict``), whether its sums overflow or not."""
    return answers(network.head, network_outputs(network, X))


def network_probabilities(network: RowNetwork, X: ArrayLike) -> FloatArray:
    """Return class probabilities of a network (see ``predict_proba``); NaN for an overflow."""
    _check_classifies(network.head)
    return probabilities(network.head, network_outputs(network, X))


def network_outputs(network: RowNetwork, X: ArrayLike) -> FloatArray:
    """Return what a network's head takes, ``(n_samples, n_outputs)``.

    Raises:
        ValueError: as ``predict``.
    """
    if network.head != "plain":
        return network.logits(X)
    array = as_floats("X", X)
    if array.ndim != 2:
        check_features("X", array, network.n_inputs)  # a single sample is no table
    return network.activate(array)


def answers(head: str, outputs: FloatArray) -> AnyArray:
    """Return what a head makes of outputs ``(n, n_outputs)``: classes or values."""
    single = outputs.shape[1] == 1
    if head == "softmax":
        return np.asarray(np.argmax(outputs, axis=1))
    if head == "logistic":
        classes = (outputs > 0.0).astype(np.int64)
        return classes[:, 0] if single else classes
    return outputs[:, 0] if single else outputs


def probabilities(head: str, outputs: FloatArray) -> FloatArray:
    """Return the probabilities that a classifying head makes of outputs ``(n, n_outputs)``."""
    if head == "softmax":
        with np.errstate(invalid="ignore"):  # infinite ones give NaN
            raised = np.exp(outputs - outputs.max(axis=1, keepdims=True))
        return np.asarray(raised / raised.sum(axis=1, keepdims=True))
    # Both tails without overflow: exp is taken of a number that is never positive.
    small = np.exp(-np.abs(outputs))
    p = np.where(outputs >= 0, 1.0, small) / (1.0 + small)
    return np.hstack([1.0 - p, p]) if outputs.shape[1] == 1 else p


def _check_classifies(head: str) -> None:
    if head not in ("softmax", "logistic"):
        raise ValueError(
            f"predict_proba needs a genome with a softmax or logistic head, got {head!r}"
        )


def _check_answered(outputs: FloatArray) -> None:
    lost = np.flatnonzero(~np.isfinite(outputs).all(axis=1))
    if lost.size:
        row = int(lost[0])
        found = outputs[row][~np.isfinite(outputs[row])][0]
        raise ValueError(
            f"X must hold numbers that the network answers with finite ones, got {found} for "
            f"row {row} ({lost.size} such in all)"
        )
