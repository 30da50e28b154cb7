"""Numbers of genes of all genomes of all generations, kept small and read as lists."""

from collections.abc import Sequence
from typing import overload

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray


class Counts(Sequence[list[int]]):
    """A row of whole numbers per generation; as lists they would take as much as the genes."""

    def __init__(self) -> None:
        """Begin without rows."""
        self._rows: list[AnyArray] = []

    def append(self, counts: IntArray) -> None:
        """Add a row of numbers from 0 to 2**32 - 1."""
        self._rows.append(counts.astype(np.min_scalar_type(counts.max(initial=0))))

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> list[int]: ...

    @overload
    def __getitem__(self, index: slice) -> list[list[int]]: ...

    def __getitem__(self, index: int | slice) -> list[int] | list[list[int]]:
        """Return a row, or a list of rows, as new lists."""
        if isinstance(index, slice):
            return [row.tolist() for row in self._rows[index]]
        found: list[int] = self._rows[index].tolist()
        return found

    def __eq__(self, other: object) -> bool:
        """Whether all rows hold the same numbers."""
        return isinstance(other, Sequence) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Show the rows as lists."""
        return repr(list(self))
