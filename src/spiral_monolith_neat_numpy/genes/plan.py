"""Who begets the next generation: what species decide and breeding carries out."""

from dataclasses import dataclass, field

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, IntArray
from spiral_monolith_neat_numpy.kernels.mate import Plan, find_stray

_TYPES = {
    "mother": np.int64,
    "father": np.int64,
    "elite": np.bool_,
    "average": np.bool_,
    "plus": np.int64,
    "minus": np.int64,
}
# Stand for columns that are not given.
_NO_FLAGS: BoolArray = np.zeros(0, dtype=np.bool_)
_NO_PLACES: IntArray = np.zeros(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class MatingPlan:
    """One row per child, in the order of the next population.

    Attributes:
        mother: ``(m,)`` int64, place of the mother in the parents' population.
        father: ``(m,)`` int64, place of the father, -1 for a mutated copy of the mother.
        elite: ``(m,)`` bool, True for an unchanged copy of the mother.
        average: ``(m,)`` bool, True where matching weights and biases are the parents' mean;
            nowhere if not given.
        plus: ``(m,)`` int64, place of a further parent from which ``minus`` is taken away, the
            difference being added to the child (differential crossover); -1, which is the
            default, for none.
        minus: ``(m,)`` int64, place of that other parent, or -1.
    """

    mother: IntArray
    father: IntArray
    elite: BoolArray
    average: BoolArray = field(default_factory=lambda: _NO_FLAGS)
    plus: IntArray = field(default_factory=lambda: _NO_PLACES)
    minus: IntArray = field(default_factory=lambda: _NO_PLACES)

    def __post_init__(self) -> None:
        """Give the columns their types, and check that they fit together.

        Raises:
            ValueError: columns of different lengths, an elite with a father, a child without
                one that takes a mean or a difference, one that takes both, or half a difference.
        """
        m = np.asarray(self.mother).size
        for name, absent, value in (
            ("average", _NO_FLAGS, False),
            ("plus", _NO_PLACES, -1),
            ("minus", _NO_PLACES, -1),
        ):
            if getattr(self, name) is absent:
                object.__setattr__(self, name, np.full(m, value))
        for name, dtype in _TYPES.items():
            column = np.require(getattr(self, name), dtype=dtype, requirements=["C", "A", "W"])
            object.__setattr__(self, name, column)
            if column.ndim != 1 or column.size != self.mother.size:
                raise ValueError(
                    f"{name} must have shape ({self.mother.size},) to match mother, "
                    f"got {column.shape}"
                )
        self._check_rows()

    @classmethod
    def trusted(cls, columns: Plan) -> "MatingPlan":
        """Return a plan of columns that a kernel has just made, without looking at them."""
        made = object.__new__(cls)
        for name, column in zip(_TYPES, columns, strict=True):
            object.__setattr__(made, name, column)
        return made

    def __len__(self) -> int:
        """Return the number of children."""
        return int(self.mother.size)

    @property
    def n_births(self) -> int:
        """Number of new genomes: all children but the elites."""
        return len(self) - int(np.count_nonzero(self.elite))

    def check_places(self, n_parents: int) -> None:
        """Raise ValueError unless all parents are among ``n_parents``."""
        columns = {"mother": 0, "father": -1, "plus": -1, "minus": -1}
        row = find_stray(self.mother, self.father, self.plus, self.minus, n_parents)
        if row < 0:
            return
        for name, low in columns.items():
            place = int(getattr(self, name)[row])
            if not low <= place < n_parents:
                raise ValueError(
                    f"{name} must be from {low} to {n_parents - 1}, got {place} in row {row}"
                )

    def _check_rows(self) -> None:
        is_alone, is_differential = self.father < 0, self.plus >= 0
        for wrong, message in (
            (self.elite & ~is_alone, "elite must be True only where father is -1"),
            (self.average & is_alone, "average must be True only where there is a father"),
            (is_differential & is_alone, "plus must be -1 where father is -1"),
            (is_differential & self.average, "plus must be -1 where average is True"),
            (
                is_differential != (self.minus >= 0),
                "minus must be -1 where plus is, and only there",
            ),
        ):
            if wrong.any():
                raise ValueError(f"{message}, got the contrary in row {int(wrong.argmax())}")
