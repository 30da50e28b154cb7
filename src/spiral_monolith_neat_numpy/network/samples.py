"""From rows and labels to the padded, transposed float32 samples that kernels train on."""

import numpy as np
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray
from spiral_monolith_neat_numpy.errors import as_floats, check_choice, check_features, check_finite
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.registers import LANES
from spiral_monolith_neat_numpy.kernels.wiring import Samples

# The head of a genome trained with that loss has the same name.
LOSS_CODES = {"softmax": SOFTMAX, "logistic": LOGISTIC, "identity": SQUARED}
LARGEST_FLOAT32 = float(np.finfo(np.float32).max)
# Squares of such targets fit a float32, and so does their mean.
LARGEST_VALUE = 1e19


def choose_head(y: ArrayLike, n_outputs: int, wanted: str = "auto", name: str = "y") -> str:
    """Return the head that fits the targets: "softmax", "logistic" or "identity".

    With "auto", whole numbers 0 .. n_outputs - 1 (0 and 1 for a single output) are
    classes; anything else is regression.

    Args:
        y: ``(n_samples,)`` labels or values, or ``(n_samples, n_outputs)`` values.
        n_outputs: number of outputs of the network.
        wanted: the head's name, or "auto".
        name: what ``y`` is called, for the message.

    Raises:
        ValueError: no such head, or targets that fit none.
    """
    check_choice("head", wanted, ["auto", *LOSS_CODES])
    if wanted == "softmax" and n_outputs < 2:
        raise ValueError(
            f"head 'softmax' needs a network with at least 2 outputs, got {n_outputs}; "
            "'logistic' tells two classes apart with one"
        )
    if wanted != "auto":
        return wanted
    values = as_floats(name, y)
    check_finite(name, values)
    if values.ndim != 1 or values.size == 0:
        return "identity"
    if np.isin(values, np.arange(max(2, n_outputs))).all():
        return "logistic" if n_outputs == 1 else "softmax"
    if n_outputs > 1:
        raise ValueError(
            f"{name} must hold class labels 0 .. {n_outputs - 1} for {n_outputs} outputs, "
            f"got values from {values.min():g} to {values.max():g}"
        )
    return "identity"


def as_float32(name: str, array: FloatArray) -> Float32Array:
    """Return finite numbers as float32.

    Raises:
        ValueError: one is too large for it.
    """
    check_float32(name, array)
    return array.astype(np.float32)


def check_float32(name: str, array: FloatArray) -> None:
    """Raise ValueError unless all of some finite numbers fit a float32."""
    largest = max(float(array.max()), -float(array.min()))
    if largest > LARGEST_FLOAT32:
        raise ValueError(
            f"{name} must hold numbers that fit a float32, at most 3.4e38 in size, got {largest:g}"
        )


def check_rows(name: str, y: ArrayLike, n: int) -> FloatArray:
    """Return targets as finite floats with ``n`` rows, 1-D or 2-D.

    Raises:
        ValueError: another shape, NaN or infinity, or no numbers.
    """
    values = as_floats(name, y)
    if values.ndim not in (1, 2) or values.shape[0] != n:
        raise ValueError(f"{name} must have one row for each of the {n} rows, got {values.shape}")
    check_finite(name, values)
    return values


def check_weights(sample_weight: ArrayLike, n: int) -> FloatArray:
    """Return ``n`` weights, none negative and not all 0.

    Raises:
        ValueError: another shape, NaN or infinity, or such values.
    """
    weight = as_floats("sample_weight", sample_weight)
    if weight.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), got {weight.shape}")
    check_finite("sample_weight", weight)
    if (weight < 0).any() or not weight.any():
        raise ValueError(
            f"sample_weight must be >= 0 with a positive sum, got minimum {weight.min():g} "
            f"and maximum {weight.max():g}"
        )
    return weight


def check_classes(name: str, y: ArrayLike, head: str) -> None:
    """Raise ValueError if the labels for a classifying head are all of one class."""
    labels = np.asarray(y)
    if head == "identity" or labels.ndim != 1:
        return
    found = np.unique(labels)
    if found.size < 2:
        raise ValueError(f"{name} must hold at least two classes, got only {found[0]}")


def pack_samples(
    X: ArrayLike,
    y: ArrayLike,
    n_outputs: int,
    head: str,
    sample_weight: ArrayLike | None = None,
    names: tuple[str, str] = ("X", "y"),
) -> Samples:
    """Return samples ready for the kernels; those without weight are left out.

    Args:
        X: ``(n_samples, n_features)`` finite numbers.
        y: ``(n_samples,)`` class labels for "softmax" and for "logistic" with one output;
            values of shape ``(n_samples,)`` or ``(n_samples, n_outputs)`` otherwise, for
            "logistic" from 0 to 1.
        n_outputs: number of outputs of the network.
        head: "softmax", "logistic" or "identity".
        sample_weight: ``(n_samples,)`` finite weights >= 0 with a positive sum; None: equal.
        names: what ``X`` and ``y`` are called, for messages.

    Raises:
        ValueError: shapes that do not fit, NaN or infinity, numbers too large for float32, labels
            out of range.
    """
    features = as_float32(names[0], check_features(names[0], X))
    n = features.shape[0]
    targets = as_float32(names[1], _targets(names[1], y, n, n_outputs, head))
    weight = _weights(sample_weight, n)
    weighted = weight > 0.0
    if not weighted.all():
        features, targets, weight = features[weighted], targets[weighted], weight[weighted]
        n = weight.size
    n_padded = -(-n // LANES) * LANES
    packed = Samples(
        np.empty((features.shape[1], n_padded), dtype=np.float32),
        np.empty((n_outputs, n_padded), dtype=np.float32),
        np.zeros(n_padded, dtype=np.float32),
    )
    packed.features[:, :n] = features.T
    packed.targets[:, :n] = targets.T
    packed.weight[:n] = weight
    # The padding repeats a sample: zeros might overflow somewhere, and 0 * inf is NaN.
    packed.features[:, n:] = features[-1:].T
    packed.targets[:, n:] = targets[-1:].T
    return packed


def _targets(name: str, y: ArrayLike, n: int, n_outputs: int, head: str) -> FloatArray:
    values = check_rows(name, y, n)
    if head == "softmax" or (head == "logistic" and values.ndim == 1):
        n_classes = max(2, n_outputs)
        outside = ~np.isin(values, np.arange(n_classes))
        if values.ndim != 1 or outside.any():
            found = f"{values[outside][0]:g}" if outside.any() else f"shape {values.shape}"
            raise ValueError(f"{name} must hold class labels 0 .. {n_classes - 1}, got {found}")
        if head == "softmax":
            return np.eye(n_outputs)[values.astype(np.int64)]
    if values.ndim == 1:
        values = values[:, None]
    if values.shape[1] != n_outputs:
        raise ValueError(f"{name} must have {n_outputs} columns, got {values.shape[1]}")
    if head == "logistic" and (values.min() < 0.0 or values.max() > 1.0):
        raise ValueError(
            f"{name} must hold probabilities from 0 to 1 for a logistic head, "
            f"got values from {values.min():g} to {values.max():g}"
        )
    if head == "identity":
        check_float32(name, values)
        largest = float(np.abs(values).max())
        if largest > LARGEST_VALUE:
            raise ValueError(
                f"{name} must hold values of at most {LARGEST_VALUE:g} in size, whose squared "
                f"errors fit a float32, got {largest:g}; divide them by their spread"
            )
    return values


def _weights(sample_weight: ArrayLike | None, n: int) -> Float32Array:
    if sample_weight is None:
        return np.full(n, 1.0 / n, dtype=np.float32)
    weight = check_weights(sample_weight, n)
    weight = weight / weight.max()  # the sum of large ones may be infinite
    return np.asarray(weight / weight.sum(), dtype=np.float32)
