"""What is known of each genome beside its genes: one row per genome, a column per array."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, CodeArray, FloatArray, IntArray

NO_PARENT = -1
_DTYPES = {
    "id": np.int64,
    "fitness": np.float64,
    "mother": np.int64,
    "father": np.int64,
    "birth": np.int64,
    "sex": np.int8,
    "head": np.int8,
    "regen": np.bool_,
    "regen_mode": np.int8,
    "hybrid_scale": np.float64,
    "noise_scale": np.float64,
}


@dataclass(frozen=True, slots=True, eq=False)
class PopulationTable:
    """Columns of equal length; the arrays are written in place.

    Attributes:
        id: ``(n,)`` int64, genome ids.
        fitness: ``(n,)`` float64, NaN where not scored.
        mother: ``(n,)`` int64, id of a parent, -1 for none.
        father: ``(n,)`` int64, id of the other parent, -1 for none.
        birth: ``(n,)`` int64, generation of birth.
        sex: ``(n,)`` int8, codes of ``codes.SEXES``.
        head: ``(n,)`` int8, codes of ``codes.HEADS``.
        regen: ``(n,)`` bool, born by regeneration.
        regen_mode: ``(n,)`` int8, codes of ``codes.REGEN_MODES``.
        hybrid_scale: ``(n,)`` float64, factor on fitness outside ``vanilla``.
        noise_scale: ``(n,)`` float64, factor on the moves of weights and biases, > 0.
    """

    id: IntArray
    fitness: FloatArray
    mother: IntArray
    father: IntArray
    birth: IntArray
    sex: CodeArray
    head: CodeArray
    regen: BoolArray
    regen_mode: CodeArray
    hybrid_scale: FloatArray
    noise_scale: FloatArray

    @classmethod
    def fresh(cls, ids: IntArray) -> "PopulationTable":
        """Return rows for new genomes with these ids: no score, no parents, all defaults."""
        n = ids.size
        return cls(
            id=np.array(ids, dtype=np.int64),
            fitness=np.full(n, np.nan),
            mother=np.full(n, NO_PARENT, dtype=np.int64),
            father=np.full(n, NO_PARENT, dtype=np.int64),
            birth=np.zeros(n, dtype=np.int64),
            sex=np.zeros(n, dtype=np.int8),
            head=np.zeros(n, dtype=np.int8),
            regen=np.zeros(n, dtype=np.bool_),
            regen_mode=np.zeros(n, dtype=np.int8),
            hybrid_scale=np.ones(n),
            noise_scale=np.ones(n),
        )

    @classmethod
    def unset(cls, n: int) -> "PopulationTable":
        """Return ``n`` rows with nothing meaningful in them, for a kernel to fill."""
        return cls(
            id=np.empty(n, np.int64),
            fitness=np.empty(n),
            mother=np.empty(n, np.int64),
            father=np.empty(n, np.int64),
            birth=np.empty(n, np.int64),
            sex=np.empty(n, np.int8),
            head=np.empty(n, np.int8),
            regen=np.empty(n, np.bool_),
            regen_mode=np.empty(n, np.int8),
            hybrid_scale=np.empty(n),
            noise_scale=np.empty(n),
        )

    @classmethod
    def joined(cls, parts: Sequence["PopulationTable"]) -> "PopulationTable":
        """Return the rows of all ``parts`` in order, in new arrays."""
        if not parts:
            return cls.fresh(np.empty(0, dtype=np.int64))
        columns = zip(*(part.arrays() for part in parts), strict=True)
        return cls(*(np.concatenate(column) for column in columns))

    def __len__(self) -> int:
        """Return the number of rows."""
        return int(self.id.size)

    def arrays(self) -> tuple[AnyArray, ...]:
        """Return the columns in the order of the fields."""
        return (
            self.id,
            self.fitness,
            self.mother,
            self.father,
            self.birth,
            self.sex,
            self.head,
            self.regen,
            self.regen_mode,
            self.hybrid_scale,
            self.noise_scale,
        )

    def copy(self) -> "PopulationTable":
        """Return the same rows in arrays of their own."""
        return PopulationTable(*(column.copy() for column in self.arrays()))

    def row(self, index: int) -> "PopulationTable":
        """Return one row as a table of its own."""
        return PopulationTable(*(column[index : index + 1].copy() for column in self.arrays()))

    def __eq__(self, other: object) -> bool:
        """Whether all columns hold the same values (NaN equals NaN)."""
        if not isinstance(other, PopulationTable):
            return NotImplemented
        return all(
            np.array_equal(mine, theirs, equal_nan=mine.dtype.kind == "f")
            for mine, theirs in zip(self.arrays(), other.arrays(), strict=True)
        )

    __hash__ = None  # type: ignore[assignment]


def check_table(table: PopulationTable) -> None:
    """Raise ValueError unless the columns are contiguous, of equal length and of their types."""
    for name, dtype in _DTYPES.items():
        column: AnyArray = getattr(table, name)
        if column.shape != table.id.shape:
            raise ValueError(f"{name} must have shape {table.id.shape} as id, got {column.shape}")
        if column.dtype != dtype:
            wanted = np.dtype(dtype).name
            raise ValueError(f"{name} must be of type {wanted}, got {column.dtype.name}")
        if not column.flags.c_contiguous:
            raise ValueError(f"{name} must be contiguous, got strides {column.strides}")
