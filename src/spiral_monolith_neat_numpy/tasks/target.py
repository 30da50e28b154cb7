"""The target: classes or values, how to tell which, and back from a network's output."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import DataError, check_choice, check_flag
from spiral_monolith_neat_numpy.network.samples import LARGEST_VALUE
from spiral_monolith_neat_numpy.tasks.columns import (
    MAX_CATEGORIES,
    Column,
    TextArray,
    check_magnitude,
    check_present,
    parse_number,
)
from spiral_monolith_neat_numpy.tasks.dataset import KINDS, Kind, as_data_error
from spiral_monolith_neat_numpy.tasks.encoding import (
    check_finite_number,
    check_scale,
    mean_and_scale,
    standardised,
)
from spiral_monolith_neat_numpy.tasks.table import listed, shown

MAX_INTEGER_CLASSES = 20

_REMEDY = "a target is never imputed, so leave out such rows"


@dataclass(frozen=True)
class ClassTarget:
    """Class names and their indices.

    Attributes:
        name: name of the target.
        classes: names by index; numbers in order of size, texts in alphabetical order.
        numeric: whether the names are numbers, so that "1" and 1.0 mean the same class.
    """

    name: str
    classes: tuple[str, ...]
    numeric: bool

    @property
    def kind(self) -> Kind:
        """The kind of task."""
        return "classification"

    def encode(self, column: Column) -> IntArray:
        """Return class indices ``(n,)`` int64 of class labels (texts or numbers).

        Raises:
            DataError: a label that is missing or no class; the message lists the classes.
        """
        check_present(column, _REMEDY)
        index_of = {name: index for index, name in enumerate(self.classes)}
        labels = [_label(value, self.numeric) for value in column.values]
        for index, label in enumerate(labels):
            if label not in index_of:
                raise DataError(
                    f"{column} must hold the classes {listed(self.classes)}, "
                    f"got {shown(label)} in {column.place(index)}"
                )
        return np.array([index_of[label] for label in labels], dtype=np.int64)

    def decode(self, indices: AnyArray) -> TextArray:
        """Return class names ``(n,)`` of class indices."""
        names: TextArray = np.array(self.classes, dtype=object)[np.asarray(indices)]
        return names

    def to_json(self) -> dict[str, Any]:
        """Return the target as JSON values."""
        return {"kind": self.kind, **vars(self), "classes": list(self.classes)}


@dataclass(frozen=True)
class NumberTarget:
    """A continuous target, standardised for training: (y - mean) / scale.

    Attributes:
        name: name of the target.
        mean: mean of the training rows, in the target's unit.
        scale: their standard deviation, in the target's unit, > 0.
    """

    name: str
    mean: float
    scale: float

    @property
    def kind(self) -> Kind:
        """The kind of task."""
        return "regression"

    @property
    def classes(self) -> tuple[str, ...]:
        """No classes."""
        return ()

    def encode(self, column: Column) -> FloatArray:
        """Return standardised values ``(n,)`` float64 of numbers, or texts of numbers.

        Raises:
            DataError: a value that is missing, not a finite number, or too far from those of
                training.
        """
        check_present(column, _REMEDY)
        values = np.empty(column.values.size)
        for index, value in enumerate(column.values):
            number = _number(value)
            if number is None:
                raise DataError(
                    f"{column} must hold numbers, got {shown(str(value))} in {column.place(index)}"
                )
            values[index] = number
        check_magnitude(replace(column, values=values))
        return standardised(column, values, self.mean, self.scale, LARGEST_VALUE)

    def decode(self, outputs: AnyArray) -> FloatArray:
        """Return values in the target's unit of standardised ones."""
        return np.asarray(outputs, dtype=np.float64) * self.scale + self.mean

    def to_json(self) -> dict[str, Any]:
        """Return the target as JSON values."""
        return {"kind": self.kind, **vars(self)}


Target: TypeAlias = ClassTarget | NumberTarget


def choose_kind(column: Column, kind: str | None = None) -> Kind:
    """Return whether a target is for classification or regression, and check that it can be.

    Text is for classification; numbers are for classification when they are whole and at
    most 20 different ones, otherwise for regression.

    Args:
        column: the whole target column.
        kind: "classification" or "regression" to overrule the rule.

    Raises:
        DataError: missing values or infinity; one class or one value only; more than 100
            classes; regression on text; an unknown kind.
    """
    check_present(column, _REMEDY)
    different = _different(column)
    if kind is None:
        whole = column.is_number and bool(np.all(column.values == np.floor(column.values)))
        few = whole and different.size <= MAX_INTEGER_CLASSES
        kind = "classification" if few or not column.is_number else "regression"
    with as_data_error():
        check_choice("kind", kind, KINDS)
    if kind == "regression" and not column.is_number:
        raise DataError(
            f"{column} must hold numbers to be the target of a regression, "
            f"got {shown(column.values[0])} in {column.place(0)}"
        )
    if different.size < 2:
        what = "classes" if kind == "classification" else "values"
        raise DataError(
            f"{column} must hold at least two {what} to be a target, got only "
            f"{shown(_label(different[0], column.is_number))} in all {column.values.size} rows"
        )
    if kind == "classification" and different.size > MAX_CATEGORIES:
        raise DataError(
            f"{column} must hold at most {MAX_CATEGORIES} classes to be a target, "
            f"got {different.size}"
        )
    return "classification" if kind == "classification" else "regression"


def check_row_counts(column: Column, kind: Kind, least: int) -> None:
    """Raise DataError unless a target has a row, or one of each class, for ``least`` parts."""
    why = f"at least {least} rows{{}}, one for each part of the split"
    if kind == "regression":
        if column.values.size < least:
            raise DataError(f"{column.source} must have {why.format('')}, got {column.values.size}")
        return
    for value in _different(column):
        rows = np.flatnonzero(column.values == value)
        if rows.size < least:
            places = " and ".join(column.place(int(row)) for row in rows)
            raise DataError(
                f"{column} must have {why.format(' of each class')}, got {rows.size} of class "
                f"{shown(_label(value, column.is_number))}, in {places}"
            )


def fit_target(column: Column, kind: Kind) -> Target:
    """Return the target of this kind, fitted on training rows."""
    if kind == "regression":
        return NumberTarget(column.name, *mean_and_scale(column.values))
    names = tuple(_label(value, column.is_number) for value in _different(column))
    return ClassTarget(column.name, names, column.is_number)


def target_column(values: Sequence[object] | AnyArray, name: str = "target") -> Column:
    """Return labels or numbers of an array ``(n,)`` as a column.

    Raises:
        DataError: another shape, no rows, a missing value or infinity.
    """
    try:
        array = np.asarray(values)
    except ValueError as error:  # values of different lengths
        raise DataError(f"y must have shape (n_samples,), got {error}") from error
    if array.ndim != 1 or array.size == 0:
        raise DataError(f"y must have shape (n_samples,) with n_samples >= 1, got {array.shape}")
    if array.dtype.kind in "iuf":
        column = Column(name, array.astype(np.float64), "y")
        check_magnitude(column)
    else:
        texts = np.empty(array.size, dtype=object)
        # Not of the array: a string dtype has lost trailing null characters.
        texts[:] = [_text(value) for value in values]
        column = Column(name, texts, "y")
    check_present(column, _REMEDY)
    return column


def target_from_json(values: dict[str, Any]) -> Target:
    """Return the target that ``to_json`` described.

    Raises:
        KeyError, TypeError, ValueError: ``values`` does not describe one.
    """
    name = str(values["name"])
    if check_choice("kind", values["kind"], KINDS) == "classification":
        classes = tuple(str(name) for name in values["classes"])
        return ClassTarget(name, classes, check_flag("numeric", values["numeric"]))
    mean = check_finite_number("mean", values["mean"])
    return NumberTarget(name, mean, check_scale(values["scale"]))


def _different(column: Column) -> AnyArray:
    """Return the distinct values, sorted; -0.0 counts as 0.0."""
    return np.unique(column.values + 0.0 if column.is_number else column.values)


def _text(value: object) -> str:
    is_nan = isinstance(value, (float, np.floating)) and np.isnan(value)
    return "" if value is None or is_nan else str(value).strip()


def _number(value: object) -> float | None:
    if isinstance(value, (bool, int, float, np.number)):
        return float(value)
    return parse_number(str(value).strip())


def _label(value: object, numeric: bool) -> str:
    """Return the name of the class that a label stands for."""
    text = str(value).strip()
    number = _number(value) if numeric else None
    if number is None:
        return text
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)
