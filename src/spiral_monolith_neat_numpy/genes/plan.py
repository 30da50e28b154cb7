"""Who begets the next generation: what species decide and breeding carries out."""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, IntArray


@dataclass(frozen=True, slots=True, eq=False)
class MatingPlan:
    """One row per child, in the order of the next population.

    Attributes:
        mother: ``(m,)`` int64, place of the mother in the parents' population.
        father: ``(m,)`` int64, place of the father, -1 for a mutated copy of the mother.
        elite: ``(m,)`` bool, True for an unchanged copy of the mother.
    """

    mother: IntArray
    father: IntArray
    elite: BoolArray
    average: BoolArray = None
    plus: IntArray = None
    minus: IntArray = None

    def __post_init__(self) -> None:
        """Give the columns their types, and check that they fit together.

        Raises:
            ValueError: columns of different lengths, or an elite with a father.
        """
        n = len(self.mother)
        if self.average is None:
            object.__setattr__(self, "average", np.zeros(n, np.bool_))
            object.__setattr__(self, "plus", np.full(n, -1))
            object.__setattr__(self, "minus", np.full(n, -1))
        for name, dtype in (("mother", np.int64), ("father", np.int64), ("elite", np.bool_)):
            column = np.require(getattr(self, name), dtype=dtype, requirements=["C", "A", "W"])
            object.__setattr__(self, name, column)
            if column.ndim != 1 or column.size != self.mother.size:
                raise ValueError(
                    f"{name} must have shape ({self.mother.size},) to match mother, "
                    f"got {column.shape}"
                )
        if (self.elite & (self.father >= 0)).any():
            raise ValueError("elite must be True only where father is -1")

    def __len__(self) -> int:
        """Return the number of children."""
        return int(self.mother.size)

    @property
    def n_births(self) -> int:
        """Number of new genomes: all children but the elites."""
        return len(self) - int(np.count_nonzero(self.elite))

    def check_places(self, n_parents: int) -> None:
        """Raise ValueError unless all parents are among ``n_parents``."""
        for name, column, low in (("mother", self.mother, 0), ("father", self.father, -1)):
            if column.size and (column.min() < low or column.max() >= n_parents):
                wrong = column[(column < low) | (column >= n_parents)][0]
                raise ValueError(f"{name} must be from {low} to {n_parents - 1}, got {wrong}")
