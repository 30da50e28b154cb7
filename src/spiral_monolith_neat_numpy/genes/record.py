"""Fields of a genome that live in a row of a table, as checked attributes."""

import math
from collections.abc import Callable
from typing import Any, Generic, NamedTuple, Protocol, Self, TypeVar, overload

import numpy as np

from spiral_monolith_neat_numpy.errors import check_flag, check_integer, check_number
from spiral_monolith_neat_numpy.genes.codes import code_of, name_of
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.table import PopulationTable

MAX_INT64 = 2**63 - 1

T = TypeVar("T")


class Place(NamedTuple):
    """Where a genome lives: its gene arrays, and its row of a table.

    ``stamp`` counts how often the population's row was given another genome.
    """

    genes: Genes
    table: PopulationTable
    row: int
    stamp: int


class Placed(Protocol):
    """What a field needs of its genome."""

    def record(self) -> tuple[PopulationTable, int]:
        """Return the table and the row of it that hold the record."""


class RecordField(Generic[T]):
    """An attribute kept in the column of a table.

    ``read`` makes the column's entry into the value; ``check`` gets the attribute's name and
    a new value and returns the entry, or raises.
    """

    def __init__(
        self, column: str, read: Callable[[Any], T], check: Callable[[str, object], object]
    ) -> None:
        self._column = column
        self._read = read
        self._check = check
        self._name = column

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, genome: None, owner: type) -> Self: ...

    @overload
    def __get__(self, genome: Placed, owner: type) -> T: ...

    def __get__(self, genome: Placed | None, owner: type) -> Self | T:
        if genome is None:
            return self
        table, row = genome.record()
        return self._read(getattr(table, self._column)[row])

    def __set__(self, genome: Placed, value: T) -> None:
        entry = self._check(self._name, value)
        table, row = genome.record()
        getattr(table, self._column)[row] = entry


def integer_field(column: str) -> RecordField[int]:
    """Return a field that holds a whole number >= 0."""
    return RecordField(column, int, lambda name, value: check_integer(name, value, 0, MAX_INT64))


def flag_field(column: str) -> RecordField[bool]:
    """Return a field that holds True or False."""
    return RecordField(column, bool, check_flag)


def factor_field(column: str) -> RecordField[float]:
    """Return a field that holds a finite number >= 0."""
    return RecordField(column, float, lambda name, value: check_number(name, value, 0.0))


def score_field(column: str) -> RecordField[float | None]:
    """Return a field that holds a number, infinite ones too, or None (NaN in the column)."""

    def read(entry: float) -> float | None:
        return None if math.isnan(entry) else float(entry)

    def check(name: str, value: object) -> float:
        if value is None or (isinstance(value, (float, np.floating)) and math.isnan(value)):
            return math.nan
        return check_number(name, value, infinite=True)

    return RecordField(column, read, check)


def name_field(column: str, names: tuple[str, ...]) -> RecordField[str]:
    """Return a field that holds one of ``names``, its code in the column."""
    name_by_code = dict(enumerate(names))

    def read(entry: int) -> str:
        name = name_by_code.get(int(entry))
        return name_of(column, int(entry), names) if name is None else name

    return RecordField(column, read, lambda name, value: code_of(name, value, names))
