"""Data ready for a network, and its deterministic split into three parts."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import (
    DataError,
    check_choice,
    check_features,
    check_finite,
    check_length,
    check_number,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream

Kind: TypeAlias = Literal["classification", "regression"]
KINDS: tuple[Kind, Kind] = ("classification", "regression")
DEFAULT_FRACTIONS = (0.6, 0.2, 0.2)


@dataclass(frozen=True, eq=False)
class Dataset:
    """Rows and targets, checked.

    Attributes:
        X: ``(n, f)`` float64, finite, n >= 1.
        y: ``(n,)`` int64 indices into ``class_names``, or float64 values for regression.
        feature_names: f names, the columns of ``X`` in order.
        target_name: name of what ``y`` holds.
        class_names: names of the classes by index; empty for regression.
        kind: "classification" or "regression".

    Raises (on construction):
        DataError: NaN or infinity, lengths that differ, one class only, an index without a
            class.
    """

    X: FloatArray
    y: AnyArray
    feature_names: tuple[str, ...]
    target_name: str
    class_names: tuple[str, ...]
    kind: Kind

    def __post_init__(self) -> None:
        """Check every field and normalise the arrays."""
        with as_data_error():
            check_choice("kind", self.kind, KINDS)
            X = check_features("X", self.X)
            if self.kind == "classification":
                y: AnyArray = _as_classes(self.y, self.class_names)
            else:
                y = _as_values(self.y)
            check_length("y", y, X.shape[0], "X")
        if self.kind == "classification":
            _check_two_classes(y, self.class_names)
        if self.kind == "regression" and self.class_names:
            raise DataError(f"class_names must be empty for regression, got {self.class_names}")
        if len(self.feature_names) != X.shape[1]:
            raise DataError(
                f"feature_names must hold {X.shape[1]} names to match X, "
                f"got {len(self.feature_names)}"
            )
        object.__setattr__(self, "X", X)
        object.__setattr__(self, "y", y)

    @property
    def n_samples(self) -> int:
        """Number of rows."""
        return int(self.X.shape[0])

    @property
    def n_features(self) -> int:
        """Number of columns."""
        return int(self.X.shape[1])

    @property
    def n_classes(self) -> int:
        """Number of classes, 0 for regression."""
        return len(self.class_names)

    def take(self, rows: IntArray) -> "Dataset":
        """Return the data set of these rows, in this order."""
        return replace(self, X=self.X[rows], y=self.y[rows])


@dataclass(frozen=True, eq=False)
class Split:
    """What is fitted, what selects, and what selection never sees."""

    train: Dataset
    validation: Dataset
    test: Dataset


def split_dataset(
    dataset: Dataset, seed: int, fractions: tuple[float, float, float] = DEFAULT_FRACTIONS
) -> Split:
    """Split a data set into training, validation and test part, stratified by class.

    Args:
        dataset: what is split; a regression data set is split at random.
        seed: seed of the split.
        fractions: shares of the three parts, each > 0, with sum 1.

    Raises:
        DataError: too few rows, or a class with too few, for every part to have one.
    """
    strata = dataset.y if dataset.kind == "classification" else np.zeros(dataset.n_samples)
    train, validation, test = split_in_three(strata, seed, fractions, dataset.class_names)
    return Split(dataset.take(train), dataset.take(validation), dataset.take(test))


def split_in_three(
    strata: AnyArray, seed: int, fractions: Sequence[float], names: Sequence[str] = ()
) -> tuple[IntArray, IntArray, IntArray]:
    """Split row numbers as ``split_rows`` does, into exactly three parts.

    Raises:
        DataError: as ``split_rows``, or other than three fractions.
    """
    if len(fractions) != 3:
        raise DataError(
            "fractions must be three, of the training, validation and test part, "
            f"got {len(fractions)}"
        )
    train, validation, test = split_rows(strata, seed, fractions, names)
    return train, validation, test


def split_rows(
    strata: AnyArray, seed: int, fractions: Sequence[float], names: Sequence[str] = ()
) -> list[IntArray]:
    """Split row numbers at random into parts with the same shares of every stratum.

    Each part gets its share of each stratum, rounded by largest remainders, and at least
    one row of it.

    Args:
        strata: ``(n,)`` class of each row; all equal for a plain random split.
        seed: seed of the split.
        fractions: share of each part, two or more, each > 0, with sum 1.
        names: names of classes 0, 1, ... for the message; the class itself by default.

    Returns:
        One shuffled int64 array of row numbers per part; every row is in exactly one.

    Raises:
        DataError: a stratum has fewer rows than there are parts, or bad fractions.
    """
    _check_fractions(fractions)
    rng = stream(seed, Purpose.SPLIT)
    pieces: list[list[IntArray]] = [[] for _ in fractions]
    classes = np.unique(strata)
    for stratum in classes:
        rows = np.flatnonzero(strata == stratum).astype(np.int64)
        if rows.size < len(fractions):
            what = f"class {names[int(stratum)] if names else str(stratum)!r}"
            raise DataError(
                f"{what if classes.size > 1 else 'the data'} must have at least "
                f"{len(fractions)} rows, one for each part of the split, got {rows.size}"
            )
        ends = np.cumsum(_part_sizes(rows.size, fractions))[:-1]
        for piece, part in zip(pieces, np.split(rng.permutation(rows), ends), strict=True):
            piece.append(part)
    return [rng.permutation(np.concatenate(piece)) for piece in pieces]


@contextmanager
def as_data_error() -> Iterator[None]:
    """Turn a ValueError of the shared checks into a DataError with the same message."""
    try:
        yield
    except DataError:
        raise
    except ValueError as error:
        raise DataError(str(error)) from error


def _check_fractions(fractions: Sequence[float]) -> None:
    with as_data_error():
        for share in fractions:
            check_number("fractions", share, 0.0, 1.0, low_open=True)
    if len(fractions) < 2 or not math.isclose(math.fsum(fractions), 1.0, abs_tol=1e-9):
        raise DataError(f"fractions must be two or more shares with sum 1, got {tuple(fractions)}")


def _part_sizes(n: int, fractions: Sequence[float]) -> IntArray:
    """Return sizes >= 1 with sum ``n`` near ``n * fractions`` (largest remainders)."""
    quota = n * np.asarray(fractions, dtype=np.float64)
    sizes = np.floor(quota + 1e-9).astype(np.int64)
    by_remainder = np.argsort(sizes - quota, kind="stable")
    sizes[by_remainder[: n - int(sizes.sum())]] += 1
    for part in np.flatnonzero(sizes == 0):
        sizes[int(np.argmax(sizes))] -= 1
        sizes[part] = 1
    return sizes


def _as_classes(y: AnyArray, class_names: tuple[str, ...]) -> IntArray:
    array = np.asarray(y)
    if array.dtype.kind not in "iub":
        raise DataError(f"y must hold whole-number class indices, got dtype {array.dtype}")
    array = np.ascontiguousarray(array, dtype=np.int64)
    outside = (array < 0) | (array >= len(class_names))
    if outside.any():
        row = int(np.argmax(outside))
        raise DataError(
            f"y must hold class indices from 0 to {len(class_names) - 1}, "
            f"got {array.flat[row]} at index {row}"
        )
    return array


def _as_values(y: AnyArray) -> FloatArray:
    array = np.asarray(y)
    if array.dtype.kind not in "iuf":
        raise DataError(f"y must hold numbers, got dtype {array.dtype}")
    check_finite("y", array)
    return np.ascontiguousarray(array, dtype=np.float64)


def _check_two_classes(y: IntArray, class_names: tuple[str, ...]) -> None:
    present = np.unique(y)
    if present.size < 2:
        raise DataError(
            f"y must hold at least two classes, got only {class_names[int(present[0])]!r} "
            f"in all {y.size} rows"
        )
