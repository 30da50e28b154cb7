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
from spiral_monolith_neat_numpy.tasks.labels import (
    are_numbers,
    as_texts,
    by_number,
    classes_of,
    different,
    exact_number,
    label_of,
)
from spiral_monolith_neat_numpy.tasks.table import listed, shown

MAX_INTEGER_CLASSES = 20

_LARGEST_EXACT = 2**53 - 1  # beyond it float64 gives two whole numbers one value

_REMEDY = "a target is never imputed, so leave out such rows"


@dataclass(frozen=True)
class ClassTarget:
    """Class names and their indices.

    Attributes:
        name: name of the target.
        classes: names by index, as they were written first; numbers in order of size, texts in
            alphabetical order.
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
        numbers = by_number(self.classes) if self.numeric else {}
        found = np.empty(column.values.size, dtype=np.int64)
        for row, value in enumerate(column.values):
            label = label_of(value)
            if label not in index_of:
                number = exact_number(label)
                if number is None or number not in numbers:
                    raise DataError(
                        f"{column} must hold the classes {listed(self.classes)}, "
                        f"got {shown(label)} in {column.place(row)}"
                    )
                index_of[label] = numbers[number]
            found[row] = index_of[label]
        return found

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


def kind_by_values(column: Column, kind: str | None) -> str:
    """Return ``kind``, or what ``choose_kind`` takes the values for."""
    if kind is not None:
        return kind
    whole = column.is_number and bool(np.all(column.values == np.floor(column.values)))
    few = whole and different(column).size <= MAX_INTEGER_CLASSES
    return "classification" if few or not column.is_number else "regression"


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
    kind = kind_by_values(column, kind)
    with as_data_error():
        check_choice("kind", kind, KINDS)
    if kind == "regression" and not column.is_number:
        raise DataError(
            f"{column} must hold numbers to be the target of a regression, "
            f"got {shown(column.values[0])} in {column.place(0)}"
        )
    found = different(column)
    if found.size < 2:
        what = "classes" if kind == "classification" else "values"
        raise DataError(
            f"{column} must hold at least two {what} to be a target, got only "
            f"{shown(label_of(found[0]))} in all {column.values.size} rows"
        )
    if kind == "classification" and found.size > MAX_CATEGORIES:
        raise DataError(
            f"{column} must hold at most {MAX_CATEGORIES} classes to be a target, got {found.size}"
        )
    return "classification" if kind == "classification" else "regression"


def check_row_counts(column: Column, kind: Kind, least: int) -> None:
    """Raise DataError unless a target has a row, or one of each class, for ``least`` parts."""
    why = f"at least {least} rows{{}}, one for each part of the split"
    if kind == "regression":
        if column.values.size < least:
            raise DataError(f"{column.source} must have {why.format('')}, got {column.values.size}")
        return
    names, codes = classes_of(column)
    for index, name in enumerate(names):
        rows = np.flatnonzero(codes == index)
        if rows.size < least:
            places = " and ".join(column.place(int(row)) for row in rows)
            raise DataError(
                f"{column} must have {why.format(' of each class')}, got {rows.size} of class "
                f"{shown(name)}, in {places}"
            )


def fit_target(column: Column, kind: Kind) -> Target:
    """Return the target of this kind, fitted on training rows."""
    if kind == "regression":
        return NumberTarget(column.name, *mean_and_scale(column.values))
    names, _ = classes_of(column)
    return ClassTarget(column.name, names, are_numbers(names))


def target_column(
    values: Sequence[object] | AnyArray, name: str = "target", kind: str | None = None
) -> Column:
    """Return labels or numbers of an array ``(n,)`` as a column.

    Args:
        values: labels or numbers.
        name: name of the target.
        kind: "classification" or "regression"; None: see ``choose_kind``.

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
        merged = array.dtype.kind != "f" and np.abs(column.values).max() > _LARGEST_EXACT
        if merged and kind_by_values(column, kind) == "classification":
            column = replace(column, values=as_texts([str(value) for value in array.tolist()]))
    else:
        # Not of the array: a string dtype has lost trailing null characters.
        column = Column(name, as_texts([_text(value) for value in values]), "y")
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


def _text(value: object) -> str:
    is_nan = isinstance(value, (float, np.floating)) and np.isnan(value)
    return "" if value is None or is_nan else str(value).strip()


def _number(value: object) -> float | None:
    if isinstance(value, (bool, int, float, np.number)):
        return float(value)
    return parse_number(str(value).strip())
