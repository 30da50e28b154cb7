"""From rows and labels to the padded, transposed float32 samples that kernels train on."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.errors import check_choice, check_features, check_finite
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.simd import LANES
from spiral_monolith_neat_numpy.kernels.wiring import Samples

# The head of a genome trained with that loss has the same name.
LOSS_CODES = {"softmax": SOFTMAX, "logistic": LOGISTIC, "identity": SQUARED}


def choose_head(y: AnyArray, n_outputs: int, wanted: str = "auto") -> str:
    """Return the head that fits the targets: "softmax", "logistic" or "identity".

    With "auto", whole numbers 0 .. n_outputs - 1 (0 and 1 for a single output) are
    classes; anything else is regression.

    Args:
        y: ``(n_samples,)`` labels or values, or ``(n_samples, n_outputs)`` values.
        n_outputs: number of outputs of the network.
        wanted: the head's name, or "auto".
    """
    check_choice("head", wanted, ["auto", *LOSS_CODES])
    if wanted != "auto":
        return wanted
    values = np.asarray(y)
    n_classes = max(2, n_outputs)
    whole = values.ndim == 1 and values.size > 0 and values.dtype.kind in "biuf"
    if whole and np.isin(values, np.arange(n_classes)).all():
        return "logistic" if n_outputs == 1 else "softmax"
    if values.ndim == 1 and n_outputs > 1:
        raise ValueError(
            f"y must hold class labels 0 .. {n_outputs - 1} for {n_outputs} outputs, "
            f"got values from {values.min()} to {values.max()}"
        )
    return "identity"


def pack_samples(
    X: AnyArray, y: AnyArray, n_outputs: int, head: str, sample_weight: AnyArray | None = None
) -> Samples:
    """Return samples ready for the kernels.

    Args:
        X: ``(n_samples, n_features)`` finite numbers.
        y: ``(n_samples,)`` class labels for "softmax" and for "logistic" with one output;
            values of shape ``(n_samples,)`` or ``(n_samples, n_outputs)`` otherwise.
        n_outputs: number of outputs of the network.
        head: "softmax", "logistic" or "identity".
        sample_weight: ``(n_samples,)`` finite weights >= 0 with a positive sum; None: equal.

    Raises:
        ValueError: shapes that do not fit, NaN or infinity, labels out of range.
    """
    features = check_features("X", X)
    n = features.shape[0]
    targets = _targets(y, n, n_outputs, head)
    weight = _weights(sample_weight, n)
    n_padded = -(-n // LANES) * LANES
    packed = Samples(
        np.zeros((features.shape[1], n_padded), dtype=np.float32),
        np.zeros((n_outputs, n_padded), dtype=np.float32),
        np.zeros(n_padded, dtype=np.float32),
    )
    packed.features[:, :n] = features.T
    packed.targets[:, :n] = targets.T
    packed.weight[:n] = weight
    return packed


def _targets(y: AnyArray, n: int, n_outputs: int, head: str) -> FloatArray:
    values = np.asarray(y)
    if values.ndim not in (1, 2) or values.shape[0] != n:
        raise ValueError(f"y must have one row for each of the {n} rows of X, got {values.shape}")
    if values.dtype.kind not in "biuf":
        raise ValueError(f"y must hold numbers, got dtype {values.dtype}")
    values = values.astype(np.float64)
    check_finite("y", values)
    if head == "softmax" or (head == "logistic" and values.ndim == 1):
        n_classes = max(2, n_outputs)
        outside = ~np.isin(values, np.arange(n_classes))
        if values.ndim != 1 or outside.any():
            found = values[outside][0] if outside.any() else f"shape {values.shape}"
            raise ValueError(f"y must hold class labels 0 .. {n_classes - 1}, got {found}")
        if head == "softmax":
            return np.eye(n_outputs)[values.astype(np.int64)]
    if values.ndim == 1:
        values = values[:, None]
    if values.shape[1] != n_outputs:
        raise ValueError(f"y must have {n_outputs} columns, got {values.shape[1]}")
    return values


def _weights(sample_weight: AnyArray | None, n: int) -> FloatArray:
    if sample_weight is None:
        return np.full(n, 1.0 / n)
    weight = np.asarray(sample_weight, dtype=np.float64)
    if weight.shape != (n,):
        raise ValueError(f"sample_weight must have shape ({n},), got {weight.shape}")
    check_finite("sample_weight", weight)
    if (weight < 0).any() or weight.sum() <= 0:
        raise ValueError(
            f"sample_weight must be >= 0 with a positive sum, got minimum {weight.min()} "
            f"and sum {weight.sum()}"
        )
    return np.asarray(weight / weight.sum())
