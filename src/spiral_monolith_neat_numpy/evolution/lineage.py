"""Who was born of whom: a row per birth."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, overload

import numpy as np

from spiral_monolith_neat_numpy.arrays import CodeArray, IntArray
from spiral_monolith_neat_numpy.genes.codes import REGEN_MODES
from spiral_monolith_neat_numpy.genes.table import NO_PARENT, PopulationTable

HOW = ("first", "mutation", "crossover", *REGEN_MODES)


class Birth(NamedTuple):
    """One birth.

    Attributes:
        child: id of the genome.
        parents: ids, none for a genome of a first population.
        generation: in which it was born.
        how: "first", "mutation" (of one parent), "crossover", or for a child that regenerated
            "head", "tail" or "split".
    """

    child: int
    parents: tuple[int, ...]
    generation: int
    how: str


class _Births(NamedTuple):
    child: IntArray
    mother: IntArray
    father: IntArray
    how: CodeArray


class Lineage(Sequence[Birth]):
    """All births of a run that were noted, in their order; kept as arrays."""

    def __init__(self) -> None:
        """Begin empty."""
        self._generations: list[tuple[int, _Births]] = []

    def note(self, table: PopulationTable, generation: int) -> None:
        """Write down who was born in a generation, not before the last one noted, each once."""
        born = table.birth == generation
        if self._generations and self._generations[-1][0] == generation:
            born &= ~np.isin(table.id, self._generations[-1][1].child)
        if not born.any():
            return
        mother, father = table.mother[born], table.father[born]
        how = (mother != NO_PARENT).astype(np.int8) + (father != NO_PARENT)
        regen = table.regen[born]
        how[regen] = HOW.index(REGEN_MODES[0]) + table.regen_mode[born][regen]
        self._generations.append((generation, _Births(table.id[born], mother, father, how)))

    def __len__(self) -> int:
        """Return the number of births."""
        return sum(births.child.size for _, births in self._generations)

    @overload
    def __getitem__(self, index: int) -> Birth: ...

    @overload
    def __getitem__(self, index: slice) -> list[Birth]: ...

    def __getitem__(self, index: int | slice) -> Birth | list[Birth]:
        """Return a birth, or a list of them."""
        if isinstance(index, slice):
            return list(self)[index]
        at = range(len(self))[index]
        for generation, births in self._generations:
            if at < births.child.size:
                return _birth(generation, births, at)
            at -= births.child.size
        raise AssertionError("a lineage has as many births as its length says")

    def __iter__(self) -> Iterator[Birth]:
        """Iterate over the births."""
        for generation, births in self._generations:
            for at in range(births.child.size):
                yield _birth(generation, births, at)


def _birth(generation: int, births: _Births, at: int) -> Birth:
    ids = int(births.mother[at]), int(births.father[at])
    parents = tuple(one for one in ids if one != NO_PARENT)
    return Birth(int(births.child[at]), parents, generation, HOW[int(births.how[at])])
