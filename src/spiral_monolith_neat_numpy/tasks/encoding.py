"""Encoders of one feature column: numbers are scaled, categories become one column each.

An encoder is fitted on the training rows alone and is a plain value from then on.
"""

import logging
import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import DataError, check_choice, check_number
from spiral_monolith_neat_numpy.network.samples import LARGEST_FLOAT32
from spiral_monolith_neat_numpy.tasks.columns import (
    LARGEST_NUMBER,
    Column,
    check_magnitude,
    check_present,
    most_frequent,
    number_column,
    text_column,
)
from spiral_monolith_neat_numpy.tasks.table import Table, listed

_log = logging.getLogger(__name__)
_REMEDY = "train with impute='median' to have them filled"
# Numbers closer together than this are one number: their deviation may underflow to zero.
_SMALLEST_RANGE = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True)
class NumberEncoder:
    """Fills missing numbers and standardises: (x - mean) / scale.

    Attributes:
        name: name of the column.
        fill: what stands in for a missing value; None refuses missing values.
        mean: subtracted from every value, in the column's unit.
        scale: what the difference is divided by, > 0, in the column's unit.
    """

    name: str
    fill: float | None
    mean: float
    scale: float

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        return (self.name,)

    def read(self, table: Table) -> Column:
        """Return this encoder's column of a table."""
        return number_column(table, self.name)

    def encode(self, column: Column) -> FloatArray:
        """Return the encoded columns, ``(n, 1)`` float64.

        Raises:
            DataError: categories, missing values that are not filled, infinity, or a number
                too far from those of training.
        """
        if not column.is_number:
            raise DataError(f"{column} must hold numbers, got text")
        check_magnitude(column)
        values = column.values
        if self.fill is None:
            check_present(column, _REMEDY)
        else:
            values = np.where(column.missing, self.fill, values)
        return standardised(column, values, self.mean, self.scale, LARGEST_FLOAT32)[:, None]

    def to_json(self) -> dict[str, Any]:
        """Return the encoder as JSON values."""
        return {"kind": "number", **vars(self)}


@dataclass(frozen=True)
class CategoryEncoder:
    """Gives every category seen in training a column of zeros and ones.

    Attributes:
        name: name of the column.
        fill: what stands in for a missing value; None refuses missing values.
        levels: the categories, sorted; another one, met later, becomes zeros in all columns.
    """

    name: str
    fill: str | None
    levels: tuple[str, ...]

    @property
    def feature_names(self) -> tuple[str, ...]:
        """Names of the encoded columns."""
        return tuple(f"{self.name}={level}" for level in self.levels)

    def read(self, table: Table) -> Column:
        """Return this encoder's column of a table."""
        return text_column(table, self.name)

    def encode(self, column: Column) -> FloatArray:
        """Return the encoded columns, ``(n, n_levels)`` float64.

        Categories that training had not seen are named in one warning of the log.

        Raises:
            DataError: numbers, or missing values that are not filled.
        """
        if column.is_number:
            raise DataError(f"{column} must hold categories as text, got numbers")
        if self.fill is None:
            check_present(column, _REMEDY)
        position = {level: index for index, level in enumerate(self.levels)}
        if self.fill is not None:
            position[""] = position[self.fill]
        codes = np.array([position.get(text, -1) for text in column.values], dtype=np.int64)
        unseen = sorted({str(text) for text in column.values[codes < 0]})
        if unseen:
            _log.warning(
                "%s has categories that training had not seen, taken as none of the known: %s",
                column,
                listed(unseen),
            )
        encoded: FloatArray = (codes[:, None] == np.arange(len(self.levels))).astype(np.float64)
        return encoded

    def to_json(self) -> dict[str, Any]:
        """Return the encoder as JSON values."""
        return {"kind": "category", **vars(self), "levels": list(self.levels)}


Encoder: TypeAlias = NumberEncoder | CategoryEncoder


def fit_encoder(column: Column, impute: str | None, *, scale: bool) -> Encoder | None:
    """Fit the encoder of a column on training rows.

    Args:
        column: the training rows.
        impute: None to refuse missing values, "median" to fill them with the median of
            numbers or the most frequent category, in training and ever after.
        scale: standardise numbers; otherwise they stay as they are.

    Returns:
        The encoder, or None when the filled column is constant: it tells nothing, and
        weights on it that training cannot move would spoil later rows.

    Raises:
        DataError: missing values that are refused, or nothing but missing values.
    """
    if column.missing.all():
        raise DataError(f"{column} must hold values in the training rows, all are missing")
    if impute is None:
        check_present(column, "impute='median' fills them")
    if column.is_number:
        return _fit_numbers(column, impute is not None, scale)
    return _fit_categories(column, impute is not None)


def encoder_from_json(values: dict[str, Any]) -> Encoder:
    """Return the encoder that ``to_json`` described.

    Raises:
        KeyError, TypeError, ValueError: ``values`` does not describe one.
    """
    name, fill = str(values["name"]), values["fill"]
    if check_choice("kind", values["kind"], ("number", "category")) == "category":
        levels = tuple(str(level) for level in values["levels"])
        return CategoryEncoder(
            name, None if fill is None else check_choice("fill", fill, levels), levels
        )
    return NumberEncoder(
        name,
        None if fill is None else check_finite_number("fill", fill),
        check_finite_number("mean", values["mean"]),
        check_scale(values["scale"]),
    )


def check_finite_number(name: str, value: object) -> float:
    """Return ``value`` as a finite float, or raise TypeError or ValueError."""
    return check_number(name, value, -LARGEST_NUMBER, LARGEST_NUMBER)


def check_scale(value: object) -> float:
    """Return ``value`` as a float that can be divided by, or raise TypeError or ValueError."""
    return check_number("scale", value, 0.0, LARGEST_NUMBER, low_open=True)


def standardised(
    column: Column, values: FloatArray, mean: float, scale: float, largest: float
) -> FloatArray:
    """Return (values - mean) / scale.

    Args:
        column: where the values come from, for the message.
        values: ``(n,)`` finite numbers.
        mean: of the training rows.
        scale: of the training rows.
        largest: what the result may be in size.

    Raises:
        DataError: a result is larger; the message says where.
    """
    with np.errstate(over="ignore"):
        scaled = (values - mean) / scale
    far = np.abs(scaled) > largest
    if far.any():
        index = int(np.argmax(far))
        raise DataError(
            f"{column} must hold numbers in the range of the training rows, "
            f"got {values[index]:g} in {column.place(index)}: too far from their mean {mean:g} "
            f"for their standard deviation {scale:g}"
        )
    return np.asarray(scaled)


def mean_and_scale(values: FloatArray) -> tuple[float, float]:
    """Return mean and population standard deviation of finite numbers; the latter 1 if zero."""
    if np.ptp(values) < _SMALLEST_RANGE:
        return float(values[0]), 1.0
    mean = float(np.mean(values))
    gaps = values - mean
    # Divided by the largest gap first, so that squares neither overflow nor vanish.
    largest = float(np.max(np.abs(gaps)))
    return mean, largest * math.sqrt(float(np.mean(np.square(gaps / largest))))


def _fit_numbers(column: Column, filling: bool, scale: bool) -> NumberEncoder | None:
    values, missing = column.values, column.missing
    check_magnitude(column)
    median = float(np.median(values[~missing]))
    values = np.where(missing, median, values)
    if np.ptp(values) < _SMALLEST_RANGE:
        return None
    mean, deviation = mean_and_scale(values) if scale else (0.0, 1.0)
    return NumberEncoder(column.name, median if filling else None, mean, deviation)


def _fit_categories(column: Column, filling: bool) -> CategoryEncoder | None:
    present = [str(text) for text in column.values[~column.missing]]
    levels = tuple(sorted(set(present)))
    if len(levels) < 2:
        return None
    return CategoryEncoder(column.name, most_frequent(present) if filling else None, levels)
