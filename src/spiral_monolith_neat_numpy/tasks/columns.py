"""Columns of numbers or categories, and how cells of text become one or the other.

A cell is missing when it is empty, ``NA``, ``N/A``, ``?``, or ``NaN`` or ``null`` in any case.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, IntArray
from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.table import Table, listed, shown

TextArray: TypeAlias = NDArray[np.object_]

MAX_CATEGORIES = 100
LARGEST_NUMBER = 1e100  # squares and sums of such numbers stay finite

# Above such a share of numbers, a column with some text is a column of numbers with errors.
_NUMBER_SHARE = 0.9
_FRACTION_SHARE = 0.5  # where some number is not whole
_log = logging.getLogger(__name__)
_MISSING = frozenset({"", "NA", "N/A", "?"})
_MISSING_LOWER = frozenset({"nan", "+nan", "-nan", "null"})


@dataclass(frozen=True, eq=False)
class Column:
    """A named column of raw values.

    Attributes:
        name: its name.
        values: ``(n,)`` float64 with NaN for missing, or object array of str with "" for
            missing (not a string dtype: one long cell would widen all of them).
        source: what the messages call the data it came from.
        lines: line of the file of each value; None when it did not come from a file.
    """

    name: str
    values: AnyArray
    source: str = "the data"
    lines: IntArray | None = None

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers and not categories."""
        return self.values.dtype.kind == "f"

    @property
    def missing(self) -> BoolArray:
        """``(n,)`` bool, True where a value is missing."""
        empty: BoolArray = np.isnan(self.values) if self.is_number else self.values == ""
        return empty

    def take(self, rows: IntArray) -> "Column":
        """Return the column of these rows, in this order."""
        lines = None if self.lines is None else self.lines[rows]
        return replace(self, values=self.values[rows], lines=lines)

    def place(self, index: int) -> str:
        """Return where a value stands, in words."""
        return f"row {index}" if self.lines is None else f"line {self.lines[index]}"

    def __str__(self) -> str:
        """Name the column for a message."""
        return f"column {self.name!r} of {self.source}"


def is_missing(cell: str) -> bool:
    """Return whether a cell stands for a missing value."""
    return cell in _MISSING or cell.lower() in _MISSING_LOWER


def parse_number(cell: str) -> float | None:
    """Return the number that a cell holds, or None; underscores are not digits."""
    if "_" in cell:
        return None
    try:
        return float(cell)
    except ValueError:
        return None


def all_numbers(table: Table, name: str) -> bool:
    """Return whether every cell of a column that is not missing holds a number.

    Raises:
        DataError: there is no such column.
    """
    return all(is_missing(cell) or parse_number(cell) is not None for cell in table.cells(name))


def number_column(table: Table, name: str) -> Column:
    """Return a column of the table as float64, NaN where a value is missing.

    Raises:
        DataError: no such column, or a cell that is not a finite number; the message gives
            the text and its line.
    """
    cells = table.cells(name)
    values = np.full(len(cells), np.nan)
    for index, cell in enumerate(cells):
        if is_missing(cell):
            continue
        number = parse_number(cell)
        if number is None:
            _refuse_text(table, name, cells)
        else:
            values[index] = number
    column = Column(name, values, table.source, table.lines)
    check_magnitude(column)
    return column


def text_column(table: Table, name: str) -> Column:
    """Return a column of the table as text, "" where a value is missing.

    Raises:
        DataError: there is no such column.
    """
    cells = table.cells(name)
    values = np.empty(len(cells), dtype=object)
    values[:] = ["" if is_missing(cell) else cell for cell in cells]
    return Column(name, values, table.source, table.lines)


def infer_column(table: Table, name: str) -> Column:
    """Return a column as numbers when its cells are numbers, otherwise as categories.

    Where numbers and text are mixed, the column is taken for numbers with an error in it when
    more than 90 % of the values that are not missing are numbers, or more than half and some
    of them not whole: fractions are no names of categories. Other mixed columns are
    categories, with a warning in the log.

    Raises:
        DataError: all values are missing; text in such a column of numbers; numbers with a
            decimal comma; more than 100 categories.
    """
    present = [cell for cell in table.cells(name) if not is_missing(cell)]
    if not present:
        raise DataError(f"column {name!r} of {table.source} must hold values, all are missing")
    numbers = [number for cell in present if (number := parse_number(cell)) is not None]
    fractions = not all(number.is_integer() for number in numbers)
    share = _FRACTION_SHARE if fractions else _NUMBER_SHARE
    if len(numbers) > share * len(present):
        return number_column(table, name)
    column = text_column(table, name)
    if numbers:
        _log.warning("%s has numbers and text, taken as categories", column)
    _refuse_decimal_commas(column, present)
    n_categories = len(set(present))
    if n_categories > MAX_CATEGORIES:
        raise DataError(
            f"{column} must hold numbers or at most {MAX_CATEGORIES} categories, "
            f"got {n_categories} different texts such as {shown(present[0])}; "
            "leave out columns of identifiers or free text"
        )
    return column


def columns_from_array(X: object, names: Sequence[str] | None = None) -> list[Column]:
    """Return the columns of a float array ``(n, f)``, named x0, x1, ... by default.

    NaN in it is a missing value.

    Raises:
        DataError: ``X`` is not two-dimensional, holds no numbers, or has other columns than
            ``names``.
    """
    try:
        array = np.asarray(X)
    except ValueError as error:  # rows of different lengths
        raise DataError(f"X must have shape (n_samples, n_features), got {error}") from error
    if array.ndim != 2 or 0 in array.shape or array.dtype.kind not in "iufb":
        raise DataError(
            "X must hold numbers in shape (n_samples, n_features), each >= 1, "
            f"got dtype {array.dtype} and shape {array.shape}"
        )
    if names is None:
        names = [f"x{i}" for i in range(array.shape[1])]
    if len(names) != array.shape[1]:
        raise DataError(
            f"X must have the {len(names)} columns {listed(names)}, got {array.shape[1]} columns"
        )
    values = np.asfortranarray(array, dtype=np.float64)
    columns = [Column(name, values[:, i], "X") for i, name in enumerate(names)]
    for column in columns:
        check_magnitude(column)
    return columns


def check_magnitude(column: Column) -> None:
    """Raise DataError for the first infinite or excessively large number of a column."""
    bad = np.abs(column.values) > LARGEST_NUMBER
    if bad.any():
        index = int(np.argmax(bad))
        raise DataError(
            f"{column} must hold finite numbers of at most {LARGEST_NUMBER:g} in size, "
            f"got {float(column.values[index])!r} in {column.place(index)}"
        )


def check_present(column: Column, remedy: str) -> None:
    """Raise DataError when a column has missing values; ``remedy`` ends the message."""
    missing = column.missing
    if missing.any():
        raise DataError(
            f"{column} must have no missing values, got {int(missing.sum())}, "
            f"the first in {column.place(int(np.argmax(missing)))}; {remedy}"
        )


def most_frequent(texts: Sequence[str]) -> str:
    """Return the most frequent text, of equally frequent ones the first in order."""
    counts = Counter(texts)
    return min(counts, key=lambda text: (-counts[text], text))


def _refuse_text(table: Table, name: str, cells: Sequence[str]) -> None:
    bad = [
        index
        for index, cell in enumerate(cells)
        if not is_missing(cell) and parse_number(cell) is None
    ]
    more = f" (and {len(bad) - 1} more such cells)" if len(bad) > 1 else ""
    where = Column(name, np.zeros(0), table.source, table.lines)
    raise DataError(
        f"{where} must hold numbers, got {shown(cells[bad[0]])} in {where.place(bad[0])}{more}"
    )


def _refuse_decimal_commas(column: Column, present: Sequence[str]) -> None:
    n_numbers = sum(
        cell.count(",") <= 1 and parse_number(cell.replace(",", ".")) is not None
        for cell in present
    )
    if n_numbers > _NUMBER_SHARE * len(present):
        index = next(i for i, cell in enumerate(column.values) if "," in cell)
        raise DataError(
            f"{column} must have decimal points, not commas, got "
            f"{shown(column.values[index])} in {column.place(index)}"
        )
