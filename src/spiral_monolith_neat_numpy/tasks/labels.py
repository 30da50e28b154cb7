"""Class labels: named as they were written, told apart exactly.

Numbers that are written in two ways ("1" and "1.0") are one class, named as it is written first.
"007" and "7" are two classes: who writes zeros in front writes a code.
"""

import math
from collections.abc import Hashable, Iterable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.tasks.columns import (
    LARGEST_NUMBER,
    Column,
    TextArray,
    parse_number,
    text_column,
)
from spiral_monolith_neat_numpy.tasks.table import Table


def class_column(table: Table, name: str) -> Column:
    """Return a column of the table as labels, each as its class is written first.

    Raises:
        DataError: there is no such column.
    """
    column = text_column(table, name)
    first: dict[Hashable, str] = {}
    labels = [first.setdefault(_key(text), text) for text in column.values]
    return Column(name, as_texts(labels), column.source, column.lines)


def as_texts(labels: Sequence[str]) -> TextArray:
    """Return labels as an object array, which no long one widens."""
    texts: TextArray = np.empty(len(labels), dtype=object)
    texts[:] = labels
    return texts


def classes_of(column: Column) -> tuple[tuple[str, ...], IntArray]:
    """Return the names of a column's classes and, ``(n,)`` int64, which one each row has.

    Names that are all numbers are in order of size, others in alphabetical order.
    """
    found, codes = np.unique(_plain(column), return_inverse=True)
    names = [label_of(value) for value in found]
    order = sorted(range(len(names)), key=_sizes(names).__getitem__)
    rank = np.argsort(np.array(order, dtype=np.int64))
    return tuple(names[index] for index in order), np.asarray(rank[codes], dtype=np.int64)


def different(column: Column) -> AnyArray:
    """Return the distinct values of a column, sorted."""
    return np.unique(_plain(column))


def label_of(value: Any) -> str:
    """Return the name of the class that a label, a text or a number, stands for."""
    if isinstance(value, str):
        return value.strip()
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e16 else repr(number)


def exact_number(text: str) -> Decimal | None:
    """Return the number that a label is, or None; numbers beyond 2**53 stay apart."""
    number = parse_number(text)
    if number is None or math.isnan(number) or abs(number) > LARGEST_NUMBER:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:  # an exponent that no number has
        return None


def are_numbers(names: Iterable[str]) -> bool:
    """Return whether all names are numbers."""
    return all(exact_number(name) is not None for name in names)


def by_number(names: Sequence[str]) -> dict[Decimal, int]:
    """Return the index of each name that is a number, where no other one is the same number."""
    found: dict[Decimal, list[int]] = {}
    for index, name in enumerate(names):
        number = exact_number(name)
        if number is not None:
            found.setdefault(number, []).append(index)
    return {number: indices[0] for number, indices in found.items() if len(indices) == 1}


def _plain(column: Column) -> AnyArray:
    """Return the values with one zero: -0.0 is 0.0."""
    return column.values + 0.0 if column.is_number else column.values


def _key(text: str) -> Hashable:
    """Return what two labels of one class have in common."""
    digits = text.lstrip("+-")
    is_code = len(digits) > 1 and digits[0] == "0" and digits[1].isdigit()
    number = None if is_code else exact_number(text)
    return text if number is None else number


def _sizes(names: Sequence[str]) -> list[tuple[Decimal, str]]:
    """Return what puts names in order: their numbers if all are, then their letters."""
    if not are_numbers(names):
        return [(Decimal(0), name) for name in names]
    return [(exact_number(name) or Decimal(0), name) for name in names]
