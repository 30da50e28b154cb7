"""Errors with one clear message, and the checks that raise them.

Every message names the argument, says what was expected and what was found.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray


class GenomeError(ValueError):
    """A genome breaks a law of its structure (see ``genes.validity``)."""


class ModelFileError(ValueError):
    """A model file is not one, is damaged, or comes from a newer version."""


class DataError(ValueError):
    """A table or data set cannot be used as it stands."""


class FitnessError(RuntimeError):
    """A fitness function failed; ``genome_id`` says on which genome."""

    def __init__(self, message: str, genome_id: int) -> None:
        """Keep the id of the genome beside the message."""
        super().__init__(message)
        self.genome_id = genome_id

    def __reduce__(self) -> tuple[Any, ...]:
        """Survive the way back from a worker process."""
        return (type(self), (str(self), self.genome_id))


def check_number(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    low_open: bool = False,
) -> float:
    """Return ``value`` as a float in [low, high], or (low, high] with ``low_open``.

    Raises:
        TypeError: ``value`` is not a number.
        ValueError: ``value`` is NaN or outside the range.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"{name} must be a number, got {value!r}")
    number = float(value)
    inside = low < number <= high if low_open else low <= number <= high
    if not inside:
        raise ValueError(f"{name} must be {_range_words(low, high, low_open)}, got {value!r}")
    return number


def check_integer(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> int:
    """Return ``value`` as an int in [low, high].

    Raises:
        TypeError: ``value`` is not a whole number.
        ValueError: ``value`` is outside the range.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number, got {value!r}")
    if not low <= value <= high:
        raise ValueError(f"{name} must be {_range_words(low, high, False)}, got {value!r}")
    return int(value)


def check_flag(name: str, value: object) -> bool:
    """Return ``value`` as a bool, or raise TypeError."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} must be True or False, got {value!r}")
    return bool(value)


def check_choice(name: str, value: object, choices: Iterable[str]) -> str:
    """Return ``value`` if it is one of ``choices``, or raise ValueError."""
    known = list(choices)
    if not isinstance(value, str) or value not in known:
        listed = ", ".join(repr(choice) for choice in known)
        raise ValueError(f"{name} must be one of {listed}, got {value!r}")
    return value


def check_features(name: str, values: object, n_features: int | None = None) -> FloatArray:
    """Return ``values`` as a finite float64 array ``(n_samples, n_features)``.

    Raises:
        ValueError: another shape, no rows, or NaN or infinity inside.
    """
    wanted = "n_features" if n_features is None else str(n_features)
    array = _as_floats(name, values)
    wrong_width = array.ndim == 2 and n_features is not None and array.shape[1] != n_features
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 1 or wrong_width:
        raise ValueError(
            f"{name} must have shape (n_samples, {wanted}) with n_samples >= 1, "
            f"got {array.shape}"
        )
    check_finite(name, array)
    return array


def check_finite(name: str, array: AnyArray) -> None:
    """Raise ValueError naming the first place where ``array`` is NaN or infinite."""
    bad = ~np.isfinite(array)
    if bad.any():
        where = tuple(int(i) for i in np.argwhere(bad)[0])
        raise ValueError(
            f"{name} must hold finite numbers, got {array[where]} at index {where} "
            f"({int(bad.sum())} such in all)"
        )


def check_length(name: str, array: AnyArray, n: int, other: str) -> None:
    """Raise ValueError unless ``array`` is 1-D with the ``n`` rows of ``other``."""
    if array.ndim != 1 or array.shape[0] != n:
        raise ValueError(f"{name} must have shape ({n},) to match {other}, got {array.shape}")


def _as_floats(name: str, values: object) -> FloatArray:
    try:
        return np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of numbers, got {error}") from error


def _range_words(low: float, high: float, low_open: bool) -> str:
    sign = ">" if low_open else ">="
    if math.isinf(high):
        return f"{sign} {low:g}"
    if math.isinf(low):
        return f"<= {high:g}"
    return f"in {'(' if low_open else '['}{low:g}, {high:g}]"
