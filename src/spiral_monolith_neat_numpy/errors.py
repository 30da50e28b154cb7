"""Errors with one clear message, and the checks that raise them.

Every message names the argument, says what was expected and what was found.
"""

import math
from collections.abc import Iterable
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray

_REAL = (int, float, np.integer, np.floating, np.bool_)


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


def in_words(error: BaseException) -> str:
    """Return the class and the text of an error, whatever its ``__str__`` does.

    Example:
        >>> in_words(KeyError("no luck"))
        "KeyError: 'no luck'"
    """
    try:
        text = str(error)
    except Exception as another:  # noqa: BLE001 - a user's class may raise anything here
        text = f"its text cannot be had: {type(another).__name__}"
    return f"{type(error).__name__}: {text}"


def retold(error: OSError, message: str) -> OSError:
    """Return an error of the same class and ``errno`` that says ``message`` and nothing else.

    Example:
        >>> str(retold(FileNotFoundError(2, "No such file or directory"), "path must exist"))
        'path must exist'
    """
    told = type(error)(message)
    told.errno = error.errno  # as an argument it would put "[Errno 2]" before the message
    return told


def check_number(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    *,
    low_open: bool = False,
    infinite: bool = False,
) -> float:
    """Return ``value`` as a finite float in [low, high].

    Args:
        name: name of the argument, for the message.
        value: what the user gave.
        low: least value allowed.
        high: greatest value allowed.
        low_open: ``low`` itself is not allowed.
        infinite: infinity is allowed where the range has no limit.

    Raises:
        TypeError: ``value`` is not a number.
        ValueError: ``value`` is NaN, infinite or outside the range.

    Examples:
        >>> check_number("lr", 0.005, 0.0)
        0.005
        >>> check_number("lr", -1, 0.0)
        Traceback (most recent call last):
        ValueError: lr must be >= 0, got -1
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(
        value, (int, float, np.integer, np.floating)
    ):
        raise TypeError(f"{name} must be a number, got {value!r}")
    try:
        number = float(value)
    except OverflowError:  # a Python int beyond 1.8e308
        number = math.inf if value > 0 else -math.inf
    inside = low < number <= high if low_open else low <= number <= high
    if not inside or (math.isinf(number) and not infinite):
        raise _refusal(name, value, low, high, low_open)
    return number


def check_integer(name: str, value: object, low: float = -math.inf, high: float = math.inf) -> int:
    """Return ``value`` as an int in [low, high].

    Raises:
        TypeError: ``value`` is not a whole number.
        ValueError: ``value`` is outside the range.
    """
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} must be a whole number (an int), got {value!r}")
    if not low <= value <= high:
        raise _refusal(name, value, low, high, False)
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
        ValueError: no real numbers, another shape, no rows, or NaN or infinity inside.
    """
    wanted = "n_features" if n_features is None else str(n_features)
    array = as_floats(name, values)
    wrong_width = array.ndim == 2 and n_features is not None and array.shape[1] != n_features
    if array.ndim != 2 or array.shape[0] < 1 or array.shape[1] < 1 or wrong_width:
        raise ValueError(
            f"{name} must have shape (n_samples, {wanted}) with n_samples >= 1, got {array.shape}"
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


def as_floats(name: str, values: object) -> FloatArray:
    """Return ``values`` as a contiguous float64 array of any shape.

    Raises:
        ValueError: text, dates, complex numbers, or rows of unequal length.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:  # rows of unequal length
        raise ValueError(f"{name} must be an array of numbers, got {error}") from error
    if array.dtype == object and all(isinstance(value, _REAL) for value in array.flat):
        try:
            array = array.astype(np.float64)
        except OverflowError as error:  # a whole number of more than 308 digits
            raise ValueError(f"{name} must fit a float, got a number too large") from error
    if array.dtype.kind not in "biuf":  # text, dates and complex numbers would convert silently
        raise ValueError(f"{name} must be an array of numbers, got one of {array.dtype}")
    return np.asarray(array, dtype=np.float64, order="C")


def _refusal(name: str, value: object, low: float, high: float, low_open: bool) -> ValueError:
    found = value.item() if isinstance(value, np.generic) else value
    words = _range_words(low, high, low_open)
    one_sided = math.isinf(low) != math.isinf(high)
    if one_sided and found == (high if math.isinf(high) else low):
        words = f"finite and {words}"
    return ValueError(f"{name} must be {words}, got {found!r}")


def _range_words(low: float, high: float, low_open: bool) -> str:
    least, most = (str(end) if isinstance(end, int) else f"{end:g}" for end in (low, high))
    if math.isinf(low) and math.isinf(high):
        return "a finite number"
    if math.isinf(high):
        return f"{'>' if low_open else '>='} {least}"
    if math.isinf(low):
        return f"<= {most}"
    return f"in {'(' if low_open else '['}{least}, {most}]"
